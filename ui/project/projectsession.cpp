#include "ui/project/projectsession.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>

#include <utility>

#include "core/time/steadyclock.h"
#include "ui/icons.h"
#include "ui/project/projectscene.h"
#include "ui/views/noticebar.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Code = ProjectError::Code;

QString fileFilter()
{
    return ProjectSession::tr("SockScope projects (*.sockscope);;All files (*)");
}

/// The folder's last part, too, where two projects of one name are listed.
QString recentLabel(const QString &path)
{
    const QFileInfo info(path);
    QString label = info.fileName() + u" — "_s + QDir::toNativeSeparators(info.path());
    return label.replace(u'&', u"&&"_s);
}

} // namespace

ProjectSession::ProjectSession(const Surroundings &surroundings)
    : QObject(surroundings.window)
    , m_around(surroundings)
    , m_document(QFileInfo(surroundings.settings()->fileName()).dir().filePath(u"projects"_s),
                 surroundings.clock ? surroundings.clock : std::make_shared<SteadyClock>())
{
    m_document.setCapture([scene = QPointer<ProjectScene>(m_around.scene)](Project &project) {
        if (scene)
            scene->capture(project);
    });
    connect(m_around.scene, &ProjectScene::changed, this, &ProjectSession::touch);
    connect(&m_document, &ProjectDocument::changed, this, &ProjectSession::handleChanged);
    connect(&m_document, &ProjectDocument::autosaveFailed, this, [this](const ProjectError &error) {
        m_around.notices->say(tr("The project cannot be kept for the case of a crash: %1").arg(error.toString()));
    });
}

ProjectSession::~ProjectSession() = default;

QString ProjectSession::recoveryFolder() const
{
    return QFileInfo(m_around.settings()->fileName()).dir().filePath(u"projects"_s);
}

void ProjectSession::addActions(QMenu *file)
{
    const auto add = [this, file](QStringView icon, const QString &text, const QString &key, auto &&slot) {
        QAction *action = file->addAction(text, QKeySequence(key), this, slot);
        if (!icon.isEmpty())
            action->setIcon(themeIcon(icon));
        return action;
    };
    add(u"file", tr("&New Project"), u"Ctrl+Alt+P"_s, [this] { startNew(); });
    add({}, tr("Open Pro&ject…"), u"Ctrl+P"_s, [this] { chooseAndOpen(); });
    m_recent = file->addMenu(tr("Recent Pro&jects"));
    connect(m_recent, &QMenu::aboutToShow, this, &ProjectSession::fillRecent);
    m_save = add(u"save", tr("&Save Project"), u"Ctrl+S"_s, [this] { save(); });
    add({}, tr("Save Project &As…"), u"Ctrl+Alt+S"_s, [this] { saveAs(); });
    m_close = add({}, tr("Close Projec&t"), u"Ctrl+Alt+W"_s, [this] { close(); });
    file->addSeparator();
    handleChanged();
}

void ProjectSession::handleChanged()
{
    if (m_save) {
        m_save->setEnabled(!m_document.isOpen() || m_document.isModified() || m_document.path().isEmpty());
        m_close->setEnabled(m_document.isOpen());
    }
    Q_EMIT changed();
}

void ProjectSession::touch()
{
    m_discarded = false;
    m_document.touch();
}

QString ProjectSession::title() const
{
    if (!m_document.isOpen())
        return {};
    const QString name = m_document.path().isEmpty() ? tr("Untitled project") : m_document.name();
    return QString(name).replace("[*]"_L1, "[*][*]"_L1) + u"[*]"_s;
}

void ProjectSession::show()
{
    m_shown = true;
    m_discarded = false;
    const QStringList notes = m_around.scene->show(m_document.project());
    constexpr qsizetype listed = 5;
    if (!notes.isEmpty()) {
        QString text = tr("Not everything of the project can be shown; it stays in the file: %1")
                           .arg(notes.mid(0, listed).join(u", "_s));
        if (notes.size() > listed)
            text += u' ' + tr("and %1 more").arg(notes.size() - listed);
        m_around.notices->say(text, notes.mid(0, 50).join(u'\n'));
    }
}

std::optional<ProjectError> ProjectSession::open(const QString &path)
{
    if (!mayLeave(false))
        return std::nullopt;
    if (!m_shown)
        m_around.saveSettings();
    if (auto error = m_document.open(path)) {
        m_around.notices->say(
            tr("%1 was not opened, and nothing has changed: %2").arg(QFileInfo(path).fileName(), error->toString()),
            QDir::toNativeSeparators(path));
        return error;
    }
    show();
    remember(m_document.path());
    return std::nullopt;
}

