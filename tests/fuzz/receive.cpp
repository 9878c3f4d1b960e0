// The whole receive path: a real sock with queues, handlers, hooks and taps on a transport and a clock that the input
// plays. After every step the ledger balances and nothing is over its limit; when the peers fall silent everything is
// worked off.

#include <QHash>

#include <vector>

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/hooks/messagehooks.h"
#include "core/hooks/peerfilter.h"
#include "core/peers/peertable.h"
#include "core/tap/sockmonitor.h"
#include "core/time/manualclock.h"
#include "fuzz/fuzz.h"
#include "fuzz/wire.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

/// Counts on its own what the ledger counts.
class CountingTap : public Tap
{
public:
    void inbound(const Envelope &envelope, Outcome outcome, const SockError *error) override
    {
        if (error)
            checkError(*error);
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

std::shared_ptr<const Framing> chosenFraming(quint8 choice, bool stream)
{
    static constexpr const char *names[] = {"u32",  "u8",    "u16",  "u16le", "varint",  "u8+self", "varint+self",
                                            "line", "crlf",  "slip", "cobs",  "fixed:3", "none",    "delim:6162",
                                            "u64",  "u32le", "line", "cobs",  "slip",    "u8"};
    const QLatin1String name(names[choice % std::size(names)]);
    return makeFraming(!stream && choice >= 128 ? QStringLiteral("datagram") : QString(name), nullptr,
                       choice & 0x40 ? 64 : 4096);
}

std::shared_ptr<const Codec> chosenCodec(quint8 choice)
{
    return makeCodec(codecNames().at(choice % codecNames().size()));
}

class Player
{
public:
    explicit Player(Input &input)
        : m_input(input)
        , m_wire(std::make_shared<Wire>())
        , m_clock(std::make_shared<ManualClock>())
    {
        const quint8 choice = input.byte();
        m_wire->stream = choice & 1;
        SockOptions options;
        options.clock = m_clock;
        options.transport = [wire = m_wire] { return wire->makeTransport(); };
        options.logger = [](int, const QString &) {};
        options.framing = chosenFraming(input.byte(), m_wire->stream);
        options.codec = chosenCodec(input.byte());
        options.dispatch = choice & 2 ? DispatchMode::Inline : DispatchMode::Queued;
        options.queuePolicy = static_cast<QueuePolicy>(choice / 4 % 3);
        options.peerPolicy = choice & 0x10 ? PeerPolicy::ConnectedOnly : PeerPolicy::Learn;
        options.timeout = std::chrono::milliseconds(choice & 0x20 ? 50 : 0);
        options.tickInterval = std::chrono::milliseconds(choice & 0x40 ? 20 : 0);
        options.blockedAfter = std::chrono::milliseconds(0); // the watchdog is a thread with a clock of its own
        const quint8 limits = input.byte();
        options.parseQueueMessages = 1 + limits % 8;
        options.inQueueMessages = 1 + limits / 8 % 4;
        options.parseQueueBytes = limits & 0x20 ? 300 : 100000;
        options.inQueueBytes = limits & 0x40 ? 600 : 100000;
        options.maximumPeers = limits & 0x80 ? 2 : 20;
        options.maximumHandlers = 12;
        m_sock = std::make_unique<BaseSock>(options);
        m_sock->addTap(&m_tap);
        if (choice & 0x80)
            SockMonitor::install(m_sock.get(), std::make_shared<Recorder>(RecorderLimits{{10000, 0, {}}, 100, 10000}));
        addHandlers();
        check(!m_sock->start(), "the sock starts");
    }

    void play()
    {
        for (int steps = 0; steps < 2000 && !m_input.isEmpty() && m_sock; ++steps) {
            step();
            look();
        }
        settle();
        if (!m_sock)
            return;
        m_sock->stop();
        look();
        const Ledger ledger = m_sock->ledger();
        check(ledger.stillQueued.messages == 0 && ledger.sendQueued.messages == 0 && ledger.bytesBuffered == 0,
              "nothing is queued after stop");
        check(m_sock->peers().size() == 0, "nobody is known after stop");
        checkTap(ledger);
    }

private:
    void addHandlers()
    {
        const auto handler = [this](const Envelope &envelope) { handle(envelope); };
        for (const int type : {0, 1, 2, 3})
            m_sock->addHandler(type, m_sock.get(), handler);
        m_sock->addHandler(1, m_sock.get(), handler); // two for one type
        m_sock->addHandler(u"x", m_sock.get(), handler);
        m_sock->hooks().add([this](Envelope &envelope) {
            look();
            const quint8 choice = envelope.message.payload.isEmpty()
                                      ? quint8(0)
                                      : static_cast<quint8>(envelope.message.payload.data()[0]);
            if (choice == 0xee)
                throw 1;
            if (choice == 0xef)
                envelope.wireBytes = -5;
            return choice != 0xed;
        });
        QObject::connect(m_sock.get(), &BaseSock::peerAdded, m_sock.get(), [this](const Endpoint &peer) {
            look();
            if (peer.port() == 7) // this one is not wanted
                m_sock->closePeer(peer);
        });
        QObject::connect(m_sock.get(), &BaseSock::peerRemoved, m_sock.get(), [this](const Endpoint &peer) {
            look();
            check(!m_sock->peers().find(peer), "a removed peer is not in the table");
        });
        QObject::connect(m_sock.get(), &BaseSock::errorOccurred, m_sock.get(), [this](const SockError &error) {
            checkError(error);
            look();
        });
        QObject::connect(m_sock.get(), &BaseSock::messageReceived, m_sock.get(), [this] { look(); });
        QObject::connect(m_sock.get(), &BaseSock::ticked, m_sock.get(), [this] { look(); });
    }

    /// What a handler does, the message says: everything that an application may do to its sock.
    void handle(const Envelope &envelope)
    {
        look();
        const Bytes &payload = envelope.message.payload;
        if (--m_budget < 0 || payload.isEmpty())
            return;
        BaseSock *sock = m_sock.get();
        switch (static_cast<quint8>(payload.data()[payload.size() / 2]) % 32) {
        case 1:
            throw std::runtime_error("on purpose");
        case 2:
            sock->closePeer(envelope.peer);
            break;
        case 3:
            sock->stop();
            break;
        case 4:
            sock->stop();
            sock->start();
            break;
        case 5:
            sock->sendMessage(envelope.message, envelope.peer);
            break;
        case 6:
            sock->sendRaw(payload.view());
            break;
        case 7:
            QCoreApplication::sendPostedEvents();
            break;
        case 8:
            sock->setFraming(chosenFraming(static_cast<quint8>(payload.size()), m_wire->stream));
            break;
        case 9:
            sock->injectPayload(envelope.peer, payload.view());
            break;
        case 10:
            sock->injectRaw(envelope.peer, payload.view());
            break;
        case 11:
            sock->addHandler(2, sock, [](const Envelope &) {});
            break;
        case 12:
            sock->removeHandlers(1);
            break;
        case 13:
            sock->peerFilter().refuse(envelope.peer);
            break;
        case 14:
            m_clock->stall(10'000'000);
            break;
        case 15:
            m_clock->advanceMs(60);
            break;
        case 16:
            m_sock.reset();
            return;
        case 17:
            m_wire->disconnectPeer(envelope.peer, CloseReason::Remote, std::nullopt);
            break;
        case 18:
            m_wire->receive(envelope.peer, payload.view(), {}, m_clock->nowNs());
            break;
        default:
            break;
        }
        look();
    }

    Endpoint peerOf(quint8 choice) const
    {
        return choice & 0x80 ? Endpoint(QHostAddress(QHostAddress::LocalHostIPv6), choice & 7)
                             : Endpoint(0x7f000001, static_cast<quint16>(choice & 15));
    }

    void step()
    {
        const quint8 code = m_input.byte();
        const quint8 argument = m_input.byte();
        const Endpoint peer = peerOf(argument);
        SockError error;
        error.code = argument & 0x40 ? SockError::Code::ConnectionLost : SockError::Code::SystemError;
        error.what = QStringLiteral("played");
        switch (code % 20) {
        case 0:
        case 1:
        case 2:
        case 3: // bytes arrive; with 0 and 1 the batch is over
            m_wire->connectPeer(peer, false);
            m_wire->receive(peer, m_input.bytes(m_input.byte()),
                            argument & 0x20 ? ReceiveFlag::Truncated : ReceiveFlags(), m_clock->nowNs());
            if (code % 4 < 2)
                m_wire->endBatch();
            break;
        case 4:
            m_wire->resume(m_clock->nowNs());
            break;
        case 5:
            QCoreApplication::sendPostedEvents();
            break;
        case 6:
            m_clock->advanceMs(argument * 4);
            break;
        case 7:
            m_wire->disconnectPeer(peer, argument & 0x20 ? CloseReason::Remote : CloseReason::NetworkError,
                                   argument & 0x10 ? std::optional(error) : std::nullopt);
            break;
        case 8:
            m_sock->closePeer(peer);
            break;
        case 9:
            if (argument & 1)
                m_sock->stop();
            else
                m_sock->start();
            break;
        case 10:
            m_wire->refuseConnects = argument & 0x40;
            m_sock->connectTo(peer);
            break;
        case 11:
            m_sock->sendMessage(argument % 4, QCborValue(argument),
                                argument & 0x10 ? std::optional(peer) : std::nullopt);
            break;
        case 12:
            m_sock->sendRaw(m_input.bytes(argument % 32), argument & 0x80 ? std::optional(peer) : std::nullopt);
            break;
        case 13:
            m_wire->answer = static_cast<SendOutcome>(argument % 5);
            m_wire->keepSent = argument & 0x80;
            break;
        case 14:
            m_wire->complete(argument & 0x20 ? std::optional(error) : std::nullopt);
            break;
        case 15:
            m_sock->injectRaw(peer, m_input.bytes(m_input.byte() % 64));
            break;
        case 16:
            m_sock->injectPayload(peer, m_input.bytes(m_input.byte() % 64));
            break;
        case 17:
            if (argument & 1)
                m_sock->setFraming(chosenFraming(argument / 2, m_wire->stream));
            else
                m_sock->setCodec(chosenCodec(argument / 2));
            break;
        case 18:
            if (argument & 0x20)
                m_sock->peerFilter().allow(peer);
            else
                m_sock->peerFilter().refuse(peer);
            break;
        default:
            if (m_wire->sink() && argument & 1)
                m_wire->sink()->transportKernelDrops(argument);
            else if (m_wire->sink() && argument & 2)
                m_wire->sink()->transportGroupsRefused(argument);
            else if (m_wire->sink())
                m_wire->sink()->transportError(error);
            break;
        }
    }

    /// May be called from anywhere, inside a handler too.
    void look() const
    {
        if (!m_sock)
            return;
        check(m_sock->ledger().isBalanced(), "the ledger balances");
        for (const QueueStats &queue : {m_sock->parseQueueStats(), m_sock->inQueueStats()}) {
            check(queue.depth <= queue.capacity, "a queue holds no more messages than its limit");
            check(queue.bytes <= queue.capacityBytes || queue.depth == 1, "nor more bytes");
        }
        check(m_sock->peers().size() <= m_sock->peers().maximum(), "the peer table keeps its limit");
    }

    void settle()
    {
        m_wire->endBatch(); // of the last bytes
        for (int turn = 0; turn < 5000 && m_sock && m_sock->isActive(); ++turn) {
            QCoreApplication::sendPostedEvents();
            if (!m_wire->resume(m_clock->nowNs()) && m_sock && m_sock->ledger().stillQueued.messages == 0 &&
                !m_wire->isPaused())
                break;
            look();
        }
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        if (!m_sock || !m_sock->isActive())
            return;
        check(m_sock->ledger().stillQueued.messages == 0, "in the end everything is handled");
        check(!m_wire->isPaused(), "and the transport reads on");
        check(m_sock->ledger().bytesBuffered == m_wire->shownBytes(), "what is buffered is what the transport holds");
    }

    void checkTap(const Ledger &ledger) const
    {
        const std::pair<Outcome, Count> all[] = {{Outcome::Dispatched, ledger.handled},
                                                 {Outcome::Unhandled, ledger.unhandled},
                                                 {Outcome::FramingError, ledger.framingErrors},
                                                 {Outcome::DecodeError, ledger.decodeErrors},
                                                 {Outcome::DroppedByHook, ledger.droppedByHook},
                                                 {Outcome::RejectedPeer, ledger.rejectedPeer},
                                                 {Outcome::DroppedQueueFull, ledger.droppedQueueFull}};
        for (const auto &[outcome, count] : all)
            check(m_tap.counts.value(outcome) == count, "the taps see what the ledger counts");
    }

    Input &m_input;
    std::shared_ptr<Wire> m_wire;
    std::shared_ptr<ManualClock> m_clock;
    CountingTap m_tap;
    std::unique_ptr<BaseSock> m_sock;
    int m_budget = 200; // of what handlers do: a message that injects itself would go on for ever
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    needApplication();
    Input input(data, size);
    {
        Player player(input);
        player.play();
    }
    QCoreApplication::sendPostedEvents();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    return 0;
}
