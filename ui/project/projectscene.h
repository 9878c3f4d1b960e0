#pragma once

#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QStringList>

#include <functional>
#include <optional>

#include "core/project/project.h"
#include "ui/models/logcolumns.h"

class QSettings;

namespace SockScope {

class BaseSock;
class Inspection;
class MessageTreeModel;
class Personas;
class SavedFilters;
class Scripts;
class SequencePlayer;
class Simulation;
class SockController;

/*! What a project holds and the window shows, both ways: sockets, saved messages and filters, rules,
 *  sequences, personas, scripts, message types, colour rules, columns, layout.
 *  Path    Project ↔ [this] ↔ Inspection, MessageTreeModel, Simulation, SequencePlayer, Personas, Scripts, SavedFilters
 *  Shape   show opens the sockets that are missing and closes those of before, and a socket that is the same goes on;
 *          capture writes a section only where the window shows something else than what stands there
 *  Units   none
 *  Errors  show answers what of the project the window cannot show; capture keeps it. A socket that does not open is
 *          shown as failed
 *  Thread  the window's
 *  Source  none
 */
class ProjectScene : public QObject
{
    Q_OBJECT
public:
    struct Layout
    {
        std::function<QJsonObject()> read;
        std::function<void(const QJsonObject &layout)> show;
    };

    /// They must outlive it.
    struct Parts
    {
        Inspection *inspection;
        MessageTreeModel *messages;
        Simulation *simulation;
        SequencePlayer *sequences;
        Personas *personas;
        Scripts *scripts;
        SavedFilters *filters;
    };

    ProjectScene(const Parts &parts, Layout layout, QObject *parent = nullptr);

    QStringList show(const Project &project);
    /// What the window has of its own, without a project; sockets: whether those of the project are closed.
    void showOwn(QSettings &settings, bool closeSockets);
    void capture(Project &project) const;

    /// The message types as JSON text; empty: none.
    QString typesText() const;
    /// Others, from the text that a person wrote: the sockets speak them from now on, and the log reads with them what
    /// it has. Answers what is wrong with them.
    std::optional<ProjectError> setTypes(const JsonNode &types, const QByteArray &text);
    void saveTypes(QSettings &settings) const;
    void loadTypes(const QSettings &settings);

    /// The keys of the settings that hold, without a project, what a project holds.
    static QStringList settingsKeys();

Q_SIGNALS:
    /// A person has changed something that a project holds.
    void changed();
    /// A socket whose codec has no fields: it stays as it is.
    void typesRefused(const QString &name, const QString &why);
    void socketFailed(const QString &name, const SockScope::SockError &error);
    /// Why a section ("rules", "sequences", "scripts", "personas") cannot be read, so that it is kept and no other is
    /// saved; empty: it can.
    void sectionKept(const QString &section, const QString &why);

private:
    struct Opening
    {
        SockSpec spec;
        int run = 0;
    };

    void tell();
    void tellKept(const QString &section, const QString &why);
    void openSockets(QList<SockSpec> wanted);
    void handleAdded(const SockController *controller);
    void showTypes(const JsonNode *types);
    /// What sets a socket's codec and types; none, and typesRefused, when its codec has no fields.
    std::function<void(BaseSock &)> speech(const SockSpec &spec);
    void speak(const SockController *controller);
    QList<SockSpec> sockets() const;
    void captureSockets(Project &project) const;
    void captureFilters(Project &project) const;
    void captureColumns(Project &project) const;
    void captureColours(Project &project) const;

    Inspection *m_inspection;
    MessageTreeModel *m_messages;
    Simulation *m_simulation;
    SequencePlayer *m_sequences;
    Personas *m_personas;
    Scripts *m_scripts;
    SavedFilters *m_filters;
    Layout m_layout;
    QList<Opening> m_opening; ///< their answers have not come yet
    int m_run = 0;            ///< counts the projects that were shown: an answer for an earlier one is not taken
    bool m_showing = false;
    Project m_types;      ///< has them alone
    LogColumns m_columns; ///< as last seen: the model says only that some column has changed
};

} // namespace SockScope
