// Where the panels of the window stand, and how that is remembered.
#include <QActionGroup>
#include <QDockWidget>
#include <QJsonObject>
#include <QMenu>
#include <QScreen>
#include <QSettings>
#include <QTabWidget>
#include <QToolBar>

#include <memory>

#include "ui/inject/composer.h"
#include "ui/inspectorwindow.h"
#include "ui/models/colourrules.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/personas.h"
#include "ui/models/scripts.h"
#include "ui/models/sequenceplayer.h"
#include "ui/models/simulation.h"
#include "ui/models/storagesettings.h"
#include "ui/project/projectscene.h"
#include "ui/project/projectsession.h"
#include "ui/theme.h"
#include "ui/views/bytespanel.h"
#include "ui/views/copytree.h"
#include "ui/views/datatable.h"
#include "ui/views/decodedpanel.h"
#include "ui/views/docktitle.h"
#include "ui/views/errorspanel.h"
#include "ui/views/fieldtreeview.h"
#include "ui/views/filterbar.h"
#include "ui/views/findbar.h"
#include "ui/views/handlerspanel.h"
#include "ui/views/logpanel.h"
#include "ui/views/peerspanel.h"
#include "ui/views/personaspanel.h"
#include "ui/views/rulespanel.h"
#include "ui/views/scriptspanel.h"
#include "ui/views/scrolledpanel.h"
#include "ui/views/sequencespanel.h"
#include "ui/views/socketspanel.h"
#include "ui/views/statspanels.h"
#include "ui/views/tracepanel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
/// A layout of another version is not read: its docks or columns may not exist any more.
constexpr int layoutVersion = 4;

/// Below these the panels that would stand above one another are tabs.
constexpr int narrowWidth = 1100;
constexpr int lowHeight = 960;
constexpr int veryLowHeight = 720;
} // namespace

QDockWidget *InspectorWindow::addDock(const QString &title, const QString &name, QWidget *panel)
{
    auto *dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(panel);
    dock->setTitleBarWidget(new DockTitle(dock));
    m_docks.append(dock);
    return dock;
}

