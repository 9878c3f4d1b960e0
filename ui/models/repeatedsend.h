#pragma once

#include <QByteArray>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "core/basesock.h"
#include "core/compose/sendpace.h"
#include "core/time/clock.h"

namespace SockScope {

/// Bytes that are already what the wire shall carry.
struct WireBytes
{
    QByteArray bytes;
};

/// A payload as it is: framed, but not encoded again (what "resend" sends).
struct PayloadBytes
{
    QByteArray bytes;
};

using SendContent = std::variant<Message, PayloadBytes, WireBytes>;

/// To whom something goes, each by itself; nothing: all peers at once.
using SendTargets = std::vector<std::optional<Endpoint>>;

/// What goes to whom.
struct AddressedContent
{
    SendContent content;
    std::optional<Endpoint> to;
};

/// What several sends came to: the sums, and the first error.
void addResult(SendResult &sum, const SendResult &result);

/// Sends it with the sock, in the sock's thread.
SendResult sendContent(BaseSock &sock, const SendContent &content, const std::optional<Endpoint> &to);

/// Lets the sock receive it as if from that peer, at the stage that the content is of: bytes go through its framing, a
/// payload through its codec, a message to hooks and handlers.
SendResult receiveContent(BaseSock &sock, const SendContent &content, const Endpoint &from);

/// What to send again and again; count 0: until it is stopped.
struct RepeatPlan
{
    /// Makes each message anew, in the sock's thread, for a peer, or for all (null); nothing, and why.
    using Make = std::function<std::optional<SendContent>(const Endpoint &peer, SockError *error)>;

    SendContent content; ///< unless there is make
    SendTargets to = {std::nullopt};
    qint64 intervalMs = 1000;
    quint64 count = 0;
    Make make = {};
    bool asReceived = false; ///< from whom it would go to
    qint64 jitterMs = 0;
    qint64 burst = 1;
    qint64 perSecond = 0; ///< 0: no limit

    SendPace pace() const;
};

/// How far a repeated send has come.
struct RepeatProgress
{
    quint64 sent = 0;     ///< turns in which every peer took it
    quint64 failed = 0;   ///< the other turns
    quint64 refused = 0;  ///< those of failed in which a full buffer refused it
    quint64 heldBack = 0; ///< times that the next waited for room in the peer's send queue
    bool finished = false;
    std::optional<SockError> lastError;
};

/*! Sends one thing again and again, in the sock's thread.
 *  Path    SockController → [this] → BaseSock
 *  Shape   the first at once, then as a Pacer says, on a precise alarm of the sock's clock, for at most 4 ms a turn;
 *          stopped takes effect before the next send. What goes to peers by name waits while the queues hold
 *          4 MiB: that is as fast as the transport is
 *  Units   milliseconds
 *  Errors  a send that fails is counted and does not end it
 *  Thread  lives in the sock's thread as its child; Shared: any
 *  Source  none
 */
class RepeatedSend : public QObject
{
    Q_OBJECT
public:
    struct Shared
    {
        std::atomic<bool> stopped{false};
        std::atomic<bool> reportWaiting{false};
        RepeatedSend *job = nullptr; ///< the sock's thread only
        mutable std::mutex mutex;    // guards what follows
        RepeatProgress progress;
        bool begun = false;
    };

    RepeatedSend(BaseSock *sock, RepeatPlan plan, std::shared_ptr<Shared> shared, std::function<void()> reporter);
    ~RepeatedSend() override;
    void start();
    void finish();

private:
    void handleTurn();
    void sendOnce();
    SendResult sendTo(const std::optional<Endpoint> &peer);
    void report();

    BaseSock *m_sock;
    const RepeatPlan m_plan;
    std::shared_ptr<Shared> m_shared;
    std::function<void()> m_reporter;
    std::shared_ptr<Clock> m_clock;
    std::unique_ptr<Alarm> m_alarm;
    Pacer m_pacer;
    RepeatProgress m_progress; ///< what report hands over: a lock a turn, not one a message
    quint64 m_turns = 0;
    bool m_isHeldBack = false;
};

} // namespace SockScope
