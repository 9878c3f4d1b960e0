#include "core/hooks/peerfilter.h"
#include "core/peers/peertable.h"
#include "core/types/messagetypes.h"
#include "support/testmain.h"
#include "unit/simulate/ruletalk.h"

#include <QSignalSpy>
#include <QTemporaryDir>

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestRuleEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void conditions_data();
    void conditions();
    void answersWithTheRequestsFields();
    void capturesBecomeVariables();
    void actsInOrderAndWaits();
    void jitterAndChanceFollowTheSeed();
    void everyNthAndAtMost();
    void setsVariablesAndTellsWhatFails();
    void asksTheLog();
    void skipsAndStops();
    void closesAndRefuses();
    void sendsToOthers();
    void runsAProgramOnlyWithConsent();
    void turnsRulesOffLive();
    void seesWhatIsSent();
    void stopsALoopOfOurOwnSocks();
    void anEchoOfAPeerOutsideIsNoLoop();
    void findsRulesByTheirType();
    void limitsWhatWaits();
    void mayBeDestroyedByASlot();
};

void TestRuleEngine::conditions_data()
{
    QTest::addColumn<QByteArray>("when");
    QTest::addColumn<bool>("holds"); // of type 7, {"id": 5, "name": "Anna"}, from the peer
    QTest::newRow("nothing") << QByteArray(R"({})") << true;
    QTest::newRow("in") << QByteArray(R"({"direction": "in"})") << true;
    QTest::newRow("out") << QByteArray(R"({"direction": "out"})") << false;
    QTest::newRow("any") << QByteArray(R"({"direction": "any"})") << true;
    QTest::newRow("sock") << QByteArray(R"({"sock": "ours"})") << true;
    QTest::newRow("other sock") << QByteArray(R"({"sock": "theirs"})") << false;
    QTest::newRow("network") << QByteArray(R"({"peer": "127.0.0.0/8"})") << true;
    QTest::newRow("other network") << QByteArray(R"({"peer": "10.0.0.0/8"})") << false;
    QTest::newRow("pattern") << QByteArray(R"({"peer": "127.0.0.1:*"})") << true;
    QTest::newRow("other pattern") << QByteArray(R"({"peer": "127.0.0.2:*"})") << false;
    QTest::newRow("type") << QByteArray(R"({"type": 7})") << true;
    QTest::newRow("type as text") << QByteArray(R"({"type": "7"})") << true;
    QTest::newRow("type by name") << QByteArray(R"({"type": "login"})") << true;
    QTest::newRow("other type") << QByteArray(R"({"type": 8})") << false;
    QTest::newRow("other name") << QByteArray(R"({"type": "logout"})") << false;
    QTest::newRow("bytes") << QByteArray(R"({"bytes": "41 6e6e 61"})") << true;
    QTest::newRow("other bytes") << QByteArray(R"({"bytes": "416e6f"})") << false;
    QTest::newRow("field is there") << QByteArray(R"({"field": "data.id"})") << true;
    QTest::newRow("field is not there") << QByteArray(R"({"field": "data.ids"})") << false;
    QTest::newRow("field ==") << QByteArray(R"({"field": "data.id", "value": 5})") << true;
    QTest::newRow("field >") << QByteArray(R"({"field": "data.id", "op": ">", "value": 5})") << false;
    QTest::newRow("field text") << QByteArray(R"({"field": "data.name", "value": "Anna"})") << true;
    QTest::newRow("regex") << QByteArray(R"({"regex": "name.*A(n+)a"})") << true;
    QTest::newRow("other regex") << QByteArray(R"({"regex": "^Anna"})") << false;
    QTest::newRow("filter") << QByteArray(R"({"filter": "data.id in 1..5 && dir == in && sock == ours"})") << true;
    QTest::newRow("other filter") << QByteArray(R"({"filter": "data.id in 6..9"})") << false;
    QTest::newRow("one of two fails") << QByteArray(R"({"type": 7, "filter": "data.id == 6"})") << false;
}

