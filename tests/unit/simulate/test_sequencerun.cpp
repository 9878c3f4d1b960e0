#include "core/project/jsontext.h"
#include "core/simulate/sequencejson.h"
#include "core/simulate/sequencerunner.h"
#include "support/sockpair.h"
#include "support/talk.h"
#include "support/testmain.h"

#include <QCborMap>
#include <QSignalSpy>
#include <QXmlStreamReader>

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestSequenceRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void sendsAndExpects();
    void countsWhatIsNotExpected();
    void strictTakesNoOther();
    void keepsWhatComesEarly();
    void waitsRepeatsAndBranches();
    void whileEnds();
    void failsWithAMessage();
    void errorsOfExpressionsFailTheStep();
    void endsWithItsPeer();
    void oneRunAPeer();
    void jsonErrors_data();
    void jsonErrors();
    void junitIsWellFormed();
};

namespace {

/// A run on one sock, and the peer that the test plays.
struct Played
{
    explicit Played(const QByteArray &steps, SequenceRunOptions options = {})
        : pair(false)
    {
        options.clock = pair.clock;
        pair.a->setUnknownTypeHandler(&context, [](const Envelope &) {});
        pair.b->setUnknownTypeHandler(&context, [this](const Envelope &each) { received.append(each.message); });
        ok = pair.start();
        run = std::make_unique<SequenceRun>(pair.a.get(), pair.right->localEndpoint(), options);
        ProjectError damaged;
        const auto node = parseJsonText(R"([{"name": "it", "steps": )" + steps + "}]", &damaged);
        SimulateError error;
        const auto sequences = node ? sequencesFromJson(*node, &error) : std::nullopt;
        if (!sequences)
            qWarning("%s", qPrintable(node ? error.toString() : damaged.toString()));
        else if (const auto problem = run->start(sequences->first()))
            qWarning("%s", qPrintable(problem->toString()));
    }
    bool say(const MessageType &type, const QCborValue &data)
    {
        const quint64 before = pair.a->ledger().handled.messages;
        return pair.b->sendMessage(type, data, pair.left->localEndpoint()).isOk() &&
               QTest::qWaitFor([&] { return pair.a->ledger().handled.messages > before; });
    }
    QList<qint64> types() const
    {
        QList<qint64> list;
        for (const Message &each : received)
            list.append(each.type.number());
        return list;
    }

    QObject context;
    SockPair pair;
    QList<Message> received;
    std::unique_ptr<SequenceRun> run;
    bool ok = false;
};

} // namespace

void TestSequenceRun::sendsAndExpects()
{
    Played it(R"([{"do": "send", "type": 1, "payload": "hello"},
        {"do": "expect", "filter": "type == 2 && data.id > 4"},
        {"do": "set", "variable": "id", "to": "request.data.id * 2"},
        {"do": "send", "type": 3, "form": "json", "payload": "{{id}}"}])");
    QVERIFY(it.ok);
    QTRY_COMPARE(it.types(), (QList<qint64>{1}));
    it.pair.clock->advanceMs(250);
    QVERIFY(it.say(2, QCborMap{{u"id"_s, 5}}));
    QTRY_COMPARE(it.types(), (QList<qint64>{1, 3}));
    QCOMPARE(it.received[1].data(), QCborValue(10));
    const SequenceResult result = it.run->result();
    QVERIFY(result.finished && result.passed);
    QCOMPARE(result.results.size(), 4);
    const StepResult &expected = result.results[1];
    QCOMPARE(expected.path, u"steps[1]"_s);
    QVERIFY(expected.passed && expected.hasMessage);
    QCOMPARE(expected.message.message.type, MessageType(2));
    QCOMPARE(expected.startedNs, qint64(0));
    QCOMPARE(expected.endedNs, qint64(250'000'000));
    QVERIFY(it.run->start({})); // a run runs once
}

