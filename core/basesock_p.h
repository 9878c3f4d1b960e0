#pragma once

#include <QHash>

#include <map>
#include <unordered_map>

#include "core/basesock.h"
#include "core/dispatch/dispatcher.h"
#include "core/hooks/messagehooks.h"
#include "core/hooks/peerfilter.h"
#include "core/peers/peertable.h"
#include "core/tap/ledger.h"
#include "core/tap/tracetap.h"
#include "core/transport/transport.h"
#include "core/types/stagetimes.h"

class QHostInfo;

namespace SockScope {

class HostLookUp;
struct ImpairStage;
struct ImpairedMessage;

/// A frame that waits for the codec.
struct QueuedFrame
{
    Bytes payload;
    Endpoint peer;
    qint64 receivedNs = 0;
    qsizetype wireBytes = 0;
    EnvelopeFlags flags;
    qint64 framedNs = 0; ///< as in StageTimes
};

/// What a frame takes of the queue's limit in bytes.
inline qsizetype queueCost(qsizetype payloadBytes)
{
    return payloadBytes + static_cast<qsizetype>(sizeof(QueuedFrame));
}

inline void recycle(QueuedFrame &frame)
{
    frame.payload = Bytes();
}

/// A message that waits for its handlers. The times are those of an earlier message while nobody traces.
struct QueuedMessage : Envelope
{
    StageTimes times;
    /// What is wrong with it: it could not be decoded, and waits so that it is told of in the order in which it came.
    std::unique_ptr<SockError> broken;
};

inline void recycle(QueuedMessage &message)
{
    recycle(static_cast<Envelope &>(message));
    message.broken.reset();
}

struct EndpointHash
{
    size_t operator()(const Endpoint &endpoint) const noexcept { return qHash(endpoint); }
};

/// A connection's unread part.
struct StreamState
{
    FramingState framing;
    qsizetype buffered = 0; ///< bytes that the transport still holds: of an unfinished frame, or while reading pauses

    // What basesock_streams.cpp watches. Times are reading time: they stand still while we do not read.
    qsizetype unfinished = 0; ///< bytes of an unfinished frame
    qint64 openedNs = 0;
    qint64 frameSinceNs = 0; ///< when the unfinished frame began
    bool incoming = false;
    bool spoke = false; ///< a whole frame has come
    bool watched = false;
    std::multimap<qint64, Endpoint>::iterator watch; ///< valid while watched
};

/// A connectTo that has no answer yet.
struct PendingConnect
{
    HostPort asked;
    QList<QHostAddress> others; ///< further addresses of the same name
};

/*! The stages of one sock and the order between them.
 *  Path    TransportSink → peers → framing → parseQueue → codec → hooks → inQueue → dispatch
 *  Shape   basesock_life.cpp, basesock_inbound.cpp, basesock_streams.cpp, basesock_queues.cpp,
 *          basesock_outbound.cpp and basesock_peers.cpp hold the parts
 *  Units   nanoseconds of the sock's Clock
 *  Errors  each is counted in the ledger, kept as lastError and signalled
 *  Thread  the sock's. Shared: whoever calls out holds it and looks at q afterwards, which is null once the sock is
 *          destroyed
 *  Source  none
 */
class BaseSockPrivate : public TransportSink, public RunObserver, public std::enable_shared_from_this<BaseSockPrivate>
{
public:
    BaseSockPrivate(BaseSock *sock, SockOptions sockOptions);
    ~BaseSockPrivate() override;

    // TransportSink
    qsizetype transportReceived(const Endpoint &peer, QByteArrayView data, ReceiveFlags flags,
                                qint64 receivedNs) override;
    qsizetype transportReceivedPooled(const Endpoint &peer, BytesPool &lent, QByteArrayView data,
                                      qint64 receivedNs) override;
    void transportBatchEnded() override;
    bool transportConnected(const Endpoint &peer, bool outgoing) override;
    void transportDisconnected(const Endpoint &peer, CloseReason reason,
                               const std::optional<SockError> &error) override;
    void transportConnectFailed(const Endpoint &peer, const SockError &error) override;
    void transportSent(const Endpoint &peer, qsizetype bytes, const std::optional<SockError> &error) override;
    void transportSentRun(const Endpoint &peer, qsizetype bytesEach, quint64 count) override;
    void transportError(const SockError &error) override;
    void transportRefused(const Endpoint &peer, RefuseReason reason) override;
    void transportKernelDrops(quint64 count) override;
    void transportGroupsRefused(quint64 count) override;

