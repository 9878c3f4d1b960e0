#include "ui/views/bytesfindbar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/views/hexview.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
enum Kind { Text, Hex };
constexpr int maximumCharacters = 10'000;
} // namespace

BytesFindBar::BytesFindBar(HexView *view, QWidget *parent)
    : QWidget(parent)
    , m_view(view)
    , m_kind(new QComboBox(this))
    , m_field(new QLineEdit(this))
    , m_message(new QLabel(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 4);
    m_kind->addItems({tr("Text"), tr("Hex")});
    m_kind->setAccessibleName(tr("What to look for among the bytes"));
    m_field->setObjectName(u"bytesFindField"_s);
    m_field->setAccessibleName(tr("Find among the bytes"));
    m_field->setPlaceholderText(tr("Find among the bytes"));
    m_field->setMaxLength(maximumCharacters);
    m_message->setProperty("role", u"secondary"_s);
    const auto button = [&](QStringView icon, const QString &text, auto slot) {
        auto *tool = new QToolButton(this);
        tool->setIcon(themeIcon(icon));
        tool->setToolTip(text);
        tool->setAccessibleName(text);
        tool->setAutoRaise(true);
        connect(tool, &QToolButton::clicked, this, slot);
        return tool;
    };
    layout->addWidget(m_kind);
    layout->addWidget(m_field, 1);
    layout->addWidget(button(u"previous", tr("Previous place (Shift+Enter)"), &BytesFindBar::findPrevious));
    layout->addWidget(button(u"next", tr("Next place (Enter)"), &BytesFindBar::findNext));
    layout->addWidget(m_message);
    layout->addWidget(button(u"close", tr("Close (Esc)"), [this] {
        hide();
        m_view->setFocus();
    }));
    connect(m_field, &QLineEdit::textEdited, m_message, &QLabel::clear);
    connect(m_kind, &QComboBox::currentIndexChanged, m_message, &QLabel::clear);
    hide();
}

QString BytesFindBar::message() const
{
    return m_message->text();
}

void BytesFindBar::open()
{
    show();
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

std::optional<QByteArray> BytesFindBar::needle()
{
    if (m_kind->currentIndex() == Text)
        return m_field->text().toUtf8();
    QString error;
    std::optional<QByteArray> bytes = Format::parseHex(m_field->text(), &error);
    if (!bytes)
        m_message->setText(error);
    return bytes;
}

void BytesFindBar::find(bool forward)
{
    const std::optional<QByteArray> bytes = needle();
    if (!bytes || bytes->isEmpty())
        return;
    const qsizetype before = m_view->selectionOffset();
    const bool hadSelection = m_view->selectionLength() > 0;
    if (!m_view->find(*bytes, forward)) {
        m_message->setText(tr("not found"));
        return;
    }
    const qsizetype after = m_view->selectionOffset();
    const bool wrapped = hadSelection && (forward ? after <= before : after >= before);
    m_message->setText(!wrapped ? QString() : forward ? tr("from the start again") : tr("from the end again"));
}

void BytesFindBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape) {
        hide();
        m_view->setFocus();
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        find(!(event->modifiers() & Qt::ShiftModifier));
    } else {
        QWidget::keyPressEvent(event);
    }
}

} // namespace SockScope
