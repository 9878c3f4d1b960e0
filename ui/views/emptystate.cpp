#include "ui/views/emptystate.h"

#include <QAbstractItemView>
#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace SockScope {

using namespace Qt::StringLiterals;

EmptyState::EmptyState(QAbstractItemView *view)
    : QWidget(view->viewport())
    , m_view(view)
    , m_label(new QLabel(this))
    , m_button(new QPushButton(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(10);
    layout->addStretch();
    layout->addWidget(m_label);
    layout->addWidget(m_button, 0, Qt::AlignCenter);
    layout->addStretch();
    m_label->setAlignment(Qt::AlignCenter);
    m_label->setWordWrap(true);
    m_label->setProperty("role", u"secondary"_s);
    m_button->setAccessibleName(tr("What this panel needs"));
    m_button->hide();
    view->viewport()->installEventFilter(this);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::buttonClicked);
    watchModel();
}

void EmptyState::setText(const QString &text)
{
    m_label->setText(text);
}

QString EmptyState::text() const
{
    return m_label->text();
}

void EmptyState::setButton(const QString &text, const QIcon &icon)
{
    m_button->setText(text);
    if (!text.isEmpty())
        m_button->setAccessibleName(text);
    m_button->setIcon(icon);
    m_button->setVisible(!text.isEmpty());
}

void EmptyState::watchModel()
{
    if (QAbstractItemModel *model = m_view->model()) {
        connect(model, &QAbstractItemModel::rowsInserted, this, &EmptyState::updateShown);
        connect(model, &QAbstractItemModel::rowsRemoved, this, &EmptyState::updateShown);
        connect(model, &QAbstractItemModel::modelReset, this, &EmptyState::updateShown);
    }
    updateShown();
}

bool EmptyState::eventFilter(QObject *watched, QEvent *event)
{
    // The viewport; not asked of the view, which may be about to go.
    if (watched == parent() && (event->type() == QEvent::Resize || event->type() == QEvent::Show))
        setGeometry(parentWidget()->rect());
    return QWidget::eventFilter(watched, event);
}

void EmptyState::updateShown()
{
    const bool empty = !m_view->model() || m_view->model()->rowCount() == 0;
    setGeometry(m_view->viewport()->rect());
    setVisible(empty);
}

} // namespace SockScope
