#pragma once

#include <QString>

namespace SockScope {

class Codec;
class StoredMessage;

/// A decoded field of one message: what a column shows, and the filter that its message passes.
struct FieldValue
{
    QString text; ///< empty when the message has no such field
    QString term;
};

/// As much as a cell has room for, or all of it.
enum class FieldLength : quint8 { Short, Whole };

/// The field of that path, "data.pos.x", or of a column of the store, "length", "seq", "outcome". For the rows that are
/// seen: it decodes the message. A null codec answers nothing for data.
FieldValue fieldValue(const StoredMessage &message, const Codec *codec, const QString &path,
                      FieldLength length = FieldLength::Short);

} // namespace SockScope
