#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <memory>

#include "core/impair/impairtext.h"
#include "core/tcpsock.h"
#include "core/time/clock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::quiet;

namespace {

SockOptions impaired(SockOptions options, const QString &words)
{
    options.impairments = {*parseImpair(words)};
    return options;
}

/// A server that answers each number, and a client that asks; both behind a bad network.
template <typename Sock>
struct Pair
{
    explicit Pair(const QString &ofServer, const QString &ofClient)
        : server(impaired(listening(), ofServer))
    {
        server.addHandler(1, &server, [this](const Envelope &envelope) {
            asked.append(envelope.message.data().toInteger());
            server.sendMessage(2, envelope.message.data(), envelope.peer);
        });
        if (server.start())
            return;
        SockOptions options = impaired(quiet(), ofClient);
        options.connectTo = {{u"127.0.0.1"_s, server.localEndpoint().port()}};
        client = std::make_unique<Checked<Sock>>(options);
        client->addHandler(2, client.get(),
                           [this](const Envelope &envelope) { answered.append(envelope.message.data().toInteger()); });
        isReady = !client->start() && QTest::qWaitFor([this] { return knownPeers(*client) == 1; });
    }
    bool isBalanced() const { return server.ledger().isBalanced() && client->ledger().isBalanced(); }
    bool isQuiet() const
    {
        for (const BaseSock *sock :
             {static_cast<const BaseSock *>(&server), static_cast<const BaseSock *>(client.get())}) {
            const Ledger ledger = sock->ledger();
            if (ledger.impairWaitingIn.messages + ledger.impairWaitingOut.messages + ledger.sendQueued.messages +
                    ledger.stillQueued.messages !=
                0)
                return false;
        }
        return client->ledger().sent.messages + server.ledger().impairDuplicatedIn ==
                   server.ledger().received.messages &&
               server.ledger().sent.messages + client->ledger().impairDuplicatedIn ==
                   client->ledger().received.messages;
    }

    Checked<Sock> server;
    std::unique_ptr<Checked<Sock>> client;
    QList<qint64> asked;
    QList<qint64> answered;
    bool isReady = false;
};

template <typename Sock>
void everyActBalances()
{
    const QString words = u"delay 3ms 3ms distribution normal loss 5% duplicate 5% corrupt 5% reorder 10% rate 20mbit "
                          "limit 20 seed 6"_s;
    Pair<Sock> pair(words, words);
    QVERIFY(pair.isReady);
    for (int i = 0; i < 3000; ++i) {
        pair.client->sendMessage(1, i);
        if (i % 20 == 0)
            QCoreApplication::processEvents();
        QVERIFY(pair.isBalanced());
    }
    QTRY_VERIFY_WITH_TIMEOUT(pair.isQuiet(), 20'000);
    QVERIFY(pair.isBalanced());
    const Ledger client = pair.client->ledger();
    const Ledger server = pair.server.ledger();
    for (const Ledger &ledger : {client, server}) {
        QVERIFY(ledger.impairLostOut.messages > 0 && ledger.impairLostIn.messages > 0);
        QVERIFY(ledger.impairDelayedOut > 0 && ledger.impairDelayedIn > 0);
        QVERIFY(ledger.impairDuplicatedOut > 0 && ledger.impairDuplicatedIn > 0);
        QVERIFY(ledger.impairCorruptedOut > 0 && ledger.impairCorruptedIn > 0);
    }
    QVERIFY(client.impairFullOut.messages > 0);
    QVERIFY(client.impairReorderedOut > 0);
    QVERIFY(!pair.answered.isEmpty());
    QCOMPARE(client.framingErrors, Count());
    QCOMPARE(server.framingErrors, Count());
}

} // namespace

/// Impairments on real sockets of this machine, in real time.
class TestImpair : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void everyActBalancesOnUdp() { everyActBalances<UdpSock>(); }
    void everyActBalancesOnTcp() { everyActBalances<TcpSock>(); }