void TestRuleEngine::conditions()
{
    QFETCH(QByteArray, when);
    QFETCH(bool, holds);
    RuleTalk talk;
    QVERIFY(talk.ok);
    auto types = std::make_shared<MessageTypes>();
    QVERIFY(types->define(u"login"_s, 7) && types->define(u"logout"_s, 8));
    talk.pair.a->setMessageTypes(types);
    const QString problem = talk.setRules(R"([{"when": )" + when + R"(, "actions": [{"do": "mark"}]}])");
    QCOMPARE(problem, QString());
    QSignalSpy marks(talk.engine.get(), &RuleEngine::markRequested);
    QVERIFY(talk.say(7, QCborMap{{u"id"_s, 5}, {u"name"_s, u"Anna"_s}}));
    QCOMPARE(marks.size(), holds ? 1 : 0);
    QCOMPARE(talk.engine->stats(0).matched, quint64(holds));
}

void TestRuleEngine::answersWithTheRequestsFields()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    const QString problem = talk.setRules(R"([{"when": {"type": 1}, "actions": [
        {"do": "answer", "type": 2, "form": "json", "payload": "{\"id\": {{request.data.id + 1}}, \"n\": {{counter}}}"},
        {"do": "answer", "type": "bye", "payload": "to {{peer}}"}]}])");
    QCOMPARE(problem, QString());
    QVERIFY(talk.say(1, QCborMap{{u"id"_s, 41}}));
    QTRY_COMPARE(talk.received.size(), 2);
    QCOMPARE(talk.received[0].type, MessageType(2));
    QCOMPARE(talk.received[0].data().toMap().value(u"id"_s), QCborValue(42));
    QCOMPARE(talk.received[0].data().toMap().value(u"n"_s), QCborValue(0));
    QCOMPARE(talk.received[1].type, MessageType(u"bye"));
    QCOMPARE(talk.received[1].data(), QCborValue(u"to "_s + talk.pair.right->localEndpoint().toString()));
    QCOMPARE(talk.engine->stats(0).actions[0].done, quint64(1));
}

void TestRuleEngine::capturesBecomeVariables()
{
    SockOptions base;
    base.codec = makeCodec(u"text");
    RuleTalk talk(base);
    QVERIFY(talk.ok);
    const QString problem = talk.setRules(R"json([{"when": {"regex": "^HELLO (?<who>\\w+) (\\d+)"},
        "actions": [{"do": "answer", "payload": "HI {{who}}/{{match1}} {{match2}}"}]}])json");
    QCOMPARE(problem, QString());
    QVERIFY(talk.say(0, u"HELLO Anna 17"_s));
    QTRY_COMPARE(talk.received.size(), 1);
    QCOMPARE(talk.received[0].data(), QCborValue(u"HI Anna/Anna 17"_s));
    QVERIFY(!talk.engine->variables().contains(u"who"_s)); // of that hit alone
}

void TestRuleEngine::actsInOrderAndWaits()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    const QString problem =
        talk.setRules(R"([{"actions": [{"do": "answer", "type": 10, "payload": "a"}, {"do": "wait", "ms": 30},
        {"do": "answer", "type": 11, "form": "json", "payload": "{{request.data}}"}]}])");
    QCOMPARE(problem, QString());
    QVERIFY(talk.say(1, 5));
    QTRY_COMPARE(talk.receivedTypes(), (QList<qint64>{10}));
    QCOMPARE(talk.engine->stats().waiting, quint64(1));
    talk.pair.clock->advanceMs(29);
    QCOMPARE(talk.engine->stats().waiting, quint64(1));
    talk.pair.clock->advanceMs(1);
    QTRY_COMPARE(talk.receivedTypes(), (QList<qint64>{10, 11}));
    QCOMPARE(talk.received[1].data(), QCborValue(5));
    QCOMPARE(talk.engine->stats().waiting, quint64(0));
}