    // life (basesock_life.cpp)
    std::optional<SockError> start();
    void stop();
    void setState(BaseSock::State state);
    std::optional<SockError> fail(SockError error);
    std::optional<SockError> checkOptions() const;
    void applyOptions();
    void makeQueues();
    void startWatchdog();
    void unwatch();
    void handleTick(const TickInfo &info);

    // inbound (basesock_inbound.cpp)
    qsizetype frameDatagram(const Endpoint &peer, QByteArrayView data, EnvelopeFlags flags, qint64 nowNs);
    qsizetype frameStream(const Endpoint &peer, StreamState &stream, QByteArrayView data, EnvelopeFlags flags,
                          qint64 nowNs, bool atEnd);
    FrameResult nextFrame(QByteArrayView buffer, FramingState &framingState);
    void acceptFrame(const Endpoint &peer, QByteArrayView payload, qsizetype wireBytes, EnvelopeFlags flags,
                     qint64 nowNs);
    bool wantsToParseNow(qsizetype payloadBytes) const;
    void passFrame(const Endpoint &peer, QByteArrayView payload, qsizetype wireBytes, EnvelopeFlags flags,
                   qint64 nowNs);
    void queueFrame(QueuedFrame &&frame);
    void rejectFrame(const Endpoint &peer, QByteArrayView wire, EnvelopeFlags flags, qint64 nowNs, SockError error);
    bool parseOne(QueuedMessage &envelope);
    bool dropParsed(QueuedMessage &envelope, Outcome outcome, std::optional<SockError> &&error, Stage stage);
    bool keepBroken(QueuedMessage &envelope, SockError &&error);
    void tellBroken(QueuedMessage &envelope);
    bool finishParsed(QueuedMessage &envelope, qsizetype wireBytes);
    bool dispatchOne(const QueuedMessage &envelope, qint64 &nowNs);

    // queues (basesock_queues.cpp)
    static constexpr qsizetype messagesParsedAhead = 64;
    void runQueues();
    void runTurn();
    void workQueues();
    void scheduleTurn();
    void pauseReading();
    void resumeReading();
    void updateReading();
    bool hasWork() const { return !parseQueue.isEmpty() || !inQueue.isEmpty(); }
    bool wantsPause() const;
    Count queuedCount() const;
    void dropQueues();

    // streams (basesock_streams.cpp)
    void openStream(const Endpoint &peer, bool outgoing);
    void noteUnfinished(const Endpoint &peer, StreamState &stream, qsizetype bytes, bool sameFrame, qint64 nowNs);
    bool enforceReceiveLimits(const Endpoint &peer, const StreamState &stream);
    void closeForLimit(const Endpoint &peer, CloseReason reason, const QString &what, const QString &remedy);
    std::optional<std::pair<qint64, CloseReason>> streamDeadline(const StreamState &stream) const;
    void watchStream(const Endpoint &peer, StreamState &stream, qint64 deadlineNs);
    void forgetStream(StreamState &stream);
    void armStreamAlarm();
    void handleStreamDeadlines();
    qint64 readingNs(qint64 nowNs) const { return (readingPaused ? pausedSinceNs : nowNs) - pausedTotalNs; }

    // outbound (basesock_outbound.cpp)
    /// Two buffers that the next message uses again; one that a slot sends meanwhile has new ones.
    struct SendBuffers
    {
        explicit SendBuffers(BaseSockPrivate &owner)
            : payload(std::exchange(owner.sendPayload, {}))
            , wire(std::exchange(owner.sendWire, {}))
            , sock(owner)
        {
        }
        ~SendBuffers()
        {
            giveBack(payload, sock.sendPayload);
            giveBack(wire, sock.sendWire);
        }
        SendBuffers(const SendBuffers &) = delete;
        SendBuffers &operator=(const SendBuffers &) = delete;
        QByteArray payload;
        QByteArray wire;

