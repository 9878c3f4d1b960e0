// What the window does with the chosen message, and what it says about itself.
#include <QAction>
#include <QApplication>
#include <QDateTime>
#include <QDialogButtonBox>
#include <QInputDialog>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QPointer>
#include <QSettings>
#include <QThreadPool>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>

#include "core/store/spool.h"
#include "ui/inject/composer.h"
#include "ui/inspectorwindow.h"
#include "ui/models/format.h"
#include "ui/models/injecthistory.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/models/storagesettings.h"
#include "ui/project/projectsession.h"
#include "ui/views/colourrulesdialog.h"
#include "ui/views/logpanel.h"
#include "ui/views/noticebar.h"
#include "ui/views/recoveredwindow.h"
#include "ui/views/recoverybar.h"
#include "ui/views/screenfit.h"
#include "ui/views/statuspanel.h"
#include "ui/views/storagedialog.h"

namespace SockScope {

using namespace Qt::StringLiterals;

void InspectorWindow::resend()
{
    const std::optional<StoredMessage> message = m_inspection->messageLogModel()->messageByNo(m_log->currentNo());
    SockController *controller = message ? m_inspection->controller(message->sock()) : nullptr;
    if (!controller)
        return;
    const QByteArray payload = message->payload().toByteArray();
    InjectHistory *history = m_composer->history();
    ProjectMessage injected;
    injected.socket = controller->name();
    injected.to = message->peer().toString();
    injected.asReceived = message->direction() == Direction::In;
    injected.form = ProjectForm::Hex;
    injected.payload = Format::hex(payload);
    const int entry = history->add(injected, QDateTime::currentDateTime());
    if (message->direction() == Direction::In) {
        controller->injectPayload(
            message->peer(), payload,
            [self = QPointer<InspectorWindow>(this), history, entry](const std::optional<SockError> &error) {
                if (!self)
                    return;
                history->setResult(entry, error ? error->toString() : tr("Received again."), error.has_value());
                if (error)
                    self->showFailure(tr("not received again"), *error);
            });
    } else {
        controller->send(PayloadBytes{payload}, message->peer(),
                         [self = QPointer<InspectorWindow>(this), history, entry](const SendResult &result) {
                             if (!self)
                                 return;
                             history->setResult(entry, result.error ? result.error->toString() : tr("Sent again."),
                                                result.error.has_value());
                             if (result.error)
                                 self->showFailure(tr("not sent again"), *result.error);
                         });
    }
}

void InspectorWindow::editAndResend()
{
    const std::optional<StoredMessage> message = m_inspection->messageLogModel()->messageByNo(m_log->currentNo());
    if (!message || !m_inspection->controller(message->sock()))
        return;
    m_composer->edit(*message);
    showPanel(m_composer);
    m_composer->focusPayload();
}

void InspectorWindow::askForNumber()
{
    bool ok = false;
    const QString text =
        QInputDialog::getText(this, tr("Go to Message"), tr("Number of the message"), QLineEdit::Normal, {}, &ok);
    if (!ok)
        return;
    QString digits = text;
    const quint64 no = digits.remove(u',').trimmed().toULongLong(&ok);
    if (!ok || no == 0)
        m_status->showFailure(tr("%1 is not the number of a message").arg(text));
    else if (!m_log->goToNo(no))
        m_status->showFailure(tr("Message %1 is not in the list; the next one is chosen").arg(text));
}

void InspectorWindow::setStoreLimits(const StoreLimits &limits)
{
    RecorderLimits all = m_inspection->recorder()->limits();
    all.store = limits;
    m_inspection->messageLogModel()->setLimits(all);
    m_status->update();
}

void InspectorWindow::showStorageDialog()
{
    auto *dialog = new StorageDialog(
        m_inspection->recorder()->limits().store, [this] { return m_inspection->recorderStats().store; },
        [this](const StoreLimits &limits) {
            setStoreLimits(limits);
            saveSettings();
        },
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void InspectorWindow::offerRecovery(bool asked)
{
    m_project->offerLeft();
    const QString now = m_inspection->recorder()->limits().store.spoolFolder;
    const QStringList folders = StorageSettings::foldersToSearch(*openSettings(), now);
    // Beside the window's thread: it reads the header of every chunk that was left.
    QThreadPool::globalInstance()->start([self = QPointer<InspectorWindow>(this), folders, asked] {
        std::vector<AbandonedSpool> spools;
        for (const QString &folder : folders) {
            std::vector<AbandonedSpool> found = Spool::abandoned(folder);
            spools.insert(spools.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
        }
        std::stable_sort(spools.begin(), spools.end(), [](const AbandonedSpool &a, const AbandonedSpool &b) {
            return a.lastWritten < b.lastWritten;
        });
        QMetaObject::invokeMethod(qApp, [self, asked, found = std::move(spools)] {
            if (!self)
                return;
            if (found.empty() && asked && self->m_notices->count() == 0)
                self->m_status->showFailure(tr("No messages and no project were left on the disk"));
            else
                self->m_recovery->offer(found);
        });
    });
}

/// The live log is not touched: numbers of two runs never meet in one list.
RecoveryReport InspectorWindow::openRecovered(const QString &path)
{
    auto window = std::make_unique<RecoveredWindow>(path, m_inspection->recorder()->limits().store, this);
    const RecoveryReport report = window->report();
    if (!report.error) {
        window->setAttribute(Qt::WA_DeleteOnClose);
        window.release()->show();
    }
    return report;
}

void InspectorWindow::showColourRules()
{
    auto *dialog = new ColourRulesDialog(m_inspection->colourRules(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_inspection->colourRules(), &ColourRules::changed, dialog, [this] { saveSettings(); });
    dialog->open();
}

/// What a trace or an error names.
void InspectorWindow::goToFound(quint64 no)
{
    if (!m_log->goToNo(no))
        m_status->showFailure(
            tr("Message %1 is not in the list: the filter or a pause hides it; the next one is chosen")
                .arg(Format::count(no)));
}

void InspectorWindow::showKeys()
{
    auto *dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Keys"));
    auto *tree = new QTreeWidget(dialog);
    tree->setHeaderLabels({tr("Command"), tr("Key")});
    tree->setAccessibleName(tr("Commands and their keys"));
    tree->setRootIsDecorated(false);
    const std::function<void(const QMenu *, const QString &)> add = [&](const QMenu *menu, const QString &path) {
        for (const QAction *action : menu->actions()) {
            const QString text = path + action->text().remove(u'&').remove(u'…');
            if (action->menu())
                add(action->menu(), text + u" › "_s);
            else if (!action->shortcut().isEmpty())
                new QTreeWidgetItem(tree, {text, action->shortcut().toString(QKeySequence::NativeText)});
        }
    };
    for (const QAction *action : menuBar()->actions())
        add(action->menu(), action->text().remove(u'&') + u" › "_s);
    tree->resizeColumnToContents(0);
    auto *layout = new QVBoxLayout(dialog);
    layout->addWidget(tree);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    layout->addWidget(buttons);
    resizeWithinScreen(dialog, {480, 560});
    dialog->open();
}

void InspectorWindow::showAbout()
{
    auto *box = new QMessageBox(this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(tr("About SockScope"));
    box->setIconPixmap(windowIcon().pixmap(64, 64));
    box->setText(u"<h3>SockScope %1</h3>"_s.arg(QStringLiteral(SOCKSCOPE_VERSION)));
    QString text = tr("An inspector for network protocols, and the Qt library under it. It never hides "
                      "anything: every message is shown, stored or counted as lost with the reason.<br><br>"
                      "Licence: MIT. Uses Qt %1 under the LGPL.")
                       .arg(QLatin1String(qVersion()));
    for (const QString &added : std::as_const(m_aboutTexts))
        text += u"<br><br>"_s + added;
    box->setInformativeText(text);
    box->setStandardButtons(QMessageBox::Close);
    box->open();
}

} // namespace SockScope