void TestSequenceRun::countsWhatIsNotExpected()
{
    Played it(R"([{"do": "expect", "name": "welcome", "filter": "type == 2", "timeoutMs": 500}])");
    QSignalSpy finished(it.run.get(), &SequenceRun::finished);
    QVERIFY(it.say(1, 0));
    QVERIFY(it.say(3, 0));
    it.pair.clock->advanceMs(499);
    QVERIFY(it.run->isRunning());
    it.pair.clock->advanceMs(1);
    QVERIFY(!it.run->isRunning());
    QCOMPARE(finished.size(), 1);
    const SequenceResult result = it.run->result();
    QVERIFY(result.finished && !result.passed);
    QCOMPARE(result.results[0].unmatched, quint64(2));
    QCOMPARE(result.what, u"steps[0], welcome: nothing that fits came within 500 ms; 2 others came"_s);
    QCOMPARE(result.durationNs, qint64(500'000'000));
}

void TestSequenceRun::strictTakesNoOther()
{
    Played it(R"([{"do": "expect", "filter": "type == 2", "strict": true}])");
    QVERIFY(it.say(1, 5));
    const SequenceResult result = it.run->result();
    QVERIFY(result.finished && !result.passed);
    QVERIFY2(result.what.contains(u"another message came: type 1, 5 bytes: "_s), qPrintable(result.what));
    QCOMPARE(result.results[0].message.message.data(), QCborValue(5));
}

void TestSequenceRun::keepsWhatComesEarly()
{
    SequenceRunOptions options;
    options.maximumInbox = 2;
    const QByteArray steps = R"([{"do": "wait", "ms": 100}, {"do": "expect", "filter": "type == 2"},
                                 {"do": "expect", "filter": "type == 3"}])";
    Played it(steps, options);
    QVERIFY(it.say(2, 0));
    QVERIFY(it.say(3, 0));
    it.pair.clock->advanceMs(100);
    QVERIFY(it.run->result().passed);

    Played tooMany(steps, options);
    for (int i = 0; i < 3; ++i)
        QVERIFY(tooMany.say(2, 0));
    QVERIFY(tooMany.run->result().finished);
    QCOMPARE(tooMany.run->result().what, u"more than 2 messages came while none was expected"_s);
}

void TestSequenceRun::waitsRepeatsAndBranches()
{
    Played it(R"([{"do": "expect"},
        {"do": "branch", "filter": "type == 7", "then": [{"do": "set", "variable": "n", "to": "0"}],
                                                 "else": [{"do": "fail", "message": "not seven"}]},
        {"do": "repeat", "times": 3, "steps": [{"do": "send", "type": 1, "form": "json", "payload": "{{n}}"},
            {"do": "wait", "ms": 10}, {"do": "set", "variable": "n", "to": "n + 1"}]},
        {"do": "branch", "condition": "n == 3", "then": [{"do": "send", "type": 2, "payload": ""}]}])");
    QVERIFY(it.say(7, 0));
    QTRY_COMPARE(it.received.size(), 1);
    it.pair.clock->advanceMs(10);
    QTRY_COMPARE(it.received.size(), 2);
    it.pair.clock->advanceMs(9);
    QVERIFY(it.run->isRunning());
    it.pair.clock->advanceMs(11);
    QTRY_COMPARE(it.types(), (QList<qint64>{1, 1, 1, 2}));
    QCOMPARE(it.received[2].data(), QCborValue(2));
    QVERIFY(it.run->result().passed);
    QCOMPARE(it.run->result().results[2].path, u"steps[1].then[0]"_s);
}

