#include "ui/views/scripteditor.h"

#include <QFontDatabase>
#include <QKeyEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QTextBlock>

#include "ui/theme.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
constexpr int indent = 4;
constexpr int gap = 5;
} // namespace

class ScriptEditor::Margin : public QWidget
{
public:
    explicit Margin(ScriptEditor *editor)
        : QWidget(editor)
        , m_editor(editor)
    {
    }

protected:
    void paintEvent(QPaintEvent *event) override { m_editor->paintNumbers(event); }

private:
    ScriptEditor *m_editor;
};

ScriptEditor::ScriptEditor(QWidget *parent)
    : QPlainTextEdit(parent)
    , m_margin(new Margin(this))
{
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setLineWrapMode(NoWrap);
    setTabStopDistance(indent * fontMetrics().horizontalAdvance(u' '));
    connect(this, &QPlainTextEdit::blockCountChanged, this, &ScriptEditor::updateMargin);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect &rect, int scrolled) {
        if (scrolled != 0)
            m_margin->scroll(0, scrolled);
        else
            m_margin->update(0, rect.y(), m_margin->width(), rect.height());
    });
    connect(Theme::instance(), &Theme::changed, m_margin, qOverload<>(&QWidget::update));
    updateMargin();
}

int ScriptEditor::marginWidth() const
{
    const int digits = qMax(2, static_cast<int>(QString::number(blockCount()).size()));
    return 2 * gap + digits * fontMetrics().horizontalAdvance(u'9');
}

void ScriptEditor::updateMargin()
{
    setViewportMargins(marginWidth(), 0, 0, 0);
    const QRect inside = contentsRect();
    m_margin->setGeometry(inside.left(), inside.top(), marginWidth(), inside.height());
}

void ScriptEditor::resizeEvent(QResizeEvent *event)
{
    QPlainTextEdit::resizeEvent(event);
    updateMargin();
}

void ScriptEditor::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_margin)
        updateMargin();
}

/// Blanks: an error's column counts characters, and a file looks the same everywhere.
void ScriptEditor::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Tab || event->modifiers() != Qt::NoModifier || isReadOnly())
        return QPlainTextEdit::keyPressEvent(event);
    textCursor().insertText(QString(indent - textCursor().positionInBlock() % indent, u' '));
}

void ScriptEditor::paintNumbers(QPaintEvent *event)
{
    QPainter painter(m_margin);
    const Theme::Colors &colors = Theme::instance()->colors();
    painter.fillRect(event->rect(), colors.alternate);
    painter.setFont(font());
    painter.setPen(colors.secondary);
    QTextBlock block = firstVisibleBlock();
    qreal top = blockBoundingGeometry(block).translated(contentOffset()).top();
    while (block.isValid() && top <= event->rect().bottom()) {
        const qreal height = blockBoundingRect(block).height();
        if (block.isVisible() && top + height >= event->rect().top())
            painter.drawText(QRectF(0, top, m_margin->width() - gap, height), Qt::AlignRight | Qt::AlignVCenter,
                             QString::number(block.blockNumber() + 1));
        top += height;
        block = block.next();
    }
}

} // namespace SockScope
