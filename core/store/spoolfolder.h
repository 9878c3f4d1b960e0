#pragma once

#include <QLockFile>
#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

#include "core/types/sockerror.h"

namespace SockScope {

/*! The folder of one program run in the spool folder: segments, a count, descriptions of socks, and a lock.
 *  Path    Spool, recovery → [this]
 *  Shape   run-DATE-TIME-PID-N/ with lock, count, socks.json and segment-000001, …; whoever has one of these objects
 *          has the lock
 *  Units   none
 *  Errors  what the system says
 *  Thread  one thread at a time
 *  Source  QLockFile: a lock whose process is gone is none
 */
class SpoolFolder
{
public:
    static constexpr qint64 maximumSocksBytes = 64LL * 1024 * 1024;

    /// Makes one for this run. Null, and error says why.
    static std::unique_ptr<SpoolFolder> create(const QString &parent, SockError *error);
    /// Takes one that a crash left.
    static std::unique_ptr<SpoolFolder> adopt(const QString &path, SockError *error);
    /// Those of programs that do not run any more, oldest first.
    static QStringList abandoned(const QString &parent);
    ~SpoolFolder();

    const QString &path() const { return m_path; }
    bool exists() const;
    QString nextSegmentPath() { return segmentPath(++m_lastSegment); }
    /// Of all segments that are there, in order.
    static QStringList segmentPaths(const QString &path);
    bool writeSocks(const QByteArray &json) const;
    static QByteArray readSocks(const QString &path);
    /// Only what is ours: a folder with other files stays.
    std::optional<SockError> remove();

private:
    explicit SpoolFolder(const QString &path);
    QString segmentPath(int number) const;
    void giveUpLock();

    QString m_path;
    QLockFile m_lock;
    int m_lastSegment = 0;
};

} // namespace SockScope
