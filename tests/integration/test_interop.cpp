#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::onlyPeer;
using Test::quiet;

/// The wire formats of the original, spoken with a program that shares no code with ours.
class TestInterop : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void weAskAndTheyAnswer_data() { kinds(); }
    void weAskAndTheyAnswer()
    {
        QFETCH(QString, kind);
        QProcess python;
        run(python, {kind, u"listen"_s, u"127.0.0.1"_s, u"0"_s, u"echo"_s});
        QTRY_VERIFY_WITH_TIMEOUT(python.canReadLine(), 20000);
        const quint16 port = python.readLine().trimmed().split(' ').value(1).toUShort();
        QVERIFY(port != 0);
        const std::unique_ptr<BaseSock> sock = make(kind, quiet());
        QCborArray answers;
        sock->addHandler(8, this, [&](const Envelope &envelope) { answers.append(envelope.message.data()); });
        QVERIFY(!sock->start());
        QVERIFY(!sock->connectTo(HostPort{u"127.0.0.1"_s, port}));
        QTRY_COMPARE(knownPeers(*sock), 1);
        const QCborArray asked{u"grüße, 世界 \U0001F600 \"quoted\" \\ \t"_s,
                               QCborArray{1, 2.5, true, nullptr},
                               QCborMap{{u"x"_s, -7}, {u"y"_s, QCborMap{{u"z"_s, u""_s}}}},
                               std::numeric_limits<qint64>::max(),
                               QCborValue(nullptr),
                               QString(20000, u'a')};
        for (const QCborValue value : asked)
            QVERIFY(sock->sendMessage(7, value).isOk());
        QTRY_COMPARE_WITH_TIMEOUT(answers.size(), asked.size(), 20000);
        QCOMPARE(answers, asked);
        sock->sendMessage(u"quit"_s, QCborValue(nullptr));
        QVERIFY(finished(python));
        QVERIFY(python.readAllStandardOutput().contains("answered 6"));
    }

    void theyConnectToUs_data() { kinds(); }
    void theyConnectToUs()
    {
        QFETCH(QString, kind);
        const std::unique_ptr<BaseSock> sock = make(kind, listening());
        int answered = 0;
        sock->addHandler(8, this, [&](const Envelope &) { ++answered; });
        QVERIFY(!sock->start());
        QProcess python;
        run(python, {kind, u"connect"_s, u"127.0.0.1"_s, QString::number(sock->localEndpoint().port()), u"echo"_s});
        if (kind == u"udp") { // it waits for our word: it has printed where
            QTRY_VERIFY_WITH_TIMEOUT(python.canReadLine(), 20000);
            const quint16 port = python.readLine().trimmed().split(' ').value(1).toUShort();
            QVERIFY(!sock->connectTo(HostPort{u"127.0.0.1"_s, port}));
        }
        QTRY_COMPARE_WITH_TIMEOUT(knownPeers(*sock), 1, 20000);
        for (int i = 0; i < 100; ++i)
            sock->sendMessage(7, i);
        QTRY_COMPARE_WITH_TIMEOUT(answered, 100, 20000);
        sock->sendMessage(u"quit"_s, QCborValue(nullptr));
        QVERIFY(finished(python));
    }

    void bulkInOddSizesArrivesWhole_data() { kinds(); }
    void bulkInOddSizesArrivesWhole()
    {
        QFETCH(QString, kind);
        constexpr int total = 10000;
        const std::unique_ptr<BaseSock> sock = make(kind, listening());
        qint64 next = 0;
        bool inOrder = true;
        const bool udp = kind == u"udp";
        sock->addTypedHandler<qint64>(1, this, [&](qint64 number, const Envelope &envelope) {
            inOrder = inOrder && number == next;
            ++next;
            if (udp ? next % 200 == 0 : next == total)
                sock->sendMessage(2, next, envelope.peer);
        });
        QVERIFY(!sock->start());
        QSignalSpy errors(sock.get(), &BaseSock::errorOccurred);
        QProcess python;
        run(python, {kind, u"connect"_s, u"127.0.0.1"_s, QString::number(sock->localEndpoint().port()), u"bulk"_s,
                     QString::number(total)});
        QTRY_COMPARE_WITH_TIMEOUT(next, qint64(total), 60000);
        QVERIFY(inOrder);
        QVERIFY(finished(python));
        QCOMPARE(errors.size(), 0);
        QCOMPARE(sock->ledger().handled.messages, quint64(total));
        QCOMPARE(sock->ledger().received, sock->ledger().handled);
    }

    void bulkOfOursIsReadByThem_data() { kinds(); }
    void bulkOfOursIsReadByThem()
    {
        QFETCH(QString, kind);
        const bool udp = kind == u"udp";
        const int total = udp ? 1000 : 10000;
        const std::unique_ptr<BaseSock> sock = make(kind, listening());
        qint64 next = 0;
        bool inOrder = true;
        sock->addTypedHandler<qint64>(8, this, [&](qint64 number, const Envelope &) {
            inOrder = inOrder && number == next;
            ++next;
        });
        QVERIFY(!sock->start());
        QProcess python;
        run(python, {kind, u"connect"_s, u"127.0.0.1"_s, QString::number(sock->localEndpoint().port()), u"echo"_s});
        if (udp) {
            QTRY_VERIFY_WITH_TIMEOUT(python.canReadLine(), 20000);
            QVERIFY(
                !sock->connectTo(HostPort{u"127.0.0.1"_s, python.readLine().trimmed().split(' ').value(1).toUShort()}));
        }
        QTRY_COMPARE_WITH_TIMEOUT(knownPeers(*sock), 1, 20000);
        for (int i = 0; i < total; ++i) {
            QVERIFY(sock->sendMessage(7, i).isOk());
            if (udp && i % 50 == 49) // its receive buffer is the system's default
                QTRY_COMPARE_WITH_TIMEOUT(next, qint64(i + 1), 20000);
        }
        QTRY_COMPARE_WITH_TIMEOUT(next, qint64(total), 60000);
        QVERIFY(inOrder);
        sock->sendMessage(u"quit"_s, QCborValue(nullptr));
        QVERIFY(finished(python));
        QCOMPARE(sock->ledger().sent.messages, quint64(total + 1));
    }

private:
    static void kinds()
    {
        QTest::addColumn<QString>("kind");
        for (const char *kind : {"u32", "line", "udp"})
            QTest::newRow(kind) << QString::fromLatin1(kind);
    }
    static std::unique_ptr<BaseSock> make(const QString &kind, SockOptions options)
    {
        options.timeout = std::chrono::milliseconds(0);
        if (kind == u"udp")
            return std::make_unique<Checked<UdpSock>>(options);
        options.framing = makeFraming(kind);
        return std::make_unique<Checked<TcpSock>>(options);
    }
    static void run(QProcess &python, QStringList arguments)
    {
        arguments.prepend(QStringLiteral(SOCKSCOPE_SOURCE_DIR "/tests/data/interop_peer.py"));
        python.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        python.start(u"python3"_s, arguments);
    }
    static bool finished(QProcess &python)
    {
        // Not waitForFinished: our own event loop has to send the last word.
        return QTest::qWaitFor([&] { return python.state() == QProcess::NotRunning; }, 20000) &&
               python.exitCode() == 0 && python.exitStatus() == QProcess::NormalExit;
    }
};

QTEST_GUILESS_MAIN(TestInterop)
#include "test_interop.moc"
