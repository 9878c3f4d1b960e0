#pragma once

#include <QObject>
#include <QSet>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/dispatch/boundedqueue.h"
#include "core/dispatch/handlerstats.h"
#include "core/peers/peer.h"
#include "core/tap/ledger.h"
#include "core/tap/recorder.h"
#include "core/tap/tap.h"
#include "core/tap/tracewriter.h"
#include "core/time/ticker.h"

namespace SockScope {

class Alarm;
class BaseSock;
class Clock;
class Codec;
class MessageTypes;

/// One error of a sock, for the list in the Health panel.
struct ErrorEntry
{
    qint64 wallUs = 0;
    SockError error;
    quint32 sequence = 0; ///< of the message that it is about, as MessageHead::sequence; 0: of none that is known
};

struct PeerChange
{
    Peer peer; ///< of a removed one only the endpoint
    bool removed = false;
    CloseReason reason = CloseReason::Local;
};

/*! A sock as it was at one moment: what the window shows of it.
 *  Path    sock → SockMonitor → [this] → models
 *  Shape   values only, no pointer into the sock
 *  Units   nowNs and the times of the peers: the sock's Clock; wallUs: microseconds since 1970 UTC at nowNs
 *  Errors  lastError is empty when the sock runs well
 *  Thread  a value
 *  Source  none
 */
struct SockSnapshot
{
    quint32 sockId = 0;
    QString name;
    QString url;   ///< "udp://127.0.0.1:9000"
    QString state; ///< BaseSock::State's key
    bool active = false;
    bool stream = false;
    Endpoint localEndpoint;
    QString framingName;
    std::shared_ptr<const Codec> codec;
    std::shared_ptr<const MessageTypes> types;
    std::optional<SockError> lastError;
    qint64 nowNs = 0;
    qint64 wallUs = 0;
    qint64 timeoutNs = 0;
    int peerCount = 0;
    int peerLimit = 0;
    Ledger ledger;
    QueueStats parseQueue;
    QueueStats inQueue;
    qsizetype sendQueueBytes = 0;
    TickStats tick;
    QString lateTickCulprit;    ///< the handler that ran when a tick came late
    int receiveBufferBytes = 0; ///< granted; 0 where there is none
    int concurrentRunning = 0;
    std::vector<HandlerStats> handlers;
    QStringList deniedPeers;
    quint64 lostRecords = 0;  ///< messages that this monitor could not keep, by its own limit
    quint64 lostErrors = 0;   ///< errors that nobody took in time, beyond errorLimit
    quint64 lostFailures = 0; ///< late failures of handlers that nobody took in time, beyond failureLimit
    quint64 blockedHandlers = 0;
};

/// A message whose handler threw when the message had been handed to the recorder already.
struct LateFailure
{
    quint32 sequence = 0; ///< as MessageHead::sequence
    QString text;
};

struct SockChanges
{
    SockSnapshot snapshot;
    std::vector<PeerChange> peers; ///< in order; the last one of an endpoint is its present state
    std::vector<ErrorEntry> errors;
    std::vector<LateFailure> failures; ///< in the order in which they were known
    bool peersReset = false;           ///< peers is the whole table (first batch, or the list of changes overflowed)
};

/*! Carries what a sock does to another thread, in batches, without ever waiting for it.
 *  Path    taps → [this] → Recorder (messages) and models (snapshots)
 *  Shape   messages go to the recorder and changes become ready at most once an interval, and only when something
 *          happened: an idle sock wakes nobody
 *  Units   interval in nanoseconds, 33 ms unless told otherwise
 *  Errors  beyond pendingLimit messages an interval it drops the newest and counts them in snapshot.lostRecords
 *  Thread  made, used and destroyed in the sock's thread (install() does that from any thread); takeChanges: any
 *          thread; updated() is emitted in the sock's thread
 *  Source  GammaRay's coalescing timers
 */
class SockMonitor : public QObject, private Tap
{
    Q_OBJECT
public:
    static constexpr qsizetype pendingLimit = 131'072;
    static constexpr qsizetype pendingLimitBytes = 64LL * 1024 * 1024;
    static constexpr qsizetype errorLimit = 1000;
    /// So many failures of handlers wait for the message's batch; then that goes to the recorder. As many late ones
    /// wait for takeChanges.
    static constexpr size_t failureLimit = 10'000;
    /// When this many changes of peers wait, more than half of them of different peers, a reset replaces them.
    static constexpr qsizetype changeLimit = 200'000;

    /// Makes a monitor in the sock's thread and answers at once; it becomes a child of the sock. The sock must be
    /// alive.
    static SockMonitor *install(BaseSock *sock, std::shared_ptr<Recorder> recorder, qint64 intervalNs = 33'000'000);
    ~SockMonitor() override;

