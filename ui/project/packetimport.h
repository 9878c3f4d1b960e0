#pragma once

#include <QString>

class QWidget;

namespace SockScope {

class MessageTreeModel;
class NoticeBar;

/*! Packet Sender's exported packets as a folder of saved messages.
 *  Path    a file → importPacketSender → [this] → MessageTreeModel
 *  Shape   one folder named like the file, which can be removed as a whole; all of them or none
 *  Units   bytes: files of at most Project::maximumBytes
 *  Errors  what cannot be read, and what of a packet could not be taken over, is said in the bar; answers whether
 *          something was imported
 *  Thread  the window's
 *  Source  see core/project/packetsender.h
 */
bool importPackets(const QString &path, MessageTreeModel *messages, NoticeBar *notices);
/// Asks for the file first.
bool askAndImportPackets(QWidget *window, MessageTreeModel *messages, NoticeBar *notices);

} // namespace SockScope
