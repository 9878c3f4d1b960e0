#include "ui/views/jsoneditdialog.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTextBlock>
#include <QVBoxLayout>

#include <utility>

#include "core/project/jsontext.h"
#include "ui/views/jsonhighlighter.h"
#include "ui/views/screenfit.h"

namespace SockScope {

using namespace Qt::StringLiterals;

JsonEditDialog::JsonEditDialog(const QString &title, const QString &text, Accept accept, QWidget *parent)
    : QDialog(parent)
    , m_accept(std::move(accept))
    , m_text(new QPlainTextEdit(text, this))
    , m_error(new QLabel(this))
{
    setObjectName(u"jsonEditDialog"_s);
    setWindowTitle(title);
    m_text->setObjectName(u"jsonText"_s);
    m_text->setAccessibleName(title);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    new JsonHighlighter(m_text->document());
    m_error->setObjectName(u"jsonError"_s);
    m_error->setProperty("role", u"error"_s);
    m_error->setWordWrap(true);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_error->hide();
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, &JsonEditDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &JsonEditDialog::reject);
    connect(m_text, &QPlainTextEdit::textChanged, m_error, [this] {
        m_wasAsked = false;
        m_error->hide();
        JsonHighlighter::underline(m_text, -1);
    });
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_error);
    layout->addWidget(buttons);
    resizeWithinScreen(this, {560, 420});
    m_text->setFocus();
}

QString JsonEditDialog::errorText() const
{
    return m_error->isHidden() ? QString() : m_error->text();
}

void JsonEditDialog::accept()
{
    const QByteArray text = m_text->toPlainText().toUtf8();
    ProjectError error;
    const auto value = parseJsonText(text, &error);
    if (!value)
        return showError(error);
    if (const auto wrong = m_accept(*value, text))
        return showError(*wrong);
    QDialog::accept();
}

void JsonEditDialog::reject()
{
    if (!m_text->document()->isModified() || std::exchange(m_wasAsked, true))
        return QDialog::reject();
    m_error->setText(tr("You have changed the text: Cancel or Escape once more discards it."));
    m_error->setAccessibleName(m_error->text());
    m_error->show();
}

void JsonEditDialog::showError(const ProjectError &error)
{
    if (error.line > 0) {
        const QTextBlock block = m_text->document()->findBlockByNumber(error.line - 1);
        QTextCursor cursor(block.isValid() ? block : m_text->document()->lastBlock());
        cursor.movePosition(QTextCursor::Right, QTextCursor::MoveAnchor,
                            qBound(0, error.column - 1, static_cast<int>(cursor.block().length()) - 1));
        m_text->setTextCursor(cursor);
        JsonHighlighter::underline(m_text, cursor.position());
    }
    m_error->setText(error.toString());
    m_error->setAccessibleName(m_error->text());
    m_error->show();
    m_text->setFocus();
}

} // namespace SockScope
