#pragma once

#include <QByteArray>

#include <optional>

#include "core/project/project.h"

namespace SockScope {

/*! A project on the disk: written whole or not at all, and never over what would be lost.
 *  Path    Project ↔ [this] ↔ a file
 *  Shape   a stamp says what the file held when it was read or written: with another in its place, writing asks. What
 *          is no project is written over only by force, and then kept beside it as name.damaged
 *  Units   bytes
 *  Errors  Unreadable, Damaged and all that Project answers; ChangedOnDisk, WouldReplace, Unwritable. After an error
 *          the file is what it was
 *  Thread  functions; the caller's
 *  Source  rename(2)
 */
class ProjectFile
{
public:
    /// A digest of the content; empty: there is no file.
    using Stamp = QByteArray;
    static Stamp stampOf(const QByteArray &bytes);

    static std::optional<Project> read(const QString &path, Stamp *stamp, ProjectError *error);

    struct Written
    {
        Stamp stamp;
        QString keptAs; ///< where the damaged file is that stood there; empty: there was none
    };
    /// expected: what the file held when it was last read or written; nothing: it is another file, or a new one.
    static std::optional<Written> write(const QString &path, const QByteArray &bytes,
                                        const std::optional<Stamp> &expected, bool force, ProjectError *error);

    /// Writes beside the file and puts it in its place; nothing, or why not.
    static std::optional<ProjectError> replace(const QString &path, const QByteArray &bytes);
};

} // namespace SockScope
