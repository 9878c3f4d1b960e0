#pragma once

#include <QMainWindow>

#include <memory>
#include <optional>

#include "ui/models/inspection.h"
#include "ui/views/recentsockets.h"

class QActionGroup;
class QDockWidget;
class QSettings;

namespace SockScope {

class BaseSock;
class BytesPanel;
class Composer;
class DecodedPanel;
struct DetailMessage;
class ErrorsPanel;
class FilterBar;
class HandlersPanel;
class HealthPanel;
class LedgerPanel;
class LogPanel;
class MessageFinder;
class NoticeBar;
class PeersPanel;
class Personas;
class PersonasPanel;
class ProjectScene;
class ProjectSession;
class RecoveryBar;
class RulesPanel;
class Scripts;
class ScriptsPanel;
class SequencePlayer;
class SequencesPanel;
class Simulation;
class SocketsPanel;
class StatusPanel;
class TracePanel;

/*! The inspector: one window on any number of socks. `(new InspectorWindow(sock))->show()` is all that an application
 *  needs.
 *  Path    Inspection's models → [this]; a person → SockController
 *  Shape   the messages in the middle, docks around them; layout and settings are remembered
 *  Units   none
 *  Errors  said where they belong: in the dialog, below the field, or at the foot of the window
 *  Thread  the window's; the socks may live in any
 *  Source  Wireshark's words and keys
 */
class InspectorWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit InspectorWindow(QWidget *parent = nullptr);
    /// Shows a sock of the application's; it is not owned, and may live in any thread and die at any moment.
    explicit InspectorWindow(BaseSock *sock, QWidget *parent = nullptr);
    ~InspectorWindow() override;

    SockController *addSock(BaseSock *sock);
    void openSock(const SockSpec &spec, const Inspection::Opened &opened = {},
                  Inspection::OnFailure onFailure = Inspection::OnFailure::Discard);

    Inspection *inspection() const { return m_inspection; }
    LogPanel *logPanel() const { return m_log; }
    FilterBar *filterBar() const { return m_filter; }
    SocketsPanel *socketsPanel() const { return m_sockets; }
    PeersPanel *peersPanel() const { return m_peers; }
    Composer *composer() const { return m_composer; }
    DecodedPanel *decodedPanel() const { return m_decoded; }
    BytesPanel *bytesPanel() const { return m_bytes; }
    HandlersPanel *handlersPanel() const { return m_handlers; }
    ErrorsPanel *errorsPanel() const { return m_errors; }
    TracePanel *tracePanel() const { return m_trace; }
    StatusPanel *statusPanel() const { return m_status; }
    RulesPanel *rulesPanel() const { return m_rules; }
    SequencesPanel *sequencesPanel() const { return m_sequences; }
    Simulation *simulation() const { return m_simulation; }
    Personas *personas() const { return m_personas; }
    PersonasPanel *personasPanel() const { return m_personasPanel; }
    Scripts *scripts() const { return m_scripts; }
    ScriptsPanel *scriptsPanel() const { return m_scriptsPanel; }
    NoticeBar *noticeBar() const { return m_notices; }
    ProjectSession *project() const { return m_project; }

