#pragma once

#include <QHash>
#include <QObject>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/impair/impairreport.h"
#include "core/sockspec.h"
#include "core/tap/sockmonitor.h"
#include "ui/models/repeatedsend.h"

namespace SockScope {

class SockLink;
struct Breakage;

/*! The window's handle on one sock, wherever that lives.
 *  Path    views → [this] → the sock's thread; SockMonitor → [this] → models
 *  Shape   every command is posted to the sock and answers later, exactly once, in the window's thread, unless this
 *          controller goes first; the sock may be destroyed at any moment
 *  Units   milliseconds for intervals
 *  Errors  an answer carries the sock's SockError, or WrongState "the socket is gone" when it died before the command
 *          ran
 *  Thread  the window's
 *  Source  none
 */
class SockController : public QObject
{
    Q_OBJECT
public:
    using Answer = std::function<void(const std::optional<SockError> &)>;
    using SendAnswer = std::function<void(const SendResult &)>;
    static constexpr int maximumRepeats = 100;

    /// owned: the sock was made by the inspection and ends with its row.
    SockController(std::shared_ptr<SockLink> link, bool owned, std::optional<SockSpec> spec, QObject *parent = nullptr);
    ~SockController() override;

    quint32 sockId() const;
    bool isAlive() const;
    bool isOwned() const { return m_owned; }
    /// What it was made from; nothing for a foreign sock.
    const std::optional<SockSpec> &spec() const { return m_spec; }
    const SockSnapshot &snapshot() const { return m_snapshot; }
    QString name() const;
    bool isActive() const { return m_snapshot.active; }

    void start(Answer answer = {});
    void stop(Answer answer = {});
    void restart(Answer answer = {});
    /// Asks the inspection to forget this sock (and to destroy it when it is owned).
    void remove();

    void connectTo(const HostPort &peer, Answer answer = {});
    void closePeer(const Endpoint &peer, Answer answer = {});
    /// Adds the peer to the sock's PeerFilter and closes it; port 0 refuses the whole address.
    void refusePeer(const Endpoint &peer, Answer answer = {});
    void allowPeer(const Endpoint &peer, Answer answer = {});

    /// to nothing: to all peers.
    void send(const SendContent &content, const std::optional<Endpoint> &to, SendAnswer answer = {});
    /// One after the other; the answer is that of all.
    void send(const std::vector<AddressedContent> &contents, SendAnswer answer = {});
    /// The payload's frame, broken as breakage says; the answer comes when its last byte has gone to the sock.
    void sendBroken(const QByteArray &payload, const Breakage &breakage, const SendTargets &to, SendAnswer answer = {});
    void injectRaw(const Endpoint &from, const QByteArray &wire, Answer answer = {});
    void injectPayload(const Endpoint &from, const QByteArray &payload, Answer answer = {});
    void injectMessage(const Endpoint &from, const Message &message, Answer answer = {});

    void setHandlerEnabled(HandlerId id, bool enabled, Answer answer = {});

    /// What a bad network does to the sock's messages, as last read or set; once set, it is in the spec too.
    const QList<ImpairSpec> &impairments() const { return m_impairments; }
    /// What each did, as last read; of other descriptions or none while the sock is stopped.
    const std::vector<ImpairReport> &impairReports() const { return m_impairReports; }
    /// No peer is lost, and what waits goes when it was to go; the counters begin anew.
    void setImpairments(const QList<ImpairSpec> &impairments, Answer answer = {});
    /// impairmentsRead follows.
    void readImpairments();

    /// Answers the repeat's number, or 0 when there are maximumRepeats already or the plan's pace or targets cannot be
    /// meant.
    int startRepeat(RepeatPlan plan);
    /// At most the send that is under way at this moment still goes out.
    void stopRepeat(int id);
    void stopAllRepeats();
    int repeatCount() const { return static_cast<int>(m_repeats.size()); }
    std::optional<RepeatProgress> repeatProgress(int id) const;

    /// For the inspection: what happened since the last call; nothing when the sock is gone or reported nothing.
    std::optional<SockChanges> takeChanges();
    bool hasReported() const { return m_reported; }
    const std::shared_ptr<SockLink> &link() const { return m_link; }

Q_SIGNALS:
    /// The snapshot is a newer one.
    void changed();
    /// The monitor has something: takeChanges() soon.
    void reported();
    /// Others than before.
    void impairmentsChanged();
    void impairmentsRead();
    /// The sock was destroyed by its owner.
    void died();
    void removeRequested();
    /// The last one has finished set.
    void repeatProgressed(int id, const SockScope::RepeatProgress &progress);

private:
    friend class SockLink;
    void command(std::function<std::optional<SockError>(BaseSock &)> function, Answer answer);
    void handleUpdated();
    void handleSockDestroyed();
    void handleRepeatReport(int id);
    void takeImpairments(const QList<ImpairSpec> &impairments);

    std::shared_ptr<SockLink> m_link;
    const bool m_owned;
    std::optional<SockSpec> m_spec;
    QList<ImpairSpec> m_impairments;
    std::vector<ImpairReport> m_impairReports;
    int m_impairRevision = 0; ///< what was read before the last change is not taken
    SockSnapshot m_snapshot;
    bool m_reported = true;
    int m_nextRepeat = 1;
    QHash<int, std::shared_ptr<RepeatedSend::Shared>> m_repeats;
};

} // namespace SockScope
