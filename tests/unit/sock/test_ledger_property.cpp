#include <QTest>

#include <random>

#include "core/hooks/messagehooks.h"
#include "core/impair/impairtext.h"
#include "core/peers/peertable.h"
#include "core/tap/ledger.h"
#include "support/sockpair.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::SockPair;

namespace {

/// Counts on its own what the ledger counts, from what the taps say.
class CountingTap : public Tap
{
public:
    void inbound(const Envelope &envelope, Outcome outcome, const SockError *) override
    {
        counts[outcome].add(envelope.wireBytes);
    }
    void outbound(const Endpoint &, const MessageType &, QByteArrayView, qsizetype wireBytes, qint64, Outcome outcome,
                  const SockError *) override
    {
        counts[outcome].add(wireBytes);
    }
    void peerChanged(const Endpoint &) override {}
    void peerRemoved(const Endpoint &, CloseReason) override {}
    void sockChanged() override {}

    QHash<Outcome, Count> counts;
};

} // namespace

/// The equation of the ledger under everything that can happen to a sock, looked at after every step and inside
/// handlers.
class TestLedgerProperty : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void holdsUnderRandomAbuse_data()
    {
        QTest::addColumn<bool>("stream");
        QTest::addColumn<int>("policy");
        QTest::addColumn<bool>("inlined");
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 6; ++seed) {
            for (const bool stream : {false, true}) {
                for (const QueuePolicy policy :
                     {QueuePolicy::PauseReading, QueuePolicy::DropNewest, QueuePolicy::DropOldest}) {
                    const bool inlined = seed % 3 == 0;
                    QTest::addRow("%s policy %d %s seed %d", stream ? "stream" : "datagram", int(policy),
                                  inlined ? "inline" : "queued", seed)
                        << stream << int(policy) << inlined << seed;
                }
            }
        }
    }

    void holdsUnderRandomAbuse()
    {
        QFETCH(bool, stream);
        QFETCH(int, policy);
        QFETCH(bool, inlined);
        QFETCH(int, seed);
        std::mt19937 random(static_cast<quint32>(seed * 7919 + stream * 31 + policy));
        const auto chance = [&random](int percent) { return int(random() % 100) < percent; };

        SockOptions options;
        options.queuePolicy = static_cast<QueuePolicy>(policy);
        options.dispatch = inlined ? DispatchMode::Inline : DispatchMode::Queued;
        options.parseQueueMessages = 8;
        options.inQueueMessages = 4;
        options.tickInterval = std::chrono::milliseconds(50);
        CountingTap tapA; // before the socks: they look at their taps to the last
        CountingTap tapB;
        SockPair pair(stream, options);
        pair.right->setDeliverySize(1 + static_cast<qsizetype>(random() % 40));
        pair.right->setFilter([&](QByteArray &data) {
            if (!data.isEmpty() && chance(5))
                data[static_cast<qsizetype>(random() % static_cast<quint32>(data.size()))] = char(random());
            return stream || !chance(5); // a stream loses no bytes, a datagram may be lost whole
        });
        pair.a->addTap(&tapA);
        pair.b->addTap(&tapB);
        const auto balanced = [&pair] { return pair.a->ledger().isBalanced() && pair.b->ledger().isBalanced(); };
        bool insideOk = true;
        const auto look = [&] { insideOk = insideOk && balanced(); };

        pair.b->addHandler(1, this, [&](const Envelope &envelope) {
            look();
            if (chance(10))
                throw std::runtime_error("on purpose");
            if (chance(10))
                pair.b->sendMessage(1, envelope.message.data(), envelope.peer);
            look();
        });
        pair.b->addHandler(2, this, [&](const Envelope &envelope) {
            if (chance(5))
                pair.b->closePeer(envelope.peer);
            look();
        });
        pair.b->hooks().add([&](Envelope &) {
            look();
            if (chance(3))
                throw 1;
            return !chance(5);
        });
        QVERIFY(pair.start());
        QVERIFY(balanced());

        for (int step = 0; step < 400; ++step) {
            switch (random() % 13) {
            case 0:
                pair.clock->advanceMs(static_cast<qint64>(random() % 200));
                break;
            case 1:
                QCoreApplication::processEvents();
                break;
            case 2:
                if (chance(5))
                    pair.right->breakConnection();
                break;
            case 3:
                if (chance(10) && pair.b->isActive())
                    pair.b->injectRaw(Endpoint(0x7f000001, 9), QByteArray(static_cast<qsizetype>(random() % 20), 'x'));
                break;
            case 4:
                if (pair.b->isActive())
                    pair.b->injectPayload(Endpoint(0x7f000001, 9), "[1,2]");
                break;
            case 5:
                pair.a->sendRaw(QByteArray(static_cast<qsizetype>(random() % 30), char(random())));
                break;
            case 12:
                if (chance(40))
                    impairOne(chance(50) ? *pair.a : *pair.b, random());
                break;
            case 6:
                pair.a->sendMessage(3, QCborValue(std::numeric_limits<double>::quiet_NaN()));
                break;
            case 7:
                pair.a->sendMessage(1, 1, Endpoint(0x01020304, 5));
                break;
            default:
                pair.a->sendMessage(static_cast<qint64>(random() % 4), static_cast<qint64>(random()));
                break;
            }
            QVERIFY2(balanced(), qPrintable(describe(pair, step)));
        }
        if (chance(50))
            QCoreApplication::processEvents();
        if (chance(50)) {
            pair.b->stop();
            QVERIFY2(balanced(), qPrintable(describe(pair, -1)));
        } else {
            for (int i = 0; i < 50; ++i)
                QCoreApplication::processEvents();
        }
        QVERIFY(balanced());
        QVERIFY2(insideOk, "the sums were wrong while a handler or hook ran");
        checkTap(tapB, pair.b->ledger());
        checkTap(tapA, pair.a->ledger());
    }