void InspectorWindow::createDocks()
{
    setDockNestingEnabled(true);
    setDockOptions(dockOptions() | QMainWindow::AllowTabbedDocks | QMainWindow::AnimatedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    addDock(tr("Sockets"), u"socketsDock"_s, m_sockets);
    addDock(tr("Peers"), u"peersDock"_s, m_peers);
    addDock(tr("Decoded"), u"decodedDock"_s, m_decoded);
    addDock(tr("Bytes"), u"bytesDock"_s, m_bytes);
    addDock(tr("Inject"), u"injectDock"_s, new ScrolledPanel(m_composer));
    addDock(tr("Handlers"), u"handlersDock"_s, new ScrolledPanel(m_handlers));
    addDock(tr("Health"), u"healthDock"_s, m_health);
    addDock(tr("Ledger"), u"ledgerDock"_s, m_ledger);
    addDock(tr("Errors"), u"errorsDock"_s, m_errors);
    addDock(tr("Trace"), u"traceDock"_s, m_trace);
    auto *play = new QTabWidget(this); // one dock: the tabs of the docks have no room for more
    play->setObjectName(u"playTabs"_s);
    play->setAccessibleName(tr("Rules, sequences, scripts and personas"));
    play->setDocumentMode(true);
    play->addTab(m_rules, tr("Rules"));
    play->addTab(m_sequences, tr("Sequences"));
    play->addTab(m_scriptsPanel, tr("Scripts"));
    play->addTab(m_personasPanel, tr("Personas"));
    addDock(tr("Play"), u"playDock"_s, play);
    placeDocks();
}

QDockWidget *InspectorWindow::addPanel(QWidget *panel, const QString &title, const QString &objectName,
                                       Qt::DockWidgetArea area)
{
    QDockWidget *dock = addDock(title, objectName, panel);
    m_added.append({dock, area});
    m_view->insertAction(m_afterDocks, dock->toggleViewAction());
    addPanelAction(title, panel);
    const std::unique_ptr<QSettings> settings(openSettings());
    const bool known = settings->value("version"_L1).toInt() == layoutVersion &&
                       settings->value("docks"_L1).toStringList().contains(objectName);
    if (!known || !isVisible() || !restoreDockWidget(dock))
        placePanels();
    // The state that was read at the start did not know it yet. Once the window is seen, it is the person's.
    if (known && !isVisible())
        restoreState(settings->value("state"_L1).toByteArray(), layoutVersion);
    for (DataTable *table : panel->findChildren<DataTable *>())
        if (const QByteArray columns = settings->value("columns/"_L1 + table->objectName()).toByteArray();
            !columns.isEmpty())
            table->restoreColumns(columns);
    return dock;
}

/// Each in a strip of its own, beyond what is in its area already; below the log in a tab where the window is small.
void InspectorWindow::placePanels()
{
    auto *decoded = findChild<QDockWidget *>(u"decodedDock"_s, Qt::FindDirectChildrenOnly);
    auto *bytes = findChild<QDockWidget *>(u"bytesDock"_s, Qt::FindDirectChildrenOnly);
    const bool tabs = (width() < narrowWidth || height() < veryLowHeight) &&
                      dockWidgetArea(bytes) == Qt::BottomDockWidgetArea && !bytes->isFloating();
    for (const AddedPanel &added : std::as_const(m_added)) {
        if (added.dock->isFloating() || dockWidgetArea(added.dock) != Qt::NoDockWidgetArea)
            continue;
        const bool beside = added.area == Qt::LeftDockWidgetArea || added.area == Qt::RightDockWidgetArea;
        if (tabs && added.area == Qt::BottomDockWidgetArea)
            tabifyDockWidget(bytes, added.dock);
        else
            addDockWidget(added.area, added.dock, beside ? Qt::Horizontal : Qt::Vertical);
        added.dock->show();
        if (tabs)
            bytes->raise();
        else if (!beside)
            resizeDocks({decoded, added.dock}, {190, 160}, Qt::Vertical);
    }
}

void InspectorWindow::placeDocks()
{
    enum { Sockets, Peers, Decoded, Bytes, Inject, Handlers, Health, Ledger, Errors, Trace, Play };
    for (QDockWidget *dock : std::as_const(m_docks)) {
        dock->setFloating(false);
        removeDockWidget(dock);
    }
    addDockWidget(Qt::LeftDockWidgetArea, m_docks[Sockets]);
    addDockWidget(Qt::LeftDockWidgetArea, m_docks[Peers]);
    addDockWidget(Qt::BottomDockWidgetArea, m_docks[Decoded]);
    addDockWidget(Qt::BottomDockWidgetArea, m_docks[Bytes]);
    tabifyDockWidget(m_docks[Bytes], m_docks[Trace]);
    const bool narrow = width() < narrowWidth;
    const bool low = height() < lowHeight;
    if (narrow) { // two columns: the log has the width
        tabifyDockWidget(m_docks[Peers], m_docks[Inject]);
        for (const int tab : {Handlers, Health, Ledger, Errors, Play})
            tabifyDockWidget(m_docks[Bytes], m_docks[tab]);
    } else {
        if (!low)
            addDockWidget(Qt::RightDockWidgetArea, m_docks[Inject]);
        addDockWidget(Qt::RightDockWidgetArea, m_docks[Handlers]);
        if (low)
            tabifyDockWidget(m_docks[Handlers], m_docks[Inject]);
        for (const int tab : {Health, Ledger, Errors, Play})
            tabifyDockWidget(m_docks[Handlers], m_docks[tab]);
    }
    for (QDockWidget *dock : std::as_const(m_docks))
        dock->show();
    for (const int front : {Handlers, Peers, Bytes}) // Bytes last: Handlers may be a tab beside it
        m_docks[front]->raise();
    m_peers->setNarrow(narrow);
    m_decoded->tree()->setColumnHidden(FieldTreeModel::KindColumn, narrow);
    resizeDocks({m_docks[Sockets]}, {narrow ? 292 : 338}, Qt::Horizontal);
    if (!narrow)
        resizeDocks({m_docks[Inject]}, {346}, Qt::Horizontal);
    resizeDocks({m_docks[Decoded], m_docks[Bytes]}, {narrow ? 220 : 300, narrow ? 430 : 360}, Qt::Horizontal);
    resizeDocks({m_docks[Sockets], m_docks[Peers]}, {height() / 4, height() * 3 / 5}, Qt::Vertical);
    if (!narrow && !low)
        resizeDocks({m_docks[Inject], m_docks[Handlers]}, {420, 480}, Qt::Vertical);
    resizeDocks({m_docks[Decoded]}, {low ? 200 : 250}, Qt::Vertical);
    placePanels();
}

void InspectorWindow::showPanel(QWidget *panel)
{
    for (QDockWidget *dock : std::as_const(m_docks)) {
        if (dock->widget() != panel && !dock->isAncestorOf(panel))
            continue;
        dock->show();
        dock->raise();
        if (auto *tabs = qobject_cast<QTabWidget *>(dock->widget()))
            tabs->setCurrentWidget(panel);
        QWidget *target = panel;
        const QList<QWidget *> children = panel->findChildren<QWidget *>();
        for (QWidget *child : children) {
            if (child->focusPolicy() & Qt::TabFocus && child->isVisibleTo(panel) && child->isEnabled()) {
                target = child;
                break;
            }
        }
        target->setFocus(Qt::ShortcutFocusReason);
    }
}

void InspectorWindow::resetLayout()
{
    for (DataTable *table : findChildren<DataTable *>())
        table->resetColumns();
    m_toolBar->show();
    placeDocks();
}

std::unique_ptr<QSettings> InspectorWindow::openSettings()
{
    return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, u"SockScope"_s, u"Inspector"_s);
}

