#include "core/filter/filterparser_p.h"
#include "core/filter/filterstrings_p.h"

// The part of FilterParser that reads the values of conditions.

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

std::optional<QByteArray> hexBytes(QStringView text)
{
    const bool prefixed = text.startsWith(u"0x", Qt::CaseInsensitive);
    const QStringView digits = prefixed ? text.sliced(2) : text;
    QByteArray bytes;
    const auto hex = [](QChar c) {
        const char16_t lower = c.unicode() | 0x20;
        return (c >= u'0' && c <= u'9') || (lower >= u'a' && lower <= u'f');
    };
    if (prefixed ? digits.size() % 2 != 0 : digits.size() % 3 != 2)
        return std::nullopt;
    for (qsizetype i = 0; i < digits.size(); i += prefixed ? 2 : 3) {
        if (!hex(digits[i]) || !hex(digits[i + 1]) || (!prefixed && i > 0 && digits[i - 1] != u':'))
            return std::nullopt;
        bytes += static_cast<char>(digits.sliced(i, 2).toInt(nullptr, 16));
    }
    // "ab" alone is a word that lacks its quotation marks
    if (bytes.isEmpty() || (!prefixed && bytes.size() < 2))
        return std::nullopt;
    return bytes;
}

} // namespace

bool FilterParser::convert(const FilterNode &node, const FilterToken &token, FilterValue &value, const QString &after)
{
    if (token.kind == Kind::Wrong)
        return fail(token, token.problem);
    const bool isValue = token.kind == Kind::Word || token.kind == Kind::Quoted || token.kind == Kind::Path;
    const FilterKind kind =
        node.fieldKind == FilterKind::Peer && node.op == FilterOp::Contains ? FilterKind::Text : node.fieldKind;
    const QString expected = filterTr("expected %1 after %2").arg(filterExpected(kind), after);
    if (!isValue)
        return fail(token, expected);
    const bool bare = token.kind != Kind::Quoted;
    const QString typed = bare ? sourceOf(token) : QString();
    switch (kind) {
    case FilterKind::Number:
    case FilterKind::Seconds:
        return (bare && convertNumber(token, value)) || fail(token, expected);
    case FilterKind::Direction:
        if (!convertText(token, value, true))
            return false;
        value.bytes = value.bytes.toLower();
        return value.bytes == "in" || value.bytes == "out" || fail(token, expected);
    case FilterKind::Outcome:
        if (!convertText(token, value, true))
            return false;
        for (const QString &name : filterOutcomes()) {
            if (name.compare(value.text(), Qt::CaseInsensitive) == 0) {
                value.bytes = name.toUtf8();
                return true;
            }
        }
        return fail(token, expected);
    case FilterKind::Text:
        return convertText(token, value, true);
    case FilterKind::Type:
        if (bare && node.op != FilterOp::Contains && convertNumber(token, value))
            return true;
        return convertText(token, value, true);
    case FilterKind::Peer:
    case FilterKind::Address: {
        if (node.op == FilterOp::Contains)
            return convertText(token, value, true);
        const auto address = FilterAddress::fromText(token.text);
        if (!address || (kind == FilterKind::Address && address->hasPort))
            return fail(token, expected);
        value.kind = FilterValue::Kind::Address;
        value.address = *address;
        return true;
    }
    case FilterKind::Bytes:
        if (!bare)
            return convertText(token, value, false);
        if (const auto bytes = hexBytes(token.text)) {
            value.kind = FilterValue::Kind::Bytes;
            value.bytes = *bytes;
            return true;
        }
        return fail(token, expected);
    case FilterKind::Data:
        return convertData(node, token, value, expected);
    case FilterKind::Flag:
        break;
    }
    return fail(token, expected);
}

bool FilterParser::convertNumber(const FilterToken &token, FilterValue &value) const
{
    const auto number = FilterNumber::fromText(token.text);
    if (!number)
        return false;
    value.kind = FilterValue::Kind::Number;
    value.number = *number;
    value.numberText = token.text.toString();
    return true;
}

bool FilterParser::convertData(const FilterNode &node, const FilterToken &token, FilterValue &value,
                               const QString &expected)
{
    if (token.kind == Kind::Quoted)
        return convertText(token, value, false);
    const bool search = node.op == FilterOp::Contains;
    const auto bytes = hexBytes(token.text);
    if (!search && convertNumber(token, value)) {
        // 0x0a is a number, and as well that byte where the data is bytes
        if (bytes && (node.op == FilterOp::Equal || node.op == FilterOp::NotEqual || node.op == FilterOp::In))
            value.bytes = *bytes;
        return true;
    }
    if (bytes) {
        value.kind = FilterValue::Kind::Bytes;
        value.bytes = *bytes;
        return true;
    }
    if (search)
        return fail(token, filterTr("expected a text in quotation marks or bytes such as 0a:0b after contains"));
    if (token.isWord(u"true") || token.isWord(u"false")) {
        value.kind = FilterValue::Kind::Boolean;
        value.boolean = token.isWord(u"true");
    } else if (token.isWord(u"null")) {
        value.kind = FilterValue::Kind::Null;
    } else if (token.isWord(u"undefined")) {
        value.kind = FilterValue::Kind::Undefined;
    } else {
        return fail(token, expected);
    }
    return true;
}

bool FilterParser::convertText(const FilterToken &token, FilterValue &value, bool bareToo)
{
    if (token.kind != Kind::Quoted) {
        value.bytes = QStringView(m_text).sliced(token.column, token.length).toUtf8();
        return bareToo || fail(token, filterTr("expected a text in quotation marks"));
    }
    QString problem;
    int wrongAt = 0;
    if (filterUnescape(token.text, value.bytes, wrongAt, problem))
        return true;
    return failAt(token.column + 1 + wrongAt, 2, problem);
}

QString filterExpected(FilterKind kind)
{
    switch (kind) {
    case FilterKind::Number:
    case FilterKind::Seconds:
        return filterTr("a number");
    case FilterKind::Direction:
        return filterTr("in or out");
    case FilterKind::Text:
        return filterTr("a text");
    case FilterKind::Peer:
        return filterTr("an address such as 127.0.0.1:9000, [::1]:9000, 127.0.0.1 or 10.0.0.0/8");
    case FilterKind::Address:
        return filterTr("an address such as 127.0.0.1, ::1 or 10.0.0.0/8");
    case FilterKind::Type:
        return filterTr("a type's name or number");
    case FilterKind::Bytes:
        return filterTr("a text in quotation marks or bytes such as 0a:0b or 0x0a");
    case FilterKind::Outcome:
        return filterTr("one of %1").arg(filterOutcomes().join(", "_L1));
    case FilterKind::Data:
        return filterTr("a number, a text in quotation marks, true, false, null or bytes such as 0a:0b");
    case FilterKind::Flag:
        break;
    }
    return {};
}

} // namespace SockScope