void TestRuleEngine::jitterAndChanceFollowTheSeed()
{
    const auto transcript = [](quint64 seed) {
        RuleEngineOptions options;
        options.seed = seed;
        RuleTalk talk({}, options);
        QStringList lines;
        if (!talk.ok || !talk.setRules(R"([{"probability": 0.5, "actions": [{"do": "wait", "ms": 50, "jitterMs": 40},
                {"do": "comment", "text": "{{random 1 1000000}}"}]}])")
                             .isEmpty())
            return lines;
        QObject::connect(talk.engine.get(), &RuleEngine::commentRequested, &talk.context,
                         [&](const RuleHit &hit, const QString &text) {
                             lines.append(hit.envelope.message.data().toVariant().toString() + u' ' + text + u' ' +
                                          QString::number(talk.pair.clock->nowNs()));
                         });
        for (int i = 0; i < 100; ++i) {
            if (!talk.say(1, i))
                return QStringList();
        }
        talk.pair.clock->advanceMs(9);
        const qsizetype early = lines.size();
        talk.pair.clock->advanceMs(82);
        return early == 0 ? lines : QStringList();
    };
    const QStringList first = transcript(7);
    QVERIFY2(first.size() > 25 && first.size() < 75, qPrintable(QString::number(first.size())));
    QCOMPARE(transcript(7), first);
    QVERIFY(transcript(8) != first);
}

void TestRuleEngine::everyNthAndAtMost()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    const QString problem =
        talk.setRules(R"([{"name": "third", "every": 3, "atMost": 2, "actions": [{"do": "answer", "form": "json",
        "type": 2, "payload": "{{request.data}}"}]}])");
    QCOMPARE(problem, QString());
    for (int i = 1; i <= 12; ++i)
        QVERIFY(talk.say(1, i));
    QTRY_COMPARE(talk.received.size(), 2);
    QCOMPARE(talk.received[0].data(), QCborValue(3));
    QCOMPARE(talk.received[1].data(), QCborValue(6));
    QCOMPARE(talk.engine->stats(0).hits, quint64(2));
    QCOMPARE(talk.engine->stats(0).matched, quint64(6));
    // A rule that stays what it is keeps its numbers.
    QVERIFY(!talk.engine->setRules(talk.engine->rules()));
    QCOMPARE(talk.engine->stats(0).hits, quint64(2));
}

void TestRuleEngine::setsVariablesAndTellsWhatFails()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    const QString problem =
        talk.setRules(R"([{"actions": [{"do": "set", "variable": "sum", "to": "sum + request.data"}]}])");
    QCOMPARE(problem, QString());
    QVERIFY(talk.say(1, 5));
    QCOMPARE(talk.failures, (QStringList{u"column 1: there is no word and no variable \"sum\""_s}));
    QVERIFY(talk.say(1, 5));
    QCOMPARE(talk.failures.size(), 1); // said once, counted each time
    QCOMPARE(talk.engine->stats(0).actions[0].failed, quint64(2));
    QVERIFY(talk.engine->setVariable(u"sum"_s, 100));
    QVERIFY(talk.say(1, 5));
    QVERIFY(talk.say(1, 6));
    QCOMPARE(talk.engine->variables().value(u"sum"_s), QCborValue(111));
    QCOMPARE(talk.engine->stats(0).actions[0].done, quint64(2));
    for (qsizetype i = 1; i < RuleEngine::maximumVariables; ++i)
        QVERIFY(talk.engine->setVariable(u"v%1"_s.arg(i), i));
    QVERIFY(!talk.engine->setVariable(u"more"_s, 1));
    QVERIFY(talk.engine->setVariable(u"sum"_s, 1));
}

