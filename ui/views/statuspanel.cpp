#include "ui/views/statuspanel.h"

#include <QEvent>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QStatusBar>
#include <QStyle>
#include <QToolButton>

#include <algorithm>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/losses.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/stylerole.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr int narrowWidth = 1180; ///< below it the captions are short
constexpr int cellMargin = 6;

/// "96 of 512 MiB"
QString usedOf(qsizetype used, qsizetype budget)
{
    return StatusPanel::tr("%1 of %2")
        .arg(Format::bytes(static_cast<quint64>(std::max<qsizetype>(used, 0))),
             Format::bytes(static_cast<quint64>(std::max<qsizetype>(budget, 0))));
}

QString partOf(qsizetype used, qsizetype budget)
{
    return budget > 0 ? u"%1 %"_s.arg(std::clamp<qsizetype>(used * 100 / budget, 0, 999)) : u"–"_s;
}

} // namespace

StatusPanel::StatusPanel(Inspection *inspection, QStatusBar *bar)
    : QObject(bar)
    , m_inspection(inspection)
    , m_bar(bar)
    , m_losses(new Losses(inspection, this))
    , m_captured(new QLabel(bar))
    , m_displayed(new QLabel(bar))
    , m_marked(new QLabel(bar))
    , m_dropped(addButton("droppedFigure", tr("Dropped messages, by reason")))
    , m_memory(addButton("memoryFigure", tr("Memory used of the budget")))
    , m_disk(addButton("diskFigure", tr("Disk used of the budget")))
    , m_reasons(new QMenu(bar))
    , m_failure(new QLabel(bar))
    , m_details(new QToolButton(bar))
    , m_dismiss(new QToolButton(bar))
    , m_ledger(new QToolButton(bar))
    , m_tick(new QLabel(bar))
{
    bar->setSizeGripEnabled(false);
    bar->setContentsMargins(0, 0, cellMargin, 0);
    const std::pair<QLabel *, QString> labels[] = {{m_captured, tr("Captured messages")},
                                                   {m_displayed, tr("Displayed messages")},
                                                   {m_marked, tr("Marked messages")},
                                                   {m_tick, tr("Ticks")}};
    for (const auto &[label, name] : labels) {
        label->setAccessibleName(name);
        label->setContentsMargins(cellMargin, 2, cellMargin, 2);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_failure->setTextFormat(Qt::PlainText);
    m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_failure->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_details->setObjectName(u"noticeDetails"_s);
    m_details->setText(tr("Details…"));
    m_details->setToolTip(tr("Show all of this message"));
    m_details->setAccessibleName(m_details->toolTip());
    m_details->setFocusPolicy(Qt::TabFocus);
    m_dismiss->setObjectName(u"dismissNotice"_s);
    m_dismiss->setIcon(themeIcon(u"close"));
    m_dismiss->setIconSize(QSize(12, 12));
    m_dismiss->setAutoRaise(true);
    m_dismiss->setToolTip(tr("Dismiss this message"));
    m_dismiss->setAccessibleName(m_dismiss->toolTip());
    m_ledger->setObjectName(u"ledgerBadge"_s);
    m_ledger->setAutoRaise(true);
    m_ledger->setAccessibleName(tr("Ledger"));
    for (QWidget *widget :
         std::initializer_list<QWidget *>{m_captured, m_displayed, m_marked, m_dropped, m_memory, m_disk})
        bar->addWidget(widget);
    bar->addWidget(m_failure, 1);
    bar->addWidget(m_details);
    bar->addWidget(m_dismiss);
    bar->addPermanentWidget(m_ledger);
    bar->addPermanentWidget(m_tick);
    m_dropped->setMenu(m_reasons);
    m_dropped->setPopupMode(QToolButton::InstantPopup);
    connect(m_reasons, &QMenu::aboutToShow, this, &StatusPanel::fillLosses);
    connect(m_memory, &QToolButton::clicked, this, &StatusPanel::storageClicked);
    connect(m_disk, &QToolButton::clicked, this, &StatusPanel::storageClicked);
    connect(m_details, &QToolButton::clicked, this, &StatusPanel::showDetails);
    connect(m_dismiss, &QToolButton::clicked, this, &StatusPanel::dismiss);
    connect(m_ledger, &QToolButton::clicked, this, &StatusPanel::ledgerClicked);
    connect(inspection, &Inspection::updated, this, &StatusPanel::update);
    connect(inspection->messageLogModel(), &QAbstractItemModel::modelReset, this, &StatusPanel::update);
    connect(inspection->messageLogModel(), &MessageLogModel::scanProgressed, this, &StatusPanel::update);
    connect(inspection->messageLogModel(), &MessageLogModel::marksChanged, this, &StatusPanel::update);
    bar->installEventFilter(this);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_captured, m_displayed, m_memory, m_disk, m_failure})
        widget->installEventFilter(this);
    m_narrow = bar->width() < narrowWidth;
    showNotice();
    update();
}

