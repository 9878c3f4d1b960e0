#include "ui/inject/historypanel.h"

#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/injecthistory.h"
#include "ui/views/emptystate.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

class FailedDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        option->icon = themeIcon(index.data(InjectHistory::FailedRole).toBool() ? u"error" : u"inject");
        option->features |= QStyleOptionViewItem::HasDecoration;
    }
};

} // namespace

HistoryPanel::HistoryPanel(InjectHistory *history, QWidget *parent)
    : QWidget(parent)
    , m_history(history)
    , m_list(new QListView(this))
    , m_forgotten(new QLabel(this))
    , m_again(new QToolButton(this))
    , m_edit(new QToolButton(this))
{
    m_list->setObjectName(u"injectHistory"_s);
    m_list->setAccessibleName(tr("What was injected"));
    m_list->setModel(history);
    m_list->setItemDelegate(new FailedDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setMinimumHeight(m_list->fontMetrics().height() * 3);
    m_list->installEventFilter(this);
    auto *empty = new EmptyState(m_list);
    empty->setText(tr("What you inject stands here: Enter injects it again."));
    m_forgotten->setProperty("role", u"secondary"_s);

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(0);
    auto *clear = new QToolButton(this);
    const auto dress = [buttons](QToolButton *button, QStringView icon, const QString &tip, const QString &name) {
        button->setIcon(themeIcon(icon));
        button->setAutoRaise(true);
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        button->setObjectName(name);
        buttons->addWidget(button);
    };
    dress(m_again, u"resend", tr("Inject it again (Enter)"), u"injectAgain"_s);
    dress(m_edit, u"edit", tr("Take it into the fields (Shift+Enter)"), u"injectEdit"_s);
    dress(clear, u"clear", tr("Forget all"), u"injectForget"_s);
    buttons->addStretch();
    buttons->addWidget(m_forgotten);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(buttons);
    layout->addWidget(m_list, 1);

    connect(m_again, &QToolButton::clicked, this, [this] { again(m_list->currentIndex()); });
    connect(m_edit, &QToolButton::clicked, this, [this] { edit(m_list->currentIndex()); });
    connect(clear, &QToolButton::clicked, history, &InjectHistory::clear);
    connect(m_list, &QListView::doubleClicked, this, &HistoryPanel::again);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &HistoryPanel::update);
    connect(history, &InjectHistory::rowsInserted, this, &HistoryPanel::update);
    connect(history, &InjectHistory::rowsRemoved, this, &HistoryPanel::update);
    connect(history, &InjectHistory::modelReset, this, &HistoryPanel::update);
    update();
}

void HistoryPanel::update()
{
    const bool chosen = m_list->currentIndex().isValid();
    m_again->setEnabled(chosen);
    m_edit->setEnabled(chosen);
    m_forgotten->setText(m_history->forgotten() > 0
                             ? tr("%1 older are forgotten").arg(Format::count(m_history->forgotten()))
                             : QString());
}

void HistoryPanel::again(const QModelIndex &index)
{
    if (const auto message = m_history->messageAt(index))
        Q_EMIT againRequested(*message, m_history->breakageAt(index));
}

void HistoryPanel::edit(const QModelIndex &index)
{
    if (const auto message = m_history->messageAt(index))
        Q_EMIT editRequested(*message, m_history->breakageAt(index));
}

bool HistoryPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool isEnter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        if (isEnter && !(key->modifiers() & Qt::ControlModifier)) {
            key->modifiers() & Qt::ShiftModifier ? edit(m_list->currentIndex()) : again(m_list->currentIndex());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace SockScope
