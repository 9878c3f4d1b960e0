// The actions of the window, its menus and its tool bar; Wireshark's words and keys.
#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QToolBar>
#include <QToolButton>

#include "ui/icons.h"
#include "ui/inject/composer.h"
#include "ui/inspectorwindow.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"
#include "ui/project/packetimport.h"
#include "ui/project/projectsession.h"
#include "ui/project/typesedit.h"
#include "ui/theme.h"
#include "ui/views/bytesformat.h"
#include "ui/views/bytespanel.h"
#include "ui/views/copytree.h"
#include "ui/views/datatable.h"
#include "ui/views/decodedpanel.h"
#include "ui/views/errorspanel.h"
#include "ui/views/filterbar.h"
#include "ui/views/findbar.h"
#include "ui/views/handlerspanel.h"
#include "ui/views/hexview.h"
#include "ui/views/logactions.h"
#include "ui/views/logpanel.h"
#include "ui/views/logtable.h"
#include "ui/views/peerspanel.h"
#include "ui/views/personaspanel.h"
#include "ui/views/rulespanel.h"
#include "ui/views/savedfilterrow.h"
#include "ui/views/scriptspanel.h"
#include "ui/views/sequencespanel.h"
#include "ui/views/socketspanel.h"
#include "ui/views/statspanels.h"
#include "ui/views/tracepanel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QAction *makeAction(QWidget *window, QStringView icon, const QString &text, const QString &key, const QString &tip)
{
    auto *action = new QAction(text, window);
    if (!icon.isEmpty())
        action->setIcon(themeIcon(icon));
    if (!key.isEmpty())
        action->setShortcut(QKeySequence(key));
    action->setToolTip(key.isEmpty() ? tip : u"%1 (%2)"_s.arg(tip, key));
    return action;
}

} // namespace

void InspectorWindow::createActions()
{
    MessageLogModel *log = m_inspection->messageLogModel();
    m_open = makeAction(this, u"open", tr("&Open Socket…"), u"Ctrl+O"_s, tr("Open a socket"));
    connect(m_open, &QAction::triggered, this, &InspectorWindow::showOpenDialog);

    m_pause = makeAction(this, u"pause", tr("&Pause"), u"Space"_s, tr("Pause the list; messages are still kept"));
    m_pause->setCheckable(true);
    // Space also presses buttons and is typed into fields, so that it pauses only from the list.
    m_pause->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    m_log->table()->addAction(m_pause);
    connect(m_pause, &QAction::toggled, log, &MessageLogModel::setPaused);
    connect(log, &MessageLogModel::pausedChanged, m_pause, &QAction::setChecked);

    m_clear = makeAction(this, u"clear", tr("C&lear"), u"Ctrl+L"_s, tr("Forget all messages of the list"));
    connect(m_clear, &QAction::triggered, this, [this, log] {
        log->clear();
        m_decoded->clear();
        m_bytes->setMessage({}, tr("Choose a message to see its bytes."));
        m_trace->setMessage(std::nullopt);
        updateMessageActions();
    });

    m_follow = makeAction(this, u"tail", tr("&Follow Newest"), u"Ctrl+Shift+F"_s, tr("Follow the newest message"));
    m_follow->setCheckable(true);
    m_follow->setChecked(m_log->isFollowing());
    connect(m_follow, &QAction::toggled, m_log, &LogPanel::setFollowing);

    // In a menu the check mark says more than the icon would.
    m_pause->setIconVisibleInMenu(false);
    m_follow->setIconVisibleInMenu(false);

    m_resend = makeAction(this, u"resend", tr("&Resend"), u"Ctrl+T"_s, tr("Send this message again"));
    connect(m_resend, &QAction::triggered, this, &InspectorWindow::resend);
    m_edit = makeAction(this, u"edit", tr("&Edit and Resend…"), u"Ctrl+Shift+T"_s,
                        tr("Take this message into the Inject panel"));
    connect(m_edit, &QAction::triggered, this, &InspectorWindow::editAndResend);
    m_tracing = makeAction(this, u"clock", tr("Trace &Handlers"), u"Ctrl+Alt+H"_s,
                           tr("Time each stage and handler of every message, for the Trace and Handlers panels"));
    m_tracing->setCheckable(true);
    m_tracing->setIconVisibleInMenu(false);
    m_tracing->setChecked(m_inspection->isTracing());
    connect(m_tracing, &QAction::toggled, m_inspection, &Inspection::setTracing);
    connect(m_inspection, &Inspection::tracingChanged, m_tracing, &QAction::setChecked);
    createDetailActions();
    m_log->setMessageActions({m_compare, m_compareWithMark, m_resend, m_edit});
}

