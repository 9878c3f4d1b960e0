#include "ui/inspectorwindow.h"

#include <QAction>
#include <QActionGroup>
#include <QCloseEvent>
#include <QCoreApplication>
#include <QItemSelectionModel>
#include <QPointer>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSettings>
#include <QStatusBar>
#include <QVBoxLayout>

#include "core/store/spool.h"
#include "ui/icons.h"
#include "ui/inject/composer.h"
#include "ui/models/messagefinder.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/personas.h"
#include "ui/models/scripts.h"
#include "ui/models/sequenceplayer.h"
#include "ui/models/simulation.h"
#include "ui/models/sockcontroller.h"
#include "ui/project/projectscene.h"
#include "ui/project/projectsession.h"
#include "ui/theme.h"
#include "ui/views/bytespanel.h"
#include "ui/views/copytree.h"
#include "ui/views/datatable.h"
#include "ui/views/decodedpanel.h"
#include "ui/views/emptystate.h"
#include "ui/views/errorspanel.h"
#include "ui/views/filterbar.h"
#include "ui/views/findbar.h"
#include "ui/views/handlerspanel.h"
#include "ui/views/hexview.h"
#include "ui/views/logactions.h"
#include "ui/views/logpanel.h"
#include "ui/views/logtable.h"
#include "ui/views/noticebar.h"
#include "ui/views/opensocketdialog.h"
#include "ui/views/peerspanel.h"
#include "ui/views/personaspanel.h"
#include "ui/views/recoverybar.h"
#include "ui/views/rulespanel.h"
#include "ui/views/scriptspanel.h"
#include "ui/views/sequencespanel.h"
#include "ui/views/socketspanel.h"
#include "ui/views/statspanels.h"
#include "ui/views/statuspanel.h"
#include "ui/views/tracepanel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

InspectorWindow::InspectorWindow(QWidget *parent)
    : QMainWindow(parent)
    , m_inspection(new Inspection({}, nullptr, this))
{
    setObjectName(u"inspectorWindow"_s);
    setWindowIcon(QIcon(u":/sockscope/sockscope.svg"_s));
    createPanels();
    createDocks();
    createProject();
    createActions();
    createMenus();
    createToolBar();
    connectPanels();
    applyTheme();
    connect(Theme::instance(), &Theme::changed, this, &InspectorWindow::applyTheme);
    connect(qApp, &QCoreApplication::aboutToQuit, this, &InspectorWindow::saveSettings);
    restoreSettings();
    updateMessageActions();
    updateTitle();
    m_log->table()->setFocus();
}

InspectorWindow::InspectorWindow(BaseSock *sock, QWidget *parent)
    : InspectorWindow(parent)
{
    addSock(sock);
}

InspectorWindow::~InspectorWindow()
{
    m_project->leave();
    // The panels ask the models while they go; the models must go last.
    Theme::instance()->disconnect(this);
    m_inspection->disconnect(this);
    m_log->table()->selectionModel()->disconnect(this);
}

SockController *InspectorWindow::addSock(BaseSock *sock)
{
    return m_inspection->addSock(sock);
}

void InspectorWindow::openSock(const SockSpec &spec, const Inspection::Opened &opened, Inspection::OnFailure onFailure)
{
    // What is kept though it did not open has no dialog that could say why.
    if (onFailure == Inspection::OnFailure::Discard)
        return m_inspection->open(spec, opened, onFailure);
    // The controller knows its name only from the first report on.
    const QString label = !spec.name.isEmpty() ? spec.name : RecentSockets::label(spec).section(u"   "_s, 0, 0);
    m_inspection->open(
        spec,
        [self = QPointer<InspectorWindow>(this), opened, label](SockController *controller,
                                                                const std::optional<SockError> &error) {
            if (opened)
                opened(controller, error);
            if (self && error)
                self->showFailure(tr("%1 is not open").arg(label), *error);
        },
        onFailure);
}