void TestRuleEngine::asksTheLog()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    QCOMPARE(
        talk.setRules(R"([{"name": "odd", "actions": [{"do": "mark"}, {"do": "comment", "text": "id {{request.data}}"},
        {"do": "colour", "colour": "#ff0000"}, {"do": "pause"}]}])"),
        QString());
    QSignalSpy hits(talk.engine.get(), &RuleEngine::ruleHit);
    QSignalSpy marks(talk.engine.get(), &RuleEngine::markRequested);
    QSignalSpy comments(talk.engine.get(), &RuleEngine::commentRequested);
    QSignalSpy colours(talk.engine.get(), &RuleEngine::colourRequested);
    QSignalSpy pauses(talk.engine.get(), &RuleEngine::pauseRequested);
    QVERIFY(talk.say(1, 9));
    QCOMPARE(hits.size(), 1);
    QCOMPARE(marks.size(), 1);
    QCOMPARE(comments.value(0).value(1).toString(), u"id 9"_s);
    QCOMPARE(colours.value(0).value(1).toString(), u"#ff0000"_s);
    QCOMPARE(pauses.size(), 1);
    const auto hit = marks[0][0].value<RuleHit>();
    QCOMPARE(hit.ruleName, u"odd"_s);
    QCOMPARE(hit.sock, talk.pair.a.get());
    QCOMPARE(hit.envelope.sequence, quint64(1));
}

void TestRuleEngine::skipsAndStops()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    const QString problem = talk.setRules(R"([{"when": {"type": 1}, "actions": [{"do": "skip"}]},
                               {"when": {"type": 3}, "actions": [{"do": "stop"}]}, {"actions": [{"do": "mark"}]}])");
    QCOMPARE(problem, QString());
    QSignalSpy marks(talk.engine.get(), &RuleEngine::markRequested);
    QSignalSpy stops(talk.engine.get(), &RuleEngine::stopped);
    QVERIFY(talk.say(1, 0));
    QCOMPARE(marks.size(), 0);
    QVERIFY(talk.say(2, 0));
    QCOMPARE(marks.size(), 1);
    QVERIFY(talk.say(3, 0));
    QVERIFY(talk.say(2, 0));
    QCOMPARE(marks.size(), 1);
    QCOMPARE(stops.size(), 1);
    QVERIFY(!talk.engine->isEnabled());
    talk.engine->setEnabled(true);
    QVERIFY(talk.say(2, 0));
    QCOMPARE(marks.size(), 2);
}

void TestRuleEngine::closesAndRefuses()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    const QString problem = talk.setRules(R"([{"when": {"type": 1}, "actions": [{"do": "close"}, {"do": "close"}]},
                               {"when": {"type": 2}, "actions": [{"do": "refuse"}]}])");
    QCOMPARE(problem, QString());
    QSignalSpy removed(talk.pair.a.get(), &BaseSock::peerRemoved);
    QVERIFY(talk.say(1, 0));
    QCOMPARE(removed.size(), 1);
    QCOMPARE(talk.failures, (QStringList{u"the peer has gone already"_s}));
    QVERIFY(talk.say(2, 0));
    QVERIFY(!talk.pair.a->peerFilter().accepts(talk.pair.right->localEndpoint()));
    QCOMPARE(removed.last().value(1).value<CloseReason>(), CloseReason::Refused);
}

void TestRuleEngine::sendsToOthers()
{
    RuleTalk talk;
    RuleTalk other;
    QVERIFY(talk.ok && other.ok);
    talk.engine->addSock(other.pair.a.get(), u"other one"_s);
    const QByteArray address = talk.pair.right->localEndpoint().toString().toUtf8();
    QCOMPARE(
        talk.setRules(R"([{"when": {"sock": "ours"}, "actions": [{"do": "send", "to": "all", "type": 1, "payload": "x"},
        {"do": "send", "to": ")" +
                      address + R"(", "type": 2, "payload": "x"},
        {"do": "send", "to": "other one", "type": 3, "payload": "x"},
        {"do": "send", "to": "nobody", "type": 4, "payload": "x"}]}])"),
        QString());
    QVERIFY(talk.say(9, 0));
    QTRY_COMPARE(talk.receivedTypes(), (QList<qint64>{1, 2}));
    QTRY_COMPARE(other.receivedTypes(), (QList<qint64>{3}));
    QCOMPARE(talk.failures, (QStringList{u"there is no socket named nobody"_s}));
}

