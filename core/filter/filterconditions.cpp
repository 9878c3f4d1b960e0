#include "core/filter/filterparser_p.h"

#include <QRegularExpression>

#include <algorithm>
#include <utility>

#include "core/filter/filterstrings_p.h"
#include "core/filter/filtertext.h"

// The part of FilterParser that reads a condition: field, operator, values.

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

bool mayBeMissing(FilterField field)
{
    return field == FilterField::Note || field == FilterField::Peer || field == FilterField::PeerAddress ||
           field == FilterField::PeerPort || field == FilterField::Data || field == FilterField::Seq;
}

bool hasRanges(FilterKind kind)
{
    return kind == FilterKind::Number || kind == FilterKind::Seconds || kind == FilterKind::Type ||
           kind == FilterKind::Data;
}

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

bool FilterParser::readCondition(FilterNode &node, const FilterFieldInfo &info, const FilterToken &name)
{
    node.kind = FilterNode::Kind::Test;
    node.field = info.field;
    node.fieldKind = info.kind;
    node.path = name.path;
    if (!countTerm(name))
        return false;
    const QString typed = sourceOf(name);
    const FilterToken opToken = m_token;
    FilterOp op = FilterOp::None;
    if (opToken.kind == Kind::Wrong)
        return fail(opToken, opToken.problem);
    if (!isOperator(opToken, op)) {
        if (info.kind == FilterKind::Flag || mayBeMissing(info.field))
            return true;
        return fail(opToken, filterTr("expected an operator after %1: %2; in quotation marks it is a word to search")
                                 .arg(typed, filterOperators(info.kind).join(u' ')));
    }
    if (info.kind == FilterKind::Flag)
        return fail(opToken, filterTr("expected && or || after %1, which stands alone").arg(typed));
    const QStringList fitting = filterOperators(info.kind);
    if (!fitting.contains(filterOpText(op))) {
        return fail(opToken,
                    filterTr("expected one of %1 after %2, not %3").arg(fitting.join(u' '), typed, sourceOf(opToken)));
    }
    node.op = op;
    advance();
    const QString after = sourceOf(opToken);
    switch (op) {
    case FilterOp::In:
        return readSet(node);
    case FilterOp::Matches:
        return readPattern(node);
    default:
        break;
    }
    if (!readValue(node, after))
        return false;
    return op != FilterOp::Contains || finishSearch(node);
}

bool FilterParser::finishSearch(FilterNode &node)
{
    return !node.values.front().bytes.isEmpty() ||
           failAt(node.column, m_token.column - node.column, filterTr("expected at least one character to look for"));
}

bool FilterParser::readSet(FilterNode &node)
{
    if (m_token.kind != Kind::OpenBrace) {
        if (hasRanges(node.fieldKind)) {
            if (m_token.kind == Kind::End)
                return fail(m_token, filterTr("expected a range such as 100..200, or { after in"));
            const FilterToken first = m_token;
            FilterValue value;
            if (!convert(node, first, value, u"in"_s))
                return false;
            advance();
            return readRange(node, std::move(value), true);
        }
        if (node.field == FilterField::Dir)
            return fail(m_token, filterTr("expected dir == in, or { after in"));
        return fail(m_token, filterTr("expected { after in, such as %1 in {…, …}")
                                 .arg(QStringView(m_text).sliced(node.column).split(u' ').first()));
    }
    const FilterToken open = m_token;
    advance();
    if (m_token.kind == Kind::CloseBrace)
        return failAt(open.column, m_token.end() - open.column, filterTr("expected a value between { and }"));
    QString after = u"{"_s;
    for (;;) {
        const FilterToken first = m_token;
        FilterValue value;
        if (!convert(node, first, value, after))
            return false;
        if (!node.values.empty() && !countTerm(first))
            return false;
        advance();
        if (!readRange(node, std::move(value), false))
            return false;
        if (m_token.kind == Kind::CloseBrace)
            break;
        if (m_token.kind == Kind::Wrong)
            return fail(m_token, m_token.problem);
        if (m_token.kind == Kind::End)
            return fail(m_token, filterTr("expected } for the { in column %1").arg(open.column + 1));
        if (m_token.kind != Kind::Comma)
            return fail(m_token, filterTr("expected , or } before %1").arg(sourceOf(m_token)));
        advance();
        after = u","_s;
    }
    advance();
    return true;
}

bool FilterParser::readRange(FilterNode &node, FilterValue first, bool needed)
{
    const FilterToken dots = m_token;
    if (dots.kind == Kind::Wrong)
        return fail(dots, dots.problem);
    if (dots.kind != Kind::Range) {
        if (needed)
            return fail(dots, filterTr("expected .. and the end of the range, or braces around single values"));
        node.values.push_back(std::move(first));
        return true;
    }
    if (first.kind != FilterValue::Kind::Number)
        return fail(dots, filterTr("expected a range of numbers, such as 1..5"));
    advance();
    const FilterToken end = m_token;
    FilterValue upper;
    if (!convert(node, end, upper, u".."_s))
        return false;
    if (upper.kind != FilterValue::Kind::Number)
        return fail(end, filterTr("expected a number after .."));
    if (first.number > upper.number) {
        return fail(
            end, filterTr("expected %1..%2: the range ends before it begins").arg(upper.numberText, first.numberText));
    }
    first.kind = FilterValue::Kind::Range;
    first.upper = upper.number;
    first.upperText = upper.numberText;
    node.values.push_back(std::move(first));
    advance();
    return true;
}

