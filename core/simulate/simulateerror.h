#pragma once

#include <QByteArray>
#include <QString>

#include "core/project/projecterror.h"

namespace SockScope {

/*! Why a rule or a sequence cannot be used, and where it was typed.
 *  Path    rules, sequences → [this] → the window, the command line
 *  Shape   path is that of the JSON value to blame, "rules[3].when.filter"; column a place in its text, -1 for the
 *          whole; offset where the value stands in the file, -1 when it was read from none
 *  Units   column in characters from 0; offset in bytes
 *  Errors  none: it is one
 *  Thread  a value
 *  Source  none
 */
struct SimulateError
{
    QString path;
    int column = -1;
    QString what;
    QString remedy;
    qint64 offset = -1;

    /// "rules[3].when.filter, column 8: what: remedy"
    QString toString() const;
    /// With the line and column of the value in the file's text.
    ProjectError toProjectError(const QByteArray &text) const;
};

} // namespace SockScope
