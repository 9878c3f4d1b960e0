#include "ui/project/packetimport.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>

#include "core/project/packetsender.h"
#include "core/project/project.h"
#include "ui/models/messagetreemodel.h"
#include "ui/views/noticebar.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::PacketImport", text);
}

} // namespace

bool importPackets(const QString &path, MessageTreeModel *messages, NoticeBar *notices)
{
    const QString name = QFileInfo(path).fileName();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        notices->say(tr("%1 cannot be read: %2").arg(name, file.errorString()));
        return false;
    }
    ProjectError error;
    const auto imported = importPacketSender(file.read(Project::maximumBytes + 1), &error);
    if (!imported) {
        notices->say(tr("Nothing was imported from %1: %2").arg(name, error.toString()), path);
        return false;
    }
    ProjectItem folder;
    folder.kind = ProjectItem::Kind::Folder;
    folder.name = messages->freeName(QFileInfo(path).completeBaseName().left(ProjectItems::maximumName / 2), {});
    folder.items = imported->items;
    const auto count = imported->items.size();
    if (count > 0 && !messages->append({folder})) {
        notices->say(tr("Nothing was imported from %1: with its %2 packets there would be more than %3 saved messages.")
                         .arg(name)
                         .arg(count)
                         .arg(ProjectItems::maximumItems));
        return false;
    }
    if (count > 0 && imported->notes.isEmpty() && imported->left == 0)
        return true;
    constexpr qsizetype listed = 3;
    constexpr qsizetype tipped = 40;
    QString text = tr("%1 packets of %2 were imported, %3 could not be.").arg(count).arg(name).arg(imported->left);
    if (!imported->notes.isEmpty())
        text += u' ' + imported->notes.mid(0, listed).join(u"; "_s);
    if (imported->notes.size() > listed)
        text += u' ' + tr("and %1 more notes").arg(imported->notes.size() - listed);
    notices->say(text, imported->notes.mid(0, tipped).join(u'\n'));
    return count > 0;
}

bool askAndImportPackets(QWidget *window, MessageTreeModel *messages, NoticeBar *notices)
{
    QFileDialog dialog(window, tr("Import Packet Sender's Packets"), {},
                       tr("Exported packets (*.json);;All files (*)"));
    dialog.setObjectName(u"importDialog"_s);
    dialog.setFileMode(QFileDialog::ExistingFile);
    return dialog.exec() == QDialog::Accepted && !dialog.selectedFiles().isEmpty() &&
           importPackets(dialog.selectedFiles().first(), messages, notices);
}

} // namespace SockScope
