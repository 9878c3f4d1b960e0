#include "core/filter/filterlexer_p.h"

#include <limits>

#include "core/filter/filterstrings_p.h"
#include "core/filter/filtertext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

bool isWordCharacter(QChar c)
{
    if (c.isSpace() || c.unicode() < 0x20)
        return false;
    return !QStringView(u"()[]{}\",=!<>&|").contains(c);
}

int hexValue(QChar c)
{
    const char16_t unit = c.unicode();
    if (unit >= u'0' && unit <= u'9')
        return unit - u'0';
    const char16_t lower = unit | 0x20;
    return lower >= u'a' && lower <= u'f' ? lower - u'a' + 10 : -1;
}

FilterStep keyStep(const QString &key)
{
    FilterStep step;
    step.key = key;
    step.keyUtf8 = key.toUtf8();
    step.asShown = key.contains(u'\\') || key.endsWith(u'…');
    return step;
}

} // namespace

QString filterPathText(const FilterPath &path)
{
    QString text;
    for (const FilterStep &step : path) {
        if (step.isIndex)
            text += u'[' + QString::number(step.index) + u']';
        else if (isFilterWord(step.key) && !step.key.contains(u'.'))
            text += u'.' + step.key;
        else
            text += u'.' + filterQuoted(step.key);
    }
    return text;
}

int FilterLexer::wordEnd(int from, bool stopAtDot) const
{
    int end = from;
    while (end < m_text.size() && isWordCharacter(m_text[end])) {
        if (m_text[end] == u'.' && (stopAtDot || at(end + 1) == u'.'))
            break;
        ++end;
    }
    return end;
}

FilterToken FilterLexer::token(FilterToken::Kind kind, int length)
{
    FilterToken token;
    token.kind = kind;
    token.column = m_position;
    token.length = length;
    token.text = m_text.sliced(m_position, length);
    m_position += length;
    return token;
}

FilterToken FilterLexer::wrong(int from, int length, const QString &problem)
{
    FilterToken token;
    token.kind = FilterToken::Kind::Wrong;
    token.column = from;
    token.length = length;
    token.problem = problem;
    m_position = static_cast<int>(m_text.size());
    return token;
}

FilterToken FilterLexer::next()
{
    using Kind = FilterToken::Kind;
    while (m_position < m_text.size() && m_text[m_position].isSpace())
        ++m_position;
    if (m_position >= m_text.size())
        return token(Kind::End, 0);
    const QChar c = m_text[m_position];
    switch (c.unicode()) {
    case u'(':
        return token(Kind::Open, 1);
    case u')':
        return token(Kind::Close, 1);
    case u'{':
        return token(Kind::OpenBrace, 1);
    case u'}':
        return token(Kind::CloseBrace, 1);
    case u',':
        return token(Kind::Comma, 1);
    case u'"':
        return readQuoted();
    case u'[':
        return readAddress();
    case u']':
        return wrong(m_position, 1, filterTr("this ] has no [ before it"));
    case u'=':
    case u'!':
    case u'<':
    case u'>':
    case u'&':
    case u'|':
        return readOperator(c.unicode());
    default:
        break;
    }
    if (c == u'.' && at(m_position + 1) == u'.')
        return token(Kind::Range, 2);
    if (!isWordCharacter(c)) {
        return wrong(m_position, 1,
                     filterTr("the character U+%1 cannot stand here").arg(int(c.unicode()), 4, 16, QLatin1Char('0')));
    }
    return readWord();
}

FilterToken FilterLexer::readOperator(char16_t first)
{
    using Kind = FilterToken::Kind;
    const char16_t second = at(m_position + 1);
    switch (first) {
    case u'=':
        if (second == u'=')
            return token(Kind::Compare, 2);
        if (second == u'>' || second == u'<') {
            const QString meant = second == u'>' ? u">="_s : u"<="_s;
            return wrong(m_position, 2, filterTr("expected %1").arg(meant));
        }
        return wrong(m_position, 1, filterTr("expected == (two equals signs)"));
    case u'!':
        return second == u'=' ? token(Kind::Compare, 2) : token(Kind::Not, 1);
    case u'<':
    case u'>':
        if (first == u'<' && second == u'>')
            return wrong(m_position, 2, filterTr("expected !="));
        return token(Kind::Compare, second == u'=' ? 2 : 1);
    case u'&':
        return second == u'&' ? token(Kind::And, 2) : wrong(m_position, 1, filterTr("expected &&"));
    default:
        return second == u'|' ? token(Kind::Or, 2) : wrong(m_position, 1, filterTr("expected ||"));
    }
}

FilterToken FilterLexer::readQuoted()
{
    const int start = m_position;
    for (int end = start + 1; end < m_text.size(); ++end) {
        if (m_text[end] == u'\\') {
            ++end;
        } else if (m_text[end] == u'"') {
            FilterToken quoted = token(FilterToken::Kind::Quoted, end + 1 - start);
            quoted.text = quoted.text.sliced(1, quoted.length - 2);
            return quoted;
        }
    }
    return wrong(start, static_cast<int>(m_text.size()) - start,
                 filterTr("this text has no closing quotation mark (\")"));
}

