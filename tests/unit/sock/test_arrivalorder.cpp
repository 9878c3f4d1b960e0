#include <QTest>

#include "core/peers/peertable.h"
#include "core/tap/ledger.h"
#include "support/sockpair.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::SockPair;

namespace {

/// What came in, in the order in which it is told.
class OrderTap : public Tap
{
public:
    void inbound(const Envelope &envelope, Outcome outcome, const SockError *error) override
    {
        told.append((outcome == Outcome::DecodeError ? "!" : "") + envelope.message.payload.toByteArray());
        hadError = hadError && (outcome == Outcome::DecodeError) == (error != nullptr);
    }
    void outbound(const Endpoint &, const MessageType &, QByteArrayView, qsizetype, qint64, Outcome,
                  const SockError *) override
    {
    }
    void peerChanged(const Endpoint &) override {}
    void peerRemoved(const Endpoint &, CloseReason) override {}
    void sockChanged() override {}

    QByteArrayList told;
    bool hadError = true;
};

} // namespace

/// Messages that cannot be read stand in the log where they came, among those that wait for their handlers.
class TestArrivalOrder : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void brokenOnesStandWhereTheyCame_data()
    {
        QTest::addColumn<bool>("inlined");
        QTest::addColumn<bool>("stops");
        QTest::newRow("queued") << false << false;
        QTest::newRow("inline") << true << false;
        QTest::newRow("stopped meanwhile") << false << true;
    }

    void brokenOnesStandWhereTheyCame()
    {
        QFETCH(bool, inlined);
        QFETCH(bool, stops);
        OrderTap tap; // before the socks: they look at their taps to the last
        SockOptions options;
        options.dispatch = inlined ? DispatchMode::Inline : DispatchMode::Queued;
        SockPair pair(true, options);
        QStringList heard; // by handlers and errorOccurred
        pair.a->setUnknownTypeHandler(this, [&](const Envelope &envelope) {
            heard.append(QString::fromUtf8(envelope.message.payload.toByteArray()));
            if (stops)
                pair.a->stop();
        });
        connect(pair.a.get(), &BaseSock::errorOccurred, this, [&](const SockError &error) {
            if (error.stage == Stage::Codec)
                heard.append(u"!"_s);
        });
        pair.a->addTap(&tap);
        QVERIFY(pair.start());
        QTRY_COMPARE(pair.b->peers().size(), 1);
        QByteArray wire;
        const QByteArrayList came{"[7,1]", "x", "[7,2]", "[7,3]", "yy", "z", "[7,4]"};
        for (const QByteArray &payload : came)
            QVERIFY(!pair.b->framing()->encode(payload, wire));
        QVERIFY(pair.b->sendRaw(wire).isOk());
        QTRY_COMPARE(tap.told.size(), came.size());
        QByteArrayList expected;
        for (const QByteArray &payload : came)
            expected.append((payload.startsWith('[') ? "" : "!") + payload);
        if (stops) // what waited is told of all the same
            QCOMPARE(heard, QStringList{u"[7,1]"_s});
        else
            QCOMPARE(heard, (QStringList{u"[7,1]"_s, u"!"_s, u"[7,2]"_s, u"[7,3]"_s, u"!"_s, u"!"_s, u"[7,4]"_s}));
        QCOMPARE(tap.told, expected);
        QVERIFY(tap.hadError || stops);
        const Ledger ledger = pair.a->ledger();
        QVERIFY(ledger.isBalanced());
        QCOMPARE(ledger.decodeErrors.messages, 3U);
        QCOMPARE(ledger.handled.messages + ledger.droppedAtStop.messages, 4U);
        QCOMPARE(ledger.stillQueued.messages, 0U);
    }
};

QTEST_GUILESS_MAIN(TestArrivalOrder)
#include "test_arrivalorder.moc"
