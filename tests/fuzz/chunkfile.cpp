// A chunk in a spool file: any bytes, and bytes whose sums were set right, so that what lies behind the sums is met
// too.

#include <cstring>

#include "core/store/chunkfile.h"
#include "core/store/crc32.h"
#include "core/types/outcomes.h"
#include "fuzz/fuzz.h"
#include "support/memoryfile.h"

using namespace SockScope;
using namespace SockScope::Fuzz;

namespace {

constexpr qsizetype headerSumAt = 64;

template <typename T>
T numberAt(const QByteArray &bytes, qsizetype at)
{
    T number{};
    std::memcpy(&number, bytes.constData() + at, sizeof(number));
    return number;
}

void setSum(QByteArray &bytes, qsizetype at, qsizetype from, qint64 size)
{
    const auto there = static_cast<qsizetype>(qBound(qint64(0), size, qint64(bytes.size() - qMin(from, bytes.size()))));
    const quint32 sum = crc32(QByteArrayView(bytes).sliced(qMin(from, bytes.size()), there));
    std::memcpy(bytes.data() + at, &sum, sizeof(sum));
}

void mend(QByteArray &bytes)
{
    if (bytes.size() < ChunkFile::headerBytes)
        return;
    std::memcpy(bytes.data(), "SSchunk\n\4\3\2\1\1\0\0\0", 16);
    ChunkHeader header;
    header.count = static_cast<int>(numberAt<quint32>(bytes, 24) % (Chunk::capacity + 1));
    header.tableBytes = numberAt<quint32>(bytes, 44);
    header.arenaBytes = numberAt<qint64>(bytes, 48) & 0xffffffff;
    const qint64 columnsBytes = qint64(header.count) * (8 + 3 * 4 + 4 * 2) + 4; // without the padding
    setSum(bytes, 56, ChunkFile::headerBytes, header.tableBytes + columnsBytes);
    setSum(bytes, 60, qMin(header.arenaOffset(), qint64(bytes.size())), header.arenaBytes);
    setSum(bytes, headerSumAt, 0, headerSumAt);
}

/// Looks at all that a reader may look at.
void checkChunk(const Chunk &chunk, const ChunkHeader &header)
{
    check(chunk.count() == header.kept && chunk.count() > 0, "as many messages as are kept");
    check(chunk.firstNo() == header.firstNo, "with the numbers that they had");
    qsizetype bytes = 0;
    for (int i = 0; i < chunk.count(); ++i) {
        const QByteArrayView payload = chunk.payload(i);
        const QByteArrayView note = chunk.noteUtf8(i);
        bytes += payload.size() + note.size() + (chunk.flags(i) & FlagNote && chunk.hasArena() ? 2 : 0);
        check(payload.isEmpty() || (payload.begin() >= chunk.arena().begin() && payload.end() <= chunk.arena().end()),
              "a payload lies in the arena");
        check(note.isEmpty() || (note.begin() >= chunk.arena().begin() && note.end() <= chunk.arena().end()),
              "a note lies in the arena");
        check(chunk.outcome(i) <= lastOutcome, "an outcome is one");
        check(!chunk.type(i).toString().isNull(), "a type has a text");
        check(chunk.peer(i).isNull() || !chunk.peer(i).toString().isEmpty(), "a peer has a text");
        static_cast<void>(chunk.sock(i));
    }
    check(bytes == chunk.arena().size(), "the messages fill the arena");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input(data, size);
    const quint8 choice = input.lastByte();
    Test::MemoryFile file;
    file.bytes = input.rest().toByteArray();
    if (choice & 1)
        mend(file.bytes);
    SockError error;
    std::optional<ChunkHeader> header = ChunkFile::parseHeader(file.bytes, &error);
    if (!header) {
        check(!error.what.isEmpty() && !error.remedy.isEmpty(), "a refusal says what and what to do");
        return 0;
    }
    check(header->count > 0 && header->count <= Chunk::capacity, "a header has numbers that can be");
    if (!ChunkFile::keepWhole(file, 0, *header)) {
        const bool fits = header->totalBytes() <= file.size();
        check(!fits || !ChunkFile::read(file, 0, *header, StoredChunk::Parts::All, nullptr, &error),
              "what is not kept cannot be read");
        return 0;
    }
    const auto columns = ChunkFile::read(file, 0, *header, StoredChunk::Parts::Columns, nullptr, &error);
    const auto whole = ChunkFile::read(file, 0, *header, StoredChunk::Parts::All, nullptr, &error);
    check(columns && whole, "what is kept can be read");
    checkChunk(*columns, *header);
    checkChunk(*whole, *header);

    Test::MemoryFile again;
    ChunkHeader written = again.append(*whole, header->run);
    check(ChunkFile::keepWhole(again, 0, written), "what was read can be written");
    const auto second = ChunkFile::read(again, 0, written, StoredChunk::Parts::All, nullptr, &error);
    check(second && second->count() == whole->count() && second->arena() == whole->arena(), "and reads back as it was");
    for (int i = 0; i < whole->count(); ++i) {
        check(second->peer(i) == whole->peer(i) && second->type(i) == whole->type(i) &&
                  second->sock(i) == whole->sock(i) && second->wallNs(i) == whole->wallNs(i),
              "message by message");
    }
    return 0;
}
