#pragma once

#include <QString>

namespace SockScope {

/*! What is wrong with a script, and where.
 *  Path    QJSEngine → ScriptEngine, ScriptCodec → [this] → the window, the command line
 *  Shape   line 0: the engine told none; column 0: none. Where the engine tells only a line, the column is that of the
 *          name that the message speaks of, when the line has it once
 *  Units   lines and columns from 1, columns in characters
 *  Errors  none: it is one
 *  Thread  a value
 *  Source  none
 */
struct ScriptError
{
    QString file;
    int line = 0;
    int column = 0;
    QString what;
    QString remedy;

    /// "chat.js:3:8: what: remedy"
    QString toString() const;
    friend bool operator==(const ScriptError &, const ScriptError &) = default;
};

} // namespace SockScope
