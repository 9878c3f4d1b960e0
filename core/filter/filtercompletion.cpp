#include "core/filter/filterfields.h"
#include "core/filter/filterlexer_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = FilterToken::Kind;
using Expected = CompletionContext::Expected;

bool isOneOf(const FilterToken &token, std::initializer_list<QStringView> words)
{
    return token.kind == Kind::Word && std::any_of(words.begin(), words.end(), [&](QStringView word) {
               return token.text.compare(word, Qt::CaseInsensitive) == 0;
           });
}

// What may come next, token by token; wrong texts are followed as far as they make sense.
class Follower
{
public:
    CompletionContext context;

    void take(const FilterToken &token)
    {
        if (token.kind == Kind::Wrong) {
            context.expected = Expected::Nothing;
            return;
        }
        switch (context.expected) {
        case Expected::Field:
            takeField(token);
            return;
        case Expected::Operator:
            takeOperator(token);
            return;
        case Expected::Value:
            takeValue(token);
            return;
        case Expected::Joint:
        case Expected::Nothing:
            takeJoint(token);
            return;
        }
    }

private:
    void takeField(const FilterToken &token)
    {
        if (token.kind == Kind::Not || token.kind == Kind::Open || isOneOf(token, {u"not"}))
            return;
        const bool isPath = token.kind == Kind::Path;
        const auto info = isPath                     ? filterField(u"data")
                          : token.kind == Kind::Word ? filterField(token.text)
                                                     : std::nullopt;
        context.field = token.text.toString();
        context.kind = info ? info->kind : FilterKind::Flag;
        context.expected = context.kind == FilterKind::Flag ? Expected::Joint : Expected::Operator;
    }
    void takeOperator(const FilterToken &token)
    {
        if (isOneOf(token, {u"matches"})) {
            context.expected = Expected::Nothing;
        } else if (token.kind == Kind::Compare ||
                   isOneOf(token, {u"eq", u"ne", u"gt", u"ge", u"lt", u"le", u"contains", u"in"})) {
            context.expected = Expected::Value;
        } else {
            context.expected = Expected::Joint;
            takeJoint(token);
        }
    }
    void takeValue(const FilterToken &token)
    {
        if (token.kind == Kind::OpenBrace) {
            m_inBraces = true;
        } else if (token.kind == Kind::CloseBrace) {
            m_inBraces = false;
            context.expected = Expected::Joint;
        } else if (token.kind != Kind::Comma && token.kind != Kind::Range) {
            context.expected = Expected::Joint;
        }
    }
    void takeJoint(const FilterToken &token)
    {
        if (token.kind == Kind::CloseBrace) {
            m_inBraces = false;
            context.expected = Expected::Joint;
        } else if ((token.kind == Kind::Comma && m_inBraces) || token.kind == Kind::Range) {
            context.expected = Expected::Value;
        } else if (token.kind == Kind::And || token.kind == Kind::Or || token.kind == Kind::Open ||
                   isOneOf(token, {u"and", u"or"})) {
            context.expected = Expected::Field;
        } else {
            context.expected = Expected::Joint;
        }
    }

    bool m_inBraces = false;
};

bool isOperatorStart(QStringView text)
{
    return text == u"=" || text == u"&" || text == u"|" || text == u"!";
}

} // namespace

CompletionContext completionContext(const QString &text, int cursor)
{
    cursor = qBound(0, cursor, static_cast<int>(text.size()));
    QString left = text.left(cursor);
    // A path that ends in a dot waits for its key.
    const bool openPath = left.endsWith(u'.') && !left.endsWith(".."_L1);
    if (openPath)
        left += u'x';
    Follower follower;
    follower.context.expected = Expected::Field;
    FilterLexer lexer(left);
    FilterToken token = lexer.next();
    for (; token.kind != Kind::End && token.end() < left.size(); token = lexer.next())
        follower.take(token);

    CompletionContext &context = follower.context;
    const QStringView rest = QStringView(left).sliced(qMin<qsizetype>(token.column, left.size()));
    const auto wordEnd = [&text](int from) {
        while (from < text.size() && isFilterWord(QStringView(text).sliced(from, 1)))
            ++from;
        return from;
    };
    if (token.kind == Kind::Word || token.kind == Kind::Path) {
        context.from = token.column;
        context.prefix = rest.toString();
        if (openPath)
            context.prefix.chop(1);
        context.length = wordEnd(cursor) - context.from;
    } else if (token.kind == Kind::Wrong && rest.startsWith(u'"')) {
        context.quoted = true;
        context.from = token.column;
        context.prefix = rest.sliced(1).toString();
        const qsizetype close = text.indexOf(u'"', cursor);
        context.length = static_cast<int>(close < 0 ? text.size() : close + 1) - context.from;
    } else if ((token.kind == Kind::Wrong || token.kind == Kind::Not) && isOperatorStart(rest) &&
               context.expected != Expected::Field) {
        context.from = token.column;
        context.prefix = rest.toString();
        context.length = cursor - context.from;
    } else {
        if (token.kind == Kind::Wrong)
            context.expected = Expected::Nothing;
        else if (token.kind != Kind::End)
            follower.take(token);
        context.from = cursor;
        context.length = wordEnd(cursor) - cursor;
    }
    return context;
}

} // namespace SockScope
