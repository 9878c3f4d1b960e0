#include "ui/views/recoveredwindow.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFileInfo>
#include <QInputDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/store/spoolfolder.h"
#include "ui/icons.h"
#include "ui/models/detailmessage.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/theme.h"
#include "ui/views/bytespanel.h"
#include "ui/views/decodedpanel.h"
#include "ui/views/filterbar.h"
#include "ui/views/findbar.h"
#include "ui/views/hexview.h"
#include "ui/views/logactions.h"
#include "ui/views/logpanel.h"
#include "ui/views/screenfit.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

RecorderLimits limitsFor(const QString &path, StoreLimits limits)
{
    RecorderLimits all;
    all.store = std::move(limits);
    all.store.spoolFolder = QFileInfo(path).path();
    all.store.diskBytes = std::numeric_limits<qsizetype>::max() / 2; // what is there is never dropped
    return all;
}

// Not the folder's own time: taking its lock changes that.
QDateTime lastWritten(const QString &path)
{
    QDateTime last;
    for (const QString &segment : SpoolFolder::segmentPaths(path))
        last = qMax(last, QFileInfo(segment).lastModified());
    return last;
}

} // namespace

RecoveredWindow::RecoveredWindow(const QString &path, StoreLimits limits, QWidget *parent)
    : QMainWindow(parent, Qt::Window)
    , m_inspection(new Inspection(limitsFor(path, std::move(limits)), nullptr, this))
    , m_report(m_inspection->openSpool(path))
    , m_log(new LogPanel(m_inspection, this))
    , m_filter(new FilterBar(m_inspection, this))
    , m_decoded(new DecodedPanel(this))
    , m_bytes(new BytesPanel(this))
    , m_notice(new QLabel(this))
    , m_look(new QTimer(this))
{
    setObjectName(u"recoveredWindow"_s);
    setWindowIcon(QIcon(u":/sockscope/sockscope.svg"_s));
    m_inspection->recorder()->store().keepSpool(); // until a person says otherwise
    const QString when = lastWritten(path).toString(u"yyyy-MM-dd HH:mm"_s);
    setWindowTitle(tr("Recovered messages of %1 – SockScope").arg(when));
    m_origin =
        tr("Recovered messages: what a run that ended on %1 without closing its log left on the disk. Nothing comes "
           "in here; the live log is in its own window.")
            .arg(when) +
        u' ' + describe(m_report);
    m_notice->setObjectName(u"recoveredNotice"_s);
    m_notice->setProperty("role", u"notice"_s);
    m_notice->setTextFormat(Qt::PlainText);
    m_notice->setWordWrap(true);
    m_notice->setMargin(6);
    m_notice->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    say({});
    m_log->setFollowing(false);

    auto *detail = new QSplitter(Qt::Horizontal, this);
    detail->addWidget(m_decoded);
    detail->addWidget(m_bytes);
    auto *parts = new QSplitter(Qt::Vertical, this);
    parts->addWidget(m_log);
    parts->addWidget(detail);
    parts->setStretchFactor(0, 2);
    parts->setStretchFactor(1, 1);
    auto *middle = new QWidget(this);
    auto *layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_notice);
    layout->addWidget(m_filter);
    layout->addWidget(parts, 1);
    setCentralWidget(middle);
    createMenus();
    connectPanels();
    setStyleSheet(Theme::instance()->styleSheet());
    connect(Theme::instance(), &Theme::changed, this, [this] { setStyleSheet(Theme::instance()->styleSheet()); });
    connect(m_look, &QTimer::timeout, this, &RecoveredWindow::lookForDeletedFiles);
    m_look->start(lookMs);
    resizeWithinScreen(this, {1100, 700});
}

RecoveredWindow::~RecoveredWindow()
{
    // The panels ask the models while they go; the models must go last.
    Theme::instance()->disconnect(this);
    m_log->table()->selectionModel()->disconnect(this);
}

QString RecoveredWindow::notice() const
{
    return m_notice->text();
}