void ProjectSession::chooseAndOpen()
{
    QFileDialog dialog(m_around.window, tr("Open Project"), QFileInfo(m_document.path()).path(), fileFilter());
    dialog.setObjectName(u"projectOpenDialog"_s);
    dialog.setFileMode(QFileDialog::ExistingFile);
    if (dialog.exec() == QDialog::Accepted && !dialog.selectedFiles().isEmpty())
        open(dialog.selectedFiles().first());
}

bool ProjectSession::save()
{
    if (m_document.path().isEmpty())
        return saveAs();
    const auto error = m_document.save();
    return !error || handleSaveError(*error, [this] { return m_document.save(true); });
}

bool ProjectSession::saveAs()
{
    QFileDialog dialog(m_around.window, tr("Save Project As"), m_document.path(), fileFilter());
    dialog.setObjectName(u"projectSaveDialog"_s);
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(u"sockscope"_s);
    if (!m_document.path().isEmpty())
        dialog.selectFile(m_document.path());
    if (dialog.exec() != QDialog::Accepted || dialog.selectedFiles().isEmpty())
        return false;
    const QString path = dialog.selectedFiles().first();
    if (!m_shown)
        m_around.saveSettings();
    m_shown = true;
    auto error = m_document.saveAs(path);
    if (error && !handleSaveError(*error, [this, path] { return m_document.saveAs(path, true); })) {
        m_shown = m_document.isOpen();
        return false;
    }
    remember(m_document.path());
    return true;
}

bool ProjectSession::handleSaveError(const ProjectError &error,
                                     const std::function<std::optional<ProjectError>()> &force)
{
    QMessageBox box(QMessageBox::Warning, tr("Save Project"), tr("The project is not saved."), QMessageBox::NoButton,
                    m_around.window);
    box.setObjectName(u"projectSaveError"_s);
    box.setTextFormat(Qt::PlainText);
    box.setInformativeText(error.toString());
    const bool canForce = error.code == Code::ChangedOnDisk || error.code == Code::WouldReplace;
    QPushButton *elsewhere = box.addButton(tr("Save &As…"), QMessageBox::AcceptRole);
    elsewhere->setObjectName(u"projectSaveElsewhere"_s);
    const QPushButton *overwrite = nullptr;
    if (canForce) {
        QPushButton *button = box.addButton(tr("&Overwrite"), QMessageBox::DestructiveRole);
        button->setObjectName(u"projectOverwrite"_s);
        overwrite = button;
    }
    box.addButton(QMessageBox::Cancel);
    box.setDefaultButton(elsewhere);
    box.exec();
    if (box.clickedButton() == elsewhere)
        return saveAs();
    if (!overwrite || box.clickedButton() != overwrite)
        return false;
    if (const auto again = force())
        return handleSaveError(*again, force);
    if (!m_document.keptAs().isEmpty())
        m_around.notices->say(
            tr("The damaged file that was there is kept as %1").arg(QDir::toNativeSeparators(m_document.keptAs())));
    return true;
}

void ProjectSession::startNew()
{
    if (!mayLeave(false))
        return;
    // Sockets that belong to no project yet belong to the new one.
    if (m_shown)
        m_around.scene->showOwn(*m_around.settings(), true);
    else
        m_around.saveSettings();
    m_document.startNew();
    m_shown = true;
    m_discarded = false;
}

void ProjectSession::close()
{
    if (!m_document.isOpen() || !mayLeave(false))
        return;
    m_document.close();
    m_around.scene->showOwn(*m_around.settings(), true);
    m_shown = false;
}

bool ProjectSession::mayLeave(bool closing)
{
    if (!m_document.isModified() || (closing && m_discarded))
        return true;
    const QString name = m_document.path().isEmpty() ? tr("the new project") : m_document.name();
    QMessageBox question(QMessageBox::Question, tr("Save Project"), tr("Save the changes to %1?").arg(name),
                         QMessageBox::NoButton, m_around.window);
    question.setObjectName(u"projectQuestion"_s);
    question.setTextFormat(Qt::PlainText);
    question.setInformativeText(tr("They are lost otherwise."));
    QPushButton *saveIt = question.addButton(tr("&Save"), QMessageBox::AcceptRole);
    QPushButton *drop = question.addButton(tr("&Discard"), QMessageBox::DestructiveRole);
    QPushButton *stay = question.addButton(QMessageBox::Cancel);
    saveIt->setObjectName(u"projectQuestionSave"_s);
    drop->setObjectName(u"projectQuestionDiscard"_s);
    stay->setObjectName(u"projectQuestionCancel"_s);
    question.setDefaultButton(saveIt);
    question.exec();
    if (question.clickedButton() == saveIt)
        return save();
    if (question.clickedButton() != drop)
        return false;
    m_discarded = closing;
    return true;
}