QToolButton *StatusPanel::addButton(const char *name, const QString &accessibleName)
{
    auto *button = new QToolButton(m_bar);
    button->setObjectName(QLatin1StringView(name));
    button->setProperty("role", u"figure"_s);
    button->setAutoRaise(true);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAccessibleName(accessibleName);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

void StatusPanel::setSock(quint32 sockId)
{
    m_sockId = sockId;
    update();
}

void StatusPanel::showFailure(const QString &text)
{
    m_failureText = text;
    showNotice();
}

QString StatusPanel::failureText() const
{
    return m_failureText.isEmpty() ? m_spoolText : m_failureText;
}

QString StatusPanel::figuresText() const
{
    QStringList parts{m_captured->text(), m_displayed->text(), m_marked->text(),
                      m_dropped->text(),  m_memory->text(),    m_disk->text()};
    return parts.join(u"  ·  "_s);
}

QString StatusPanel::droppedText() const
{
    return m_dropped->toolTip();
}

void StatusPanel::showNotice()
{
    const bool failed = !m_failureText.isEmpty();
    const QString text = failed ? m_failureText : m_spoolText;
    m_failure->setToolTip(text);
    m_failure->setAccessibleName(text);
    setRole(m_failure, failed ? u"error"_s : u"warning"_s);
    m_failure->setVisible(!text.isEmpty());
    m_dismiss->setVisible(!text.isEmpty());
    // Where there is no room for both, what went wrong comes first; the figures are back when it has been read.
    for (QWidget *widget : std::initializer_list<QWidget *>{m_marked, m_memory, m_disk, m_tick})
        widget->setVisible(text.isEmpty() || !m_narrow);
    fitNotice();
}

// What has no room is shown on request, and that it is cut can be seen.
void StatusPanel::fitNotice()
{
    const QString text = failureText().simplified();
    const QString fitting = m_failure->fontMetrics().elidedText(text, Qt::ElideRight, m_failure->width() - 4);
    if (m_failure->text() != fitting)
        m_failure->setText(fitting);
    m_details->setVisible(fitting != text);
}

void StatusPanel::showDetails()
{
    auto *box = new QMessageBox(QMessageBox::Warning, tr("What Went Wrong"), failureText(), QMessageBox::Close, m_bar);
    box->setObjectName(u"noticeText"_s);
    box->setTextFormat(Qt::PlainText);
    box->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

QString StatusPanel::capturedText() const
{
    const RecorderStats stats = m_inspection->recorderStats();
    const StoreStats &store = stats.store;
    return tr("%1 captured = %2 in the list and readable + %3 in the list and lost (each row says why) + %4 that left "
              "the "
              "list + %5 cleared by hand")
        .arg(Format::count(stats.captured()), Format::count(store.stored), Format::count(store.lostRows),
             Format::count(store.dropped() - store.lostRows), Format::count(store.cleared));
}

QString StatusPanel::displayedText() const
{
    const MessageLogModel *log = m_inspection->messageLogModel();
    const StoreStats store = m_inspection->recorderStats().store;
    const auto rows = static_cast<quint64>(log->rowCount());
    const quint64 listed = store.stored + store.lostRows;
    return tr("%1 displayed + %2 held back by a filter or a pause, or not shown yet = %3 in the list, %4 of them lost")
        .arg(Format::count(rows), Format::count(listed - qMin(listed, rows)), Format::count(listed),
             Format::count(store.lostRows));
}

QString StatusPanel::memoryText() const
{
    const StoreStats store = m_inspection->recorderStats().store;
    const qsizetype notes = m_inspection->messageLogModel()->annotations()->memoryBytes();
    QString text =
        tr("memory %1")
            .arg(usedOf(store.memoryBytes - store.inFlightBytes, m_inspection->recorder()->limits().store.memoryBytes));
    if (store.inFlightBytes > 0)
        text +=
            u'\n' + tr("and %1 on their way to the disk").arg(Format::bytes(static_cast<quint64>(store.inFlightBytes)));
    if (notes > 0)
        text += u'\n' + tr("and %1 for marks and comments").arg(Format::bytes(static_cast<quint64>(notes)));
    return text + u'\n' + tr("Capture → Storage sets the budgets");
}

QString StatusPanel::diskText() const
{
    const StoreLimits &limits = m_inspection->recorder()->limits().store;
    return tr("disk %1").arg(usedOf(m_inspection->recorderStats().store.diskBytes,
                                    limits.spoolFolder.isEmpty() ? 0 : limits.diskBytes)) +
           u'\n' + tr("Capture → Storage sets the budgets");
}

// Not with every frame: nobody reads them then.
void StatusPanel::fillToolTip(QWidget *widget)
{
    if (widget == m_captured)
        widget->setToolTip(capturedText());
    else if (widget == m_displayed)
        widget->setToolTip(displayedText());
    else if (widget == m_memory)
        widget->setToolTip(memoryText());
    else if (widget == m_disk)
        widget->setToolTip(diskText());
}

void StatusPanel::dismiss()
{
    if (!m_failureText.isEmpty())
        m_failureText.clear();
    else
        m_spoolDismissed = std::exchange(m_spoolText, QString());
    showNotice();
}

void StatusPanel::setFigure(QWidget *widget, const Figure &figure, int digits)
{
    const QString text = figure.caption + u' ' + figure.value;
    const QFontMetrics metrics(widget->font());
    // Room for so many digits with their marks from the beginning; wider only when a number outgrows it.
    const int reserved = metrics.horizontalAdvance(
        figure.caption + u' ' +
        Format::count(qint64(1'111'111'111)).right(digits + (digits - 1) / 3).replace(u'1', u'0'));
    auto *button = qobject_cast<QToolButton *>(widget);
    const int extra =
        2 * cellMargin + (button && button->menu() ? 16 : 4) + (button && !button->icon().isNull() ? 20 : 0);
    const int wanted = std::max(reserved, metrics.horizontalAdvance(text)) + extra;
    const int present = widget->property("narrow").toBool() == m_narrow ? widget->minimumWidth() : 0;
    widget->setProperty("narrow", m_narrow);
    if (wanted > present)
        widget->setFixedWidth(wanted);
    if (button)
        button->setText(text);
    else
        qobject_cast<QLabel *>(widget)->setText(text);
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
    updateStore();
    updateLedger();
    updateTick();
    updateSpoolError();
}

void StatusPanel::updateStore()
{
    const RecorderStats stats = m_inspection->recorderStats();
    const StoreLimits &limits = m_inspection->recorder()->limits().store;
    const MessageLogModel *log = m_inspection->messageLogModel();
    setFigure(m_captured, {tr("captured"), Format::count(stats.captured())}, m_narrow ? 7 : 8);
    setFigure(m_displayed, {tr("displayed"), Format::count(qint64(log->rowCount()))}, m_narrow ? 7 : 8);
    const quint64 leftMarks = log->annotations()->forgottenMarks();
    const quint64 marks = static_cast<quint64>(log->markCount()) + leftMarks;
    setFigure(m_marked,
              {tr("marked"), leftMarks == 0
                                 ? Format::count(marks)
                                 : tr("%1, %2 of them dropped").arg(Format::count(marks), Format::count(leftMarks))},
              m_narrow ? 2 : 3);
    m_marked->setToolTip(leftMarks == 0 ? QString()
                                        : tr("%1 marked messages have left the store, which had no place for them: "
                                             "Capture → Storage sets how much is kept")
                                              .arg(Format::count(leftMarks)));

    const std::vector<Loss> reasons = m_losses->reasons();
    const quint64 dropped = Losses::total(reasons);
    QStringList lines;
    for (const Loss &loss : reasons) {
        if (loss.count > 0)
            lines.append(Format::count(loss.count) + u' ' + loss.what);
    }
    m_dropped->setToolTip(lines.isEmpty() ? tr("No message was lost") : lines.join(u'\n'));
    m_dropped->setAccessibleDescription(m_dropped->toolTip());
    if (m_dropped->icon().isNull() != (dropped == 0))
        m_dropped->setIcon(dropped == 0 ? QIcon() : themeIcon(u"warning"));
    setFigure(m_dropped, {tr("dropped"), Format::count(dropped)}, m_narrow ? 3 : 5);

    const auto budget = [&](QToolButton *button, const QString &caption, qsizetype used, qsizetype of) {
        setFigure(button, {caption, m_narrow ? partOf(used, of) : usedOf(used, of)}, m_narrow ? 3 : 1);
    };
    budget(m_memory, tr("memory"), stats.store.memoryBytes - stats.store.inFlightBytes, limits.memoryBytes);
    budget(m_disk, tr("disk"), stats.store.diskBytes, limits.spoolFolder.isEmpty() ? 0 : limits.diskBytes);
}

void StatusPanel::updateLedger()
{
    bool balanced = true;
    QString unbalanced;
    for (const SockController *controller : m_inspection->controllers()) {
        if (!controller->snapshot().ledger.isBalanced()) {
            balanced = false;
            unbalanced += (unbalanced.isEmpty() ? QString() : u", "_s) + controller->name();
        }
    }
    m_ledger->setText(balanced ? tr("ledger ✓") : tr("ledger ✗"));
    m_ledger->setToolTip(balanced ? tr("Every message is accounted for")
                                  : tr("The counts of %1 do not add up: a defect of SockScope").arg(unbalanced));
    setSignal(m_ledger, balanced ? u"ok"_s : u"error"_s);
}

void StatusPanel::updateTick()
{
    const QList<SockController *> &controllers = m_inspection->controllers();
    const SockController *shown = m_inspection->controller(m_sockId);
    if (!shown && !controllers.isEmpty())
        shown = controllers.first();
    if (shown && shown->snapshot().tick.intervalNs > 0) {
        const TickStats &tick = shown->snapshot().tick;
        m_tick->setToolTip(tr("%1: tick %2, missed %3")
                               .arg(shown->name(), Format::duration(tick.intervalNs), Format::count(tick.missed)));
        QString text = tr("tick %1").arg(Format::duration(tick.intervalNs));
        if (tick.missed > 0)
            text += tr(", missed %1").arg(Format::count(tick.missed));
        m_tick->setText(text); // whose tick it is says the tool tip
    } else {
        m_tick->setText(shown && !m_narrow ? tr("%1: no ticks").arg(shown->name()) : QString());
        m_tick->setToolTip(shown ? tr("%1: no ticks").arg(shown->name()) : QString());
    }
}

void StatusPanel::updateSpoolError()
{
    const StoreStats store = m_inspection->recorderStats().store;
    QString text;
    if (store.spoolError)
        text = store.isSpoolFailing ? tr("Nothing goes to disk now: %1").arg(store.spoolError->toString())
                                    : tr("On the disk: %1").arg(store.spoolError->toString());
    if (text.isEmpty()) {
        m_spoolDismissed.clear(); // it is over; one that comes later is news. What nobody has read yet stays
        if (!m_spoolText.isEmpty() && !m_spoolCause.isEmpty()) {
            m_spoolText = tr("For a while nothing went to disk, now it does again: %1").arg(m_spoolCause);
            m_spoolCause.clear();
            showNotice();
        }
        return;
    }
    if (text == m_spoolText || text == m_spoolDismissed)
        return;
    m_spoolText = text;
    m_spoolCause = store.isSpoolFailing ? store.spoolError->toString() : QString();
    showNotice();
}

void StatusPanel::fillLosses()
{
    m_reasons->clear();
    for (const Loss &loss : m_losses->reasons()) {
        QAction *line =
            m_reasons->addAction(Format::count(loss.count) + u"  "_s + loss.what +
                                 (loss.count > 0 && !loss.remedy.isEmpty() ? u": "_s + loss.remedy : QString()));
        line->setEnabled(loss.count > 0);
    }
    m_reasons->addSeparator();
    m_reasons->addAction(tr("Show the &Ledger"), this, &StatusPanel::ledgerClicked);
    m_reasons->addAction(tr("&Storage…"), this, &StatusPanel::storageClicked);
}

bool StatusPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::ToolTip)
        fillToolTip(qobject_cast<QWidget *>(watched));
    if (watched == m_failure && event->type() == QEvent::Resize)
        fitNotice();
    if (watched == m_bar && event->type() == QEvent::Resize && m_narrow != (m_bar->width() < narrowWidth)) {
        m_narrow = !m_narrow;
        update();
        showNotice();
    }
    return QObject::eventFilter(watched, event);
}

} // namespace SockScope
