#include "ui/views/jsonhighlighter.h"

#include <QPlainTextEdit>
#include <QTextDocument>

#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype longestLine = 16 * 1024; // a longer one would hold the window up with each key

bool isNumberPart(QChar c)
{
    return c.isDigit() || c == u'.' || c == u'-' || c == u'+' || c == u'e' || c == u'E';
}

} // namespace

JsonHighlighter::JsonHighlighter(QTextDocument *document)
    : QSyntaxHighlighter(document)
{
    readColours();
    connect(Theme::instance(), &Theme::changed, this, [this] {
        readColours();
        rehighlight();
    });
}

void JsonHighlighter::readColours()
{
    const Theme::Colors &colors = Theme::instance()->colors();
    m_key.setForeground(colors.accent);
    m_string.setForeground(colors.ok);
    m_number.setForeground(colors.warning);
    m_word.setForeground(colors.warning);
    m_word.setFontWeight(QFont::DemiBold);
    m_value.setForeground(colors.text);
    m_value.setBackground(colors.mark);
}

void JsonHighlighter::setActive(bool active)
{
    if (m_isActive == active)
        return;
    m_isActive = active;
    rehighlight();
}

void JsonHighlighter::underline(QPlainTextEdit *edit, qsizetype position)
{
    // Not a format of the document: changing one says that the text has changed, which asks for the error again.
    QTextEdit::ExtraSelection selection;
    const qsizetype last = edit->document()->characterCount() - 1; // which is the end of the last line
    if (position < 0 || last < 1)
        return edit->setExtraSelections({});
    // Beyond the end there is nothing to underline but the character before.
    selection.cursor = QTextCursor(edit->document());
    selection.cursor.setPosition(static_cast<int>(qMin(position, last - 1)));
    if (selection.cursor.atBlockEnd() && !selection.cursor.atBlockStart())
        selection.cursor.movePosition(QTextCursor::Left);
    selection.cursor.movePosition(QTextCursor::Right, QTextCursor::KeepAnchor);
    selection.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
    selection.format.setUnderlineColor(Theme::instance()->colors().error);
    edit->setExtraSelections({selection});
}

void JsonHighlighter::highlightBlock(const QString &text)
{
    if (m_isActive && text.size() <= longestLine) {
        for (qsizetype at = 0; at < text.size();) {
            const QChar c = text.at(at);
            if (c == u'"') {
                at = highlightString(text, at);
            } else if (c.isDigit() || (c == u'-' && at + 1 < text.size() && text.at(at + 1).isDigit())) {
                const qsizetype begin = at;
                while (at < text.size() && isNumberPart(text.at(at)))
                    ++at;
                setFormat(static_cast<int>(begin), static_cast<int>(at - begin), m_number);
            } else if (c.isLetter()) {
                const qsizetype begin = at;
                while (at < text.size() && text.at(at).isLetter())
                    ++at;
                const QStringView word = QStringView(text).sliced(begin, at - begin);
                if (word == u"true" || word == u"false" || word == u"null")
                    setFormat(static_cast<int>(begin), static_cast<int>(at - begin), m_word);
            } else {
                ++at;
            }
        }
        highlightValues(text);
    }
}

/// Answers where it ends. A string before a colon is a key.
qsizetype JsonHighlighter::highlightString(const QString &text, qsizetype at)
{
    const qsizetype begin = at++;
    while (at < text.size() && text.at(at) != u'"')
        at += text.at(at) == u'\\' ? 2 : 1;
    at = qMin(at + 1, text.size());
    qsizetype after = at;
    while (after < text.size() && text.at(after).isSpace())
        ++after;
    const bool isKey = after < text.size() && text.at(after) == u':';
    setFormat(static_cast<int>(begin), static_cast<int>(at - begin), isKey ? m_key : m_string);
    return at;
}

void JsonHighlighter::highlightValues(const QString &text)
{
    for (qsizetype at = text.indexOf("{{"_L1); at >= 0; at = text.indexOf("{{"_L1, at)) {
        const qsizetype end = text.indexOf("}}"_L1, at);
        if (end < 0)
            return;
        setFormat(static_cast<int>(at), static_cast<int>(end + 2 - at), m_value);
        at = end + 2;
    }
}

} // namespace SockScope
