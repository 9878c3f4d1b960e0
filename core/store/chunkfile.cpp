#include "core/store/chunkfile.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/store/crc32.h"
#include "core/types/outcomes.h"

namespace SockScope {

namespace {

constexpr char magic[8] = {'S', 'S', 'c', 'h', 'u', 'n', 'k', '\n'};
constexpr quint32 byteOrder = 0x01020304;
constexpr quint32 version = 1;
constexpr qsizetype peerBytes = 24;

constexpr qint64 padded(qint64 bytes)
{
    return (bytes + 7) & ~qint64(7);
}

template <typename T>
void put(QByteArray &to, T value)
{
    to.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

/// Takes values from the front of a view; reading behind its end answers zeros and makes it not ok.
struct Taker
{
    QByteArrayView rest;
    bool ok = true;

    QByteArrayView bytes(qsizetype count)
    {
        ok = ok && count <= rest.size();
        if (!ok)
            return {};
        const QByteArrayView taken = rest.first(count);
        rest = rest.sliced(count);
        return taken;
    }
    template <typename T>
    T number()
    {
        T value{};
        if (const QByteArrayView from = bytes(sizeof(T)); ok)
            std::memcpy(&value, from.data(), sizeof(T));
        return value;
    }
};

template <typename T>
QByteArrayView viewOf(std::span<const T> column)
{
    return {reinterpret_cast<const char *>(column.data()), static_cast<qsizetype>(column.size_bytes())};
}

std::array<QByteArrayView, 8> columnsOf(const Chunk &chunk)
{
    return {viewOf(chunk.wallNs()), viewOf(chunk.offsets()), viewOf(chunk.wireBytes()), viewOf(chunk.sequences()),
            viewOf(chunk.peers()),  viewOf(chunk.types()),   viewOf(chunk.socks()),     viewOf(chunk.flags())};
}

void putTables(QByteArray &to, const Chunk &chunk)
{
    for (const Endpoint &peer : chunk.peerTable()) {
        std::array<char, 16> address{};
        if (peer.family() == Endpoint::Family::IPv4) {
            const quint32 ipv4 = peer.ipv4();
            std::memcpy(address.data(), &ipv4, sizeof(ipv4));
        } else if (peer.family() == Endpoint::Family::IPv6) {
            std::memcpy(address.data(), peer.ipv6Bytes(), address.size());
        }
        to.append(address.data(), address.size());
        put(to, peer.scopeId());
        put(to, peer.port());
        put(to, static_cast<quint16>(peer.family()));
    }
    for (const MessageType &type : chunk.typeTable()) {
        if (type.isName()) {
            const QByteArray name = type.name().toUtf8();
            put(to, static_cast<quint16>(name.size() + 1));
            to.append(name);
        } else {
            put(to, quint16(0));
            put(to, type.number());
        }
    }
    for (const quint32 sock : chunk.sockTable())
        put(to, sock);
}

std::optional<Endpoint> takePeer(Taker &from)
{
    const QByteArrayView address = from.bytes(16);
    const auto scopeId = from.number<quint32>();
    const auto port = from.number<quint16>();
    const auto family = from.number<quint16>();
    if (!from.ok || family > static_cast<quint16>(Endpoint::Family::IPv6))
        return std::nullopt;
    if (family == static_cast<quint16>(Endpoint::Family::None))
        return Endpoint();
    if (family == static_cast<quint16>(Endpoint::Family::IPv6))
        return Endpoint::fromIPv6(reinterpret_cast<const quint8 *>(address.data()), port, scopeId);
    quint32 ipv4 = 0;
    std::memcpy(&ipv4, address.data(), sizeof(ipv4));
    return Endpoint(ipv4, port);
}

std::optional<MessageType> takeType(Taker &from)
{
    const auto length = from.number<quint16>();
    if (length == 0)
        return from.number<qint64>();
    const QByteArrayView name = from.bytes(length - 1);
    return from.ok ? MessageType::tryFromName(QString::fromUtf8(name)) : std::nullopt;
}

SockError damage(const QString &what, qint64 offset)
{
    SockError error;
    error.code = SockError::Code::InvalidFrame;
    error.stage = Stage::Tap;
    error.what = what;
    error.remedy = QStringLiteral("the file was damaged or changed by another program: these messages are lost");
    error.offset = offset;
    return error;
}

} // namespace

qint64 ChunkHeader::columnsBytes() const
{
    return padded(qint64(count) * (8 + 3 * 4 + 4 * 2) + 4);
}

qint64 ChunkHeader::arenaOffset() const
{
    return ChunkFile::headerBytes + tableBytes + columnsBytes();
}

qint64 ChunkHeader::totalBytes() const
{
    return arenaOffset() + padded(arenaBytes);
}

std::vector<QByteArrayView> ChunkFile::write(const Chunk &chunk, quint32 run, QByteArray &scratch, ChunkHeader &header)
{
    header.firstNo = chunk.firstNo();
    header.count = header.kept = chunk.count();
    header.peers = static_cast<int>(chunk.peerTable().size());
    header.types = static_cast<int>(chunk.typeTable().size());
    header.socks = static_cast<int>(chunk.sockTable().size());
    header.run = run;
    header.arenaBytes = header.keptArenaBytes = chunk.arena().size();

    scratch.resize(headerBytes); // filled in when the sums are known
    putTables(scratch, chunk);
    scratch.append(8 + 8, '\0'); // padding of the tables; and zeros for the other paddings
    header.tableBytes = padded(scratch.size() - 16 - headerBytes);
    const QByteArrayView zeros = QByteArrayView(scratch).last(8);

    const std::array<QByteArrayView, 8> columns = columnsOf(chunk);
    header.columnsCrc = crc32(QByteArrayView(scratch).sliced(headerBytes, header.tableBytes));
    qint64 columnsBytes = 0;
    for (const QByteArrayView &column : columns) {
        header.columnsCrc = crc32(column, header.columnsCrc);
        columnsBytes += column.size();
    }
    header.arenaCrc = header.keptArenaCrc = crc32(chunk.arena());

    QByteArray head;
    head.append(magic, sizeof(magic));
    put(head, byteOrder);
    put(head, version);
    put(head, header.firstNo);
    for (const int number : {header.count, header.peers, header.types, header.socks})
        put(head, number);
    put(head, header.run);
    put(head, static_cast<quint32>(header.tableBytes));
    put(head, header.arenaBytes);
    put(head, header.columnsCrc);
    put(head, header.arenaCrc);
    put(head, crc32(head));
    put(head, quint32(0));
    Q_ASSERT(head.size() == headerBytes);
    std::memcpy(scratch.data(), head.constData(), static_cast<size_t>(headerBytes));

    std::vector<QByteArrayView> parts{QByteArrayView(scratch).first(headerBytes + header.tableBytes)};
    parts.insert(parts.end(), columns.begin(), columns.end());
    parts.push_back(zeros.first(padded(columnsBytes) - columnsBytes));
    parts.push_back(chunk.arena());
    parts.push_back(zeros.first(padded(header.arenaBytes) - header.arenaBytes));
    return parts;
}

std::optional<ChunkHeader> ChunkFile::parseHeader(QByteArrayView bytes, SockError *error)
{
    const auto refuse = [error](const QString &what) {
        if (error)
            *error = damage(what, -1);
        return std::nullopt;
    };
    if (bytes.size() < headerBytes)
        return refuse(QStringLiteral("a chunk's header is cut off"));
    Taker from{bytes};
    if (from.bytes(sizeof(magic)) != QByteArrayView(magic, sizeof(magic)))
        return refuse(QStringLiteral("no chunk begins here"));
    if (from.number<quint32>() != byteOrder)
        return refuse(QStringLiteral("the chunk was written by a machine of another byte order"));
    if (from.number<quint32>() != version)
        return refuse(QStringLiteral("the chunk was written by another version of SockScope"));
    ChunkHeader header;
    header.firstNo = from.number<quint64>();
    header.count = header.kept = from.number<int>();
    header.peers = from.number<int>();
    header.types = from.number<int>();
    header.socks = from.number<int>();
    header.run = from.number<quint32>();
    header.tableBytes = from.number<quint32>();
    header.arenaBytes = header.keptArenaBytes = from.number<qint64>();
    header.columnsCrc = from.number<quint32>();
    header.arenaCrc = header.keptArenaCrc = from.number<quint32>();
    const qsizetype summed = bytes.size() - from.rest.size();
    const auto sum = from.number<quint32>();
    if (!from.ok || crc32(bytes.first(summed)) != sum)
        return refuse(QStringLiteral("a chunk's header has a wrong sum"));
    const auto isIn = [](qint64 number, qint64 low, qint64 high) { return number >= low && number <= high; };
    constexpr qint64 maximumTable = qint64(Chunk::capacity) * (peerBytes + 2 + 4 * MessageType::maximumNameBytes + 4);
    if (!isIn(header.count, 1, Chunk::capacity) || !isIn(header.peers, 1, header.count) ||
        !isIn(header.types, 1, header.count) || !isIn(header.socks, 1, header.count) ||
        !isIn(header.tableBytes, 0, maximumTable) || header.tableBytes % 8 != 0 ||
        !isIn(header.arenaBytes, 0, std::numeric_limits<quint32>::max()) || header.firstNo == 0 ||
        header.firstNo > quint64(1) << 62)
        return refuse(QStringLiteral("a chunk's header has a number that cannot be"));
    return header;
}

bool ChunkFile::readTables(QByteArrayView bytes, const ChunkHeader &header, const SockIds *sockIds, Chunk &chunk)
{
    Taker from{bytes};
    for (int i = 0; i < header.peers; ++i) {
        const std::optional<Endpoint> peer = takePeer(from);
        if (!peer)
            return false;
        new (chunk.m_peerTable + i) Endpoint(*peer);
    }
    for (int i = 0; i < header.types; ++i) {
        const std::optional<MessageType> type = takeType(from);
        if (!type)
            return false;
        new (chunk.m_typeTable + i) MessageType(*type);
    }
    for (int i = 0; i < header.socks; ++i) {
        const auto id = from.number<quint32>();
        chunk.m_sockTable[i] = sockIds ? sockIds->value(id, ~id) : id; // not described: no running sock has that
    }
    chunk.m_peerCount = header.peers;
    chunk.m_typeCount = header.types;
    chunk.m_sockCount = header.socks;
    return from.ok;
}

bool ChunkFile::areColumnsValid(const Chunk &chunk, const ChunkHeader &header)
{
    const int count = header.count;
    // Without branches, so that the compiler can do several at a time.
    unsigned wrong = chunk.m_offsets[0];
    for (int i = 0; i < count; ++i) {
        wrong |= static_cast<unsigned>(chunk.m_peers[i] >= header.peers);
        wrong |= static_cast<unsigned>(chunk.m_types[i] >= header.types);
        wrong |= static_cast<unsigned>(chunk.m_socks[i] >= header.socks);
        wrong |= static_cast<unsigned>(chunk.m_offsets[i] > chunk.m_offsets[i + 1]);
        wrong |=
            static_cast<unsigned>((unsigned(chunk.m_flags[i]) >> OutcomeShift) > static_cast<unsigned>(lastOutcome));
    }
    return wrong == 0 && chunk.m_offsets[count] == header.arenaBytes;
}

bool ChunkFile::areNotesValid(const Chunk &chunk, int count)
{
    for (int i = 0; i < count; ++i) {
        if (!(chunk.m_flags[i] & FlagNote))
            continue;
        const quint32 size = chunk.m_offsets[i + 1] - chunk.m_offsets[i];
        quint16 length = 0;
        if (size < sizeof(length))
            return false;
        std::memcpy(&length, chunk.m_arena + chunk.m_offsets[i + 1] - sizeof(length), sizeof(length));
        if (length + sizeof(length) > size)
            return false;
    }
    return true;
}

std::shared_ptr<const Chunk> ChunkFile::read(const ByteAccess &file, qint64 offset, const ChunkHeader &header,
                                             StoredChunk::Parts parts, const SockIds *sockIds, SockError *error)
{
    const bool withArena = parts == StoredChunk::Parts::All;
    const auto chunk = std::make_shared<Chunk>(header.firstNo, withArena ? header.keptArenaBytes : 1);
    QByteArray tables(header.tableBytes, Qt::Uninitialized);
    std::array<char, 8> padding{};
    const qsizetype n = header.count;
    const auto space = [](auto *column, qsizetype count) {
        return ByteSpace{reinterpret_cast<char *>(column), count * qsizetype(sizeof(*column))};
    };
    const qsizetype columnsBytes = n * (8 + 3 * 4 + 4 * 2) + 4;
    const std::array<ByteSpace, 11> spaces{ByteSpace{tables.data(), tables.size()},
                                           space(chunk->m_wallNs, n),
                                           space(chunk->m_offsets, n + 1),
                                           space(chunk->m_wireBytes, n),
                                           space(chunk->m_sequences, n),
                                           space(chunk->m_peers, n),
                                           space(chunk->m_types, n),
                                           space(chunk->m_socks, n),
                                           space(chunk->m_flags, n),
                                           ByteSpace{padding.data(), header.columnsBytes() - columnsBytes},
                                           ByteSpace{chunk->m_arena, withArena ? header.keptArenaBytes : 0}};
    const auto refuse = [&](const SockError &why) {
        if (error)
            *error = why;
        return nullptr;
    };
    if (const std::optional<SockError> failed = file.read(offset + headerBytes, spaces))
        return refuse(*failed);
    quint32 sum = 0;
    for (size_t i = 0; i < 9; ++i)
        sum = crc32({spaces[i].data, spaces[i].size}, sum);
    if (sum != header.columnsCrc)
        return refuse(damage(QStringLiteral("the columns of a chunk have a wrong sum"), offset));
    if (!readTables(tables, header, sockIds, *chunk) || !areColumnsValid(*chunk, header))
        return refuse(damage(QStringLiteral("the columns of a chunk have a number that cannot be"), offset));
    chunk->m_hasArena = withArena;
    if (withArena) {
        if (crc32({chunk->m_arena, header.keptArenaBytes}) != header.keptArenaCrc)
            return refuse(damage(QStringLiteral("the bytes of a chunk have a wrong sum"), offset));
        if (chunk->m_offsets[header.kept] > header.keptArenaBytes || !areNotesValid(*chunk, header.kept))
            return refuse(damage(QStringLiteral("a note of a chunk has a length that cannot be"), offset));
    }
    chunk->m_count.store(header.kept, std::memory_order_release);
    return chunk;
}

bool ChunkFile::keepWhole(const ByteAccess &file, qint64 offset, ChunkHeader &header)
{
    header.kept = header.count;
    header.keptArenaBytes = header.arenaBytes;
    header.keptArenaCrc = header.arenaCrc;
    const qint64 arenaThere = file.size() - offset - header.arenaOffset();
    if (arenaThere < 0)
        return false;
    const std::shared_ptr<const Chunk> columns =
        read(file, offset, header, StoredChunk::Parts::Columns, nullptr, nullptr);
    if (!columns)
        return false;
    if (arenaThere < header.arenaBytes) {
        const std::span<const quint32> ends = columns->offsets().subspan(1);
        header.kept = static_cast<int>(std::upper_bound(ends.begin(), ends.end(), arenaThere) - ends.begin());
        header.keptArenaBytes = columns->offsets()[static_cast<size_t>(header.kept)];
        QByteArray arena(header.keptArenaBytes, Qt::Uninitialized);
        const ByteSpace space{arena.data(), arena.size()};
        if (header.kept == 0 || file.read(offset + header.arenaOffset(), {&space, 1}))
            return false;
        header.keptArenaCrc = crc32(arena); // nothing else tells: what a crash cut off is right up to its end
    }
    return read(file, offset, header, StoredChunk::Parts::All, nullptr, nullptr) != nullptr;
}

} // namespace SockScope
