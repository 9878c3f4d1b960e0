#pragma once

#include <QString>

#include <optional>

#include "core/types/sockerror.h"

namespace SockScope {

struct StoreLimits
{
    qsizetype memoryBytes = 512LL * 1024 * 1024; ///< above it, the oldest chunks go to the spool
    qsizetype diskBytes = 4LL * 1024 * 1024 * 1024;
    QString spoolFolder; ///< a folder of this program's own; empty: no spool, the oldest are dropped
    qsizetype inFlightBytes = 64LL * 1024 * 1024; ///< beyond memoryBytes, on their way to the disk
};

struct StoreStats
{
    quint64 appended = 0;          ///< recovered ones are counted too
    quint64 droppedOldest = 0;     ///< of appended: left because memory and disk were full
    quint64 droppedSlowDisk = 0;   ///< of appended: left because the disk did not keep up with the messages
    quint64 droppedUnreadable = 0; ///< of appended: were spooled and cannot be read any more
    quint64 cleared = 0;           ///< of appended: left by clear()
    quint64 stored = 0;            ///< in memory and on disk; appended = stored + all of the above
    quint64 spooled = 0;           ///< of stored: on disk
    quint64 lostRows = 0;          ///< of the dropped ones: their numbers are still shown, and the note says why
    qsizetype memoryBytes = 0;
    qsizetype inFlightBytes = 0; ///< of memoryBytes: on their way to the disk
    qsizetype diskBytes = 0;
    std::optional<SockError> spoolError; ///< what went wrong with the spool; memory is whole all the same
    bool isSpoolFailing = false;         ///< spoolError is why nothing goes to the disk now, not what happened once

    quint64 dropped() const { return droppedOldest + droppedSlowDisk + droppedUnreadable; }
};

} // namespace SockScope