FilterToken FilterLexer::readAddress()
{
    int end = m_position + 1;
    while (end < m_text.size() && m_text[end] != u']' && (isWordCharacter(m_text[end])))
        ++end;
    if (at(end) != u']') {
        return wrong(m_position, end - m_position, filterTr("expected an IPv6 address such as [::1]:9000 from [ to ]"));
    }
    return token(FilterToken::Kind::Word, wordEnd(end + 1, false) - m_position);
}

FilterToken FilterLexer::readWord()
{
    const int end = wordEnd(m_position, false);
    const QStringView word = m_text.sliced(m_position, end - m_position);
    if (word == u"data" || word.startsWith(u"data."))
        return readPath();
    return token(FilterToken::Kind::Word, end - m_position);
}

FilterToken FilterLexer::readPath()
{
    const int start = m_position;
    FilterToken path;
    m_position += 4; // data
    for (;;) {
        const char16_t c = at(m_position);
        if (c == u'.' && at(m_position + 1) != u'.') {
            if (!readKey(path))
                return path;
        } else if (c == u'[') {
            if (!readIndex(path))
                return path;
        } else {
            break;
        }
    }
    const int end = m_position;
    if (end < m_text.size() &&
        (at(end) == u'"' || at(end) == u']' || (isWordCharacter(m_text[end]) && at(end) != u'.')))
        return wrong(end, 1, filterTr("expected . or [ or an operator after the path"));
    m_position = start;
    FilterPath steps = std::move(path.path);
    path = token(FilterToken::Kind::Path, end - start);
    path.path = std::move(steps);
    return path;
}

bool FilterLexer::readKey(FilterToken &path)
{
    const int start = ++m_position;
    if (at(start) == u'"') {
        const FilterToken quoted = readQuoted();
        QByteArray utf8;
        QString problem;
        int wrongAt = 0;
        if (quoted.kind == FilterToken::Kind::Wrong)
            path = quoted;
        else if (!filterUnescape(quoted.text, utf8, wrongAt, problem))
            path = wrong(start + 1 + wrongAt, 2, problem);
        else
            path.path.push_back(keyStep(QString::fromUtf8(utf8)));
        return path.kind != FilterToken::Kind::Wrong;
    }
    const int end = wordEnd(start, true);
    if (end == start) {
        path = wrong(start, start < m_text.size() ? 1 : 0,
                     filterTr("expected a key after the dot, in quotation marks if it is not a plain word"));
        return false;
    }
    path.path.push_back(keyStep(m_text.sliced(start, end - start).toString()));
    m_position = end;
    return true;
}

bool FilterLexer::readIndex(FilterToken &path)
{
    const int start = m_position;
    int end = start + 1;
    qint64 index = 0;
    while (end < m_text.size() && at(end) >= u'0' && at(end) <= u'9' && index <= std::numeric_limits<int>::max())
        index = index * 10 + (at(end++) - u'0');
    if (end == start + 1 || at(end) != u']' || index > std::numeric_limits<int>::max()) {
        path = wrong(start, end - start, filterTr("expected the place in a list, counted from 0, such as [0]"));
        return false;
    }
    FilterStep step;
    step.isIndex = true;
    step.index = index;
    path.path.push_back(step);
    m_position = end + 1;
    return true;
}

bool filterUnescape(QStringView inside, QByteArray &utf8, int &wrongAt, QString &problem)
{
    qsizetype plain = 0;
    for (qsizetype i = 0; i < inside.size(); ++i) {
        if (inside[i] != u'\\')
            continue;
        utf8 += inside.sliced(plain, i - plain).toUtf8();
        const qsizetype escape = i++;
        const char16_t c = i < inside.size() ? inside[i].unicode() : u'\0';
        if (c == u'"' || c == u'\\') {
            utf8 += static_cast<char>(c);
        } else if (c == u'n') {
            utf8 += '\n';
        } else if (c == u't') {
            utf8 += '\t';
        } else if (c == u'r') {
            utf8 += '\r';
        } else if (c == u'x' && inside.size() - i > 2 && hexValue(inside[i + 1]) >= 0 && hexValue(inside[i + 2]) >= 0) {
            utf8 += static_cast<char>(hexValue(inside[i + 1]) * 16 + hexValue(inside[i + 2]));
            i += 2;
        } else {
            wrongAt = static_cast<int>(escape);
            problem = filterTr(R"(expected \", \\, \n, \r, \t or \x with two hex digits after a backslash)");
            return false;
        }
        plain = i + 1;
    }
    utf8 += inside.sliced(plain).toUtf8();
    return true;
}

QString filterPattern(QStringView inside)
{
    QString pattern;
    for (qsizetype i = 0; i < inside.size(); ++i) {
        if (inside[i] == u'\\' && i + 1 < inside.size()) {
            ++i;
            if (inside[i] != u'"')
                pattern += u'\\';
        }
        pattern += inside[i];
    }
    return pattern;
}

bool isFilterWord(QStringView text)
{
    if (text.isEmpty() || text.contains(u".."))
        return false;
    for (const QChar c : text) {
        if (!isWordCharacter(c))
            return false;
    }
    return true;
}

} // namespace SockScope
