#pragma once

#include <QCborValue>
#include <QObject>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "core/dispatch/boundedqueue.h"
#include "core/dispatch/handlerstats.h"
#include "core/dispatch/payload.h"
#include "core/framing/framing.h"
#include "core/impair/impairreport.h"
#include "core/peers/peer.h"
#include "core/tap/ledger.h"
#include "core/tap/tap.h"
#include "core/time/ticker.h"
#include "core/types/sockoptions.h"

namespace SockScope {

class BaseSockPrivate;
class MessageHooks;
class MessageTypes;
class PeerFilter;
class PeerTable;

/// What became of a call to sendMessage or sendRaw: counts of peers.
struct SendResult
{
    int accepted = 0;
    int failed = 0;
    std::optional<SockError> error; ///< the first failure

    bool isOk() const { return failed == 0 && !error; }
};

/*! A message socket: peers with time-outs, ticks, and handlers a message type, on any transport.
 *  Path    transport → framing → codec → hooks → dispatch → handlers; [this] owns the stages and alone knows their
 *          order
 *  Shape   start() opens what SockOptions say; messages come to handlers, go out through sendMessage
 *  Units   std::chrono durations in options; nanoseconds of clock() in statistics
 *  Errors  start(), connectTo() and the send calls answer; later errors come through errorOccurred, each with its
 *          stage
 *  Thread  lives in one thread, every public call is made there (asserted) unless it says otherwise; may be moved
 *          before start(). stop() and destruction are safe at any moment, from inside a handler too
 *  Source  the behaviour of the Python original's BaseSock
 */
class BaseSock : public QObject
{
    Q_OBJECT
    Q_PROPERTY(State state READ state NOTIFY stateChanged)
    Q_PROPERTY(bool active READ isActive NOTIFY activeChanged)
public:
    enum class State : quint8 { Idle, Starting, Active, Stopping, Failed };
    Q_ENUM(State)
    using Callable = std::function<void(const Envelope &)>;

    explicit BaseSock(SockOptions options = {}, QObject *parent = nullptr);
    ~BaseSock() override;

    // life
    std::optional<SockError> start();
    void stop();
    State state() const;
    bool isActive() const;
    /// Where it listens, with the port that the system chose.
    Endpoint localEndpoint() const;
    /// "udp://127.0.0.1:9000"; what it connects to when it does not listen.
    QString url() const;
    const SockOptions &options() const;
    /// Replaces the options; only while not active (WrongState).
    std::optional<SockError> setOptions(SockOptions options);

    // how bytes become messages: may be replaced while active
    void setFraming(std::shared_ptr<const Framing> framing);
    std::shared_ptr<const Framing> framing() const;
    void setCodec(std::shared_ptr<const Codec> codec);
    std::shared_ptr<const Codec> codec() const;
    void setMessageTypes(std::shared_ptr<const MessageTypes> types);
    std::shared_ptr<const MessageTypes> messageTypes() const;
    MessageHooks &hooks();
    PeerFilter &peerFilter();

    // a bad network between this sock and its peers: may be replaced while active
    /// Those that wait already go when they were to go. InvalidOptions for what cannot be meant, and then nothing
    /// changes.
    std::optional<SockError> setImpairments(std::vector<ImpairSpec> impairments);
    const std::vector<ImpairSpec> &impairments() const;
    /// What each did since start() or setImpairments.
    std::vector<ImpairReport> impairReports() const;

    // handlers: a handler dies with its context; one whose context lives in another thread is called there, queued.
    // One that is removed, even during dispatch, is not called any more; one that is added gets the next message.
    HandlerId addHandler(const MessageType &type, QObject *context, Callable callable, HandlerOptions options = {});
    template <typename Receiver>
    HandlerId addHandler(const MessageType &type, Receiver *receiver, void (Receiver::*slot)(const Envelope &),
                         HandlerOptions handlerOptions = {})
    {
        return addHandler(type, static_cast<QObject *>(receiver),
                          Callable([receiver, slot](const Envelope &envelope) { (receiver->*slot)(envelope); }),
                          std::move(handlerOptions));
    }
    /// A handler for a payload of one C++ type: bool, qint64, double, QString, QByteArray, QCborMap, QCborArray,
    /// QVariantMap, QVariantList. A payload of another kind is an error of the handler that says what came.
    template <typename Payload, typename Function>
    HandlerId addTypedHandler(const MessageType &type, QObject *context, Function function,
                              HandlerOptions handlerOptions = {})
    {
        return addHandler(type, context, Callable([function = std::move(function)](const Envelope &envelope) {
                              function(payloadAs<Payload>(envelope.message.data()), envelope);
                          }),
                          std::move(handlerOptions));
    }
    /// Removes the type's other handlers first.
    HandlerId setHandler(const MessageType &type, QObject *context, Callable callable, HandlerOptions options = {});
    /// Called for every type that has no handler of its own.
    HandlerId setUnknownTypeHandler(QObject *context, Callable callable, HandlerOptions options = {});
    bool removeHandler(HandlerId id);
    int removeHandlers(const MessageType &type);
    bool setHandlerEnabled(HandlerId id, bool enabled);
    /// By a name of messageTypes(); 0 and an UnknownType error when the name is not defined.
    HandlerId addHandlerByName(const QString &name, QObject *context, Callable callable, HandlerOptions options = {});
    std::vector<HandlerStats> handlerStats() const;

