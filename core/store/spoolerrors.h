#pragma once

#include "core/types/sockerror.h"

namespace SockScope {

/// What the spool was doing when the system refused.
enum class SpoolOperation : quint8 { MakeFolder, Create, Write, Open, Read, Remove };

/*! Turns what the system says about a spool file into a SockError a person can act on: the only place with these texts.
 *  Path    spool files → [this] → StoreStats::spoolError, StoredChunk::error
 *  Shape   the path stands in what; the remedy says what to do
 *  Units   none
 *  Errors  none: it makes them
 *  Thread  any
 *  Source  errno(3), write(2), open(2)
 */
class SpoolErrors
{
public:
    static SockError make(SpoolOperation operation, int systemError, const QString &path);
    static SockError deleted(const QString &path);
    static SockError tooShort(const QString &path, qint64 offset);
    static SockError inUse(const QString &path);
};

} // namespace SockScope