void InspectorWindow::createMenus()
{
    MessageLogModel *log = m_inspection->messageLogModel();
    QMenu *file = menuBar()->addMenu(tr("&File"));
    m_project->addActions(file);
    file->addAction(m_open);
    m_recentMenu = file->addMenu(tr("&Recent Sockets"));
    connect(m_recentMenu, &QMenu::aboutToShow, this, &InspectorWindow::fillRecentMenu);
    QMenu *importMenu = file->addMenu(tr("&Import"));
    importMenu->addAction(tr("&Packet Sender's Packets…"), this, [this] {
        if (askAndImportPackets(this, m_composer->savedMessages(), m_notices))
            showPanel(m_composer);
    });
    file->addAction(tr("&Left by a Crash…"), QKeySequence(u"Ctrl+Alt+R"_s), this, [this] { offerRecovery(true); });
    file->addSeparator();
    file->addAction(m_sockets->removeAction());
    file->addSeparator();
    file->addAction(themeIcon(u"close"), tr("&Close Window"), QKeySequence(u"Ctrl+W"_s), this, &QWidget::close);
    file->addAction(themeIcon(u"quit"), tr("&Quit"), QKeySequence(u"Ctrl+Q"_s), qApp, &QApplication::closeAllWindows);

    QMenu *edit = menuBar()->addMenu(tr("&Edit"));
    edit->addAction(themeIcon(u"copy"), tr("&Copy Rows"), QKeySequence(u"Ctrl+Shift+C"_s), m_log->table(),
                    &DataTable::copyRows);
    QMenu *payload = edit->addMenu(tr("Copy &Payload"));
    const std::pair<QString, BytesFormat> formats[] = {{tr("As He&x"), BytesFormat::Hex},
                                                       {tr("As &Text"), BytesFormat::Text},
                                                       {tr("As &C Array"), BytesFormat::CArray},
                                                       {tr("As &Base64"), BytesFormat::Base64}};
    for (const auto &[text, format] : formats)
        payload->addAction(text, this, [this, which = format] { m_log->copyPayload(static_cast<int>(which)); });
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
    edit->addActions({m_compare, m_compareWithMark});
    edit->addSeparator();
    edit->addAction(themeIcon(u"filter"), tr("Filter Fiel&d"), QKeySequence(u"Ctrl+/"_s), m_filter,
                    &FilterBar::focusField);
    edit->addAction(tr("Clear Fil&ter"), QKeySequence(u"Ctrl+Shift+/"_s), m_filter, &FilterBar::clear);
    edit->addAction(tr("Sa&ve Filter…"), QKeySequence(u"Ctrl+Shift+S"_s), m_filter->savedRow(),
                    &SavedFilterRow::saveFilter);

    createViewMenu();

    QMenu *go = menuBar()->addMenu(tr("&Go"));
    go->addAction(themeIcon(u"goto"), tr("&Go to Message…"), QKeySequence(u"Ctrl+G"_s), this,
                  &InspectorWindow::askForNumber);
    go->addSeparator();
    go->addAction(tr("&Next Message"), QKeySequence(u"Ctrl+Down"_s), this,
                  [this] { m_log->goToRow(m_log->currentRow() + 1); });
    go->addAction(tr("&Previous Message"), QKeySequence(u"Ctrl+Up"_s), this,
                  [this] { m_log->goToRow(m_log->currentRow() - 1); });
    go->addAction(tr("&First Message"), QKeySequence(u"Ctrl+Home"_s), this, [this] { m_log->goToRow(0); });
    go->addAction(themeIcon(u"tail"), tr("&Last Message"), QKeySequence(u"Ctrl+End"_s), this, [this, log] {
        m_log->goToRow(log->rowCount() - 1);
        m_log->setFollowing(true);
    });
    go->addSeparator();
    m_panels = go->addMenu(tr("P&anel"));
    const std::pair<QString, QWidget *> list[] = {
        {tr("&Messages"), m_log},        {tr("&Sockets"), m_sockets},      {tr("&Peers"), m_peers},
        {tr("&Decoded"), m_decoded},     {tr("&Bytes"), m_bytes},          {tr("&Inject"), m_composer},
        {tr("&Handlers"), m_handlers},   {tr("H&ealth"), m_health},        {tr("&Ledger"), m_ledger},
        {tr("E&rrors"), m_errors},       {tr("&Trace"), m_trace},          {tr("R&ules"), m_rules},
        {tr("Se&quences"), m_sequences}, {tr("S&cripts"), m_scriptsPanel}, {tr("Perso&nas"), m_personasPanel}};
    for (const auto &[text, panel] : list)
        addPanelAction(text, panel);

    QMenu *capture = menuBar()->addMenu(tr("&Capture"));
    capture->addActions({m_sockets->startStopAction(), m_sockets->restartAction(), m_sockets->connectAction()});
    capture->addSeparator();
    const auto forAll = [this](void (SockController::*command)(SockController::Answer)) {
        for (SockController *controller : m_inspection->controllers())
            (controller->*command)({});
    };
    capture->addAction(tr("Start &All Sockets"), this, [forAll] { forAll(&SockController::start); });
    capture->addAction(tr("Stop A&ll Sockets"), this, [forAll] { forAll(&SockController::stop); });
    capture->addSeparator();
    capture->addActions({m_pause, m_clear});
    capture->addSeparator();
    capture->addAction(tr("St&orage…"), QKeySequence(u"Ctrl+Alt+O"_s), this, &InspectorWindow::showStorageDialog);

    QMenu *analyze = menuBar()->addMenu(tr("&Analyze"));
    analyze->addMenu(m_log->actions()->applyMenu());
    analyze->addMenu(m_log->actions()->prepareMenu());
    analyze->addAction(m_log->actions()->follow());
    analyze->addSeparator();
    analyze->addAction(m_log->actions()->addColumn());

    QMenu *tools = menuBar()->addMenu(tr("&Tools"));
    tools->addAction(themeIcon(u"inject"), tr("&Write a Message…"), QKeySequence(u"Ctrl+I"_s), this, [this] {
        showPanel(m_composer);
        m_composer->focusPayload();
    });
    tools->addActions({m_resend, m_edit});
    tools->addAction(tr("Message &Types…"), QKeySequence(u"Ctrl+Alt+Y"_s), this, [this] { editTypes(m_scene, this); });
    tools->addAction(m_sockets->impairAction());
    QMenu *peer = tools->addMenu(themeIcon(u"peers"), tr("&Peer"));
    peer->addActions(m_peers->peerActions());
    tools->addSeparator();
    tools->addAction(m_tracing);

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addAction(themeIcon(u"info"), tr("&Keys"), QKeySequence(u"F1"_s), this, &InspectorWindow::showKeys);
    help->addAction(tr("&About SockScope"), this, &InspectorWindow::showAbout);
} // namespace SockScope

