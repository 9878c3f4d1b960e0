#include "core/store/segmentfile.h"

#include <algorithm>
#include <cerrno>

#include "core/store/spoolerrors.h"

#ifdef Q_OS_UNIX
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#endif

namespace SockScope {

namespace {

#ifdef Q_OS_UNIX
constexpr size_t maximumParts = 16; // of a chunk there are fewer

int moveAll(int descriptor, std::vector<iovec> parts, qint64 offset, bool write)
{
    for (size_t first = 0; first < parts.size();) {
        if (parts[first].iov_len == 0) {
            ++first;
            continue;
        }
        const auto count = static_cast<int>(std::min(parts.size() - first, maximumParts));
        const ssize_t moved = write ? pwritev(descriptor, &parts[first], count, offset)
                                    : preadv(descriptor, &parts[first], count, offset);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved <= 0)
            return moved < 0 ? errno : write ? ENOSPC : -1;
        offset += moved;
        for (auto left = static_cast<size_t>(moved); left > 0;) {
            const size_t part = std::min(left, parts[first].iov_len);
            parts[first].iov_base = static_cast<char *>(parts[first].iov_base) + part;
            parts[first].iov_len -= part;
            left -= part;
            if (parts[first].iov_len == 0)
                ++first;
        }
    }
    return 0;
}
#endif

int systemErrorOf(const QFile &file)
{
    return file.error() == QFileDevice::PermissionsError ? EACCES : errno;
}

} // namespace

std::shared_ptr<SegmentFile> SegmentFile::create(const QString &path, SockError *error)
{
    const std::shared_ptr<SegmentFile> made(new SegmentFile);
    made->m_path = path;
    made->m_file.setFileName(path);
    errno = 0;
    if (!made->m_file.open(QIODevice::ReadWrite | QIODevice::NewOnly | QIODevice::Unbuffered)) {
        *error = SpoolErrors::make(SpoolOperation::Create, systemErrorOf(made->m_file), path);
        return nullptr;
    }
    return made;
}

std::shared_ptr<SegmentFile> SegmentFile::open(const QString &path, SockError *error)
{
    const std::shared_ptr<SegmentFile> opened(new SegmentFile);
    opened->m_path = path;
    opened->m_file.setFileName(path);
    opened->m_sealed = true;
    errno = 0;
    if (!opened->m_file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
        *error = SpoolErrors::make(SpoolOperation::Open, systemErrorOf(opened->m_file), path);
        return nullptr;
    }
    opened->m_size = opened->m_file.size();
    return opened;
}

std::optional<SockError> SegmentFile::append(const std::vector<QByteArrayView> &parts)
{
    qint64 bytes = 0;
    for (const QByteArrayView &part : parts)
        bytes += part.size();
    const qint64 at = size();
#ifdef Q_OS_UNIX
    if (isDeleted()) {
        seal();
        return SpoolErrors::deleted(m_path);
    }
    std::vector<iovec> vectors;
    for (const QByteArrayView &part : parts)
        vectors.push_back({const_cast<char *>(part.data()), static_cast<size_t>(part.size())});
    if (const int failed = moveAll(m_file.handle(), std::move(vectors), at, true)) {
        if (ftruncate(m_file.handle(), at) != 0)
            seal(); // what was written of the chunk stays as a damaged tail
        return SpoolErrors::make(SpoolOperation::Write, failed, m_path);
    }
#else
    const std::scoped_lock lock(m_mutex);
    errno = 0;
    bool written = m_file.seek(at);
    for (const QByteArrayView &part : parts)
        written = written && m_file.write(part.data(), part.size()) == part.size();
    if (!written) {
        const int failed = systemErrorOf(m_file);
        if (!m_file.resize(at))
            seal();
        return SpoolErrors::make(SpoolOperation::Write, failed, m_path);
    }
#endif
    m_size.store(at + bytes, std::memory_order_release);
    return std::nullopt;
}

std::optional<SockError> SegmentFile::read(qint64 offset, std::span<const ByteSpace> spaces) const
{
#ifdef Q_OS_UNIX
    std::vector<iovec> vectors;
    for (const ByteSpace &space : spaces)
        vectors.push_back({space.data, static_cast<size_t>(space.size)});
    const int failed = moveAll(m_file.handle(), std::move(vectors), offset, false);
    if (failed < 0)
        return SpoolErrors::tooShort(m_path, offset);
    if (failed > 0)
        return SpoolErrors::make(SpoolOperation::Read, failed, m_path);
#else
    const std::scoped_lock lock(m_mutex);
    errno = 0;
    if (!m_file.seek(offset))
        return SpoolErrors::make(SpoolOperation::Read, systemErrorOf(m_file), m_path);
    for (const ByteSpace &space : spaces) {
        const qint64 got = m_file.read(space.data, space.size);
        if (got < 0)
            return SpoolErrors::make(SpoolOperation::Read, systemErrorOf(m_file), m_path);
        if (got < space.size)
            return SpoolErrors::tooShort(m_path, offset);
    }
#endif
    return std::nullopt;
}

bool SegmentFile::isDeleted() const
{
#ifdef Q_OS_UNIX
    struct stat status = {};
    return fstat(m_file.handle(), &status) == 0 && status.st_nlink == 0;
#else
    return !QFile::exists(m_path);
#endif
}

void SegmentFile::remove()
{
    seal();
    QFile::remove(m_path);
}

} // namespace SockScope