    private:
        static void giveBack(QByteArray &used, QByteArray &kept)
        {
            constexpr qsizetype largestKept = 64 * 1024;
            if (!used.isDetached() || used.capacity() > largestKept)
                return;
            used.resize(0);
            kept.swap(used);
        }
        BaseSockPrivate &sock;
    };
    std::optional<SockError> prepare(const Message &message, QByteArray &payload, QByteArray &wire);
    SendResult sendPrepared(const MessageType &type, QByteArrayView payload, QByteArrayView wire,
                            const std::optional<Endpoint> &to);
    void refuseSend(const MessageType &type, QByteArrayView payload, QByteArrayView wire, const Endpoint &peer,
                    SendOutcome outcome, SendResult &result);
    bool sendOne(const MessageType &type, QByteArrayView payload, QByteArrayView wire, const Endpoint &peer,
                 SendResult &result);

    bool handOver(const MessageType &type, QByteArrayView payload, QByteArrayView wire, const Endpoint &peer,
                  SendResult &result);

    // impairments (basesock_impair.cpp)
    std::optional<SockError> impair(std::vector<ImpairSpec> specs);
    std::optional<SockError> startImpairments();
    bool impairOut(const MessageType &type, QByteArrayView payload, QByteArrayView wire, const Endpoint &peer,
                   SendResult &result);
    void impairIn(const Endpoint &peer, QByteArrayView payload, qsizetype wireBytes, EnvelopeFlags flags, qint64 nowNs);
    int impairRuleFor(Direction direction, Envelope &envelope);
    void tapImpaired(const ImpairedMessage &message, QByteArrayView payload, Outcome outcome, const QString &what,
                     const QString &remedy = {});
    void releaseImpaired();
    void resumeImpaired();
    void armImpairAlarm();
    void dropImpaired(std::vector<ImpairedMessage> &&messages, const QString &why);
    void dropImpairedOf(const Endpoint &peer);
    void dropImpairments();

    // peers (basesock_peers.cpp)
    Peer *knownPeer(const Endpoint &endpoint, qint64 nowNs, bool mayLearn);
    bool isGood(const Endpoint &endpoint);
    void removePeer(const Endpoint &endpoint, CloseReason reason);
    void endStream(const Endpoint &endpoint, bool truncated);
    void armExpiry();
    void handleExpiry();
    void lookUp(const HostPort &peer);
    void handleLookUp(const HostPort &peer, const QHostInfo &info);
    void connectNext(PendingConnect pending);
    void connectFailed(const PendingConnect &pending, SockError error);

    // all
    void report(SockError error, bool toLog = true);
    void tapInbound(const Envelope &envelope, Outcome outcome, const SockError *error = nullptr,
                    const StageTimes &times = {}, qint64 nowNs = 0);
    void tapPeer(const Endpoint &peer);
    void tapSock();
    void findTracers();
    bool isTraced() const { return !tracers.empty(); }
    qint64 traceNowNs() { return dispatcher->turnClock().now(); }
    /// Who watches the handlers of this sock's messages; null: nobody.
    RunObserver *runObserver() { return isTraced() ? this : nullptr; }
    quint64 runBegan(const HandlerCall &call) override;
    void runEnded(quint64 run, qint64 startNs, qint64 endNs, const QString &error) override;
    std::weak_ptr<RunObserver> weakObserver() override { return weak_from_this(); }
    void findSignals();
    bool isStopped() const { return !q || state != BaseSock::State::Active; }
    template <typename Function>
    bool contained(Stage stage, const Endpoint &peer, const char *where, Function &&function);
    void reportThrown(Stage stage, const Endpoint &peer, const char *where, const QString &what);
    static QString unknownExceptionText();