private:
    /// Another network, or none.
    static void impairOne(BaseSock &sock, quint64 seed)
    {
        static const QStringList networks{
            u"delay 30ms 20ms distribution normal loss 10% duplicate 10% corrupt 10% reorder 20% limit 20 seed %1"_s,
            u"rate 100kbit limit 5 seed %1"_s, u"in: filter 'data > 1000' delay 10ms loss 50% seed %1"_s,
            u"out: type 1 delay 100ms seed %1"_s, QString()};
        const QString words = networks.at(static_cast<qsizetype>(seed % 5));
        QVERIFY(!sock.setImpairments(words.isEmpty() ? std::vector<ImpairSpec>()
                                                     : std::vector<ImpairSpec>{*parseImpair(words.arg(seed))}));
    }
    static QString describe(const SockPair &pair, int step)
    {
        QString text = QStringLiteral("step %1\n").arg(step);
        for (const BaseSock *sock : {pair.a.get(), pair.b.get()}) {
            const Ledger ledger = sock->ledger();
            for (const auto &terms : {ledger.inboundTerms(), ledger.outboundTerms()}) {
                for (const LedgerTerm &term : terms)
                    text += QStringLiteral("  %1 %2/%3")
                                .arg(QLatin1String(term.key))
                                .arg(term.count.messages)
                                .arg(term.count.bytes);
                text += QLatin1Char('\n');
            }
        }
        return text;
    }
    static void checkTap(const CountingTap &tap, const Ledger &ledger)
    {
        QCOMPARE(tap.counts.value(Outcome::Dispatched), ledger.handled);
        QCOMPARE(tap.counts.value(Outcome::Unhandled), ledger.unhandled);
        QCOMPARE(tap.counts.value(Outcome::FramingError), ledger.framingErrors);
        QCOMPARE(tap.counts.value(Outcome::DecodeError), ledger.decodeErrors);
        QCOMPARE(tap.counts.value(Outcome::DroppedByHook), ledger.droppedByHook);
        QCOMPARE(tap.counts.value(Outcome::RejectedPeer), ledger.rejectedPeer);
        QCOMPARE(tap.counts.value(Outcome::DroppedQueueFull), ledger.droppedQueueFull);
        QCOMPARE(tap.counts.value(Outcome::EncodeError), ledger.encodeErrors);
        QCOMPARE(tap.counts.value(Outcome::NoPeer), ledger.refusedNoPeer);
        QCOMPARE(tap.counts.value(Outcome::SendQueueFull), ledger.refusedQueueFull);
        Count lost = ledger.impairLostIn;
        lost += ledger.impairLostOut;
        QCOMPARE(tap.counts.value(Outcome::ImpairLost), lost);
        Count full = ledger.impairFullIn;
        full += ledger.impairFullOut;
        QCOMPARE(tap.counts.value(Outcome::ImpairQueueFull), full);
        QCOMPARE(tap.counts.value(Outcome::ImpairDelayed).messages, ledger.impairDelayedIn + ledger.impairDelayedOut);
        QCOMPARE(tap.counts.value(Outcome::ImpairReordered).messages,
                 ledger.impairReorderedIn + ledger.impairReorderedOut);
        QCOMPARE(tap.counts.value(Outcome::ImpairDuplicated).messages,
                 ledger.impairDuplicatedIn + ledger.impairDuplicatedOut);
        QCOMPARE(tap.counts.value(Outcome::ImpairCorrupted).messages,
                 ledger.impairCorruptedIn + ledger.impairCorruptedOut);
    }
};

QTEST_GUILESS_MAIN(TestLedgerProperty)
#include "test_ledger_property.moc"
