#pragma once

#include <QSyntaxHighlighter>
#include <QTextCharFormat>

class QPlainTextEdit;

namespace SockScope {

/*! Colours JSON while it is written, values such as {{counter}} in it too.
 *  Path    a text document → [this] → what is painted of it
 *  Shape   a line at a time, each on its own; a string that its line does not end goes on to the end of the line
 *  Units   characters of the document
 *  Errors  none: what is no JSON keeps the colour of text
 *  Thread  the window's
 *  Source  RFC 8259
 */
class JsonHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT
public:
    explicit JsonHighlighter(QTextDocument *document);

    /// Whether the text is JSON at all.
    void setActive(bool active);
    /// Underlines a character that is wrong, whatever the text is; a negative one: none.
    static void underline(QPlainTextEdit *edit, qsizetype position);

protected:
    void highlightBlock(const QString &text) override;

private:
    void readColours();
    qsizetype highlightString(const QString &text, qsizetype at);
    void highlightValues(const QString &text);

    QTextCharFormat m_key;
    QTextCharFormat m_string;
    QTextCharFormat m_number;
    QTextCharFormat m_word;
    QTextCharFormat m_value;
    bool m_isActive = true;
};

} // namespace SockScope
