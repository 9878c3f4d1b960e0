#include <QSignalSpy>
#include <QTest>

#include <map>

#include "core/simulate/swarm.h"
#include "core/tcpsock.h"
#include "core/time/manualclock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::listening;
using Test::quiet;

namespace {

/// What one peer sent.
class Transcript : public Tap
{
public:
    void inbound(const Envelope &, Outcome, const SockError *) override {}
    void outbound(const Endpoint &, const MessageType &, QByteArrayView payload, qsizetype, qint64, Outcome,
                  const SockError *) override
    {
        sent.append(payload.toByteArray());
    }
    void peerChanged(const Endpoint &) override {}
    void peerRemoved(const Endpoint &, CloseReason) override {}
    void sockChanged() override {}

    QList<QByteArray> sent;
};

Persona player(int everyMs, int jitterMs)
{
    Persona persona;
    persona.name = u"player"_s;
    persona.heartbeat = std::chrono::milliseconds(everyMs);
    persona.jitter = std::chrono::milliseconds(jitterMs);
    persona.message.type = u"1"_s;
    persona.message.form = TemplateSyntax::Json;
    persona.message.payload = u"[{{persona}}, {{counter}}, {{random 1 1000000}}]"_s;
    return persona;
}

/// A swarm on a clock that the test advances, with what each of its peers sent.
template <typename Sock>
struct Run
{
    Run(const Persona &persona, int count, quint64 seed, quint16 port, std::optional<Sequence> sequence = {})
    {
        SwarmOptions options;
        options.persona = persona;
        options.count = count;
        options.seed = seed;
        options.sequence = std::move(sequence);
        options.clock = clock;
        options.wallNs = [] { return qint64(0); };
        options.makeSock = [this, port](int index) {
            SockOptions ofSock = quiet();
            ofSock.connectTo = {{u"127.0.0.1"_s, port}};
            auto sock = std::make_unique<Checked<Sock>>(ofSock);
            sock->addTap(&transcripts[index]);
            return sock;
        };
        swarm = std::make_unique<Swarm>(options);
    }
    void advance(int ms)
    {
        for (int i = 0; i < ms / 10; ++i) {
            clock->advanceMs(10);
            QCoreApplication::processEvents();
        }
    }

    std::map<int, Transcript> transcripts; // before the socks: they look at their taps to the last
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    std::unique_ptr<Swarm> swarm;
};

} // namespace

