#pragma once

#include <QByteArray>
#include <QString>
#include <QStringView>

#include <vector>

#include "core/filter/filter.h"

namespace SockScope {

/// A step of a path below `data`: a key of a map or the index of a list.
struct FilterStep
{
    bool isIndex = false;
    qint64 index = 0;
    QString key;
    QByteArray keyUtf8;
    bool asShown = false; ///< the detail tree writes some keys in another way: escaped or shortened
};
using FilterPath = std::vector<FilterStep>;
/// As it is typed behind `data`: .pos[3]."odd key"
QString filterPathText(const FilterPath &path);

struct FilterToken
{
    enum class Kind : quint8 {
        End,
        Word,
        Quoted, ///< text is what stands between the quotation marks, escapes and all
        Path,   ///< data and what is below it
        Open,
        Close,
        OpenBrace,
        CloseBrace,
        Comma,
        Range,   ///< ..
        Compare, ///< == != > >= < <=
        And,
        Or,
        Not,
        Wrong
    };
    Kind kind = Kind::End;
    int column = 0;
    int length = 0;
    QStringView text;
    FilterPath path;
    QString problem; ///< of Wrong

    int end() const { return column + length; }
    bool isWord(QStringView word) const { return kind == Kind::Word && text.compare(word, Qt::CaseInsensitive) == 0; }
};

/// Takes a filter's text apart, a token a call. Words are told from keywords by whoever knows what must stand there.
class FilterLexer
{
public:
    explicit FilterLexer(QStringView text)
        : m_text(text)
    {
    }
    FilterToken next();

private:
    FilterToken token(FilterToken::Kind kind, int length);
    FilterToken wrong(int from, int length, const QString &problem);
    FilterToken readOperator(char16_t first);
    FilterToken readQuoted();
    FilterToken readWord();
    FilterToken readAddress();
    FilterToken readPath();
    bool readIndex(FilterToken &path);
    bool readKey(FilterToken &path);
    char16_t at(int position) const { return position < m_text.size() ? m_text[position].unicode() : u'\0'; }
    int wordEnd(int from, bool stopAtDot) const;

    QStringView m_text;
    int m_position = 0;
};

/// What the inside of a quoted text means; otherwise where (in characters from its start) and what is wrong.
bool filterUnescape(QStringView inside, QByteArray &utf8, int &wrongAt, QString &problem);
/// The same for a regular expression, which has escapes of its own: only \" is undone.
QString filterPattern(QStringView inside);
/// Whether a text can stand for itself, without quotation marks.
bool isFilterWord(QStringView text);

} // namespace SockScope
