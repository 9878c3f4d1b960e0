#include "ui/views/commentsdialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/messagelogmodel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

CommentsDialog::CommentsDialog(MessageLogModel *log, QWidget *parent)
    : QDialog(parent)
    , m_log(log)
    , m_list(new QTreeWidget(this))
    , m_empty(new QLabel(tr("No message has a comment yet. Choose a message, and Comment… (Ctrl+Alt+C)."), this))
{
    setObjectName(u"commentsDialog"_s);
    setWindowTitle(tr("Comments"));
    m_list->setHeaderLabels({tr("No."), tr("Comment")});
    m_list->setAccessibleName(tr("Comments on messages"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_empty->setWordWrap(true);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_goTo = buttons->addButton(tr("&Go to Message"), QDialogButtonBox::ActionRole);
    m_goTo->setIcon(themeIcon(u"goto"));
    m_remove = buttons->addButton(tr("&Remove"), QDialogButtonBox::ActionRole);
    m_remove->setIcon(themeIcon(u"remove"));
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_empty);
    layout->addWidget(m_list, 1);
    layout->addWidget(buttons);
    resize(520, 360);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_goTo, &QPushButton::clicked, this, [this] { Q_EMIT goToRequested(currentNo()); });
    connect(m_list, &QTreeWidget::itemActivated, this, [this] { Q_EMIT goToRequested(currentNo()); });
    connect(m_remove, &QPushButton::clicked, this, [this] { m_log->annotations()->setComment(currentNo(), {}); });
    connect(m_log->annotations(), &Annotations::changed, this, [this](Annotations::Kind kind) {
        if (kind == Annotations::Kind::Comment)
            fill();
    });
    connect(m_list, &QTreeWidget::currentItemChanged, this, [this](const QTreeWidgetItem *item) {
        m_goTo->setEnabled(item);
        m_remove->setEnabled(item);
    });
    fill();
}

quint64 CommentsDialog::currentNo() const
{
    const QTreeWidgetItem *item = m_list->currentItem();
    return item ? item->data(0, Qt::UserRole).toULongLong() : 0;
}

void CommentsDialog::fill()
{
    const quint64 current = currentNo();
    m_list->clear();
    QTreeWidgetItem *chosen = nullptr;
    for (const auto &[no, text] : m_log->annotations()->comments()) {
        auto *item = new QTreeWidgetItem(m_list, {Format::count(no), text.simplified()});
        item->setData(0, Qt::UserRole, no);
        item->setTextAlignment(0, Qt::AlignRight | Qt::AlignVCenter);
        item->setToolTip(1, text);
        if (!chosen || no <= current)
            chosen = item;
    }
    m_list->setCurrentItem(chosen);
    m_goTo->setEnabled(chosen);
    m_remove->setEnabled(chosen);
    m_empty->setVisible(!chosen);
}

} // namespace SockScope
