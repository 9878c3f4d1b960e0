#include <QTest>

#include "core/project/jsontext.h"
#include "core/simulate/persona.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

/// Quotes are single ones here.
std::optional<QList<Persona>> read(QByteArray text, SimulateError *error)
{
    text.replace('\'', '"');
    ProjectError damaged;
    const auto node = parseJsonText(text, &damaged);
    if (!node)
        qFatal("%s", qPrintable(damaged.toString()));
    return personasFromJson(*node, error);
}

} // namespace

class TestPersona : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void readsEverything()
    {
        const QByteArray text =
            "[{'name': 'player', 'socket': 'game', 'rules': true, 'sequence': 'talk', 'rampMs': 500, "
            "'heartbeat': {'everyMs': 1000, 'jitterMs': 200, 'type': 3, 'form': 'json', 'payload': '{{persona}}'}, "
            "'misbehave': {'halfFrame': 0.1, 'slow': 0.2, 'oversize': 0.05, 'silence': 0, 'storm': 0.1, 'garbage': "
            "0.5}, "
            "'x-mine': 5}, {'name': 'still', 'script': 'bot.js'}]";
        SimulateError error;
        const auto personas = read(text, &error);
        QVERIFY2(personas, qPrintable(error.toString()));
        QCOMPARE(personas->size(), 2);
        const Persona &player = personas->front();
        QCOMPARE(player.name, u"player"_s);
        QCOMPARE(player.socket, u"game"_s);
        QVERIFY(player.withRules);
        QCOMPARE(player.sequence, u"talk"_s);
        QCOMPARE(player.ramp.count(), 500);
        QCOMPARE(player.heartbeat.count(), 1000);
        QCOMPARE(player.jitter.count(), 200);
        QCOMPARE(player.message.type, u"3"_s);
        QCOMPARE(player.shares[size_t(Misbehaviour::Garbage)], 0.5);
        QVERIFY(qAbs(player.misbehaving() - 0.95) < 1e-9);
        QCOMPARE(personas->back().heartbeat.count(), 0);
        QCOMPARE(personas->back().script, u"bot.js"_s);
        QVERIFY(player.script.isEmpty());
        QCOMPARE(personas->back().misbehaving(), 0.0);
        QCOMPARE(misbehaviourName(Misbehaviour::ReconnectStorm), u"storm"_s);
    }

    void saysWhereItIsWrong_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("path");
        const auto row = [](const char *name, const char *text, const char *path) {
            QTest::newRow(name) << QByteArray(text) << QString::fromLatin1(path);
        };
        row("no list", "{}", "personas");
        row("no object", "[5]", "personas[0]");
        row("no name", "[{}]", "personas[0]");
        row("twice", "[{'name': 'a'}, {'name': 'a'}]", "personas[1].name");
        row("unknown key", "[{'name': 'a', 'raps': 5}]", "personas[0].raps");
        row("heartbeat", "[{'name': 'a', 'heartbeat': 5}]", "personas[0].heartbeat");
        row("interval", "[{'name': 'a', 'heartbeat': {'everyMs': 0}}]", "personas[0].heartbeat.everyMs");
        row("jitter", "[{'name': 'a', 'heartbeat': {'everyMs': 10, 'jitterMs': 11}}]",
            "personas[0].heartbeat.jitterMs");
        row("payload", "[{'name': 'a', 'heartbeat': {'payload': '{{'}}]", "personas[0].heartbeat.payload");
        row("shares", "[{'name': 'a', 'misbehave': []}]", "personas[0].misbehave");
        row("unknown share", "[{'name': 'a', 'misbehave': {'loud': 0.1}}]", "personas[0].misbehave.loud");
        row("share", "[{'name': 'a', 'misbehave': {'slow': 1.5}}]", "personas[0].misbehave.slow");
        row("sum", "[{'name': 'a', 'misbehave': {'slow': 0.6, 'storm': 0.6}}]", "personas[0].misbehave");
    }
    void saysWhereItIsWrong()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, path);
        SimulateError error;
        QVERIFY(!read(text, &error));
        QCOMPARE(error.path, path);
        QVERIFY(!error.what.isEmpty());
        QVERIFY(error.offset >= 0);
    }
};

QTEST_GUILESS_MAIN(TestPersona)
#include "test_persona.moc"