void ProjectSession::leave()
{
    if (m_discarded)
        m_document.close();
    else
        m_document.leave();
}

void ProjectSession::leaveAll()
{
    for (const QWidget *widget : QApplication::topLevelWidgets())
        if (auto *session = widget->findChild<ProjectSession *>({}, Qt::FindDirectChildrenOnly))
            session->leave();
}

void ProjectSession::offerLeft()
{
    const QList<LeftProject> found = ProjectAutosave::left(recoveryFolder());
    for (const LeftProject &left : found) {
        const QString name = left.path.isEmpty() ? tr("a new project") : QFileInfo(left.path).fileName();
        Notice notice;
        notice.text = tr("SockScope ended on %1 before the changes to %2 were saved.")
                          .arg(left.written.toString(u"yyyy-MM-dd HH:mm"_s), name);
        notice.toolTip = QDir::toNativeSeparators(left.path.isEmpty() ? left.file : left.path);
        notice.answers = {
            {tr("&Open"),
             u"projectRecover"_s,
             [this, left] { recover(left); },
             {},
             tr("As it was left, not saved yet")},
            {tr("&Keep for Later"), u"projectKeep"_s, {}, {}, tr("It is offered again at the next start")},
            {tr("&Delete"), u"projectDelete"_s, [this, left] { discard(left); }, tr("&Delete for Good"), {}}};
        m_around.notices->add(notice);
    }
}

void ProjectSession::recover(const LeftProject &left)
{
    if (!mayLeave(false))
        return offerLeft(); // again, as the bar has let go of it
    if (!m_shown)
        m_around.saveSettings();
    if (const auto error = m_document.recover(left)) {
        m_around.notices->say(tr("What was left cannot be opened, and stays where it is: %1").arg(error->toString()),
                              QDir::toNativeSeparators(left.file));
        return;
    }
    show();
}

void ProjectSession::discard(const LeftProject &left)
{
    if (const auto error = ProjectAutosave::discard(left))
        m_around.notices->say(tr("It was not deleted: %1").arg(error->toString()), QDir::toNativeSeparators(left.file));
}

void ProjectSession::remember(const QString &path)
{
    const std::unique_ptr<QSettings> settings = m_around.settings();
    QStringList paths = settings->value("recentProjects"_L1).toStringList();
    paths.removeAll(path);
    paths.prepend(path);
    settings->setValue("recentProjects"_L1, paths.mid(0, maximumRecent));
}

void ProjectSession::fillRecent()
{
    m_recent->clear();
    const QStringList paths = m_around.settings()->value("recentProjects"_L1).toStringList();
    for (const QString &path : paths.mid(0, maximumRecent))
        m_recent->addAction(recentLabel(path), this, [this, path] { open(path); });
    if (paths.isEmpty())
        m_recent->addAction(tr("None Yet"))->setEnabled(false);
    m_recent->addSeparator();
    m_recent->addAction(tr("&Forget All"), this, [this] { m_around.settings()->remove("recentProjects"_L1); });
}

QHash<QString, QVariant> ProjectSession::ownSettings(const QSettings &settings) const
{
    QHash<QString, QVariant> own;
    if (!m_shown)
        return own;
    const QStringList keys = settings.allKeys();
    for (const QString &whole : ProjectScene::settingsKeys()) {
        own.insert(whole, {}); // not there: it is removed again
        for (const QString &key : keys)
            if (key == whole || key.startsWith(whole + u'/'))
                own.insert(key, settings.value(key));
    }
    return own;
}

void ProjectSession::putBack(QSettings &settings, const QHash<QString, QVariant> &own)
{
    const QStringList keys = ProjectScene::settingsKeys();
    for (const QString &whole : keys)
        if (own.contains(whole))
            settings.remove(whole);
    for (auto it = own.begin(); it != own.end(); ++it)
        if (it.value().isValid())
            settings.setValue(it.key(), it.value());
}

} // namespace SockScope
