#include "core/filter/filterparser_p.h"

#include <QRegularExpression>

#include "core/codec/codectext.h"
#include "core/filter/filterstrings_p.h"

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
        return fail(m_token, filterTr("expected { after in, such as in {…, …}"));
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
        return fail(end,
                    filterTr("expected %1..%2: the range ends before it begins")
                        .arg(elided(upper.numberText, shownCharacters), elided(first.numberText, shownCharacters)));
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

} // namespace SockScope