    quint32 sockId() const { return m_sockId; }
    BaseSock *sock() const { return m_sock; }
    /// Everything since the last call; the snapshot is always the newest.
    SockChanges takeChanges();
    /// The next changes hold the whole peer table, and updated() announces them; any thread.
    void requestReset();
    /// When each stage and handler had a message; any thread, and it outlives the sock for whoever keeps it.
    std::shared_ptr<TraceLog> traceLog() const { return m_traces.log(); }
    /// On at first. Off, no time is taken for traces; those that are there stay. Any thread.
    void setTracing(bool tracing);
    bool isTracing() const { return m_tracing; }

    // The sock's thread:
    /// MessageHead::sequence of the newest message, in or out.
    quint64 lastNumber() const { return m_lastNo; }
    /// Whether numberOf answers, from now on. It is off at first: a number a message costs time and memory.
    void keepNumbers(bool keep);
    /// MessageHead::sequence of a received message by its Envelope::sequence, which counts received ones alone; 0 when
    /// that is too long ago (numbersKept messages).
    quint64 numberOf(quint64 envelopeSequence) const;
    static constexpr size_t numbersKept = 16'384;

Q_SIGNALS:
    /// Changes are ready. It comes once until they are taken: after connecting to it, call takeChanges or requestReset.
    void updated();

private:
    static constexpr size_t compactFrom = 4096;

    SockMonitor(BaseSock *sock, std::shared_ptr<Recorder> recorder, qint64 intervalNs);
    void attach();
    void inbound(const Envelope &envelope, Outcome outcome, const SockError *error) override;
    void outbound(const Endpoint &peer, const MessageType &type, QByteArrayView payload, qsizetype wireBytes,
                  qint64 nowNs, Outcome outcome, const SockError *error) override;
    void peerChanged(const Endpoint &peer) override;
    void peerRemoved(const Endpoint &peer, CloseReason reason) override;
    void sockChanged() override;
    TraceTap *traceTap() override;
    void sockDestroyed() override;
    void noteInbound(const Envelope &envelope, const SockError *error);
    void noteOutbound(const TracedSend &what, const SockError *error);
    quint32 sequenceOf(const SockError &error);
    void touchPeer(const Endpoint &peer);
    void keep(MessageHead &head, qint64 steadyNs, QByteArrayView payload, qsizetype wireBytes, const SockError *error);
    void keepError(const SockError &error);
    void noteFailure(quint64 record, const QString &handler, const QString &error);
    void settleFailures();
    void mergeFailures();
    void markDirty();
    void flush();
    bool collect();
    void submitMessages();
    std::vector<PeerChange> collectPeers(bool reset);
    void mergePeers(std::vector<PeerChange> &&peers, bool reset);
    void compactPeers();
    SockSnapshot makeSnapshot(qint64 nowNs);

    BaseSock *m_sock;
    std::shared_ptr<Recorder> m_recorder;
    const qint64 m_intervalNs;
    const quint32 m_sockId;
    std::shared_ptr<Clock> m_clock;
    std::unique_ptr<Alarm> m_alarm;
    MessageBatch m_batch; // what goes to the recorder with the next flush
    QSet<Endpoint> m_dirtyPeers;
    Endpoint m_lastTouched; // spares the set when one peer talks
    std::vector<PeerChange> m_removedPeers;
    std::vector<ErrorEntry> m_errors;
    QStringList m_denied;
    quint64 m_deniedRevision = 0;
    quint64 m_lost = 0;
    quint64 m_lostErrors = 0;
    std::vector<LateFailure> m_failures;     // of messages in m_batch, or before
    std::vector<LateFailure> m_lateFailures; // of messages that the recorder has
    quint64 m_lostFailures = 0;
    TraceWriter m_traces;
    quint64 m_lastNo = 0;                               // of the messages of this sock, lost ones included
    std::vector<std::pair<quint64, quint64>> m_numbers; // an envelope's sequence and the message's number
    std::pair<quint64, SockError> m_lastError;          // a message with its error, which the sock reports next
    std::atomic<bool> m_tracing{true};
    bool m_isTracer = false; // what the sock knows of m_tracing
    qint64 m_wallOffsetNs = 0;
    qint64 m_nextFlushNs = 0;
    bool m_attached = false;
    bool m_dirty = false;         // the alarm is set
    bool m_wasActive = false;     // a stop is worth a last flush
    bool m_announceLater = false; // collected inside a tap, where nobody may be called
    std::atomic<bool> m_reset{true};

    std::mutex m_mutex; // guards what takeChanges takes
    SockChanges m_ready;
    size_t m_compactAt = compactFrom;
    bool m_overflowed = false; // the list of changes was given up until somebody reads
    bool m_announced = false;
};

} // namespace SockScope