void InspectorWindow::saveSettings()
{
    const std::unique_ptr<QSettings> settings(openSettings());
    const QHash<QString, QVariant> own = m_project->ownSettings(*settings);
    settings->setValue("version"_L1, layoutVersion);
    QStringList docks;
    for (const QDockWidget *dock : std::as_const(m_docks))
        docks.append(dock->objectName());
    settings->setValue("docks"_L1, docks);
    settings->setValue("geometry"_L1, saveGeometry());
    settings->setValue("state"_L1, saveState(layoutVersion));
    settings->setValue("theme"_L1, static_cast<int>(Theme::instance()->mode()));
    settings->setValue("tracing"_L1, m_inspection->isTracing());
    settings->setValue("timeFormat"_L1, static_cast<int>(m_inspection->messageLogModel()->timeFormat()));
    m_inspection->messageLogModel()->fieldColumns().save(*settings);
    for (const DataTable *table : findChildren<DataTable *>())
        settings->setValue("columns/"_L1 + table->objectName(), table->saveColumns());
    StorageSettings::save(*settings, m_inspection->recorder()->limits().store);
    m_inspection->colourRules()->save(*settings);
    settings->setValue("columns/decodedTree"_L1, m_decoded->tree()->saveColumns());
    m_recent.save(*settings);
    m_composer->saveSettings(*settings);
    m_simulation->save(*settings);
    m_player->save(*settings);
    m_personas->save(*settings);
    m_scripts->save(*settings);
    m_scene->saveTypes(*settings);
    m_filter->saveSettings(*settings);
    m_log->findBar()->saveSettings(*settings);
    ProjectSession::putBack(*settings, own);
    Q_EMIT settingsSaved(*settings);
}

