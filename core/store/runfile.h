#pragma once

#include <QFile>
#include <QString>

#include <memory>
#include <optional>

namespace SockScope {

/*! How many messages a run has, on the disk and in memory, so that a crash cannot hide what was only in memory.
 *  Path    Spool → [this] → Spool::abandoned, MessageStore::adopt
 *  Shape   one small file in the run folder, overwritten in place beside the owner's thread: what came in the last
 *          moment before a crash may not be in it, so that who reads it says "at least"
 *  Units   messages
 *  Errors  a file that cannot be made or written, or that is damaged, tells nothing: read() has no value then
 *  Thread  one at a time
 *  Source  write(2): what was written survives the process, whatever ends it
 */
class RunFile
{
public:
    /// Null when the system refuses.
    static std::unique_ptr<RunFile> create(const QString &folder);
    static QString pathIn(const QString &folder);
    static std::optional<quint64> read(const QString &folder);

    void write(quint64 messages);

private:
    RunFile() = default;

    QFile m_file;
};

} // namespace SockScope