QString RecoveredWindow::describe(const RecoveryReport &report)
{
    QString text = tr("%1 messages came back.").arg(Format::count(report.recoveredMessages));
    if (report.lostMessages > 0 || report.lostBytes > 0)
        text += u' ' + tr("The end was damaged: %1 messages and %2 are lost.")
                           .arg(Format::count(report.lostMessages),
                                Format::bytes(static_cast<quint64>(std::max<qint64>(report.lostBytes, 0))));
    if (!report.lostInMemory)
        text += u' ' + tr("What was only in memory is lost; how much that was is not known.");
    else if (*report.lostInMemory > 0)
        text += u' ' +
                tr("At least %1 messages were in memory only and are lost.").arg(Format::count(*report.lostInMemory));
    else
        text += u' ' + tr("Nothing that was counted is missing.");
    return text;
}

void RecoveredWindow::say(const QString &text)
{
    m_notice->setText(text.isEmpty() ? m_origin : m_origin + u'\n' + text);
}

void RecoveredWindow::lookForDeletedFiles()
{
    m_inspection->recorder()->store().lookForDeletedFiles();
    if (const std::optional<SockError> error = m_inspection->recorderStats().store.spoolError) {
        m_look->stop();
        say(tr("Warning: %1").arg(error->toString()));
    }
}

void RecoveredWindow::createMenus()
{
    QMenu *file = menuBar()->addMenu(tr("&File"));
    file->addAction(themeIcon(u"close"), tr("&Close Window"), QKeySequence(u"Ctrl+W"_s), this, &QWidget::close);
    QMenu *edit = menuBar()->addMenu(tr("&Edit"));
    edit->addAction(themeIcon(u"copy"), tr("&Copy Rows"), QKeySequence(u"Ctrl+Shift+C"_s), m_log->table(),
                    &DataTable::copyRows);
    edit->addSeparator();
    edit->addAction(themeIcon(u"find"), tr("&Find Message…"), QKeySequence(u"Ctrl+F"_s), m_log->findBar(),
                    &FindBar::open);
    edit->addAction(themeIcon(u"next"), tr("Find &Next"), QKeySequence(u"Ctrl+N"_s), m_log->findBar(),
                    &FindBar::findNext);
    edit->addAction(themeIcon(u"previous"), tr("Find Pre&vious"), QKeySequence(u"Ctrl+B"_s), m_log->findBar(),
                    &FindBar::findPrevious);
    edit->addSeparator();
    m_log->actions()->addNoteActions(edit);
    edit->addSeparator();
    edit->addAction(themeIcon(u"filter"), tr("Filter Fiel&d"), QKeySequence(u"Ctrl+/"_s), m_filter,
                    &FilterBar::focusField);
    edit->addAction(tr("Clear Fil&ter"), QKeySequence(u"Ctrl+Shift+/"_s), m_filter, &FilterBar::clear);
    QMenu *go = menuBar()->addMenu(tr("&Go"));
    go->addAction(themeIcon(u"goto"), tr("&Go to Message…"), QKeySequence(u"Ctrl+G"_s), this,
                  &RecoveredWindow::askForNumber);
    go->addAction(tr("&First Message"), QKeySequence(u"Ctrl+Home"_s), this, [this] { m_log->goToRow(0); });
    go->addAction(themeIcon(u"tail"), tr("&Last Message"), QKeySequence(u"Ctrl+End"_s), this,
                  [this] { m_log->goToRow(m_inspection->messageLogModel()->rowCount() - 1); });
}

