#pragma once

#include <QByteArrayView>
#include <QFile>
#include <QString>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/store/byteaccess.h"

namespace SockScope {

/*! One file of the spool: grows at its end, is read anywhere, and goes as a whole.
 *  Path    Spool → [this] → ChunkFile::read
 *  Shape   an open descriptor: readers go on when the file is removed meanwhile
 *  Units   bytes
 *  Errors  append answers why nothing was appended; the file is then as it was before, or sealed
 *  Thread  append: one thread at a time; reading: any
 *  Source  pread(2), preadv(2): no position, so no lock
 */
class SegmentFile : public ByteAccess
{
public:
    /// Null, and error says why.
    static std::shared_ptr<SegmentFile> create(const QString &path, SockError *error);
    static std::shared_ptr<SegmentFile> open(const QString &path, SockError *error);

    std::optional<SockError> append(const std::vector<QByteArrayView> &parts);
    /// Nothing more is appended.
    void seal() { m_sealed = true; }
    bool isSealed() const { return m_sealed; }
    qint64 size() const override { return m_size.load(std::memory_order_acquire); }
    std::optional<SockError> read(qint64 offset, std::span<const ByteSpace> spaces) const override;
    /// Somebody removed the file; what was opened can still be read where the system lets.
    bool isDeleted() const;
    void remove();
    const QString &path() const { return m_path; }

    int liveChunks = 0; ///< the store's: chunks whose messages are wanted

private:
    SegmentFile() = default;

    QString m_path;
    mutable QFile m_file;
    mutable std::mutex m_mutex; // where a file has one position
    std::atomic<qint64> m_size{0};
    std::atomic<bool> m_sealed{false};
};

} // namespace SockScope
