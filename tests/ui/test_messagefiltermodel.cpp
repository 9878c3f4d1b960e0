#include "ui/models/messagefilter.h"

#include <QTest>

#include "core/codec/codec.h"
#include "core/types/messagetypes.h"
#include "support/messages.h"
#include "support/testmain.h"
#include "ui/models/format.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestMessageFilterModel : public QObject
{
    Q_OBJECT
private:
    SockDirectory m_directory;
    StoredMessage m_message;

private Q_SLOTS:
    void initTestCase()
    {
        auto types = std::make_shared<MessageTypes>();
        types->define(u"move"_s, 3);
        SockSnapshot snapshot;
        snapshot.sockId = 1;
        snapshot.name = u"my game"_s;
        snapshot.url = u"udp://127.0.0.1:9000"_s;
        snapshot.codec = makeCodec(u"json");
        snapshot.types = types;
        m_directory.update(snapshot);
        SockScope::Test::Draft draft;
        draft.head.sock = 1;
        draft.head.type = 3;
        draft.head.peer = Endpoint(0x7f000001, 40001);
        draft.head.outcome = Outcome::Unhandled;
        draft.head.flags = EnvelopeFlag::Injected;
        draft.payload = u"[3,{\"Name\":\"Jörg\",\"x\":-1.5}]"_s.toUtf8();
        m_message = SockScope::Test::storedOf(draft);
    }

    void init() { SockScope::Test::failOnWarnings(); }

    void matches_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("expected");
        const auto row = [](const char *text, bool expected) {
            QTest::newRow(text) << QString::fromUtf8(text) << expected;
        };
        row("", true);
        row("name", true);
        row("NAME", true);
        row("jörg", true);
        row("JÖRG", true);
        row("jorg", false);
        row("-jorg", true);
        row("-name", false);
        row("name jörg", true);
        row("name jorg", false);
        row("\"name\\\":\\\"j\"", true);
        row("\"3,{\"", true);
        row("move", true);  // the type's name
        row("40001", true); // the peer
        row("dir:in", true);
        row("dir:OUT", false);
        row("dir:in dir:out", true);
        row("-dir:out", true);
        row("peer:127.0.0.1:40001", true);
        row("peer:127.0.0.1:4000", false);
        row("peer:127.0.0.1", true);
        row("peer:127.0.0.2", false);
        row("peer:127.0.0.2 peer:127.0.0.1", true);
        row("peer:[::1]:40001", false);
        row("peer:400", true); // part of the text
        row("type:move", true);
        row("type:MOVE", true);
        row("type:3", true);
        row("type:mov", false);
        row("-type:3", false);
        row("sock:\"my game\"", true);
        row("sock:game", false);
        row("sock:udp://127.0.0.1:9000", true);
        row("error", false);
        row("-error", true);
        row("unhandled", true);
        row("injected", true);
        row("\"error\"", false); // the word, which does not occur
        row("unhandledx", false);
        row("name -dir:out type:move peer:127.0.0.1 unhandled", true);
        row("name -dir:out type:move peer:127.0.0.1 -unhandled", false);
    }
    void matches()
    {
        QFETCH(QString, text);
        QFETCH(bool, expected);
        MessageFilter::ParseError error;
        const auto filter = MessageFilter::fromText(text, &error);
        QVERIFY2(filter, qPrintable(error.toString()));
        QCOMPARE(filter->matches(m_message, m_directory), expected);
        const auto again = MessageFilter::fromText(filter->toText());
        QVERIFY2(again, qPrintable(filter->toText()));
        QVERIFY(*again == *filter);
    }

    void errorsNameTheColumn_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("part");
        QTest::newRow("direction") << u"abc dir:up"_s << 8 << u"in or out"_s;
        QTest::newRow("no direction") << u"dir:"_s << 4 << u"in or out"_s;
        QTest::newRow("no peer") << u"x peer: y"_s << 7 << u"address"_s;
        QTest::newRow("no type") << u"type:"_s << 5 << u"type"_s;
        QTest::newRow("no sock") << u"sock: "_s << 5 << u"socket"_s;
        QTest::newRow("open quote") << u"ab \"cd"_s << 6 << u"quotation"_s;
        QTest::newRow("empty quote") << u"\"\""_s << 1 << u"text"_s;
        QTest::newRow("after quote") << u"\"ab\"cd"_s << 4 << u"blank"_s;
        QTest::newRow("lone minus") << u"ab - cd"_s << 4 << u"word"_s;
        QTest::newRow("too many") << u"a "_s.repeated(101) << 200 << u"100 terms"_s;
        QTest::newRow("too long") << u"a"_s.repeated(10'001) << 10'000 << u"10000 characters"_s;
    }
    void errorsNameTheColumn()
    {
        QFETCH(QString, text);
        QFETCH(int, column);
        QFETCH(QString, part);
        MessageFilter::ParseError error;
        QVERIFY(!MessageFilter::fromText(text, &error));
        QCOMPARE(error.column, column);
        QVERIFY2(error.expected.contains(part), qPrintable(error.expected));
        QVERIFY(error.toString().contains(QString::number(column + 1)));
    }

    void termsAreQuotedWhereNeeded()
    {
        QCOMPARE(MessageFilter::term(u"peer"_s, u"[::1]:9"_s), u"peer:[::1]:9"_s);
        QCOMPARE(MessageFilter::term(u"sock"_s, u"my game"_s, true), u"-sock:\"my game\""_s);
        for (const QString &word : {u"plain"_s, u"a b"_s, u"-x"_s, u"error"_s, u"dir:in"_s, u"\"q\""_s, u"a\\\" b"_s}) {
            const auto filter = MessageFilter::fromText(MessageFilter::term({}, word));
            QVERIFY(filter);
            QCOMPARE(filter->terms().size(), size_t(1));
            QVERIFY(filter->terms()[0].key == MessageFilter::Key::Word);
            QCOMPARE(filter->terms()[0].text, word);
        }
    }

    void texts_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("count") << Format::count(qint64(-1204551)) << u"-1,204,551"_s;
        QTest::newRow("large") << Format::count(~quint64(0)) << u"18,446,744,073,709,551,615"_s;
        QTest::newRow("B") << Format::bytes(1023) << u"1023 B"_s;
        QTest::newRow("KiB") << Format::bytes(1536) << u"1.5 KiB"_s;
        QTest::newRow("MiB") << Format::bytes(96ULL << 20) << u"96 MiB"_s;
        QTest::newRow("EiB") << Format::bytes(~quint64(0)) << u"16 EiB"_s;
        QTest::newRow("ns") << Format::duration(850) << u"850 ns"_s;
        QTest::newRow("us") << Format::duration(12'345) << u"12.3 µs"_s;
        QTest::newRow("ms") << Format::duration(1'204'000) << u"1.20 ms"_s;
        QTest::newRow("s") << Format::duration(4'050'000'000) << u"4.05 s"_s;
        QTest::newRow("min") << Format::duration(200'000'000'000) << u"3 min 20 s"_s;
        QTest::newRow("negative") << Format::duration(-1'204'000) << u"-1.20 ms"_s;
        QTest::newRow("seconds") << Format::seconds(9.44) << u"9.4 s"_s;
        QTest::newRow("rounds up") << Format::seconds(59.99) << u"1 min 0 s"_s;
        QTest::newRow("hours") << Format::seconds(11'520) << u"3 h 12 min"_s;
        QTest::newRow("rate") << Format::rate(1214.4) << u"1,214/s"_s;
        QTest::newRow("fast rate") << Format::rate(49480) << u"49.5k/s"_s;
        QTest::newRow("slow") << Format::rate(0.25) << u"0.3/s"_s;
        QTest::newRow("none") << Format::rate(0) << QString();
        QTest::newRow("iso") << Format::isoTime(1'700'000'000'000'123) << u"2023-11-14T22:13:20.000123Z"_s;
        QTest::newRow("before 1970") << Format::isoTime(-1) << u"1969-12-31T23:59:59.999999Z"_s;
        QTest::newRow("delta") << Format::signedSeconds(-3'601'000'000) << u"-3,601.000000"_s;
        QTest::newRow("hex") << Format::hex(QByteArrayView("\x00\xff\x10", 3)) << u"00 ff 10"_s;
        QTest::newRow("cut") << Format::hex(QByteArrayView("\x01\xff\x10", 3), 2) << u"01 ff …"_s;
    }
    void texts()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        QCOMPARE(text, expected);
    }

    void hexText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *text, const QByteArray &expected) {
            QTest::newRow(QByteArray(text).simplified()) << QString::fromLatin1(text) << expected;
        };
        row("", QByteArray());
        row("5b312c7b", "[1,{");
        row("5B 31 2c 7b", "[1,{");
        row("0x5b, 0x31, 0x2C, 0x7b", "[1,{");
        row("{0x5b,0X31}", "[1");
        row("5b:31:2c", "[1,");
        row("5b-31\n2c", "[1,");
        row("\\x5b\\x31", "[1");
        row("0x5b312c", "[1,");
        row("1 2", QByteArray("\x01\x02"));
        row("0", QByteArray("\0", 1));
    }
    void hexText()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, expected);
        QString error;
        const auto bytes = Format::parseHex(text, &error);
        QVERIFY2(bytes, qPrintable(error));
        QCOMPARE(*bytes, expected);
    }

    void badHexText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("column");
        QTest::newRow("no digit") << u"5b zz"_s << 4;
        QTest::newRow("odd") << u"5b 312"_s << 4;
        QTest::newRow("only 0x") << u"5b 0x"_s << 6;
    }
    void badHexText()
    {
        QFETCH(QString, text);
        QFETCH(int, column);
        QString error;
        QVERIFY(!Format::parseHex(text, &error));
        QVERIFY2(error.contains(u"column %1:"_s.arg(column)), qPrintable(error));
    }
};

QTEST_GUILESS_MAIN(TestMessageFilterModel)
#include "test_messagefiltermodel.moc"