void TestSequenceRun::whileEnds()
{
    Played it(R"([{"do": "set", "variable": "n", "to": "0"},
        {"do": "while", "condition": "n < 3", "steps": [{"do": "set", "variable": "n", "to": "n + 1"}]},
        {"do": "branch", "condition": "n != 3", "then": [{"do": "fail", "message": "{{n}}"}]}])");
    QVERIFY(it.run->result().passed);
    QCOMPARE(it.run->result().steps, quint64(9)); // set, while × 4, set × 3, branch

    Played endless(R"([{"do": "while", "condition": "1", "steps": [{"do": "set", "variable": "n", "to": "1"}]}])");
    QVERIFY(endless.run->isRunning()); // it gave others their turn
    for (int i = 0; i < 2000 && endless.run->isRunning(); ++i)
        endless.pair.clock->advance(1);
    QVERIFY(endless.run->result().finished);
    QVERIFY2(endless.run->result().what.startsWith(u"it ran 1000000 steps"_s), qPrintable(endless.run->result().what));
    QCOMPARE(endless.run->result().results.size(), SequenceRun::maximumResults);
}

void TestSequenceRun::failsWithAMessage()
{
    {
        Played said(R"([{"do": "expect"}, {"do": "fail", "message": "of {{peer}}"}])");
        QVERIFY(said.ok);
        QVERIFY(said.say(1, 0));
        QTRY_VERIFY(said.run->result().finished);
        QCOMPARE(said.run->result().results.last().what, u"of "_s + said.pair.right->localEndpoint().toString());
    }
    Played it(R"([{"do": "fail", "name": "end", "message": "{{1 + 1}} is wrong"}, {"do": "send", "payload": ""}])");
    QCOMPARE(it.run->result().what, u"steps[0], end: 2 is wrong"_s);
    QCOMPARE(it.run->result().results.size(), 1);
}

void TestSequenceRun::errorsOfExpressionsFailTheStep()
{
    Played it(R"([{"do": "branch", "condition": "1 < nothing", "then": []}])");
    QCOMPARE(it.run->result().what,
             u"steps[0], if 1 < nothing: column 5: there is no word and no variable \"nothing\""_s);
}

void TestSequenceRun::endsWithItsPeer()
{
    Played it(R"([{"do": "expect", "timeoutMs": 10000}])");
    QVERIFY(it.pair.a->closePeer(it.pair.right->localEndpoint()));
    QCOMPARE(it.run->result().what, u"steps[0], expect a message: the peer has gone"_s);
    Played other(R"([{"do": "wait", "ms": 10000}])");
    other.pair.a.reset();
    QVERIFY(other.run->result().finished);
    QVERIFY(!other.run->result().passed);
}

void TestSequenceRun::oneRunAPeer()
{
    Talk talk(false); // its client is known already
    QVERIFY(talk.ok);
    SequenceRunner runner(talk.server.get());
    Sequence sequence;
    SequenceStep expect;
    expect.kind = SequenceStep::Kind::Expect;
    expect.filter = u"type == 5"_s;
    expect.timeout = std::chrono::seconds(60);
    sequence.steps = {expect};
    QVERIFY(!runner.start(sequence));
    QSignalSpy finished(&runner, &SequenceRunner::finished);
    std::vector<std::unique_ptr<BaseSock>> clients;
    for (int type : {5, 6, 5}) {
        clients.push_back(Talk::make(false, quiet()));
        QVERIFY(!clients.back()->start() && !clients.back()->connectTo(talk.server->localEndpoint()));
        QTRY_COMPARE(knownPeers(*clients.back()), 1);
        QVERIFY(clients.back()->sendMessage(type, 0).isOk()); // a peer's first message counts
    }
    QTRY_COMPARE(runner.passed(), quint64(2));
    QTRY_COMPARE(runner.running(), 1);
    runner.stop(u"enough"_s);
    QCOMPARE(runner.failed(), quint64(1));
    QCOMPARE(finished.size(), 3);
    const auto last = finished.last().first().value<SequenceResult>();
    QCOMPARE(last.what, u"steps[0], expect type == 5: enough"_s);
    QCOMPARE(last.results.first().unmatched, quint64(1));
    clients.push_back(Talk::make(false, quiet()));
    QVERIFY(!clients.back()->start() && !clients.back()->connectTo(talk.server->localEndpoint()));
    QTRY_COMPARE(knownPeers(*clients.back()), 1);
    QVERIFY(clients.back()->sendMessage(5, 0).isOk());
    QTRY_COMPARE(knownPeers(*talk.server), 4);
    QCOMPARE(runner.running(), 0); // stopped
}

