#include <QCborArray>
#include <QCborMap>
#include <QTest>

#include "core/peers/peertable.h"
#include "core/types/messagetypes.h"
#include "scripttalk.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestScriptEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    // One native call is not interrupted: what it may make is bounded.
    void whatIsTooLargeIsRefused_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::newRow("buffer") << u"new ArrayBuffer(4e9)"_s;
        QTest::newRow("view") << u"new Float64Array(1e8)"_s;
        QTest::newRow("list") << u"new Array(4e9).fill(0)"_s;
        QTest::newRow("called list") << u"Array(1e9)"_s;
        QTest::newRow("from") << u"Array.from({length: 1e9})"_s;
        QTest::newRow("filled") << u"var a = []; a.length = 4e9; a.fill(0)"_s;
        QTest::newRow("text") << u"'ab'.repeat(1e9)"_s;
        QTest::newRow("padded") << u"''.padStart(1e9)"_s;
    }
    void whatIsTooLargeIsRefused()
    {
        QFETCH(QString, expression);
        ScriptTalk talk;
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) {\n  %1\n}"_s.arg(expression)), QString());
        QVERIFY(talk.say(1, 0));
        QTRY_COMPARE(talk.failures.size(), 1);
        QVERIFY2(talk.failures.first().contains(u"of more than 67108864 bytes"_s), qPrintable(talk.failures.first()));
        QVERIFY2(talk.failures.first().contains(u"talk.js:2: "_s), qPrintable(talk.failures.first()));
    }
    void whatIsNotTooLargeIsMade()
    {
        ScriptTalk talk;
        QVERIFY(talk.ok);
        const QString source = uR"(
            function onTick() {}
            const views = [new ArrayBuffer(8), new Uint8Array(3), new Array(5), Array(2), Array.of(1, 2), Array.from('abc'),
                           new Uint8Array([1, 2]), new Uint8Array(new ArrayBuffer(9), 1, 2)];
            class List extends Array {}
            log([views.map(v => v.byteLength === undefined ? v.length : v.byteLength).join(), [] instanceof Array,
                 Array.isArray(new List(3)), new List(3) instanceof List, 'ab'.repeat(2), 'x'.padEnd(3, '.')].join(' '));)"_s;
        QCOMPARE(talk.load(source), QString());
        QCOMPARE(talk.log, QStringList{u"8,3,5,2,2,3,2,2 true true true abab x.."_s});
    }

    void answers()
    {
        ScriptTalk talk;
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) { m.reply(m.type + 1, {got: m.data.n * 2, from: m.sock}); }"_s),
                 QString());
        QVERIFY(talk.say(7, QCborMap{{u"n"_s, 21}}));
        QTRY_COMPARE(talk.received.size(), 1);
        const QCborMap expected{{u"from"_s, u"ours"_s}, {u"got"_s, 42}};
        QCOMPARE(talk.received[0].type, MessageType(8));
        QCOMPARE(talk.received[0].data(), QCborValue(expected));
        QCOMPARE(talk.engine->stats().calls, 1U);
        QCOMPARE(talk.engine->stats().sent, 1U);
        QCOMPARE(talk.failures, QStringList());
    }

    void seesWhatAMessageIs()
    {
        auto types = std::make_shared<MessageTypes>();
        QVERIFY(types->define(u"move"_s, 3));
        ScriptTalk talk;
        QVERIFY(talk.ok);
        talk.pair.a->setMessageTypes(types);
        QCOMPARE(talk.load(u"function onMessage(m) { log(m.typeName, m.type, m.data, m.payload[0], m.payload.length,"
                           " m.peer === peers()[0].peer, m.injected, m.time > 1.6e12); }"_s),
                 QString());
        QVERIFY(talk.say(3, QCborArray{1, u"two"_s}));
        QCOMPARE(talk.log, QStringList{u"move 3 [1,\"two\"] 91 13 true false true"_s});
    }

    void sendsByNameToSomeAndRaw()
    {
        auto types = std::make_shared<MessageTypes>();
        QVERIFY(types->define(u"pong"_s, 12));
        ScriptTalk talk;
        QVERIFY(talk.ok);
        talk.pair.a->setMessageTypes(types);
        QCOMPARE(talk.load(u"function onMessage(m) {\n"
                           " if (send('pong', [1], m) !== 1) throw new Error('to a message');\n"
                           " if (send('other', null, [m.peer]) !== 1) throw new Error('to a list');\n"
                           " if (send(5) !== 1) throw new Error('to all');\n"
                           " sendRaw(new Uint8Array([0x5b, 0x39, 0x2c, 0x31, 0x5d]), m.peer);\n"
                           " sendRaw('[10,2]', m.peer, 'ours'); }"_s),
                 QString());
        QVERIFY(talk.say(1, 0));
        QCOMPARE(talk.failures, QStringList());
        QTRY_COMPARE(talk.received.size(), 5);
        const QList<MessageType> sent{talk.received[0].type, talk.received[1].type, talk.received[2].type,
                                      talk.received[3].type, talk.received[4].type};
        const QList<MessageType> expected{12, MessageType(u"other"), 5, 9, 10};
        QCOMPARE(sent, expected);
    }

    void ticksAndPeers()
    {
        SockOptions options;
        options.tickInterval = std::chrono::milliseconds(100);
        options.timeout = std::chrono::seconds(1);
        ScriptTalk talk({}, options);
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onTick(t) { log('tick', t.sock, t.missed); }\n"
                           "function onPeer(e) { log(e.event, e.peer, e.reason); }"_s),
                 QString());
        talk.pair.clock->advance(100'000'000);
        QTRY_VERIFY(talk.log.contains(u"tick ours 0"_s));
        const Endpoint peer = talk.pair.right->localEndpoint();
        QVERIFY(talk.pair.a->closePeer(peer));
        const QString name = peer.toString();
        QTRY_VERIFY(talk.log.contains(u"left %1 Local"_s.arg(name)));
        QVERIFY(talk.say(1, 0));
        QVERIFY(talk.log.contains(u"joined %1 undefined"_s.arg(name)));
    }

    void varsOutliveReload()
    {
        ScriptTalk talk;
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) { vars.count = (vars.count || 0) + 1; vars.last = {t: m.type}; }"_s),
                 QString());
        QVERIFY(talk.say(1, 0));
        QVERIFY(talk.say(2, 0));
        const auto peersBefore = talk.pair.a->peers().size();
        QCOMPARE(talk.load(u"function onMessage(m) { log(vars.count, vars.last); }"_s), QString());
        QVERIFY(talk.say(3, 0));
        QCOMPARE(talk.log, QStringList{u"2 {\"t\":2}"_s});
        QCOMPARE(talk.pair.a->peers().size(), peersBefore);
    }

    void aBrokenScriptKeepsTheOldOne_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("error");
        QTest::newRow("syntax") << u"function onMessage(m) {\n  let x = @;\n}"_s
                                << u"talk.js:2:11: SyntaxError: Expected token `numeric literal'"_s;
        QTest::newRow("top level throws") << u"var a = 1;\n  foo.bar();\nfunction onMessage() {}"_s
                                          << u"talk.js:2:3: ReferenceError: foo is not defined"_s;
        QTest::newRow("throws no error") << u"throw 'text';"_s << u"talk.js:1: threw text"_s;
        QTest::newRow("nothing to call")
            << u"function onMesage(m) {}"_s
            << u"talk.js: the script has none of the functions that are called: define onMessage, onTick or onPeer, or decode and encode"_s;
        QTest::newRow("loops")
            << u"while (true) {}"_s
            << u"talk.js: the script's own code ran longer than 50 ms: the script was ended: do less in one call, then load it again"_s;
    }
    void aBrokenScriptKeepsTheOldOne()
    {
        QFETCH(QString, source);
        QFETCH(QString, error);
        ScriptOptions options;
        options.timeLimit = std::chrono::milliseconds(50);
        ScriptTalk talk(options);
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) { m.reply(9); }"_s), QString());
        QCOMPARE(talk.load(source), error);
        QVERIFY(talk.say(1, 0));
        QTRY_COMPARE(talk.received.size(), 1);
    }

    void errorsPointAtTheLine_data()
    {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("error");
        QTest::newRow("type error") << u"return m.nothing.at.all;"_s
                                    << u"talk.js:2:18: TypeError: Cannot read property 'at' of undefined"_s;
        QTest::newRow("unknown name") << u"sned(1);"_s << u"talk.js:2:1: ReferenceError: sned is not defined"_s;
        QTest::newRow("an error") << u"throw new Error('mine');"_s << u"talk.js:2: Error: mine"_s;
        QTest::newRow("a text") << u"throw 'mine';"_s
                                << u"talk.js: Error: threw mine; throw new Error(…) instead to see the line"_s;
        QTest::newRow("no such peer")
            << u"send(1, 2, 'nobody');"_s
            << u"talk.js:2: Error: \"nobody\" is no peer: give an address with its port (\"127.0.0.1:9000\"), a message, or one of peers()"_s;
        QTest::newRow("no such socket") << u"send(1, 2, m, 'theirs');"_s
                                        << u"talk.js:2: Error: there is no socket \"theirs\"; there are: ours"_s;
        QTest::newRow("no type")
            << u"send({}, 2);"_s
            << u"talk.js:2: Error: \"[object Object]\" is no type: give a whole number or a name"_s;
        QTest::newRow("a function as data")
            << u"send(1, {a: [0, send]});"_s << u"talk.js:2: Error: data.a[1] is a function"_s;
        QTest::newRow("contains itself")
            << u"var a = []; a[0] = a; send(1, a);"_s
            << u"talk.js:2: Error: data%1 is nested deeper than 64 levels, or contains itself"_s.arg(
                   u"[0]"_s.repeated(64));
        QTest::newRow("endless list") << u"var a = []; a.length = 4e9; send(1, a);"_s
                                      << u"talk.js:2: Error: data has more than 1000000 values"_s;
    }
    void errorsPointAtTheLine()
    {
        QFETCH(QString, body);
        QFETCH(QString, error);
        ScriptTalk talk;
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) {\n"_s + body + u"\n}"_s), QString());
        QVERIFY(talk.say(1, 0));
        QVERIFY(talk.say(1, 0)); // the same again is counted, and not told again
        QCOMPARE(talk.failures, QStringList{error});
        QCOMPARE(talk.engine->stats().errors, 2U);
        QVERIFY(!talk.engine->stats().hasEnded);
    }

    void aCallThatDoesNotEndIsEnded()
    {
        ScriptOptions options;
        options.timeLimit = std::chrono::milliseconds(50);
        ScriptTalk talk(options);
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) { while (true) { try { for (;;); } catch (e) {} } }"_s), QString());
        QVERIFY(talk.say(1, 0));
        QVERIFY(talk.say(1, 0));
        QCOMPARE(
            talk.failures,
            QStringList{
                u"talk.js: onMessage ran longer than 50 ms: the script was ended: do less in one call, then load it again"_s});
        QVERIFY(talk.engine->stats().hasEnded);
        QCOMPARE(talk.engine->stats().calls, 1U);
        QCOMPARE(talk.load(u"function onMessage(m) { m.reply(2); }"_s), QString());
        QVERIFY(talk.say(1, 0));
        QTRY_COMPARE(talk.received.size(), 1);
    }

    void getersAndTextsRunInsideTheLimit()
    {
        ScriptOptions options;
        options.timeLimit = std::chrono::milliseconds(50);
        ScriptTalk talk(options);
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) { var e = new Error('x'); e.toString = function () { for (;;); };"
                           " throw e; }"_s),
                 QString());
        QVERIFY(talk.say(1, 0));
        QVERIFY(talk.engine->stats().hasEnded);
    }

    void limits()
    {
        ScriptOptions options;
        options.maximumSends = 3;
        options.maximumLogLines = 2;
        options.maximumLogCharacters = 4;
        ScriptTalk talk(options);
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) { log('abcdefg'); log(1); log(2); for (;;) m.reply(1); }"_s),
                 QString());
        QVERIFY(talk.say(1, 0));
        QCOMPARE(talk.log, (QStringList{u"abcd…"_s, u"1"_s}));
        QCOMPARE(talk.engine->stats().droppedLogLines, 1U);
        QCOMPARE(talk.engine->stats().sent, 3U);
        QCOMPARE(talk.failures,
                 QStringList{u"talk.js:1: Error: more than 3 messages in one call: send the rest later, in onTick"_s});
        QTRY_COMPARE(talk.received.size(), 3);
    }

    void theSameSeedDrawsTheSame()
    {
        const auto drawn = [](quint64 seed) {
            ScriptOptions options;
            options.seed = seed;
            ScriptTalk talk(options);
            const QString error = talk.load(u"function onMessage(m) { log(Math.random(), Math.random()); }"_s);
            return talk.ok && error.isEmpty() && talk.say(1, 0) ? talk.log : QStringList();
        };
        QCOMPARE(drawn(5), drawn(5));
        QCOMPARE(drawn(5).size(), 1);
        QVERIFY(drawn(5) != drawn(6));
    }

    void bytesAndLargeNumbers()
    {
        ScriptTalk talk({}, quiet(u"cbor"));
        QVERIFY(talk.ok);
        QCOMPARE(
            talk.load(u"function onMessage(m) { var b = new Uint8Array(m.data.b); log(m.data.big, b[1], b.length);"
                      " m.reply(1, {part: b.subarray(1), n: -0.5, i: 3, none: undefined, when: new Date(0)}); }"_s),
            QString());
        QVERIFY(talk.say(1, QCborMap{{u"b"_s, QByteArray("\x01\x02\x03", 3)}, {u"big"_s, 9007199254740993LL}}));
        QCOMPARE(talk.failures, QStringList());
        QCOMPARE(talk.log, QStringList{u"9007199254740993 2 3"_s});
        QTRY_COMPARE(talk.received.size(), 1);
        const QCborMap expected{{u"part"_s, QByteArray("\x02\x03", 2)},
                                {u"n"_s, -0.5},
                                {u"i"_s, 3},
                                {u"when"_s, u"1970-01-01T00:00:00.000Z"_s}}; // in the script's order
        QCOMPARE(talk.received[0].data().toMap(), expected);
    }

    void slotsMayLoadAndDestroy()
    {
        ScriptTalk talk;
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) { log('old'); m.reply(1); }"_s), QString());
        bool loaded = false;
        QObject::connect(talk.pair.b.get(), &BaseSock::messageReceived, &talk.context, [&] { loaded = true; });
        // Inside the call: the log is told after it, so that this destroys no engine that runs.
        QObject::connect(talk.engine.get(), &ScriptEngine::logged, &talk.context, [&](const QString &text) {
            if (text == "old"_L1)
                QCOMPARE(talk.load(u"function onMessage(m) { log('new'); }"_s), QString());
            else
                talk.engine.reset();
        });
        QVERIFY(talk.say(1, 0));
        QVERIFY(talk.say(1, 0));
        QVERIFY(!talk.engine);
        QVERIFY(talk.say(1, 0));
        QCOMPARE(talk.log, (QStringList{u"old"_s, u"new"_s}));
        QVERIFY(loaded);
    }

    void aSockThatGoes()
    {
        ScriptTalk talk;
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(u"function onMessage(m) { send(1, 2, m, 'second'); }"_s), QString());
        auto second = std::make_unique<BaseSock>(quiet());
        talk.engine->addSock(second.get(), u"second"_s);
        second.reset();
        QVERIFY(talk.say(1, 0));
        QCOMPARE(talk.failures, QStringList{u"talk.js:1: Error: there is no socket \"second\"; there are: ours"_s});
    }
};

QTEST_GUILESS_MAIN(TestScriptEngine)
#include "test_scriptengine.moc"
