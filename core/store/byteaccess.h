#pragma once

#include <QtGlobal>

#include <optional>
#include <span>

#include "core/types/sockerror.h"

namespace SockScope {

/// A place in memory to read into.
struct ByteSpace
{
    char *data = nullptr;
    qsizetype size = 0;
};

/*! Bytes that can be read anywhere: a segment of the spool, or a stand-in for one.
 *  Path    spool file → [this] → ChunkFile
 *  Shape   one read scatters what stands at offset over several places in memory
 *  Units   bytes
 *  Errors  fewer bytes than asked for are an error that says how many there are
 *  Thread  reading: any
 *  Source  preadv(2)
 */
class ByteAccess
{
public:
    virtual ~ByteAccess() = default;
    virtual qint64 size() const = 0;
    virtual std::optional<SockError> read(qint64 offset, std::span<const ByteSpace> spaces) const = 0;
};

} // namespace SockScope