void InspectorWindow::createPanels()
{
    m_log = new LogPanel(m_inspection, this);
    m_filter = new FilterBar(m_inspection, this);
    m_sockets = new SocketsPanel(m_inspection, this);
    m_peers = new PeersPanel(m_inspection, this);
    m_decoded = new DecodedPanel(this);
    m_bytes = new BytesPanel(this);
    m_composer = new Composer(m_inspection, this);
    m_handlers = new HandlersPanel(m_inspection, this);
    m_health = new HealthPanel(m_inspection, this);
    m_ledger = new LedgerPanel(m_inspection, this);
    m_errors = new ErrorsPanel(m_inspection, this);
    m_trace = new TracePanel(m_inspection, this);
    m_simulation = new Simulation(m_inspection, this);
    m_rules = new RulesPanel(m_simulation, this);
    m_personas = new Personas(this);
    m_personasPanel = new PersonasPanel(
        m_personas,
        [this] {
            Project now;
            m_scene->capture(now);
            return now;
        },
        this);
    m_scripts = new Scripts(m_inspection, this);
    m_scriptsPanel = new ScriptsPanel(m_scripts, this);
    m_player = new SequencePlayer(m_inspection, this);
    m_sequences = new SequencesPanel(m_inspection, m_player, this);
    m_finder = new MessageFinder(m_inspection->recorder(), this);
    m_status = new StatusPanel(m_inspection, statusBar());
    m_recovery = new RecoveryBar([this](const QString &path) { return openRecovered(path); }, &Spool::discard, this);
    m_notices = new NoticeBar(tr("Notices about the project"), this);
    auto *middle = new QWidget(this);
    auto *layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_notices);
    layout->addWidget(m_recovery);
    layout->addWidget(m_log, 1);
    setCentralWidget(middle);
}

void InspectorWindow::createProject()
{
    m_scene = new ProjectScene(
        {m_inspection, m_composer->savedMessages(), m_simulation, m_player, m_personas, m_scripts,
         m_filter->savedFilters()},
        {[this] { return layoutState(); }, [this](const QJsonObject &layout) { showLayout(layout); }}, this);
    m_project = new ProjectSession({this, m_scene, m_notices, &openSettings, [this] { saveSettings(); }, nullptr});
    connect(m_scene, &ProjectScene::socketFailed, this, [this](const QString &name, const SockError &error) {
        showFailure(tr("%1 is not open").arg(name), error);
    });
    connect(m_scene, &ProjectScene::typesRefused, this, [this](const QString &name, const QString &why) {
        m_status->showFailure(tr("%1 does not speak the project's message types: %2").arg(name, why));
    });
    connect(m_scene, &ProjectScene::sectionKept, this, [this](const QString &section, const QString &why) {
        if (section == u"rules"_s)
            m_rules->setRefusal(why);
        else if (section == u"sequences"_s)
            m_sequences->setRefusal(why);
        else if (section == u"scripts"_s)
            m_scriptsPanel->setRefusal(why);
        else
            m_personasPanel->setRefusal(why);
    });
    connect(m_simulation, &Simulation::noticed, m_status, &StatusPanel::showFailure);
    connect(m_project, &ProjectSession::changed, this, &InspectorWindow::updateTitle);
}

