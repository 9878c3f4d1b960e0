#pragma once

#include <QByteArray>
#include <QHash>

#include <memory>
#include <vector>

#include "core/store/byteaccess.h"
#include "core/store/storedchunk.h"

namespace SockScope {

/*! What stands before a chunk in a file: which messages it has, and how long its parts are.
 *  Path    ChunkFile → [this] → Spool, recovery
 *  Shape   plain values; kept, keptArenaBytes and keptArenaCrc differ from the others when the file ends within the
 *          chunk
 *  Units   bytes
 *  Errors  none: ChunkFile::parseHeader has looked at them
 *  Thread  a value
 *  Source  none
 */
struct ChunkHeader
{
    quint64 firstNo = 0;
    int count = 0;
    int peers = 0;
    int types = 0;
    int socks = 0;
    quint32 run = 0; ///< which program run wrote it: sock ids mean something within one
    qint64 tableBytes = 0;
    qint64 arenaBytes = 0;
    quint32 columnsCrc = 0; ///< of tables and columns
    quint32 arenaCrc = 0;
    int kept = 0; ///< messages that are whole
    qint64 keptArenaBytes = 0;
    quint32 keptArenaCrc = 0;

    quint64 endNo() const { return firstNo + static_cast<quint64>(kept); }
    qint64 columnsBytes() const; ///< padding to 8 bytes counted
    qint64 arenaOffset() const;  ///< from the header's start
    qint64 totalBytes() const;   ///< of the whole chunk
};

/*! How a chunk stands in a file: header, tables, columns, arena.
 *  Path    Chunk → [this] → segment file → [this] → Chunk
 *  Shape   header (headerBytes), tables of peers, types and socks, columns as they are in memory, arena; each part
 *          padded to 8 bytes; names of types as text, for their numbers are this process's
 *  Units   bytes, in the byte order of this machine: a spool does not travel, and another order is refused
 *  Errors  a header that is not one, a sum that is wrong, a number that is out of its range: what and where
 *  Thread  any
 *  Source  CRC-32C on each part, so that columns can be read alone and damage is seen
 */
class ChunkFile
{
public:
    static constexpr qsizetype headerBytes = 72;
    /// id in the file → id now; one that is not listed becomes its complement.
    using SockIds = QHash<quint32, quint32>;

    /// The chunk's bytes in order: views into the chunk and into scratch, which must live as long.
    static std::vector<QByteArrayView> write(const Chunk &chunk, quint32 run, QByteArray &scratch, ChunkHeader &header);
    /// From at least headerBytes bytes.
    static std::optional<ChunkHeader> parseHeader(QByteArrayView bytes, SockError *error);
    /// Null, and error says why.
    static std::shared_ptr<const Chunk> read(const ByteAccess &file, qint64 offset, const ChunkHeader &header,
                                             StoredChunk::Parts parts, const SockIds *sockIds, SockError *error);
    /// For a file that ends within the chunk, or for one that must be looked at: sets what is kept of it. Answers false
    /// when nothing is.
    static bool keepWhole(const ByteAccess &file, qint64 offset, ChunkHeader &header);

private:
    static bool readTables(QByteArrayView bytes, const ChunkHeader &header, const SockIds *sockIds, Chunk &chunk);
    static bool areColumnsValid(const Chunk &chunk, const ChunkHeader &header);
    static bool areNotesValid(const Chunk &chunk, int count);
};

} // namespace SockScope