    // sending: to one peer, or to all known ones. Never blocks
    SendResult sendMessage(const MessageType &type, const QCborValue &data,
                           const std::optional<Endpoint> &to = std::nullopt);
    virtual SendResult sendMessage(const Message &message, const std::optional<Endpoint> &to = std::nullopt);
    /// By a name of messageTypes(); an unknown name is an error.
    SendResult send(const QString &typeName, const QCborValue &data, const std::optional<Endpoint> &to = std::nullopt);
    /// Bytes that are already what the wire shall carry.
    SendResult sendRaw(QByteArrayView wire, const std::optional<Endpoint> &to = std::nullopt);

    // as if received: the same path, marked Injected
    /// Wire bytes: framing, codec, hooks and handlers run. A stream that ends inside a frame is a framing error.
    std::optional<SockError> injectRaw(const Endpoint &peer, QByteArrayView wire);
    /// A frame's payload: codec, hooks and handlers run.
    std::optional<SockError> injectPayload(const Endpoint &peer, QByteArrayView payload);
    std::optional<SockError> injectMessage(const Endpoint &peer, const Message &message);

    // peers
    /// Starts to resolve and connect; peerAdded or connectFailed follows. Datagram socks know the peer as soon as it
    /// resolves.
    virtual std::optional<SockError> connectTo(const HostPort &peer);
    std::optional<SockError> connectTo(const Endpoint &peer);
    /// False when the peer is not known.
    virtual bool closePeer(const Endpoint &peer, CloseReason reason = CloseReason::Local);
    /// Whether messages of this peer are taken; the default asks peerFilter().
    virtual bool goodPeer(const Endpoint &peer);
    const PeerTable &peers() const;
    bool setPeerMetadata(const Endpoint &peer, const QString &key, const QVariant &value);

    // what happened so far
    /// The sums, with what is queued at this moment.
    Ledger ledger() const;
    QueueStats parseQueueStats() const;
    QueueStats inQueueStats() const;
    TickStats tickStats() const;
    QString lateTickCulprit() const;
    qsizetype sendQueueBytes() const;
    int concurrentRunning() const;
    quint64 blockedHandlers() const;
    std::optional<SockError> lastError() const;
    Transport *transport() const;
    std::shared_ptr<Clock> clock() const;
    MetaSock *metaSock() const;

    void addTap(Tap *tap);
    void removeTap(Tap *tap);
    /// A tap wants traces now, or does not any more: it is asked again.
    void updateTaps();
    void setLogger(std::function<void(int level, const QString &text)> logger);

Q_SIGNALS:
    void started();
    void stopped();
    void stateChanged(SockScope::BaseSock::State state);
    void activeChanged(bool active);
    void peerAdded(const SockScope::Endpoint &peer);
    void peerRemoved(const SockScope::Endpoint &peer, SockScope::CloseReason reason);
    void peerTimedOut(const SockScope::Endpoint &peer);
    void peerChanged(const SockScope::Endpoint &peer);
    void peerRefused(const SockScope::Endpoint &peer);
    void connectFailed(const SockScope::HostPort &peer, const SockScope::SockError &error);
    /// Every message that reached dispatch, before its handlers.
    void messageReceived(const SockScope::Envelope &envelope);
    void messageUnhandled(const SockScope::Envelope &envelope);
    void ticked(const SockScope::TickInfo &info);
    void errorOccurred(const SockScope::SockError &error);
    /// May be emitted from the watchdog's thread while the handler still blocks.
    void handlerBlocked(const QString &handler, qint64 forNs);
    void limitReached(const QString &limit, quint64 count);
    void logged(int level, const QString &text);

protected:
    // what a subclass may replace; none is called from the constructor
    virtual std::vector<HandlerEntry> defaultHandlers();
    virtual void childSetup();
    virtual std::unique_ptr<Transport> createTransport();
    virtual std::shared_ptr<const Framing> defaultFraming() const;
    /// "udp", "tcp": the scheme of url().
    virtual QString scheme() const;
    /// The address of options().bind, resolved by start(); nothing when it does not listen. QHostAddress::Any is dual
    /// stack.
    std::optional<QHostAddress> bindAddress() const;
    /// Finds the next frame and undoes what encodeMessage did; the default is framing()->next.
    virtual FrameResult decodeMessage(QByteArrayView buffer, FramingState &state);
    /// Frames a payload; the default is framing()->encode.
    virtual std::optional<SockError> encodeMessage(QByteArrayView payload, QByteArray &wire);
    /// Payload to message; the default is codec()->decode.
    virtual std::optional<SockError> parseMessage(const Bytes &payload, Message &message);
    /// Message to payload; the default is codec()->encode.
    virtual std::optional<SockError> serialiseMessage(const Message &message, QByteArray &payload);
    /// Sees and may change every decoded message before its handlers; false drops it. The default runs hooks().
    virtual bool handleAll(Envelope &envelope);
    virtual void tick(const TickInfo &info);
    virtual void logDebug(const QString &text);
    virtual void logError(const QString &text);

private:
    static SockError unknownTypeError(const QString &name);

    friend class BaseSockPrivate;
    friend class MetaSock;
    std::shared_ptr<BaseSockPrivate>
        d; // shared with the stack frames that are inside it when a handler destroys the sock
};

} // namespace SockScope