void TestRuleEngine::runsAProgramOnlyWithConsent()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"out"_s);
    QStringList asked;
    bool allowed = false;
    RuleEngineOptions options;
    options.consent = [&](const QString &rule, const QString &program, const QStringList &arguments) {
        asked.append(rule + u' ' + program + u' ' + arguments.value(1).left(3));
        return allowed;
    };
    RuleTalk talk({}, options);
    QVERIFY(talk.ok);
    const QString problem = talk.setRules(R"([{"name": "save", "actions": [{"do": "run", "program": "/bin/sh",
        "arguments": ["-c", "cat > ')" + path.toUtf8() +
                                          R"('; exit {{request.data}}"]}]}])");
    QCOMPARE(problem, QString());
    QVERIFY(talk.say(1, 0));
    QCOMPARE(asked, (QStringList{u"save /bin/sh cat"_s}));
    QCOMPARE(talk.failures, (QStringList{u"nobody allowed it to run /bin/sh"_s}));
    allowed = true;
    QVERIFY(talk.say(1, 0));
    QFile file(path);
    QTRY_VERIFY(file.exists() && file.size() > 0);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("[1,0]"));
    QVERIFY(talk.say(1, 3));
    QTRY_COMPARE(talk.failures.value(1), u"/bin/sh ended with 3"_s);

    // One that still runs ends with the engine: a warning of Qt would fail this.
    const QString mark = folder.filePath(u"running"_s);
    QCOMPARE(talk.setRules(R"([{"actions": [{"do": "run", "program": "/bin/sh",
        "arguments": ["-c", "echo > ')" +
                           mark.toUtf8() + R"('; exec sleep 600"]}]}])"),
             QString());
    QVERIFY(talk.say(1, 0));
    QTRY_VERIFY(QFile::exists(mark));
    talk.engine.reset();
}

void TestRuleEngine::turnsRulesOffLive()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    const QString problem =
        talk.setRules(R"([{"enabled": false, "actions": [{"do": "wait", "ms": 10}, {"do": "mark"}]}])");
    QCOMPARE(problem, QString());
    QSignalSpy marks(talk.engine.get(), &RuleEngine::markRequested);
    QVERIFY(talk.say(1, 0));
    QVERIFY(talk.engine->setRuleEnabled(0, true));
    QVERIFY(talk.say(1, 0));
    QCOMPARE(talk.engine->stats().waiting, quint64(1));
    QVERIFY(talk.engine->setRuleEnabled(0, false));
    QCOMPARE(talk.engine->stats().waiting, quint64(0));
    QCOMPARE(talk.engine->stats().cancelled, quint64(1));
    talk.pair.clock->advanceMs(20);
    QCOMPARE(marks.size(), 0);
    QVERIFY(!talk.engine->setRuleEnabled(1, false));
}

void TestRuleEngine::seesWhatIsSent()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    const QString problem = talk.setRules(R"([{"when": {"direction": "out", "field": "data.id", "value": 3},
        "actions": [{"do": "comment", "text": "sent {{request.data.id}}"}]}])");
    QCOMPARE(problem, QString());
    QSignalSpy comments(talk.engine.get(), &RuleEngine::commentRequested);
    QVERIFY(talk.pair.a->sendMessage(1, QCborMap{{u"id"_s, 3}}).isOk());
    QCOMPARE(comments.size(), 0); // never inside the call that sends
    QTRY_COMPARE(comments.size(), 1);
    QCOMPARE(comments[0][1].toString(), u"sent 3"_s);
    QCOMPARE(comments[0][0].value<RuleHit>().direction, Direction::Out);
}

