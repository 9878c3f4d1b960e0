#pragma once

#include <QString>

#include <vector>

#include "core/store/chunkentry.h"

namespace SockScope {

/*! Finds the chunks in the segments of a spool folder, as far as they are whole.
 *  Path    segment files → [this] → MessageStore::adopt, Spool::abandoned
 *  Shape   chunks in the order of their numbers; of the last in a segment the messages that are whole. Headers alone is
 *          quick, and takes them at their word
 *  Units   bytes on disk
 *  Errors  what cannot be used is counted as lost; error() is the first of them
 *  Thread  a value
 *  Source  none
 */
class SegmentWalk
{
public:
    enum class Look : quint8 { Headers, Tails };

    SegmentWalk(const QString &path, Look look);

    const std::vector<ChunkPlace> &places() const { return m_places; }
    std::vector<ChunkPlace> &places() { return m_places; }
    quint64 lostMessages() const { return m_lostMessages; }
    qint64 lostBytes() const { return m_lostBytes; }
    qint64 bytes() const { return m_bytes; }
    quint32 lastRun() const { return m_lastRun; }
    const std::optional<SockError> &error() const { return m_error; }

private:
    void walk(const std::shared_ptr<SegmentFile> &segment, Look look);

    std::vector<ChunkPlace> m_places;
    quint64 m_lostMessages = 0;
    qint64 m_lostBytes = 0;
    qint64 m_bytes = 0;
    quint32 m_lastRun = 0;
    std::optional<SockError> m_error;
};

} // namespace SockScope
