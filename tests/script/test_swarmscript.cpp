#include <QTest>

#include "core/script/enginerunner.h"
#include "core/simulate/swarm.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;

/// Personas that a script plays, on real sockets.
class TestSwarmScript : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<Checked<UdpSock>> m_server;
    QStringList m_said;
    QMap<QString, QByteArrayList> m_heard; ///< by peer

    SwarmOptions options(const QString &source, int count)
    {
        SwarmOptions options;
        options.persona.name = u"bot"_s;
        options.persona.socket = u"game"_s;
        options.count = count;
        options.script = ScriptText{u"bot.js"_s, source};
        options.makeScript = makeEngineRunner;
        options.makeSock = [port = m_server->localEndpoint().port()](int) {
            SockOptions ofPeer = Test::quiet(u"json"_s);
            ofPeer.connectTo = {HostPort{u"127.0.0.1"_s, port}};
            return std::make_unique<UdpSock>(ofPeer);
        };
        return options;
    }

private Q_SLOTS:
    void init()
    {
        Test::failOnWarnings();
        m_said.clear();
        m_heard.clear();
        m_server = std::make_unique<Checked<UdpSock>>(Test::listening(Test::quiet(u"json"_s)));
        m_server->setUnknownTypeHandler(m_server.get(), [this](const Envelope &envelope) {
            m_heard[envelope.peer.toString()].append(envelope.message.payload.toByteArray());
            m_server->sendMessage(2, QCborValue(u"back"_s), envelope.peer);
        });
        QVERIFY(!m_server->start());
    }
    void cleanup()
    {
        m_server.reset();
        QCOMPARE(Test::takeLedgerFaults(), QStringList());
    }

    void eachHasVariablesOfItsOwn()
    {
        Swarm swarm(options(u"vars.heard = 0;\n"
                            "function onPeer(e) { if (e.event === 'joined') send(1, [vars.persona, Math.random()]); }\n"
                            "function onMessage(m) { vars.heard += 1; log(m.data, vars.heard); }\n"_s,
                            5));
        connect(&swarm, &Swarm::said, this,
                [this](int index, const QString &text) { m_said.append(u"%1 %2"_s.arg(index).arg(text)); });
        QVERIFY(!swarm.start());
        QTRY_COMPARE(m_said.size(), 5);
        m_said.sort();
        QCOMPARE(m_said, (QStringList{u"0 back 1"_s, u"1 back 1"_s, u"2 back 1"_s, u"3 back 1"_s, u"4 back 1"_s}));
        QCOMPARE(m_heard.size(), 5);
        QSet<QByteArray> different;
        for (const QByteArrayList &each : std::as_const(m_heard))
            different.insert(each.first());
        QCOMPARE(different.size(), 5);
        swarm.stop();
        const SwarmStats stats = swarm.stats();
        QCOMPARE(stats.scripts.sent, 5U);
        QCOMPARE(stats.scripts.errors, 0U);
        QCOMPARE(stats.scriptLines, 5U);
        QVERIFY(stats.hasPassed(5));
    }

    void theSameSeedSaysTheSame()
    {
        const auto transcript = [this](quint64 seed) {
            SwarmOptions same = options(
                u"function onPeer(e) { if (e.event === 'joined') send(1, [vars.persona, Math.random()]); }"_s, 3);
            same.seed = seed;
            m_heard.clear();
            Swarm swarm(same);
            if (swarm.start() || !QTest::qWaitFor([this] { return m_heard.size() == 3; }))
                return QByteArrayList();
            swarm.stop();
            QByteArrayList heard;
            for (const QByteArrayList &each : std::as_const(m_heard))
                heard += each;
            std::sort(heard.begin(), heard.end());
            return heard;
        };
        const QByteArrayList first = transcript(7);
        QCOMPARE(first.size(), 3);
        QCOMPARE(transcript(7), first);
        QVERIFY(transcript(8) != first);
    }

    void whatFailsIsCounted()
    {
        Swarm swarm(options(u"function onPeer(e) { throw new Error('not today'); }"_s, 2));
        QVERIFY(!swarm.start());
        QTRY_COMPARE(swarm.stats().scripts.errors, 2U);
        QVERIFY2(swarm.stats().errors.join(u'\n').contains(u"bot.js:1"_s),
                 qPrintable(swarm.stats().errors.join(u'\n')));
        QTRY_COMPARE(swarm.stats().connected, 2);
        QVERIFY(!swarm.stats().hasPassed(2));
        swarm.stop();
    }

    void whatDoesNotLoadDoesNotBegin()
    {
        Swarm swarm(options(u"function onMessage( {"_s, 2));
        const auto error = swarm.start();
        QVERIFY(error && error->toString().startsWith(u"bot.js:1"_s));
        SwarmOptions without = options(u"function onMessage(m) {}"_s, 2);
        without.makeScript = nullptr;
        const auto none = Swarm(without).start();
        QVERIFY(none && none->toString().contains(u"install qt6-declarative-dev"_s));
    }
};

QTEST_GUILESS_MAIN(TestSwarmScript)
#include "test_swarmscript.moc"
