#pragma once

#include <QByteArray>

#include <cstring>

#include "core/store/chunkfile.h"

namespace SockScope::Test {

/// A file of chunks that lies in memory.
struct MemoryFile : ByteAccess
{
    QByteArray bytes;

    qint64 size() const override { return bytes.size(); }
    std::optional<SockError> read(qint64 offset, std::span<const ByteSpace> spaces) const override
    {
        for (const ByteSpace &space : spaces) {
            if (offset < 0 || space.size > bytes.size() - offset) {
                SockError error;
                error.code = SockError::Code::Truncated;
                error.what = QStringLiteral("ends too early");
                return error;
            }
            if (space.size > 0)
                std::memcpy(space.data, bytes.constData() + offset, static_cast<size_t>(space.size));
            offset += space.size;
        }
        return std::nullopt;
    }
    ChunkHeader append(const Chunk &chunk, quint32 run)
    {
        QByteArray scratch;
        ChunkHeader header;
        for (const QByteArrayView &part : ChunkFile::write(chunk, run, scratch, header))
            bytes.append(part);
        return header;
    }
};

} // namespace SockScope::Test