void TestSequenceRun::jsonErrors_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("error");
    QTest::newRow("no list") << QByteArray("{}") << u"sequences: this is no list of sequences: write [{…}, {…}]"_s;
    QTest::newRow("no name") << QByteArray("[{}]") << u"sequences[0]: the sequence has no name"_s;
    QTest::newRow("unknown step") << QByteArray(R"([{"name": "a", "steps": [{"do": "jump"}]}])")
                                  << u"sequences[0].steps[0].do: this is none of send, expect"_s;
    QTest::newRow("unknown key") << QByteArray(R"([{"name": "a", "steps": [{"do": "expect", "timeout": 5}]}])")
                                 << u"sequences[0].steps[0].timeout: this key is not known here"_s;
    QTest::newRow("filter") << QByteArray(R"([{"name": "a", "steps": [{"do": "expect", "filter": "size > x"}]}])")
                            << u"sequences[0].steps[0].filter, column 8: expected"_s;
    QTest::newRow("inner condition")
        << QByteArray(R"([{"name": "a", "steps": [{"do": "repeat", "steps": [{"do": "while", "condition": "n <"}]}]}])")
        << u"sequences[0].steps[0].steps[0].condition, column 4: expected an expression"_s;
    QTest::newRow("template") << QByteArray(R"([{"name": "a", "steps": [{"do": "send", "payload": "ab{{1 +}}"}]}])")
                              << u"sequences[0].steps[0].payload, column 8: "_s;
    QTest::newRow("no condition") << QByteArray(R"([{"name": "a", "steps": [{"do": "while"}]}])")
                                  << u"sequences[0].steps[0]: nothing says how long"_s;
    QTest::newRow("twice") << QByteArray(R"([{"name": "a"}, {"name": "a"}])")
                           << u"sequences[1].name: two sequences have this name"_s;
}

void TestSequenceRun::jsonErrors()
{
    QFETCH(QByteArray, json);
    QFETCH(QString, error);
    ProjectError damaged;
    const auto node = parseJsonText(json, &damaged);
    QVERIFY(node);
    SimulateError wrong;
    QVERIFY(!sequencesFromJson(*node, &wrong));
    QVERIFY2(wrong.toString().startsWith(error), qPrintable(wrong.toString()));
}

void TestSequenceRun::junitIsWellFormed()
{
    Played it(R"([{"do": "send", "name": "a <b> & \"c\"\u0001", "payload": ""},
                  {"do": "fail", "message": "]]> \ud800 \u0000 <x/> ü"}])");
    SequenceResult good;
    good.sequence = u"good"_s;
    good.finished = good.passed = true;
    const QByteArray xml = toJUnitXml({it.run->result(), good});
    QXmlStreamReader reader(xml);
    QStringList cases;
    QString failure;
    QList<int> failures;
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (reader.name() == "testsuite"_L1)
            failures.append(reader.attributes().value(u"failures"_s).toInt());
        if (reader.name() == "testcase"_L1)
            cases.append(reader.attributes().value(u"name"_s).toString());
        if (reader.name() == "failure"_L1)
            failure = reader.readElementText();
    }
    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    QCOMPARE(cases, (QStringList{u"steps[0] a <b> & \"c\"\\u0001"_s, u"steps[1] fail"_s}));
    QCOMPARE(failures, (QList<int>{1, 0}));
    QVERIFY2(failure.contains(u"<x/> ü"_s), qPrintable(failure));
}

QTEST_GUILESS_MAIN(TestSequenceRun)
#include "test_sequencerun.moc"
