#include "core/store/segmentwalk.h"

#include <QFileInfo>

#include <array>

#include "core/store/spoolerrors.h"
#include "core/store/spoolfolder.h"

namespace SockScope {

SegmentWalk::SegmentWalk(const QString &path, Look look)
{
    for (const QString &segmentPath : SpoolFolder::segmentPaths(path)) {
        SockError error;
        if (const std::shared_ptr<SegmentFile> segment = SegmentFile::open(segmentPath, &error)) {
            m_bytes += segment->size();
            walk(segment, look);
        } else {
            m_lostBytes += QFileInfo(segmentPath).size();
            m_error = m_error.value_or(error);
        }
    }
}

void SegmentWalk::walk(const std::shared_ptr<SegmentFile> &segment, Look look)
{
    qint64 offset = 0;
    const qint64 size = segment->size();
    while (offset < size) {
        ChunkPlace place;
        place.segment = segment;
        place.offset = offset;
        std::array<char, ChunkFile::headerBytes> bytes{};
        const ByteSpace space{bytes.data(), qMin(size - offset, qint64(bytes.size()))};
        SockError error;
        std::optional<SockError> failed = segment->read(offset, {&space, 1});
        if (!failed && space.size < ChunkFile::headerBytes)
            failed = SpoolErrors::tooShort(segment->path(), offset);
        std::optional<ChunkHeader> header;
        if (!failed) {
            header = ChunkFile::parseHeader({bytes.data(), ChunkFile::headerBytes}, &error);
            error.offset = offset;
            if (!header)
                failed = error;
        }
        if (header && !m_places.empty() && m_places.back().header.firstNo == header->firstNo) {
            // The disk failed within a chunk, which was then written again.
            m_lostMessages -= static_cast<quint64>(m_places.back().header.count - m_places.back().header.kept);
            m_places.pop_back();
        }
        const quint64 endNo = m_places.empty() ? 0 : m_places.back().header.endNo();
        if (!header || header->firstNo < endNo) { // what follows cannot be found without it
            m_lostBytes += size - offset;
            m_error = m_error.value_or(failed.value_or(SpoolErrors::tooShort(segment->path(), offset)));
            return;
        }
        place.header = *header;
        const qint64 next = offset + header->totalBytes();
        const auto count = static_cast<quint64>(header->count);
        if (next > size || (next == size && look == Look::Tails)) {
            if (!ChunkFile::keepWhole(*segment, offset, place.header)) {
                m_lostBytes += qMin(next, size) - offset;
                m_lostMessages += count;
                m_error = m_error.value_or(SpoolErrors::tooShort(segment->path(), offset));
                return;
            }
            if (place.header.kept < header->count) {
                m_lostMessages += count - static_cast<quint64>(place.header.kept);
                m_lostBytes += qMax(qint64(0), size - offset - header->arenaOffset() - place.header.keptArenaBytes);
                m_error = m_error.value_or(SpoolErrors::tooShort(segment->path(), offset));
            }
        }
        m_lastRun = qMax(m_lastRun, header->run);
        m_places.push_back(std::move(place));
        offset = next;
    }
}

} // namespace SockScope