/// For a project: what does not depend on the screen.
QJsonObject InspectorWindow::layoutState() const
{
    const auto text = [](const QByteArray &bytes) { return QString::fromLatin1(bytes.toBase64()); };
    QJsonObject tables{{u"decodedTree"_s, text(m_decoded->tree()->saveColumns())}};
    for (const DataTable *table : findChildren<DataTable *>())
        if (!table->objectName().isEmpty())
            tables.insert(table->objectName(), text(table->saveColumns()));
    return {{u"version"_s, layoutVersion}, {u"docks"_s, text(saveState(layoutVersion))}, {u"tables"_s, tables}};
}

void InspectorWindow::showLayout(const QJsonObject &layout)
{
    if (layout["version"_L1].toInt() != layoutVersion)
        return;
    const auto bytes = [](const QJsonValue &value) { return QByteArray::fromBase64(value.toString().toLatin1()); };
    restoreState(bytes(layout["docks"_L1]), layoutVersion);
    const QJsonObject tables = layout["tables"_L1].toObject();
    m_decoded->tree()->restoreColumns(bytes(tables["decodedTree"_L1]));
    for (DataTable *table : findChildren<DataTable *>())
        if (const QByteArray columns = bytes(tables[table->objectName()]); !columns.isEmpty())
            table->restoreColumns(columns);
}

void InspectorWindow::restoreSettings()
{
    const std::unique_ptr<QSettings> settings(openSettings());
    setStoreLimits(StorageSettings::load(*settings));
    m_inspection->colourRules()->load(*settings);
    m_recent.load(*settings);
    m_composer->loadSettings(*settings);
    m_simulation->load(*settings);
    m_player->load(*settings);
    m_personas->load(*settings);
    m_scripts->load(*settings);
    m_scene->loadTypes(*settings);
    m_filter->loadSettings(*settings);
    m_log->findBar()->loadSettings(*settings);
    const int mode = settings->value("theme"_L1).toInt();
    if (settings->contains("theme"_L1) && mode >= 0 && mode <= static_cast<int>(Theme::Mode::Dark))
        Theme::instance()->setMode(static_cast<Theme::Mode>(mode));
    m_inspection->setTracing(settings->value("tracing"_L1, true).toBool());
    const int format = settings->value("timeFormat"_L1).toInt();
    if (format >= 0 && format <= static_cast<int>(MessageLogModel::TimeFormat::Delta))
        m_inspection->messageLogModel()->setTimeFormat(static_cast<MessageLogModel::TimeFormat>(format));
    for (QAction *action : m_times->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(m_inspection->messageLogModel()->timeFormat()));

    LogColumns fields; // before the widths are restored
    fields.load(*settings);
    m_inspection->messageLogModel()->setFieldColumns(fields);

    // On a small screen the whole of it, frame and all; on a large one a comfortable part.
    const QRect available = screen()->availableGeometry();
    const QSize wanted = available.width() > 1600 && available.height() > 980 ? QSize(1440, 900) : QSize(1280, 800);
    if (available.width() <= wanted.width() || available.height() <= wanted.height()) {
        resize(available.size() - QSize(2, 32));
        setWindowState(windowState() | Qt::WindowMaximized);
    } else {
        resize(wanted);
    }
    if (settings->value("version"_L1).toInt() != layoutVersion)
        return placeDocks();
    restoreGeometry(settings->value("geometry"_L1).toByteArray());
    if (!restoreState(settings->value("state"_L1).toByteArray(), layoutVersion))
        placeDocks();
    m_decoded->tree()->restoreColumns(settings->value("columns/decodedTree"_L1).toByteArray());
    for (DataTable *table : findChildren<DataTable *>())
        if (const QByteArray columns = settings->value("columns/"_L1 + table->objectName()).toByteArray();
            !columns.isEmpty())
            table->restoreColumns(columns);
}

} // namespace SockScope
