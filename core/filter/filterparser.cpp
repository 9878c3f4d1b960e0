#include "core/filter/filterparser_p.h"

#include "core/codec/codectext.h"
#include "core/filter/filterstrings_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

FilterParser::FilterParser(const QString &text)
    : m_text(text)
    , m_lexer(m_text)
{
}

std::optional<FilterNode> FilterParser::parse()
{
    if (m_text.size() > Filter::maximumLength) {
        failAt(Filter::maximumLength, static_cast<int>(m_text.size() - Filter::maximumLength),
               filterTr("expected at most %1 characters, there are %2").arg(Filter::maximumLength).arg(m_text.size()));
        return std::nullopt;
    }
    FilterNode root;
    root.kind = FilterNode::Kind::And;
    m_token = m_lexer.next();
    if (m_token.kind == Kind::End)
        return root;
    if (!readOr(root))
        return std::nullopt;
    if (m_token.kind != Kind::End) {
        if (m_token.kind == Kind::Wrong)
            fail(m_token, m_token.problem);
        else if (m_token.kind == Kind::Close)
            fail(m_token, filterTr("this ) has no ( before it"));
        else
            fail(m_token, filterTr("expected && or || before %1").arg(sourceOf(m_token)));
        return std::nullopt;
    }
    return root;
}

bool FilterParser::readOr(FilterNode &node)
{
    if (!readAnd(node))
        return false;
    if (!isOr(m_token))
        return true;
    FilterNode joined;
    joined.kind = FilterNode::Kind::Or;
    joined.column = node.column;
    joined.children.push_back(std::move(node));
    while (isOr(m_token)) {
        advance();
        if (!readAnd(joined.children.emplace_back()))
            return false;
    }
    node = std::move(joined);
    return true;
}

bool FilterParser::readAnd(FilterNode &node)
{
    if (!readNot(node))
        return false;
    if (!isAnd(m_token))
        return true;
    FilterNode joined;
    joined.kind = FilterNode::Kind::And;
    joined.column = node.column;
    joined.children.push_back(std::move(node));
    while (isAnd(m_token)) {
        advance();
        if (!readNot(joined.children.emplace_back()))
            return false;
    }
    node = std::move(joined);
    return true;
}

bool FilterParser::readNot(FilterNode &node)
{
    if (!isNot(m_token))
        return readOperand(node);
    if (++m_depth > Filter::maximumDepth)
        return fail(m_token, filterTr("expected at most %1 levels of ( and !").arg(Filter::maximumDepth));
    node.kind = FilterNode::Kind::Not;
    node.column = m_token.column;
    advance();
    if (!readNot(node.children.emplace_back()))
        return false;
    --m_depth;
    return true;
}

bool FilterParser::readOperand(FilterNode &node)
{
    node.column = m_token.column;
    switch (m_token.kind) {
    case Kind::Open:
        return readParentheses(node);
    case Kind::Word:
    case Kind::Path:
        return readName(node);
    case Kind::Quoted:
        return readWords(node);
    case Kind::Wrong:
        return fail(m_token, m_token.problem);
    case Kind::End:
        return fail(m_token, filterTr("expected a condition here, such as size > 100"));
    case Kind::Compare:
        return fail(m_token, filterTr("expected a field before %1, such as size").arg(m_token.text));
    default:
        return fail(m_token, filterTr("expected a condition before %1").arg(sourceOf(m_token)));
    }
}

bool FilterParser::readParentheses(FilterNode &node)
{
    const FilterToken open = m_token;
    if (++m_depth > Filter::maximumDepth)
        return fail(open, filterTr("expected at most %1 levels of ( and !").arg(Filter::maximumDepth));
    advance();
    if (m_token.kind == Kind::Close)
        return failAt(open.column, m_token.end() - open.column, filterTr("expected a condition between ( and )"));
    if (!readOr(node))
        return false;
    if (m_token.kind == Kind::End)
        return fail(m_token, filterTr("expected ) for the ( in column %1").arg(open.column + 1));
    if (m_token.kind == Kind::Wrong)
        return fail(m_token, m_token.problem);
    if (m_token.kind != Kind::Close)
        return fail(m_token, filterTr("expected &&, || or ) before %1").arg(sourceOf(m_token)));
    --m_depth;
    advance();
    return true;
}

bool FilterParser::readName(FilterNode &node)
{
    const FilterToken name = m_token;
    const bool isPath = name.kind == Kind::Path;
    const auto info = filterField(isPath ? QStringView(u"data") : name.text);
    if (!info) {
        if (isReserved(name))
            return fail(name, filterTr("expected a condition before %1").arg(name.text));
        return readWords(node);
    }
    advance();
    return readCondition(node, *info, name);
}

bool FilterParser::readWords(FilterNode &node)
{
    if (!readWord(node))
        return false;
    if (!isSearch(m_token))
        return true;
    FilterNode joined;
    joined.kind = FilterNode::Kind::And;
    joined.column = node.column;
    joined.children.push_back(std::move(node));
    while (isSearch(m_token)) {
        if (!readWord(joined.children.emplace_back()))
            return false;
    }
    node = std::move(joined);
    return true;
}

