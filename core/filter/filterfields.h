#pragma once

#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace SockScope {

/// What a condition can be about.
enum class FilterField : quint8 {
    No,
    Time,
    Dir,
    Sock,
    Peer,
    PeerAddress,
    PeerPort,
    Type,
    Size,
    Length,
    Payload,
    Text,
    Note,
    Outcome,
    Seq,
    Data, ///< and every path below it
    Error,
    Unhandled,
    Injected,
    Truncated,
    Marked,
    Commented
};

/// What a field's values are, and so which operators and literals fit it.
enum class FilterKind : quint8 {
    Number,
    Seconds,
    Direction,
    Text,
    Peer,    ///< 127.0.0.1:9000, 127.0.0.1, 10.0.0.0/8
    Address, ///< the same without a port
    Type,    ///< a name or a number
    Bytes,
    Outcome,
    Data, ///< whatever the message holds: number, text, bytes, true, false, null
    Flag  ///< stands alone
};

/// A field as the person writes it.
struct FilterFieldInfo
{
    FilterField field = FilterField::No;
    FilterKind kind = FilterKind::Number;
    QString name;
    QString help; ///< one line
};

/// All fields, in the order in which a list shows them.
std::vector<FilterFieldInfo> filterFields();
/// The field of that exact name; paths below data are not among them.
std::optional<FilterFieldInfo> filterField(QStringView name);
/// The operators that fit a kind: "==", "contains", "in", …; none for a flag.
QStringList filterOperators(FilterKind kind);
/// One line of help for an operator.
QString filterOperatorHelp(QStringView op);
/// The names of Outcome, as the filter takes them.
QStringList filterOutcomes();

/// What stands at the cursor of a filter's text, so that a list can offer how it may go on.
struct CompletionContext
{
    enum class Expected : quint8 {
        Nothing,  ///< free text: the inside of a regular expression, say
        Field,    ///< a field, a flag, a word, ! or (
        Operator, ///< one that fits `field`
        Value,    ///< a value of `field`
        Joint     ///< a condition is complete: && or || or )
    };
    Expected expected = Expected::Nothing;
    QString field;                      ///< of Operator and Value: as typed, "data.pos.x" too
    FilterKind kind = FilterKind::Flag; ///< of Operator and Value
    QString prefix;      ///< what is typed of it already, up to the cursor, without an opening quotation mark
    bool quoted = false; ///< the prefix stands in an open quotation mark
    int from = 0;        ///< what a choice replaces: characters [from, from + length)
    int length = 0;
};
CompletionContext completionContext(const QString &text, int cursor);

} // namespace SockScope