/// Ctrl+1 to Ctrl+0 for the first ten, with Shift for the next ten, no key for more.
void InspectorWindow::addPanelAction(const QString &text, QWidget *panel)
{
    const int number = ++m_panelKeys;
    const QString prefix = number <= 10 ? u"Ctrl+"_s : u"Ctrl+Shift+"_s;
    const QKeySequence key = number <= 20 ? QKeySequence(prefix + QString::number(number % 10)) : QKeySequence();
    m_panels->addAction(text, key, this, [this, panel] {
        if (panel == m_log)
            m_log->table()->setFocus(Qt::ShortcutFocusReason);
        else
            showPanel(panel);
    });
}

void InspectorWindow::createViewMenu()
{
    MessageLogModel *log = m_inspection->messageLogModel();
    QMenu *view = menuBar()->addMenu(tr("&View"));
    QMenu *theme = view->addMenu(themeIcon(u"theme"), tr("&Theme"));
    m_themes = new QActionGroup(this);
    const std::pair<QString, Theme::Mode> modes[] = {
        {tr("&System"), Theme::Mode::System}, {tr("&Light"), Theme::Mode::Light}, {tr("&Dark"), Theme::Mode::Dark}};
    for (const auto &[text, mode] : modes) {
        QAction *action = theme->addAction(text);
        action->setCheckable(true);
        action->setData(static_cast<int>(mode));
        action->setChecked(Theme::instance()->mode() == mode);
        m_themes->addAction(action);
    }
    connect(m_themes, &QActionGroup::triggered, this, [](const QAction *action) {
        Theme::instance()->setMode(static_cast<Theme::Mode>(action->data().toInt()));
    });

    QMenu *time = view->addMenu(themeIcon(u"clock"), tr("T&ime"));
    m_times = new QActionGroup(this);
    const std::tuple<QString, MessageLogModel::TimeFormat, QString> times[] = {
        {tr("Time of &Day"), MessageLogModel::TimeFormat::Absolute, u"Ctrl+Alt+1"_s},
        {tr("Since the &First Message or Reference"), MessageLogModel::TimeFormat::Relative, u"Ctrl+Alt+2"_s},
        {tr("Since the &Message Before"), MessageLogModel::TimeFormat::Delta, u"Ctrl+Alt+3"_s}};
    for (const auto &[text, format, key] : times) {
        QAction *action = time->addAction(text);
        action->setShortcut(QKeySequence(key));
        action->setCheckable(true);
        action->setData(static_cast<int>(format));
        action->setChecked(log->timeFormat() == format);
        m_times->addAction(action);
    }
    connect(m_times, &QActionGroup::triggered, log, [log](const QAction *action) {
        log->setTimeFormat(static_cast<MessageLogModel::TimeFormat>(action->data().toInt()));
    });
    connect(log, &MessageLogModel::timeFormatChanged, m_times, [this, log] {
        for (QAction *action : m_times->actions())
            action->setChecked(action->data().toInt() == static_cast<int>(log->shownTimeFormat()));
    });
    QMenu *columns = view->addMenu(themeIcon(u"columns"), tr("Message &Columns"));
    connect(columns, &QMenu::aboutToShow, this, [this, columns] {
        columns->clear();
        m_log->actions()->addHeaderActions(columns, -1);
        m_log->table()->addColumnActions(columns);
    });
    view->addAction(themeIcon(u"theme"), tr("C&olour Rules…"), QKeySequence(u"Ctrl+Shift+K"_s), this,
                    &InspectorWindow::showColourRules);
    view->addAction(m_decoded->changesAction());
    view->addAction(m_follow);
    view->addSeparator();
    for (const QDockWidget *dock : std::as_const(m_docks))
        view->addAction(dock->toggleViewAction());
    m_view = view;
    m_afterDocks = view->addSeparator();
    view->addAction(themeIcon(u"reset"), tr("&Reset Layout"), this, &InspectorWindow::resetLayout);
    QAction *full = view->addAction(tr("F&ull Screen"));
    full->setShortcut(QKeySequence(u"F11"_s));
    full->setCheckable(true);
    connect(full, &QAction::toggled, this, [this](bool on) {
        setWindowState(on ? windowState() | Qt::WindowFullScreen : windowState() & ~Qt::WindowFullScreen);
    });
}