void RecoveredWindow::connectPanels()
{
    HexView *hex = m_bytes->hexView();
    m_decoded->setStore([this] { return m_inspection->recorder()->store().chunks(); });
    connect(m_log, &LogPanel::messageChosen, this, &RecoveredWindow::showMessage);
    connect(m_log->actions(), &LogActions::termApplied, m_filter, &FilterBar::applyTerm);
    connect(m_log->actions(), &LogActions::termPrepared, m_filter, &FilterBar::prepareTerm);
    connect(m_log->actions(), &LogActions::failed, this, &RecoveredWindow::say);
    connect(m_decoded, &DecodedPanel::columnRequested, m_log->actions(), &LogActions::addColumnFor);
    connect(m_decoded, &DecodedPanel::messageRequested, m_log, &LogPanel::goToNo);
    connect(m_decoded, &DecodedPanel::fieldChosen, this,
            [this, hex](qsizetype offset, qsizetype length) { hex->setHighlight(offset, length, !m_linking); });
    connect(hex, &HexView::byteClicked, this, [this](qsizetype offset) {
        const QScopedValueRollback guard(m_linking, true);
        m_decoded->chooseOffset(offset);
    });
    connect(m_decoded, &DecodedPanel::fieldHovered, hex, &HexView::setSoftHighlight);
    connect(hex, &HexView::byteHovered, m_decoded, &DecodedPanel::hoverOffset);
    connect(hex, &HexView::selectionChanged, m_decoded, &DecodedPanel::setChosenBytes);
    const auto useTerm = [this](const QString &term, FilterJoin join, bool apply) {
        apply ? m_filter->applyTerm(term, join) : m_filter->prepareTerm(term, join);
    };
    connect(m_decoded, &DecodedPanel::filterRequested, this, useTerm);
    connect(m_bytes, &BytesPanel::filterRequested, this, useTerm);
}

void RecoveredWindow::showMessage(quint64 no)
{
    const std::optional<StoredMessage> stored = m_inspection->messageLogModel()->messageByNo(no);
    if (!stored)
        return;
    const DetailMessage message{stored->no(),
                                stored->wallNs(),
                                stored->peer(),
                                stored->type(),
                                stored->sock(),
                                stored->direction(),
                                m_inspection->directory().info(stored->sock()).codec,
                                Bytes(stored->payload()),
                                stored->note()};
    m_bytes->setMessage(message.payload, message.note.isEmpty() ? tr("This message has no bytes.") : message.note);
    m_decoded->setMessage(message);
}

void RecoveredWindow::askForNumber()
{
    bool ok = false;
    QString digits =
        QInputDialog::getText(this, tr("Go to Message"), tr("Number of the message"), QLineEdit::Normal, {}, &ok);
    if (!ok)
        return;
    const quint64 no = digits.remove(u',').trimmed().toULongLong(&ok);
    if (!ok || !m_log->goToNo(no))
        say(tr("%1 is not the number of a message in the list").arg(digits));
}

void RecoveredWindow::keepAll()
{
    for (QWidget *widget : QApplication::topLevelWidgets()) {
        if (auto *window = qobject_cast<RecoveredWindow *>(widget))
            window->m_answered = true;
    }
}

void RecoveredWindow::closeEvent(QCloseEvent *event)
{
    if (!m_answered && !m_report.error) {
        QMessageBox question(QMessageBox::Question, tr("Recovered messages"),
                             tr("Keep the recovered messages on the disk?"), QMessageBox::NoButton, this);
        question.setObjectName(u"recoveredQuestion"_s);
        question.setInformativeText(
            tr("%1 messages, %2. Those that are kept are offered again at the next start.")
                .arg(Format::count(m_report.recoveredMessages),
                     Format::bytes(static_cast<quint64>(std::max<qint64>(m_report.recoveredBytes, 0)))));
        QPushButton *keep = question.addButton(tr("&Keep"), QMessageBox::AcceptRole);
        const QPushButton *remove = question.addButton(tr("&Delete for Good"), QMessageBox::DestructiveRole);
        question.addButton(QMessageBox::Cancel);
        keep->setObjectName(u"recoveredKeep"_s);
        question.setDefaultButton(keep);
        question.exec();
        if (question.clickedButton() != keep && question.clickedButton() != remove)
            return event->ignore();
        m_answered = true;
        m_inspection->recorder()->store().keepSpool(question.clickedButton() == keep);
    }
    QMainWindow::closeEvent(event);
}

} // namespace SockScope