void InspectorWindow::connectPanels()
{
    connect(m_log, &LogPanel::messageChosen, this, &InspectorWindow::showMessage);
    connect(m_log, &LogPanel::messageChosen, this, &InspectorWindow::updateMessageActions);
    connect(m_log, &LogPanel::messageChosen, m_trace,
            [this](quint64 no) { m_trace->setMessage(m_inspection->messageLogModel()->messageByNo(no)); });
    connect(m_log, &LogPanel::followingChanged, m_follow, &QAction::setChecked);
    connect(m_log->actions(), &LogActions::termApplied, m_filter, &FilterBar::applyTerm);
    connect(m_log->actions(), &LogActions::termPrepared, m_filter, &FilterBar::prepareTerm);
    connect(m_filter, &FilterBar::staleChanged, m_log, &LogPanel::setStaleText);
    connect(m_log->actions(), &LogActions::failed, m_status, &StatusPanel::showFailure);
    const auto applyTerm = [this](const QString &term) { m_filter->applyTerm(term); };
    connect(m_peers, &PeersPanel::filterRequested, this, applyTerm);
    connect(m_peers, &PeersPanel::conversationRequested, this,
            [this](const QString &term) { m_filter->applyTerm(term, FilterJoin::Replace); });
    connect(m_sockets, &SocketsPanel::filterRequested, this, applyTerm);
    connect(m_handlers, &HandlersPanel::filterRequested, this, applyTerm);
    connect(m_decoded, &DecodedPanel::columnRequested, m_log->actions(),
            [this](const QString &path) { m_log->actions()->addColumnFor(path); }); // titled by its path
    connect(m_handlers, &HandlersPanel::messageRequested, m_finder, &MessageFinder::find);
    connect(m_errors, &ErrorsPanel::messageRequested, m_finder, &MessageFinder::find);
    connect(m_trace, &TracePanel::messageRequested, m_finder, &MessageFinder::find);
    connect(m_finder, &MessageFinder::found, this, &InspectorWindow::goToFound);
    connect(m_finder, &MessageFinder::missed, m_status, &StatusPanel::showFailure);
    connect(m_sockets, &SocketsPanel::failed, this, &InspectorWindow::showFailure);
    connect(m_peers, &PeersPanel::failed, this, &InspectorWindow::showFailure);
    connect(m_sockets, &SocketsPanel::currentChanged, this, [this] {
        const SockController *controller = m_sockets->current();
        m_status->setSock(controller ? controller->sockId() : 0);
    });
    connect(m_peers, &PeersPanel::sendToRequested, this, [this](quint32 sockId, const Endpoint &peer) {
        m_composer->setTarget(sockId, {peer}, false);
        showPanel(m_composer);
        m_composer->focusPayload();
    });
    connect(m_peers, &PeersPanel::sendToTooRequested, this, [this](quint32 sockId, const Endpoint &peer) {
        m_composer->addTarget(sockId, peer);
        showPanel(m_composer);
        m_composer->focusPayload();
    });
    connect(m_peers, &PeersPanel::playAsRequested, this, [this](quint32 sockId, const Endpoint &peer) {
        m_composer->setTarget(sockId, {peer}, true);
        showPanel(m_composer);
        m_composer->focusPayload();
    });
    connect(m_status, &StatusPanel::ledgerClicked, this, [this] { showPanel(m_ledger); });
    connect(m_status, &StatusPanel::storageClicked, this, &InspectorWindow::showStorageDialog);
    connectDetail();
    connect(m_sockets->table()->emptyState(), &EmptyState::buttonClicked, this, &InspectorWindow::showOpenDialog);
    connect(m_peers->table()->emptyState(), &EmptyState::buttonClicked, this, &InspectorWindow::showOpenDialog);
    connect(m_log->table()->emptyState(), &EmptyState::buttonClicked, this, [this] {
        if (m_filter->text().isEmpty())
            showOpenDialog();
        else
            m_filter->clear();
    });
    connect(m_inspection, &Inspection::controllerAdded, this, &InspectorWindow::updateTitle);
    connect(
        m_inspection, &Inspection::controllerRemoved, this, [this] { updateTitle(); }, Qt::QueuedConnection);
    connect(m_inspection, &Inspection::updated, this, &InspectorWindow::updateTitle);
}

void InspectorWindow::updateTitle()
{
    QStringList names;
    for (const SockController *controller : m_inspection->controllers())
        names.append(controller->name());
    constexpr qsizetype shown = 4;
    if (names.size() > shown)
        names = names.first(shown) << u"…"_s;
    const QString name = m_project->document().isOpen() ? m_project->title() : names.join(u", "_s);
    const QString title = name.isEmpty() ? tr("SockScope") : tr("%1 – SockScope").arg(name);
    if (windowTitle() != title) {
        setWindowModified(false); // without the mark in the title Qt would warn
        setWindowTitle(title);
    }
    setWindowModified(m_project->document().isModified());
    updateEmptyButtons();
}

void InspectorWindow::updateEmptyButtons()
{
    const bool none = m_inspection->controllers().isEmpty();
    EmptyState *peers = m_peers->table()->emptyState();
    if (none == peers->button()->isHidden())
        peers->setButton(none ? tr("Open a Socket…") : QString(), themeIcon(u"open"));
}

void InspectorWindow::applyTheme()
{
    setStyleSheet(Theme::instance()->styleSheet());
    for (QAction *action : m_themes ? m_themes->actions() : QList<QAction *>())
        action->setChecked(action->data().toInt() == static_cast<int>(Theme::instance()->mode()));
    update();
}

void InspectorWindow::showFailure(const QString &what, const SockError &error)
{
    m_status->showFailure(what + u": "_s + error.toString());
}

void InspectorWindow::showOpenDialog()
{
    auto *dialog = new OpenSocketDialog(
        [this](const SockSpec &spec, const OpenSocketDialog::Answer &answer) {
            m_inspection->open(spec, [self = QPointer<InspectorWindow>(this), spec,
                                      answer](SockController *controller, const std::optional<SockError> &error) {
                if (self && !error) {
                    self->m_recent.add(spec);
                    self->saveSettings();
                    self->m_sockets->setCurrent(controller);
                }
                answer(error);
            });
        },
        m_recent, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void InspectorWindow::closeEvent(QCloseEvent *event)
{
    saveSettings();
    if (!m_project->mayLeave(true))
        return event->ignore();
    QMainWindow::closeEvent(event);
}

} // namespace SockScope