    /// Adds a panel of the application's own: a dock that the window places, remembers, and lists in View and Go. The
    /// object name must be unique and never change; the settings know the dock by it.
    QDockWidget *addPanel(QWidget *panel, const QString &title, const QString &objectName, Qt::DockWidgetArea area);
    /// The inspector's own file: an application that embeds the window keeps its settings to itself.
    static std::unique_ptr<QSettings> openSettings();
    /// A paragraph of the application's own in About: what else it uses, and under which licence.
    void addAboutText(const QString &text) { m_aboutTexts.append(text); }

public Q_SLOTS:
    void showOpenDialog();
    void showStorageDialog();
    void showColourRules();
    /// Offers the projects and messages that crashes left on the disk, once it was found; without a left-over it says
    /// so only when asked.
    void offerRecovery(bool asked = false);
    /// Docks, columns and sizes as they were at first.
    void resetLayout();
    void saveSettings();

Q_SIGNALS:
    /// The window's settings have been written; an added panel writes its own.
    void settingsSaved(QSettings &settings);

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    // inspectorwindow.cpp
    void createPanels();
    void createProject();
    void connectPanels();
    void updateTitle();
    void updateEmptyButtons();
    void applyTheme();
    void showFailure(const QString &what, const SockError &error);
    // inspectordetail.cpp
    void connectDetail();
    void createDetailActions();
    void showMessage(quint64 no);
    std::optional<DetailMessage> detailMessage(quint64 no) const;
    void updateCompareActions();
    void compareChosen();
    void compareWithMark();
    void compareMessages(quint64 first, quint64 second);
    // inspectordocks.cpp
    QDockWidget *addDock(const QString &title, const QString &name, QWidget *panel);
    void createDocks();
    void placeDocks();
    void placePanels();
    void showPanel(QWidget *panel);
    void restoreSettings();
    QJsonObject layoutState() const;
    void showLayout(const QJsonObject &layout);
    // inspectormenus.cpp
    void createActions();
    void createMenus();
    void createViewMenu();
    void addPanelAction(const QString &text, QWidget *panel);
    void createToolBar();
    void fillRecentMenu();
    void updateMessageActions();
    // inspectorcommands.cpp
    void resend();
    void editAndResend();
    void askForNumber();
    void goToFound(quint64 no);
    RecoveryReport openRecovered(const QString &path);
    void showKeys();
    void showAbout();
    void setStoreLimits(const StoreLimits &limits);

    Inspection *m_inspection;
    RecentSockets m_recent;
    LogPanel *m_log = nullptr;
    FilterBar *m_filter = nullptr;
    SocketsPanel *m_sockets = nullptr;
    PeersPanel *m_peers = nullptr;
    Composer *m_composer = nullptr;
    DecodedPanel *m_decoded = nullptr;
    BytesPanel *m_bytes = nullptr;
    HandlersPanel *m_handlers = nullptr;
    HealthPanel *m_health = nullptr;
    LedgerPanel *m_ledger = nullptr;
    ErrorsPanel *m_errors = nullptr;
    TracePanel *m_trace = nullptr;
    Personas *m_personas = nullptr;
    PersonasPanel *m_personasPanel = nullptr;
    Scripts *m_scripts = nullptr;
    ScriptsPanel *m_scriptsPanel = nullptr;
    Simulation *m_simulation = nullptr;
    RulesPanel *m_rules = nullptr;
    SequencePlayer *m_player = nullptr;
    SequencesPanel *m_sequences = nullptr;
    MessageFinder *m_finder = nullptr;
    StatusPanel *m_status = nullptr;
    RecoveryBar *m_recovery = nullptr;
    NoticeBar *m_notices = nullptr;
    ProjectScene *m_scene = nullptr;
    ProjectSession *m_project = nullptr;
    struct AddedPanel
    {
        QDockWidget *dock = nullptr;
        Qt::DockWidgetArea area = Qt::BottomDockWidgetArea;
    };
    QList<QDockWidget *> m_docks;
    QList<AddedPanel> m_added; ///< by addPanel; their docks are in m_docks too
    QStringList m_aboutTexts;
    QMenu *m_view = nullptr;
    QMenu *m_panels = nullptr;
    QAction *m_afterDocks = nullptr; ///< the separator behind the docks in View
    int m_panelKeys = 0;             ///< panels that have a key
    QToolBar *m_toolBar = nullptr;
    QMenu *m_recentMenu = nullptr;
    QActionGroup *m_themes = nullptr;
    QActionGroup *m_times = nullptr;
    QAction *m_open = nullptr;
    QAction *m_pause = nullptr;
    QAction *m_clear = nullptr;
    QAction *m_follow = nullptr;
    QAction *m_resend = nullptr;
    QAction *m_edit = nullptr;
    QAction *m_compare = nullptr;
    QAction *m_compareWithMark = nullptr;
    QAction *m_tracing = nullptr;
    bool m_linking = false;
};

} // namespace SockScope