/// Swarms against servers that know nothing of them.
class TestSwarm : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void sameSeedSameTranscript()
    {
        Checked<UdpSock> server(listening());
        QVERIFY(!server.start());
        QList<QList<QByteArray>> before;
        for (const quint64 seed : {5, 5, 6}) {
            Run<UdpSock> run(player(100, 50), 20, seed, server.localEndpoint().port());
            QVERIFY(!run.swarm->start());
            run.clock->advanceMs(1);
            QTRY_COMPARE(run.swarm->stats().connected, 20);
            run.advance(1000);
            run.swarm->stop();
            QList<QList<QByteArray>> sent;
            for (const auto &each : run.transcripts)
                sent.append(each.second.sent);
            QCOMPARE(sent.size(), 20);
            QVERIFY(sent.front().size() >= 9 && sent.front().size() <= 11);
            QVERIFY(sent[0] != sent[1]);
            if (!before.isEmpty())
                QCOMPARE(sent == before, seed == 5);
            before = sent;
        }
    }

    void whoReconnectsIsSeenEachTime()
    {
        Checked<UdpSock> server(listening());
        QVERIFY(!server.start());
        Persona persona = player(0, 0);
        persona.shares[static_cast<size_t>(Misbehaviour::ReconnectStorm)] = 1;
        Run<UdpSock> run(persona, 3, 0, server.localEndpoint().port());
        QVERIFY(!run.swarm->start());
        run.clock->advanceMs(1);
        QTRY_COMPARE(run.swarm->stats().connected, 3);
        run.advance(200);
        run.swarm->stop();
        const SwarmStats stats = run.swarm->stats();
        QVERIFY(stats.reconnects >= 9);
        QTRY_COMPARE(server.ledger().received.messages, stats.reconnects + 3);
    }

    void rampSpreadsTheStart()
    {
        Checked<TcpSock> server(listening());
        QVERIFY(!server.start());
        Persona persona = player(1000, 0);
        persona.ramp = std::chrono::milliseconds(1000);
        Run<TcpSock> run(persona, 10, 0, server.localEndpoint().port());
        QVERIFY(!run.swarm->start());
        run.clock->advanceMs(450);
        QCOMPARE(run.swarm->stats().started, 5);
        run.clock->advanceMs(450);
        QCOMPARE(run.swarm->stats().started, 10);
        QTRY_COMPARE(run.swarm->stats().connected, 10);
        QTRY_COMPARE(Test::knownPeers(server), 10);
    }

    void othersMisbehaveAndTheServerStands()
    {
        SockOptions options = listening();
        options.timeout = std::chrono::milliseconds(0);
        Checked<TcpSock> server(options);
        QVERIFY(!server.start());
        Persona persona = player(100, 20);
        for (size_t i = 1; i < misbehaviourCount; ++i)
            persona.shares[i] = 0.1;
        Run<TcpSock> run(persona, 60, 3, server.localEndpoint().port());
        QVERIFY(!run.swarm->start());
        run.clock->advanceMs(1);
        QTRY_COMPARE(run.swarm->stats().connected, 60);
        run.advance(2000);
        QTRY_VERIFY(server.ledger().framingErrors.messages > 0);
        const SwarmStats stats = run.swarm->stats();
        int sum = 0;
        for (size_t i = 0; i < misbehaviourCount; ++i) {
            QVERIFY2(stats.misbehaving[i] > 0, qPrintable(misbehaviourName(static_cast<Misbehaviour>(i))));
            sum += stats.misbehaving[i];
        }
        QCOMPARE(sum, 60);
        QCOMPARE(stats.failed, 0);
        QCOMPARE(stats.lost, stats.lostMisbehaving); // who behaves stays
        QVERIFY(stats.lost > 0);
        QVERIFY(stats.reconnects > 0);
        QVERIFY(stats.heartbeats >= quint64(stats.misbehaving[0]) * 18);
        QVERIFY(stats.isBalanced);
        QVERIFY(server.ledger().isBalanced());
        run.swarm->stop();
        QTRY_COMPARE(Test::knownPeers(server), 0);
        QVERIFY(server.ledger().isBalanced());
    }

    void eachRunsItsSequence()
    {
        Checked<UdpSock> server(listening());
        server.addHandler(1, &server, [&](const Envelope &envelope) {
            const qint64 number = envelope.message.data().toInteger();
            server.sendMessage(2, number == 3 ? -1 : number, envelope.peer); // one is answered wrongly
        });
        QVERIFY(!server.start());
        Sequence talk;
        talk.name = u"talk"_s;
        SequenceStep ask;
        ask.message = {u"1"_s, TemplateSyntax::Json, u"{{persona}}"_s, false};
        SequenceStep expect;
        expect.kind = SequenceStep::Kind::Expect;
        expect.filter = u"type == 2 && data >= 0"_s;
        expect.isStrict = true;
        talk.steps = {ask, expect};
        Persona persona;
        Run<UdpSock> run(persona, 10, 0, server.localEndpoint().port(), talk);
        QSignalSpy finished(run.swarm.get(), &Swarm::sequencesFinished);
        QVERIFY(!run.swarm->start());
        run.clock->advanceMs(1);
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(run.swarm->stats().sequencesPassed, 9);
        QCOMPARE(run.swarm->stats().sequencesFailed, 1);
        QVERIFY(!run.swarm->stats().errors.isEmpty());
    }

    void nobodyListens()
    {
        quint16 port = 0;
        {
            Checked<TcpSock> gone(listening());
            QVERIFY(!gone.start());
            port = gone.localEndpoint().port();
        }
        Sequence talk;
        talk.name = u"talk"_s;
        Run<TcpSock> run(player(100, 0), 5, 0, port, talk);
        QSignalSpy finished(run.swarm.get(), &Swarm::sequencesFinished);
        QVERIFY(!run.swarm->start());
        run.clock->advanceMs(1);
        QTRY_COMPARE(run.swarm->stats().failed, 5);
        QCOMPARE(run.swarm->stats().sequencesFailed, 5);
        QCOMPARE(finished.size(), 1);
        QCOMPARE(run.swarm->stats().connected, 0);
    }

    void aWrongDescriptionStartsNothing()
    {
        SwarmOptions options;
        options.count = 0;
        Swarm none(options);
        QVERIFY(none.start());
        options.count = 1;
        Swarm noSock(options);
        QVERIFY(noSock.start());
        Persona persona = player(100, 0);
        persona.message.payload = u"{{"_s;
        Run<UdpSock> run(persona, 1, 0, 9);
        QVERIFY(run.swarm->start());
        QCOMPARE(run.swarm->stats().started, 0);
    }
};

QTEST_GUILESS_MAIN(TestSwarm)
#include "test_swarm.moc"