    BaseSock *q;
    SockOptions options;
    BaseSock::State state = BaseSock::State::Idle;
    bool wasSetUp = false;
    bool isChild = false;        ///< options.metaSock knows this sock; else it is a promise, and may not exist any more
    bool handlersChanged = true; ///< those of the options wait for start()
    std::vector<HandlerId> optionHandlers;
    std::shared_ptr<Clock> clock;
    std::shared_ptr<const Framing> framing;
    std::shared_ptr<const Codec> codec;
    std::shared_ptr<const MessageTypes> types;
    std::unique_ptr<Transport> transport;
    std::optional<QHostAddress> boundAddress;
    MessageHooks hooks;
    PeerFilter filter;
    PeerTable peers;
    std::shared_ptr<Dispatcher> dispatcher;
    BoundedQueue<QueuedFrame> parseQueue;
    BoundedQueue<QueuedMessage> inQueue;
    BytesPool pool;
    std::unordered_map<Endpoint, StreamState, EndpointHash> streams;
    QHash<Endpoint, PendingConnect> pendingConnects;
    QHash<quint64, HostLookUp *> lookUps;
    quint64 nextLookUp = 0;
    std::multimap<qint64, Endpoint> streamDeadlines; ///< in reading time; a stream that cannot be late has none
    std::unique_ptr<Alarm> streamAlarm;
    qint64 streamAlarmNs = 0; ///< what it is set to, on the clock
    bool streamAlarmWaits = false;
    qsizetype unfinishedTotal = 0;
    qint64 pausedSinceNs = 0;
    qint64 pausedTotalNs = 0;
    std::unique_ptr<Alarm> expiry;
    std::unique_ptr<Ticker> ticker;
    std::shared_ptr<ImpairStage> impairment; ///< null: no message is impaired
    TickStats lastTickStats;
    QString lateCulprit;
    Ledger ledger;
    Count inTransit;                           ///< popped from a queue and not yet in the next or counted
    BytesPool *lentPool = nullptr;             ///< the transport's bytes lie in it: what is kept of them is shared
    qint64 turnDeadlineNs = 0;                 ///< handlers run no longer in this batch of the transport; 0: not begun
    int held = 0;                              ///< stack frames that must find this alive when a handler returns
    std::shared_ptr<BaseSockPrivate> lastHold; ///< of a sock that was destroyed meanwhile
    QByteArray sendPayload;
    QByteArray sendWire;
    quint64 sequence = 0;
    quint64 blocked = 0;
    quint64 generation = 0; ///< of start(): late answers of an earlier life are ignored
    std::optional<SockError> lastError;
    std::vector<Tap *> taps;
    std::vector<TraceTap *> tracers; ///< those of the taps that want traces
    quint64 lastRun = 0;
    bool hasReceivedSlots = false;
    bool hasUnhandledSlots = false;
    bool running = false;      ///< inside runQueues or the parsing of a frame
    quint64 streamChanges = 0; ///< grows when a stream comes or goes
    bool turnScheduled = false;
    bool readingPaused = false;
    bool stalled = false; ///< the front of inQueue waits for a concurrent handler
    bool watching = false;
    bool watchesTicks = false; ///< tick() may be the application's
    bool expiryWaits = false;  ///< the alarm came late: what was sent meanwhile is read first
};

/// Keeps the private part until the outermost of its functions returns. shared_from_this would cost two atomic
/// operations a message; nothing here is ever called in another thread than the sock's.
class BaseSockHold
{
public:
    explicit BaseSockHold(BaseSockPrivate &sock)
        : m_sock(sock)
    {
        ++m_sock.held;
    }
    ~BaseSockHold()
    {
        if (--m_sock.held == 0 && m_sock.lastHold)
            const std::shared_ptr<BaseSockPrivate> last = std::move(m_sock.lastHold);
    }
    BaseSockHold(const BaseSockHold &) = delete;
    BaseSockHold &operator=(const BaseSockHold &) = delete;

private:
    BaseSockPrivate &m_sock;
};

/// Runs what an application wrote and keeps its exceptions from the data path; false when it threw.
template <typename Function>
bool BaseSockPrivate::contained(Stage stage, const Endpoint &peer, const char *where, Function &&function)
{
    QString text;
    try {
        function();
        return true;
    } catch (const std::exception &exception) {
        text = QString::fromUtf8(exception.what());
    } catch (...) {
        text = unknownExceptionText();
    }
    reportThrown(stage, peer, where, text);
    return false;
}

} // namespace SockScope
