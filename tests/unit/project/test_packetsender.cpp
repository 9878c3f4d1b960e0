#include <QTest>

#include "core/project/packetsender.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestPacketSender : public QObject
{
    Q_OBJECT

private:
    static ImportedPackets import(const QByteArray &json)
    {
        ProjectError error;
        auto result = importPacketSender(json, &error);
        if (!result)
            QTest::qFail(qPrintable(error.toString()), __FILE__, __LINE__);
        return result.value_or(ImportedPackets());
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void takesOverWhatThereIs()
    {
        const ImportedPackets got = import(R"([
            {"name": "hello", "hexstring": "68 65 6C 6c 6f 0d 0A", "fromip": "You", "toip": "127.0.0.1", "errorstring": "",
             "port": "9000", "fromport": "0", "tcporudp": "UDP", "sendresponse": "0", "requestpath": "", "repeat": "2.5",
             "asciistring": "aGVsbG9cclxu"},
            {"name": "bytes", "hexstring": "00:ff", "toip": "::1", "port": 9001, "tcporudp": "TCP", "repeat": 0},
            {"name": "empty", "hexstring": "", "toip": "example.org", "port": "7", "tcporudp": "tcp"}
        ])");
        QCOMPARE(got.left, 0);
        QCOMPARE(got.notes, QStringList());
        QCOMPARE(got.items.size(), 3);
        const ProjectItem &hello = got.items.at(0);
        QCOMPARE(hello.name, u"hello"_s);
        QCOMPARE(hello.message.form, ProjectForm::Text);
        QCOMPARE(hello.message.payload, u"hello\\r\\n"_s);
        QCOMPARE(hello.message.to, u"udp://127.0.0.1:9000"_s);
        QCOMPARE(hello.message.repeatMs, 2500);
        const ProjectItem &bytes = got.items.at(1);
        QCOMPARE(bytes.message.form, ProjectForm::Hex);
        QCOMPARE(bytes.message.payload, u"00 ff"_s);
        QCOMPARE(bytes.message.to, u"tcp://[::1]:9001"_s);
        QCOMPARE(bytes.message.repeatMs, 0);
        QCOMPARE(got.items.at(2).message.to, u"tcp://example.org:7"_s);
    }

    void saysWhatItCannotTakeOver()
    {
        const ImportedPackets got = import(R"([
            {"name": "a/b", "hexstring": "41", "toip": "1.2.3.4", "port": "1", "tcporudp": "UDP"},
            {"name": "a-b", "hexstring": "41", "toip": "1.2.3.4", "port": "1", "tcporudp": "UDP"},
            {"name": "safe", "hexstring": "41", "toip": "1.2.3.4", "port": "1", "tcporudp": "SSL"},
            {"name": "web", "hexstring": "41", "toip": "1.2.3.4", "port": "1", "tcporudp": "HTTPS POST"},
            {"name": "half", "hexstring": "4", "toip": "1.2.3.4", "port": "1", "tcporudp": "UDP"},
            {"name": "odd", "hexstring": "4g", "tcporudp": "UDP"},
            {"name": "nowhere", "hexstring": "41", "port": "99999", "tcporudp": "UDP"},
            {"name": "local", "hexstring": "41", "toip": "1.2.3.4", "port": "1", "fromport": "5", "sendresponse": "1",
             "tcporudp": "UDP"},
            7
        ])");
        QCOMPARE(got.left, 4);
        QStringList names;
        for (const ProjectItem &item : got.items)
            names.append(item.name);
        QCOMPARE(names.join(u','), u"a-b,a-b 2,safe,nowhere,local"_s);
        const QString notes = got.notes.join(u'\n');
        for (const QString &part :
             {u"a/b: it is named \"a-b\""_s, u"safe: it goes out without encryption"_s, u"web: HTTP"_s,
              u"half: its hex"_s, u"odd: its hex"_s, u"nowhere: it has no address"_s, u"local: its local port 5"_s,
              u"local: it does not answer"_s, u"packet 9: this is no packet"_s})
            QVERIFY2(notes.contains(part), qPrintable(notes));
        QCOMPARE(got.items.at(2).message.to, u"tcp://1.2.3.4:1"_s);
        QVERIFY(got.items.at(3).message.to.isEmpty());
    }

    void whatIsNoExportIsAnError()
    {
        ProjectError error;
        QVERIFY(!importPacketSender("{}", &error));
        QCOMPARE(error.code, ProjectError::Code::Invalid);
        QVERIFY(!importPacketSender("[{", &error));
        QCOMPARE(error.code, ProjectError::Code::Damaged);
        QCOMPARE(import("[]").items.size(), 0);
    }
};

QTEST_APPLESS_MAIN(TestPacketSender)
#include "test_packetsender.moc"
