#include <QTemporaryDir>
#include <QTest>
#include <QUdpSocket>

#include "support/testmain.h"
#include "tests/integration/program.h"

using namespace Qt::StringLiterals;
using SockScope::Test::Program;

// Saved messages that come in as if somebody had sent them, at each stage; the project's rules answer them.
class TestCliRunReceive : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;

    /// JSON with ' for ".
    static QByteArray quoted(QByteArray text) { return text.replace('\'', '"'); }

    QString write(const QByteArray &messages)
    {
        const QString path = m_folder.filePath(u"p.sockscope"_s);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
            return {};
        file.write(quoted("{'version': 1, 'sockets': [{'name': 'game', 'kind': 'udp', 'listen': '127.0.0.1:0', "
                          "'codec': 'json'}], 'rules': [{'name': 'answer', 'when': {'direction': 'in'}, 'actions': "
                          "[{'do': 'comment', 'text': 'saw {{request.data}}'}]}], 'messages':") +
                   messages + "}\n");
        return path;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void atEachStage()
    {
        const QString path =
            write(quoted("[ {'name': 'm', 'socket': 'game', 'to': '127.0.0.1:40001', 'type': '1', 'form': 'json', "
                         "'payload': '7'}, {'name': 'f', 'to': '127.0.0.1:40001', 'form': 'text', 'stage': 'frame', "
                         "'payload': '[1,{{counter + 8}}]'}, {'name': 'r', 'to': 'udp://127.0.0.1:40001', 'form': "
                         "'hex', 'stage': 'raw', 'payload': '5b312c395d'}]"));
        Program cli(SockScope::Test::cliPath());
        QCOMPARE(cli.run({u"run"_s, path, u"--rules"_s, u"--for"_s, u"0.3"_s, u"--receive"_s, u"m"_s, u"--receive"_s,
                          u"f"_s, u"--receive"_s, u"r"_s}),
                 0);
        QCOMPARE(cli.output(), QByteArray("answer  127.0.0.1:40001: saw 7\n"
                                          "answer  127.0.0.1:40001: saw 8\n"
                                          "answer  127.0.0.1:40001: saw 9\n"));
        QVERIFY2(cli.errors().contains("rule answer: 3 matched, 3 acted on"), cli.errors().constData());

        // Without rules there is still somebody who receives; and from several.
        Program alone(SockScope::Test::cliPath());
        QCOMPARE(alone.run({u"run"_s, path, u"--for"_s, u"0.2"_s, u"--receive"_s, u"m"_s}), 0);
        const QString several = write(quoted("[{'name': 'm', 'to': '127.0.0.1:1, 127.0.0.1:2', 'type': 1, 'form': "
                                             "'json', 'payload': '\\\"{{peer}}\\\"'}]"));
        Program both(SockScope::Test::cliPath());
        QCOMPARE(both.run({u"run"_s, several, u"--rules"_s, u"--for"_s, u"0.3"_s, u"--receive"_s, u"m"_s}), 0);
        QCOMPARE(both.output(), QByteArray("answer  127.0.0.1:1: saw 127.0.0.1:1\n"
                                           "answer  127.0.0.1:2: saw 127.0.0.1:2\n"));
    }

    void whatCannotComeInIsSaid_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("why");
        QTest::newRow("nobody") << quoted("{'name': 'm', 'form': 'text', 'payload': 'x'}") << u"m"_s
                                << QByteArray("m does not say whom it comes from");
        QTest::newRow("no socket")
            << quoted("{'name': 'm', 'socket': 'chat', 'to': '127.0.0.1:1', 'form': 'text', 'payload': 'x'}") << u"m"_s
            << QByteArray("the project has no socket named chat");
        QTest::newRow("no message") << quoted("{'name': 'm', 'form': 'text', 'payload': 'x'}") << u"n"_s
                                    << QByteArray("is not among the saved messages");
        QTest::newRow("folder") << quoted("{'name': 'm', 'items': []}") << u"m"_s << QByteArray("m is no message");
        QTest::newRow("escape") << quoted("{'name': 'm', 'to': '127.0.0.1:1', 'form': 'text', 'payload': '\\\\q'}")
                                << u"m"_s << QByteArray("no such escape at character 1");
    }

    void whatCannotComeInIsSaid()
    {
        QFETCH(QByteArray, message);
        QFETCH(QString, name);
        QFETCH(QByteArray, why);
        Program cli(SockScope::Test::cliPath());
        QCOMPARE(
            cli.run({u"run"_s, write('[' + message + ']'), u"--rules"_s, u"--for"_s, u"5"_s, u"--receive"_s, name}), 2);
        QVERIFY2(cli.errors().contains(why), cli.errors().constData());
    }
};

QTEST_GUILESS_MAIN(TestCliRunReceive)
#include "test_clirunreceive.moc"