bool FilterParser::readValue(FilterNode &node, const QString &after)
{
    const FilterToken token = m_token;
    FilterValue value;
    if (!convert(node, token, value, after))
        return false;
    const bool ordered = node.op == FilterOp::Greater || node.op == FilterOp::GreaterEqual ||
                         node.op == FilterOp::Less || node.op == FilterOp::LessEqual;
    if (ordered && node.fieldKind == FilterKind::Type && value.kind != FilterValue::Kind::Number)
        return fail(token, filterTr("expected a number after %1").arg(after));
    if (ordered && node.fieldKind == FilterKind::Data && value.kind != FilterValue::Kind::Number &&
        value.kind != FilterValue::Kind::Text)
        return fail(token, filterTr("expected a number or a text in quotation marks after %1").arg(after));
    node.values.push_back(std::move(value));
    advance();
    return true;
}

bool FilterParser::readPattern(FilterNode &node)
{
    if (m_token.kind == Kind::Wrong)
        return fail(m_token, m_token.problem);
    if (m_token.kind != Kind::Quoted) {
        return fail(m_token,
                    filterTr("expected a regular expression in quotation marks after matches, such as \"^he.*\""));
    }
    const QString pattern = filterPattern(m_token.text);
    const QRegularExpression expression(pattern);
    if (!expression.isValid()) {
        // An escaped quotation mark is one character longer here than in the pattern.
        qsizetype at = 0;
        for (qsizetype read = 0; at < m_token.text.size() && read < expression.patternErrorOffset(); ++at, ++read) {
            if (m_token.text[at] == u'\\' && at + 1 < m_token.text.size() && m_token.text[at + 1] == u'"')
                ++at;
        }
        const int column = m_token.column + 1 + static_cast<int>(at);
        return failAt(column, at < m_token.text.size() ? 1 : 0,
                      filterTr("expected a regular expression: %1").arg(expression.errorString()));
    }
    FilterValue value;
    value.bytes = pattern.toUtf8();
    node.values.push_back(std::move(value));
    advance();
    return true;
}

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

QStringList filterFieldsNear(const QString &name)
{
    // The distance of Levenshtein, over one row; names are short, and what is typed is cut to their size.
    const QString typed = name.left(24).toLower();
    std::vector<std::pair<qsizetype, QString>> found;
    for (const FilterFieldInfo &info : filterFields()) {
        std::vector<qsizetype> row(static_cast<size_t>(info.name.size()) + 1);
        for (size_t i = 0; i < row.size(); ++i)
            row[i] = static_cast<qsizetype>(i);
        for (qsizetype i = 0; i < typed.size(); ++i) {
            qsizetype diagonal = std::exchange(row[0], i + 1);
            for (size_t j = 1; j < row.size(); ++j) {
                const qsizetype change = diagonal + (typed[i] != info.name[static_cast<qsizetype>(j) - 1]);
                diagonal = row[j];
                row[j] = qMin(change, qMin(row[j], row[j - 1]) + 1);
            }
        }
        const qsizetype allowed = info.name.size() <= 3 ? 1 : 2;
        if (row.back() <= allowed || (typed.size() >= 2 && info.name.startsWith(typed)))
            found.emplace_back(row.back(), info.name);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    QStringList near;
    for (size_t i = 0; i < found.size() && i < 3; ++i)
        near += found[i].second;
    return near;
}

std::optional<QString> filterNewSpelling(QStringView oldTerm)
{
    if (oldTerm.startsWith(u'-') && oldTerm.size() > 1) {
        const QStringView rest = oldTerm.sliced(1);
        if (const auto inner = filterNewSpelling(rest))
            return u"!("_s + *inner + u')';
        return u'!' + rest.toString();
    }
    const qsizetype colon = oldTerm.indexOf(u':');
    if (colon < 0)
        return std::nullopt;
    const QString key = oldTerm.first(colon).toString().toLower();
    if (key != "dir"_L1 && key != "peer"_L1 && key != "type"_L1 && key != "sock"_L1)
        return std::nullopt;
    QString value = oldTerm.sliced(colon + 1).toString();
    if (value.size() >= 2 && value.startsWith(u'"') && value.endsWith(u'"'))
        value = value.mid(1, value.size() - 2);
    if (value.isEmpty())
        value = key == "dir"_L1 ? u"in"_s : key == "peer"_L1 ? u"127.0.0.1"_s : u"…"_s;
    return filterTerm(key, value);
}

} // namespace SockScope
