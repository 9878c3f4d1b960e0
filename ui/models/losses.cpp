#include "ui/models/losses.h"

#include "ui/models/inspection.h"
#include "ui/models/sockcontroller.h"

namespace SockScope {

Losses::Losses(Inspection *inspection, QObject *parent)
    : QObject(parent)
    , m_inspection(inspection)
{
    connect(inspection, &Inspection::controllerRemoved, this, [this](const SockController *controller) {
        m_removed.add(controller->snapshot().lostRecords, controller->snapshot().ledger);
    });
}

void Losses::OfSocks::add(quint64 lostRecords, const Ledger &ledger)
{
    monitor += lostRecords;
    kernel += ledger.kernelDrops;
    queue += ledger.droppedQueueFull.messages;
}

std::vector<Loss> Losses::reasons() const
{
    OfSocks socks = m_removed;
    for (const SockController *controller : m_inspection->controllers())
        socks.add(controller->snapshot().lostRecords, controller->snapshot().ledger);
    const RecorderStats stats = m_inspection->recorderStats();
    return {
        {"droppedOldest", tr("left, the oldest that could: memory was full, and the disk was full or not used"),
         tr("allow more in Capture → Storage"), stats.store.droppedOldest},
        {"droppedSlowDisk", tr("left because the disk did not keep up"),
         tr("choose a faster disk or more memory in Capture → Storage"), stats.store.droppedSlowDisk},
        {"droppedUnreadable", tr("were on disk and cannot be read any more"),
         tr("see whether the spool folder is still there"), stats.store.droppedUnreadable},
        {"lostInbox", tr("never came in: the window was too slow"), tr("close what uses the processor"),
         stats.lostInbox},
        {"lostRecords", tr("never came in: a socket had more than its watcher may keep"),
         tr("close what uses the processor"), socks.monitor},
        {"kernelDrops", tr("dropped by the system before they were read"),
         tr("a larger receive buffer: SockOptions, net.core.rmem_max"), socks.kernel},
        {"droppedQueueFull", tr("received, and dropped by a full queue of their socket"),
         tr("quicker handlers or a longer queue"), socks.queue},
    };
}

quint64 Losses::total(const std::vector<Loss> &reasons)
{
    quint64 sum = 0;
    for (const Loss &loss : reasons)
        sum += loss.count;
    return sum;
}

} // namespace SockScope
