#include <QCborArray>
#include <QCborMap>
#include <QTest>
#include <QThread>

#include <memory>

#include "core/script/scriptcodec.h"
#include "scripttalk.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

namespace {

// A type in the first byte, the rest is text.
const QString tagged = u"function decode(bytes) {\n"
                       "  if (bytes.length < 1) throw new Error('empty');\n"
                       "  var text = '';\n"
                       "  for (var i = 1; i < bytes.length; ++i) text += String.fromCharCode(bytes[i]);\n"
                       "  return {type: bytes[0], data: {text: text}};\n"
                       "}\n"
                       "function encode(message) {\n"
                       "  var bytes = [message.type];\n"
                       "  for (var i = 0; i < message.data.text.length; ++i)\n"
                       "    bytes.push(message.data.text.charCodeAt(i));\n"
                       "  return new Uint8Array(bytes);\n"
                       "}\n"_s;

std::shared_ptr<const ScriptCodec> make(const QString &source, QString *problem = nullptr)
{
    std::optional<ScriptError> error;
    auto codec = ScriptCodec::make(source, u"own.js"_s, std::chrono::milliseconds(50), error);
    if (problem)
        *problem = error ? error->toString() : QString();
    return codec;
}

Message textMessage(const MessageType &type, const QString &text)
{
    Message message;
    message.type = type;
    message.value = QCborMap{{u"text"_s, text}};
    return message;
}

} // namespace

class TestScriptCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void roundTrip()
    {
        const auto codec = make(tagged);
        QVERIFY(codec);
        QCOMPARE(codec->name(), u"script:own.js"_s);
        QByteArray payload("before");
        QVERIFY(!codec->encode(textMessage(7, u"hi"_s), payload));
        QCOMPARE(payload, QByteArray("before\x07hi"));
        Message message;
        QVERIFY(!codec->decode(Bytes(QByteArray("\x07hi")), message));
        QCOMPARE(message.type, MessageType(7));
        QCOMPARE(message.data(), QCborValue(QCborMap{{u"text"_s, u"hi"_s}}));
        QCOMPARE(codec->summary("\x07hi", 80), u"{\"text\":\"hi\"}"_s);
        const FieldNode root = codec->fields("\x07hi", 100);
        QCOMPARE(root.children.size(), size_t(2));
        QCOMPARE(root.children[1].children[0].value, u"\"hi\""_s);
        QCOMPARE(root.children[1].children[0].offset, -1);
    }

    void onASock()
    {
        ScriptTalk talk;
        QVERIFY(talk.ok);
        QCOMPARE(talk.load(tagged + u"function onMessage(m) { m.reply(m.type, {text: m.data.text + '!'}); }"_s),
                 QString());
        QVERIFY(talk.engine->codec());
        talk.pair.a->setCodec(talk.engine->codec());
        talk.pair.b->setCodec(talk.engine->codec());
        QVERIFY(talk.say(3, QCborMap{{u"text"_s, u"hello"_s}}));
        QCOMPARE(talk.failures, QStringList());
        QTRY_COMPARE(talk.received.size(), 1);
        QCOMPARE(talk.received[0].payload.toByteArray(), QByteArray("\x03hello!"));
        QCOMPARE(talk.load(u"function onMessage(m) {}"_s), QString());
        QVERIFY(!talk.engine->codec());
    }

    void lent()
    {
        ScriptTalk talk;
        QVERIFY(talk.ok);
        talk.pair.a->setCodec(makeCodec(u"raw"));
        talk.engine->lendCodec(talk.pair.a.get());
        QCOMPARE(talk.pair.a->codec()->name(), u"raw"_s); // there is no script yet
        QCOMPARE(talk.load(tagged), QString());
        QVERIFY(talk.engine->codec());
        QCOMPARE(talk.pair.a->codec(), talk.engine->codec());
        QCOMPARE(talk.load(tagged + u"\n"_s), QString());
        QCOMPARE(talk.pair.a->codec(), talk.engine->codec());
        QCOMPARE(talk.load(u"function onMessage(m) {}"_s), QString());
        QCOMPARE(talk.pair.a->codec()->name(), u"raw"_s);
        QCOMPARE(talk.load(tagged), QString());
        talk.engine->lendCodec(talk.pair.b.get()); // at once
        QCOMPARE(talk.pair.b->codec(), talk.engine->codec());
        talk.pair.b.reset(); // one that goes is let go of
        talk.engine.reset();
        QCOMPARE(talk.pair.a->codec()->name(), u"raw"_s);
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<bool>("encodes");
        QTest::addColumn<QString>("what");
        QTest::newRow("throws") << tagged << false << u"own.js:2: Error: empty"_s;
        QTest::newRow("no object") << u"function decode(b) { return 7; }"_s << false
                                   << u"own.js: decode answered no object {type, data}"_s;
        QTest::newRow("no type") << u"function decode(b) { return {type: [], data: 1}; }"_s << false
                                 << u"own.js: type is neither a whole number nor a name"_s;
        QTest::newRow("no data") << u"function decode(b) { return {type: 1, data: decode}; }"_s << false
                                 << u"own.js: data is a function"_s;
        QTest::newRow("no decode") << u"function encode(m) { return ''; }"_s << false
                                   << u"own.js: the script has no function decode: define it"_s;
        QTest::newRow("no encode") << u"function decode(m) { return {}; }"_s << true
                                   << u"own.js: the script has no function encode: define it"_s;
        QTest::newRow("no bytes") << u"function encode(m) { return 5; }"_s << true
                                  << u"own.js: encode answered neither bytes nor a text"_s;
        QTest::newRow("loops")
            << u"function decode(m) { for (;;); }"_s << false
            << u"own.js: decode ran longer than 50 ms: the script was ended: do less in one call, then load it again"_s;
    }
    void refuses()
    {
        QFETCH(QString, source);
        QFETCH(bool, encodes);
        QFETCH(QString, what);
        const auto codec = make(source);
        QVERIFY(codec);
        Message message = textMessage(1, u"a"_s);
        QByteArray payload;
        const auto error = encodes ? codec->encode(message, payload) : codec->decode(Bytes(), message);
        QVERIFY(error);
        QCOMPARE(error->what, what);
        QCOMPARE(error->stage, Stage::Codec);
        QVERIFY(payload.isEmpty());
    }

    void whatRanTooLongIsNotAskedAgain()
    {
        const auto codec = make(u"function decode(m) { for (;;); }"_s);
        QVERIFY(codec);
        Message message;
        QVERIFY(codec->decode(Bytes(), message));
        QCOMPARE(codec->decode(Bytes(), message)->what,
                 u"own.js: the script was ended, it ran too long: mend it and load it again"_s);
        QCOMPARE(codec->fields("a", 10).kind, u"error"_s);
    }

    void brokenScripts()
    {
        QString problem;
        QVERIFY(!make(u"function decode( {"_s, &problem));
        QVERIFY2(problem.startsWith(u"own.js:1:"_s), qPrintable(problem));
    }

    void inSeveralThreads()
    {
        const auto codec = make(tagged);
        QVERIFY(codec);
        std::vector<std::unique_ptr<QThread>> threads;
        std::atomic<int> good = 0;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back(QThread::create([&] {
                for (int n = 0; n < 50; ++n) {
                    Message message;
                    if (!codec->decode(Bytes(QByteArray("\x05xyz")), message) && message.type == MessageType(5))
                        ++good;
                }
            }));
            threads.back()->start();
        }
        for (const auto &thread : threads)
            QVERIFY(thread->wait());
        QCOMPARE(good.load(), 200);
    }
};

QTEST_GUILESS_MAIN(TestScriptCodec)
#include "test_scriptcodec.moc"