bool FilterParser::readWord(FilterNode &node)
{
    const FilterToken word = m_token;
    node.column = word.column;
    if (word.kind == Kind::Word && readOldTerm())
        return false;
    node.kind = FilterNode::Kind::Word;
    FilterValue value;
    if (!convertText(word, value, true))
        return false;
    if (value.bytes.isEmpty())
        return fail(word, filterTr("expected a text between the quotation marks"));
    advance();
    if (FilterOp op = FilterOp::None; isOperator(m_token, op)) {
        const QString typed = sourceOf(word);
        if (word.kind == Kind::Quoted || FilterNumber::fromText(word.text))
            return fail(word, filterTr("expected a field before %1, not %2").arg(sourceOf(m_token), typed));
        if (m_token.kind == Kind::Word) { // "logged in", say
            return fail(word, filterTr("%1; to search for words such as %2, put them in quotation marks")
                                  .arg(unknownField(typed), sourceOf(m_token)));
        }
        return fail(word, unknownField(typed));
    }
    node.values.push_back(std::move(value));
    return countTerm(word);
}

bool FilterParser::readOldTerm()
{
    // What the language before this one knew is still in hands and saved lists: say how it is written now.
    int end = m_token.column;
    bool quoted = false;
    int depth = 0;
    for (; end < m_text.size() && (quoted || !m_text[end].isSpace()); ++end) {
        const QChar c = m_text[end];
        if (c == u'"')
            quoted = !quoted;
        else if (c == u'(' && !quoted)
            ++depth;
        else if (c == u')' && !quoted && --depth < 0)
            break; // this one ends what the term stands in
    }
    const QStringView old = QStringView(m_text).sliced(m_token.column, end - m_token.column);
    const auto now = filterNewSpelling(old);
    if (!now)
        return false;
    failAt(m_token.column, end - m_token.column, filterTr("expected %1").arg(elided(*now, shownCharacters)));
    return true;
}

void FilterParser::advance()
{
    m_token = m_lexer.next();
}

bool FilterParser::countTerm(const FilterToken &token)
{
    if (++m_terms <= Filter::maximumTerms)
        return true;
    return fail(token, filterTr("expected at most %1 conditions and values").arg(Filter::maximumTerms));
}

bool FilterParser::fail(const FilterToken &token, const QString &what)
{
    return failAt(token.column, token.length, what);
}

bool FilterParser::failAt(int column, int length, const QString &what)
{
    m_error = {column, length, what};
    return false;
}

QString FilterParser::sourceOf(const FilterToken &token) const
{
    return elided(m_text.mid(token.column, token.length), shownCharacters);
}

QString FilterParser::unknownField(const QString &name) const
{
    const QStringList near = filterFieldsNear(name);
    if (near.isEmpty()) {
        return filterTr("there is no field %1; expected no, time, dir, sock, peer, type, size, length, payload, text, "
                        "note, outcome, seq or data")
            .arg(name);
    }
    return filterTr("there is no field %1; expected %2").arg(name, near.join(filterTr(" or ")));
}

bool FilterParser::isAnd(const FilterToken &token) const
{
    return token.kind == Kind::And || token.isWord(u"and");
}

bool FilterParser::isOr(const FilterToken &token) const
{
    return token.kind == Kind::Or || token.isWord(u"or");
}

bool FilterParser::isNot(const FilterToken &token) const
{
    return token.kind == Kind::Not || token.isWord(u"not");
}

bool FilterParser::isReserved(const FilterToken &token) const
{
    return isAnd(token) || isOr(token) || isNot(token) || token.isWord(u"in") || token.isWord(u"contains") ||
           token.isWord(u"matches");
}

bool FilterParser::isSearch(const FilterToken &token) const
{
    return token.kind == Kind::Quoted || (token.kind == Kind::Word && !isReserved(token) && !filterField(token.text));
}

bool FilterParser::isOperator(const FilterToken &token, FilterOp &op) const
{
    struct Spelling
    {
        QStringView text;
        FilterOp op;
    };
    static constexpr Spelling spellings[] = {
        {u"==", FilterOp::Equal},        {u"!=", FilterOp::NotEqual},
        {u">", FilterOp::Greater},       {u">=", FilterOp::GreaterEqual},
        {u"<", FilterOp::Less},          {u"<=", FilterOp::LessEqual},
        {u"eq", FilterOp::Equal},        {u"ne", FilterOp::NotEqual},
        {u"gt", FilterOp::Greater},      {u"ge", FilterOp::GreaterEqual},
        {u"lt", FilterOp::Less},         {u"le", FilterOp::LessEqual},
        {u"in", FilterOp::In},           {u"contains", FilterOp::Contains},
        {u"matches", FilterOp::Matches},
    };
    if (token.kind != Kind::Compare && token.kind != Kind::Word)
        return false;
    for (const Spelling &spelling : spellings) {
        if (token.text.compare(spelling.text, Qt::CaseInsensitive) == 0) {
            op = spelling.op;
            return true;
        }
    }
    return false;
}

} // namespace SockScope