void InspectorWindow::createToolBar()
{
    m_toolBar = addToolBar(tr("Tool bar"));
    m_toolBar->setObjectName(u"toolBar"_s);
    m_toolBar->setIconSize(QSize(18, 18));
    m_toolBar->setMovable(false);
    m_toolBar->setToolButtonStyle(Qt::ToolButtonIconOnly);
    m_toolBar->addActions({m_sockets->startStopAction(), m_sockets->restartAction()});
    m_toolBar->addSeparator();
    m_toolBar->addActions({m_open, m_pause, m_clear, m_follow});
    for (QAction *action : {m_open, m_pause, m_clear})
        if (auto *button = qobject_cast<QToolButton *>(m_toolBar->widgetForAction(action)))
            button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    for (QAction *action : m_toolBar->actions())
        if (QWidget *button = m_toolBar->widgetForAction(action); button && !action->isSeparator()) {
            button->setAccessibleName(action->text().remove(u'&'));
            button->setFocusPolicy(Qt::TabFocus);
        }
    // A row of its own: a filter is long, and what is said of it stands beside it.
    addToolBarBreak();
    QToolBar *filters = addToolBar(tr("Filter bar"));
    filters->setObjectName(u"filterBar"_s);
    filters->setMovable(false);
    filters->setIconSize(QSize(16, 16));
    filters->addWidget(m_filter);
}

void InspectorWindow::fillRecentMenu()
{
    m_recentMenu->clear();
    for (const SockSpec &spec : m_recent.specs())
        m_recentMenu->addAction(RecentSockets::label(spec), this, [this, spec] {
            m_inspection->open(spec, [self = QPointer<InspectorWindow>(this),
                                      spec](SockController *controller, const std::optional<SockError> &error) {
                if (!self)
                    return;
                if (error)
                    return self->showFailure(tr("%1 did not open").arg(RecentSockets::label(spec)), *error);
                self->m_recent.add(spec);
                self->m_sockets->setCurrent(controller);
            });
        });
    if (m_recent.specs().isEmpty())
        m_recentMenu->addAction(tr("None Yet"))->setEnabled(false);
    m_recentMenu->addSeparator();
    m_recentMenu->addAction(tr("&Forget All"), this, [this] {
        m_recent.clear();
        saveSettings();
    });
}

void InspectorWindow::updateMessageActions()
{
    const MessageLogModel *log = m_inspection->messageLogModel();
    const std::optional<StoredMessage> message = log->messageByNo(m_log->currentNo());
    const SockController *controller = message ? m_inspection->controller(message->sock()) : nullptr;
    m_edit->setEnabled(controller);
    m_resend->setEnabled(controller && !message->peer().isNull());
    m_resend->setText(message && message->direction() == Direction::In ? tr("&Receive Again") : tr("&Resend"));
}

} // namespace SockScope
