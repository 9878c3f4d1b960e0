#include "core/simulate/simulateerror.h"

#include "core/project/jsontext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// Where the character of that column stands in the JSON text that begins at offset; the beginning when it is no text.
qsizetype offsetInText(const QByteArray &text, qsizetype offset, int column)
{
    qsizetype at = offset;
    if (at >= text.size() || text.at(at++) != '"')
        return offset;
    for (int left = column; left > 0 && at < text.size() && text.at(at) != '"'; --left) {
        if (text.at(at) == '\\') {
            at += at + 1 < text.size() && text.at(at + 1) == 'u' ? 6 : 2;
            continue;
        }
        const bool isPair = static_cast<uchar>(text.at(at)) >= 0xf0; // two characters of a QString
        for (++at; at < text.size() && (static_cast<uchar>(text.at(at)) & 0xc0) == 0x80;)
            ++at;
        left -= isPair ? 1 : 0;
    }
    return qMin(at, text.size());
}

} // namespace

QString SimulateError::toString() const
{
    QString text = path;
    if (column >= 0)
        text += u"%1column %2"_s.arg(path.isEmpty() ? u""_s : u", "_s).arg(column + 1);
    text += (text.isEmpty() ? u""_s : u": "_s) + what;
    return remedy.isEmpty() ? text : text + u": "_s + remedy;
}

ProjectError SimulateError::toProjectError(const QByteArray &text) const
{
    ProjectError error;
    error.path = path;
    error.what = column < 0 ? what : u"column %1 of its text: %2"_s.arg(column + 1).arg(what);
    error.remedy = remedy;
    if (offset >= 0)
        locate(text, column < 0 ? offset : offsetInText(text, offset, column), &error);
    return error;
}

} // namespace SockScope
