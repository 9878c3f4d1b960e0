#pragma once

#include <QMetaType>
#include <QString>

namespace SockScope {

/*! Why a project cannot be read or written, where, and what a person can do about it.
 *  Path    core/project → [this] → the window, the command line
 *  Shape   path is that of the JSON value to blame, "messages[2].form"; empty when no value is
 *  Units   line and column count from 1, the column in characters; 0 when no place in a text is to blame
 *  Errors  none: it is one
 *  Thread  a value
 *  Source  none
 */
struct ProjectError
{
    enum class Code : quint8 {
        Unreadable,    ///< the file is not there, or may not be read
        Damaged,       ///< no JSON: cut off, or edited wrongly
        NewerVersion,  ///< written by a later SockScope
        Invalid,       ///< JSON, but not a project
        LimitReached,  ///< too large, too many, nested too deep
        ChangedOnDisk, ///< another program has written the file since it was read
        WouldReplace,  ///< saving would replace a file that cannot be read as a project
        Unwritable,    ///< no room, no right, no folder
        NotFound       ///< no such message in the project
    };

    Code code = Code::Invalid;
    QString path;
    int line = 0;
    int column = 0;
    QString what;
    QString remedy;

    /// "line 3, column 7, messages[0].form: what: remedy"
    QString toString() const;
    friend bool operator==(const ProjectError &, const ProjectError &) = default;
};

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::ProjectError)
