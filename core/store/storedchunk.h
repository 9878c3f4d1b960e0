#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/store/chunk.h"
#include "core/types/sockerror.h"

namespace SockScope {

/*! A chunk of the store wherever it is: in memory, or in the spool file.
 *  Path    MessageStore → [this] → filter, models
 *  Shape   load() answers the chunk, read back from the spool when it must be; columns alone cost less
 *  Units   none
 *  Errors  load answers null when the messages cannot be read; error() says why
 *  Thread  any
 *  Source  none
 */
class StoredChunk
{
public:
    /// Columns: Chunk::hasArena() may be false, and payloads and notes are then empty (offsets and flags are right).
    enum class Parts : quint8 { Columns, All };

    virtual ~StoredChunk() = default;
    virtual quint64 firstNo() const = 0;
    virtual int count() const = 0;
    quint64 endNo() const { return firstNo() + static_cast<quint64>(count()); }
    virtual bool isSpooled() const = 0;
    virtual std::shared_ptr<const Chunk> load(Parts parts = Parts::All) const = 0;
    virtual std::optional<SockError> error() const = 0;
};
using StoredChunks = std::vector<std::shared_ptr<const StoredChunk>>;

} // namespace SockScope
