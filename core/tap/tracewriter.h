#pragma once

#include <QHash>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "core/tap/tracebatch.h"
#include "core/tap/tracetap.h"
#include "core/types/sockerror.h"

namespace SockScope {

class TraceLog;

/*! Gathers the traces of one sock, and hands them over in batches.
 *  Path    the sock → [this] → TraceLog
 *  Shape   its owner tells the number of each record first (received, sent), the sock what follows. A batch is handed
 *          over when the owner asks or it is full: nothing is lost on the way. A run lists at most sendsPerRun sends
 *          and counts the others
 *  Units   nanoseconds of the sock's Clock
 *  Errors  handlers beyond TraceLog::maximumHandlers have no name
 *  Thread  the sock's
 *  Source  none
 */
class TraceWriter : public TraceTap
{
public:
    static constexpr size_t batchLimit = 8192;
    static constexpr quint64 sendsPerRun = 1000;

    /// A handler did not do its work for a message: record 0 when it is not known any more.
    using Failed = std::function<void(quint64 record, const QString &handler, const QString &error)>;
    /// endedLate: a run that an earlier batch began has ended; it waits for a flush.
    TraceWriter(std::shared_ptr<TraceLog> log, std::function<void()> endedLate, Failed failed = {});
    ~TraceWriter() override;

    const std::shared_ptr<TraceLog> &log() const { return m_log; }
    void received(quint64 record, const Envelope &envelope);
    void sent(quint64 record, qint64 nowNs, const TracedSend &what);
    /// The record whose handler has ended last: what an error of a handler is about; 0: none.
    quint64 lastEndedRecord() const { return m_lastEnded; }
    void flush(qint64 wallOffsetNs);
    /// Nobody tells us any more: what is open stays so.
    void forgetRuns();
    /// The handlers that run now have destroyed the sock.
    void sockDestroyed(qint64 nowNs);

    void messageStaged(const Envelope &envelope, const StageTimes &times, qint64 nowNs) override;
    void handlerBegan(quint64 run, const HandlerCall &call, bool ofMetaSock) override;
    void handlerEnded(quint64 run, qint64 startNs, qint64 endNs, const QString &error) override;

private:
    struct Recent // envelope → record, for the handlers that come after it
    {
        quint64 sequence = 0;
        quint64 record = 0;
    };
    struct OpenRun // in the sock's thread: the innermost is what sends
    {
        quint64 run = 0;
        quint64 record = 0;
        qint64 calledNs = 0;
        quint64 sends = 0;
    };
    struct Key
    {
        quint64 id = 0;
        QString name;
        bool ofMetaSock = false;
        friend bool operator==(const Key &, const Key &) = default;
        friend size_t qHash(const Key &key, size_t seed = 0) noexcept { return qHashMulti(seed, key.id, key.name); }
    };
    quint32 handlerIndex(const HandlerCall &call, bool ofMetaSock);
    void endRun(quint64 run, TracedRun::State state, qint64 startNs, qint64 endNs, quint64 unlistedSends);
    QString handlerName(quint64 run) const;

    std::shared_ptr<TraceLog> m_log;
    std::function<void()> m_endedLate;
    Failed m_failed;
    TraceBatch m_batch;
    std::array<Recent, 64> m_recent;
    std::vector<OpenRun> m_open;
    QHash<Key, quint32> m_handlers;
    Key m_lastHandler; // spares the hash: its name is kept, so that the pointer tells
    quint32 m_lastIndex = 0;
    qint64 m_wallOffsetNs = 0;
    quint64 m_lastRecord = 0;
    quint64 m_lastSend = 0;
    quint64 m_lastEnded = 0;
};

} // namespace SockScope