void TestRuleEngine::stopsALoopOfOurOwnSocks()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    talk.engine->addSock(talk.pair.b.get(), u"theirs"_s);
    const QString problem =
        talk.setRules(R"([{"name": "polite", "when": {"type": 1}, "actions": [{"do": "answer", "type": 1,
        "form": "json", "payload": "{{counter}}"}]}])");
    QCOMPARE(problem, QString());
    QSignalSpy loops(talk.engine.get(), &RuleEngine::loopStopped);
    QVERIFY(talk.say(1, 0));
    QTRY_COMPARE(loops.size(), 1);
    QVERIFY2(loops[0][1].toString().contains(u"\"polite\" was turned off: 64 times in a row"_s),
             qPrintable(loops[0][1].toString()));
    QVERIFY(!talk.engine->rules()[0].enabled);
    QCOMPARE(talk.engine->stats().loops, quint64(1));
    QCOMPARE(talk.engine->stats(0).hits, quint64(65));
    // A rule on what is sent that sends is one too.
    const QString problem2 = talk.setRules(R"([{"name": "echo", "when": {"direction": "out"},
        "actions": [{"do": "answer", "payload": "again"}]}])");
    QCOMPARE(problem2, QString());
    QVERIFY(talk.pair.a->sendMessage(5, 0).isOk());
    QTRY_COMPARE(loops.size(), 2);
    QVERIFY(loops[1][1].toString().contains(u"\"echo\""_s));
}

void TestRuleEngine::anEchoOfAPeerOutsideIsNoLoop()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    QCOMPARE(
        talk.setRules(R"([{"actions": [{"do": "answer", "type": 1, "form": "json", "payload": "{{request.data}}"}]}])"),
        QString());
    QSignalSpy loops(talk.engine.get(), &RuleEngine::loopStopped);
    for (int i = 1; i <= 200; ++i) {
        QVERIFY(talk.say(1, 5)); // as it was answered
        QTRY_COMPARE(talk.received.size(), i);
    }
    QCOMPARE(loops.size(), 0);
}

void TestRuleEngine::findsRulesByTheirType()
{
    RuleTalk talk;
    QVERIFY(talk.ok);
    QList<Rule> rules;
    for (int i = 0; i < Rule::maximumRules; ++i) {
        Rule rule;
        rule.when.type = QString::number(i);
        RuleAction mark;
        mark.kind = RuleAction::Kind::Mark;
        rule.actions = {mark};
        rules.append(rule);
    }
    QVERIFY(!talk.engine->setRules(rules));
    QVERIFY(talk.say(9999, 0));
    QCOMPARE(talk.engine->stats().conditions, quint64(1));
    QCOMPARE(talk.engine->stats(9999).hits, quint64(1));
    rules.append(Rule());
    const auto error = talk.engine->setRules(rules);
    QVERIFY(error);
    QVERIFY2(error->toString().startsWith(u"rules: there are 10001 rules, more than 10000"_s),
             qPrintable(error->toString()));
    QCOMPARE(talk.engine->rules().size(), Rule::maximumRules); // those that were there
}

void TestRuleEngine::limitsWhatWaits()
{
    RuleEngineOptions options;
    options.maximumWaiting = 2;
    RuleTalk talk({}, options);
    QVERIFY(talk.ok);
    const QString problem = talk.setRules(R"([{"actions": [{"do": "wait", "ms": 10}, {"do": "mark"}]}])");
    QCOMPARE(problem, QString());
    QSignalSpy marks(talk.engine.get(), &RuleEngine::markRequested);
    for (int i = 0; i < 3; ++i)
        QVERIFY(talk.say(1, i));
    QCOMPARE(talk.engine->stats().droppedWaiting, quint64(1));
    talk.pair.clock->advanceMs(10);
    QCOMPARE(marks.size(), 2);
}

void TestRuleEngine::mayBeDestroyedByASlot()
{
    for (const char *json : {R"([{"actions": [{"do": "mark"}, {"do": "mark"}]}, {"actions": [{"do": "mark"}]}])",
                             R"([{"actions": [{"do": "wait", "ms": 1}, {"do": "mark"}]}])"}) {
        RuleTalk talk;
        QVERIFY(talk.ok);
        const QString problem = talk.setRules(json);
        QCOMPARE(problem, QString());
        int marks = 0;
        QObject::connect(talk.engine.get(), &RuleEngine::markRequested, &talk.context, [&] {
            ++marks;
            talk.engine.reset();
        });
        QVERIFY(talk.say(1, 0));
        talk.pair.clock->advanceMs(1);
        QCOMPARE(marks, 1);
        QVERIFY(!talk.engine);
    }
}

QTEST_GUILESS_MAIN(TestRuleEngine)
#include "test_ruleengine.moc"