    void delayedTcpComesWholeAndInOrder()
    {
        const QString words = u"delay 20ms 10ms distribution pareto limit 100000"_s;
        Pair<TcpSock> pair(words, words);
        QVERIFY(pair.isReady);
        for (int i = 0; i < 5000; ++i)
            QVERIFY(pair.client->sendMessage(1, i).isOk());
        QTRY_COMPARE_WITH_TIMEOUT(pair.answered.size(), 5000, 20'000);
        QVERIFY(std::is_sorted(pair.asked.begin(), pair.asked.end()));
        QVERIFY(std::is_sorted(pair.answered.begin(), pair.answered.end()));
    }

    void delayIsAsLongAsSaid_data() { sockets(); }
    void delayIsAsLongAsSaid()
    {
        QFETCH(bool, tcp);
        tcp ? delayIsAsLongAsSaidOn<TcpSock>() : delayIsAsLongAsSaidOn<UdpSock>();
    }

    void noDelayCostsLessThanAMillisecond_data() { sockets(); }
    void noDelayCostsLessThanAMillisecond()
    {
        QFETCH(bool, tcp);
        tcp ? noDelayOn<TcpSock>() : noDelayOn<UdpSock>();
    }

    void closingWhileMessagesWait()
    {
        Pair<TcpSock> pair(u"in: delay 10s"_s, u"out: delay 10s"_s);
        QVERIFY(pair.isReady);
        for (int i = 0; i < 10; ++i)
            pair.client->sendMessage(1, i);
        pair.client->stop();
        QCOMPARE(pair.client->ledger().droppedAtClose.messages, 10u);
        QVERIFY(pair.isBalanced());
        QTRY_COMPARE(knownPeers(pair.server), 0);
    }

private:
    static void sockets()
    {
        QTest::addColumn<bool>("tcp");
        QTest::newRow("udp") << false;
        QTest::newRow("tcp") << true;
    }
    /// There and back, the fastest of some: what a busy machine adds is not the impairment's.
    template <typename Sock>
    static qint64 fastestNs(Pair<Sock> &pair, qint64 enoughNs)
    {
        qint64 fastest = -1;
        for (int i = 0; i < 100 && (fastest < 0 || fastest >= enoughNs); ++i) {
            const qint64 begun = pair.client->clock()->nowNs();
            qint64 ended = 0;
            QEventLoop loop; // not QTRY_…, which sleeps between two looks
            QTimer::singleShot(5000, &loop, &QEventLoop::quit);
            const HandlerId id = pair.client->addHandler(2, &loop, [&](const Envelope &) {
                ended = pair.client->clock()->nowNs();
                loop.quit();
            });
            pair.client->sendMessage(1, i);
            loop.exec();
            pair.client->removeHandler(id);
            if (ended == 0)
                return -1;
            if (fastest < 0 || ended - begun < fastest)
                fastest = ended - begun;
        }
        return fastest;
    }
    template <typename Sock>
    static void delayIsAsLongAsSaidOn()
    {
        Pair<Sock> pair(u"in: delay 20ms"_s, u"out: delay 30ms"_s);
        QVERIFY(pair.isReady);
        const qint64 fastest = fastestNs(pair, 60'000'000);
        QVERIFY2(fastest >= 50'000'000 && fastest < 60'000'000, qPrintable(QString::number(fastest)));
    }
    template <typename Sock>
    static void noDelayOn()
    {
        Pair<Sock> pair(u"delay 0"_s, u"delay 0"_s);
        QVERIFY(pair.isReady);
        const qint64 fastest = fastestNs(pair, 1'000'000); // passes four impairments
        QVERIFY2(fastest >= 0 && fastest < 1'000'000, qPrintable(QString::number(fastest)));
    }
};

QTEST_GUILESS_MAIN(TestImpair)
#include "test_impair.moc"
