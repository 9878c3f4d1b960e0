#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>

#include "core/project/projectdocument.h"

class QAction;
class QMenu;
class QSettings;
class QWidget;

namespace SockScope {

class Clock;
class NoticeBar;
class ProjectScene;

/*! The project of one window: its commands, the questions before something would be lost, what a crash left.
 *  Path    a person, the command line → [this] → ProjectDocument; ProjectScene shows what it holds
 *  Shape   no project at first: the window has what its settings say, and nothing is asked. With one, the settings keep
 *          what the window has of its own, and everything that the project holds is written there
 *  Units   at most maximumRecent files are remembered
 *  Errors  stand in the bar above the log, with line and column; one that concerns a save is asked about at once
 *  Thread  the window's
 *  Source  none
 */
class ProjectSession : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype maximumRecent = 12;
    struct Surroundings
    {
        QWidget *window;
        ProjectScene *scene;
        NoticeBar *notices;
        std::function<std::unique_ptr<QSettings>()> settings;
        std::function<void()> saveSettings; ///< before a project takes the place of what the settings hold
        std::shared_ptr<Clock> clock;       ///< null: the steady one
    };

    explicit ProjectSession(const Surroundings &surroundings);
    ~ProjectSession() override;

    void addActions(QMenu *file);
    const ProjectDocument &document() const { return m_document; }
    /// Something that the project holds has changed.
    void touch();
    /// "game[*]", as a window title wants it; empty without a project.
    QString title() const;

    /// Asks about what is not saved, then opens it; what is wrong is also in the bar.
    std::optional<ProjectError> open(const QString &path);
    bool save();
    bool saveAs();
    void startNew();
    void close();
    /// False when a person wants to go on with what is not saved. closing: the window goes.
    bool mayLeave(bool closing);
    /// Nobody can be asked any more: what is not saved is offered at the next start.
    void leave();
    static void leaveAll();
    /// What crashes left, in the bar.
    void offerLeft();

    /// What the settings hold for a window without a project: taken before they are written, and put back.
    QHash<QString, QVariant> ownSettings(const QSettings &settings) const;
    static void putBack(QSettings &settings, const QHash<QString, QVariant> &own);

Q_SIGNALS:
    void changed();

private:
    QString recoveryFolder() const;
    void show();
    void chooseAndOpen();
    void recover(const LeftProject &left);
    void discard(const LeftProject &left);
    bool handleSaveError(const ProjectError &error, const std::function<std::optional<ProjectError>()> &force);
    void remember(const QString &path);
    void fillRecent();
    void handleChanged();

    Surroundings m_around;
    ProjectDocument m_document;
    bool m_shown = false;     ///< the window shows a project instead of its own
    bool m_discarded = false; ///< a person does not want what is not saved
    QMenu *m_recent = nullptr;
    QAction *m_save = nullptr;
    QAction *m_close = nullptr;
};

} // namespace SockScope
