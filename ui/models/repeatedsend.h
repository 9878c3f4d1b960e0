#pragma once

#include <QByteArray>
#include <QTimer>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>

#include "core/basesock.h"

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

/// Sends it with the sock, in the sock's thread.
SendResult sendContent(BaseSock &sock, const SendContent &content, const std::optional<Endpoint> &to);

/// What to send again and again; to nothing: to all peers; count 0: until it is stopped.
struct RepeatPlan
{
    /// Makes each message anew, in the sock's thread; nothing, and why.
    using Make = std::function<std::optional<SendContent>(SockError *error)>;

    SendContent content; ///< unless there is make
    std::optional<Endpoint> to;
    qint64 intervalMs = 1000;
    quint64 count = 0;
    Make make = {};
};

/// How far a repeated send has come.
struct RepeatProgress
{
    quint64 sent = 0;   ///< turns in which every peer took it
    quint64 failed = 0; ///< the other turns
    bool finished = false;
    std::optional<SockError> lastError;
};

/*! Sends one thing every interval, in the sock's thread.
 *  Path    SockController → [this] → BaseSock
 *  Shape   the first send at once, then on a precise timer; stopped takes effect before the next send
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
    void sendOnce();
    void report();

    BaseSock *m_sock;
    const RepeatPlan m_plan;
    std::shared_ptr<Shared> m_shared;
    std::function<void()> m_reporter;
    QTimer m_timer;
    quint64 m_turns = 0;
};

} // namespace SockScope
