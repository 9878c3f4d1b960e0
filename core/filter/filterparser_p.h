#pragma once

#include <QString>

#include <optional>

#include "core/filter/filter.h"
#include "core/filter/filterlexer_p.h"
#include "core/filter/filternode_p.h"

namespace SockScope {

/// Reads a filter's text: conditions with their values, checked against their fields.
class FilterParser
{
public:
    explicit FilterParser(const QString &text);
    /// Nothing where error() says why. Blank text is an And of nothing.
    std::optional<FilterNode> parse();
    const FilterError &error() const { return m_error; }

private:
    using Kind = FilterToken::Kind;
    static constexpr qsizetype shownCharacters = 60; // of what was typed, in an error

    bool readOr(FilterNode &node);
    bool readAnd(FilterNode &node);
    bool readNot(FilterNode &node);
    bool readOperand(FilterNode &node);
    bool readParentheses(FilterNode &node);
    bool readName(FilterNode &node);
    bool readWords(FilterNode &node);
    bool readWord(FilterNode &node);
    bool readOldTerm();
    bool readCondition(FilterNode &node, const FilterFieldInfo &info, const FilterToken &name);
    bool readSet(FilterNode &node);
    bool readRange(FilterNode &node, FilterValue first, bool needed);
    bool readValue(FilterNode &node, const QString &after);
    bool readPattern(FilterNode &node);
    bool finishSearch(FilterNode &node);

    bool convert(const FilterNode &node, const FilterToken &token, FilterValue &value, const QString &after);
    bool convertNumber(const FilterToken &token, FilterValue &value) const;
    bool convertData(const FilterNode &node, const FilterToken &token, FilterValue &value, const QString &expected);
    bool convertText(const FilterToken &token, FilterValue &value, bool bareToo);

    bool isSearch(const FilterToken &token) const;
    bool isOperator(const FilterToken &token, FilterOp &op) const;
    bool isAnd(const FilterToken &token) const;
    bool isOr(const FilterToken &token) const;
    bool isNot(const FilterToken &token) const;
    bool isReserved(const FilterToken &token) const;
    QString sourceOf(const FilterToken &token) const;

    void advance();
    bool countTerm(const FilterToken &token);
    bool fail(const FilterToken &token, const QString &what);
    bool failAt(int column, int length, const QString &what);
    QString unknownField(const QString &name) const;

    const QString m_text;
    FilterLexer m_lexer;
    FilterToken m_token; // the next one, not yet read
    FilterError m_error;
    int m_depth = 0;
    int m_terms = 0;
};

/// What fits a field behind an operator: "a number", "in or out", …
QString filterExpected(FilterKind kind);
/// Fields whose names resemble a word.
QStringList filterFieldsNear(const QString &name);
/// How a term of the language that was before this one is written now; nothing when it is none.
std::optional<QString> filterNewSpelling(QStringView oldTerm);

} // namespace SockScope
