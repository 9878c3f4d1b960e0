#include "ui/views/statuspanel.h"

#include <QLabel>
#include <QStatusBar>
#include <QStyle>
#include <QToolButton>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/sockcontroller.h"

namespace SockScope {

using namespace Qt::StringLiterals;

StatusPanel::StatusPanel(Inspection *inspection, QStatusBar *bar)
    : QObject(bar)
    , m_inspection(inspection)
    , m_figures(new QLabel(bar))
    , m_failure(new QLabel(bar))
    , m_dismiss(new QToolButton(bar))
    , m_ledger(new QToolButton(bar))
    , m_tick(new QLabel(bar))
{
    bar->setSizeGripEnabled(false);
    m_figures->setContentsMargins(6, 2, 6, 2);
    m_figures->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_figures->setAccessibleName(tr("What was captured, is displayed and was dropped"));
    m_failure->setProperty("role", u"error"_s);
    m_failure->setTextFormat(Qt::PlainText);
    m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_failure->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_dismiss->setIcon(themeIcon(u"close"));
    m_dismiss->setIconSize(QSize(12, 12));
    m_dismiss->setAutoRaise(true);
    m_dismiss->setToolTip(tr("Dismiss this message"));
    m_dismiss->setAccessibleName(m_dismiss->toolTip());
    m_ledger->setObjectName(u"ledgerBadge"_s);
    m_ledger->setAutoRaise(true);
    m_ledger->setAccessibleName(tr("Ledger"));
    m_tick->setContentsMargins(6, 2, 8, 2);
    m_tick->setAccessibleName(tr("Ticks"));
    bar->addWidget(m_figures);
    bar->addWidget(m_failure, 1);
    bar->addWidget(m_dismiss);
    bar->addPermanentWidget(m_ledger);
    bar->addPermanentWidget(m_tick);
    const auto dismiss = [this] {
        m_failure->clear();
        m_failure->hide();
        m_dismiss->hide();
    };
    dismiss();
    connect(m_dismiss, &QToolButton::clicked, this, dismiss);
    connect(m_ledger, &QToolButton::clicked, this, &StatusPanel::ledgerClicked);
    connect(inspection, &Inspection::updated, this, &StatusPanel::update);
    connect(inspection->messageLogModel(), &QAbstractItemModel::modelReset, this, &StatusPanel::update);
    connect(inspection->messageLogModel(), &MessageLogModel::scanProgressed, this, &StatusPanel::update);
    update();
}

void StatusPanel::setSock(quint32 sockId)
{
    m_sockId = sockId;
    update();
}

void StatusPanel::showFailure(const QString &text)
{
    m_failure->setText(text);
    m_failure->setToolTip(text);
    m_failure->setAccessibleName(text);
    m_failure->show();
    m_dismiss->show();
}

QString StatusPanel::failureText() const
{
    return m_failure->text();
}

QString StatusPanel::figuresText() const
{
    return m_figures->text();
}

void StatusPanel::setSignal(QWidget *widget, const QString &signal)
{
    if (widget->property("signal").toString() == signal)
        return;
    widget->setProperty("signal", signal);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

void StatusPanel::update()
{
    const RecorderStats stats = m_inspection->recorderStats();
    quint64 lostByMonitors = 0;
    bool balanced = true;
    QString unbalanced;
    for (const SockController *controller : m_inspection->controllers()) {
        lostByMonitors += controller->snapshot().lostRecords;
        if (!controller->snapshot().ledger.isBalanced()) {
            balanced = false;
            unbalanced += (unbalanced.isEmpty() ? QString() : u", "_s) + controller->name();
        }
    }
    QStringList reasons;
    if (stats.store.droppedOldest > 0)
        reasons.append(tr("store full %1").arg(Format::count(stats.store.droppedOldest)));
    if (stats.store.droppedSlowDisk > 0)
        reasons.append(tr("disk too slow %1").arg(Format::count(stats.store.droppedSlowDisk)));
    if (stats.store.droppedUnreadable > 0)
        reasons.append(tr("spool unreadable %1").arg(Format::count(stats.store.droppedUnreadable)));
    if (const quint64 lost = stats.lostInbox + lostByMonitors; lost > 0)
        reasons.append(tr("window too slow %1").arg(Format::count(lost)));
    const quint64 dropped = stats.store.dropped() + stats.lostInbox + lostByMonitors;
    QStringList parts{tr("captured %1").arg(Format::count(stats.captured())),
                      tr("displayed %1").arg(Format::count(qint64(m_inspection->messageLogModel()->rowCount()))),
                      tr("dropped %1").arg(Format::count(dropped)) +
                          (reasons.isEmpty() ? QString() : u" ("_s + reasons.join(u", "_s) + u')'),
                      Format::bytes(static_cast<quint64>(stats.store.memoryBytes))};
    m_figures->setText(parts.join(u"  ·  "_s));

    m_ledger->setText(balanced ? tr("ledger ✓") : tr("ledger ✗"));
    m_ledger->setToolTip(balanced ? tr("Every message is accounted for")
                                  : tr("The counts of %1 do not add up: a defect of SockScope").arg(unbalanced));
    setSignal(m_ledger, balanced ? u"ok"_s : u"error"_s);

    const QList<SockController *> &controllers = m_inspection->controllers();
    const SockController *shown = m_inspection->controller(m_sockId);
    if (!shown && !controllers.isEmpty())
        shown = controllers.first();
    if (shown && shown->snapshot().tick.intervalNs > 0) {
        const TickStats &tick = shown->snapshot().tick;
        m_tick->setText(tr("%1: tick %2, missed %3")
                            .arg(shown->name(), Format::duration(tick.intervalNs), Format::count(tick.missed)));
    } else {
        m_tick->setText(shown ? tr("%1: no ticks").arg(shown->name()) : QString());
    }
}

} // namespace SockScope
