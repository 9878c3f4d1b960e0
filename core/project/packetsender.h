#pragma once

#include <QByteArray>
#include <QList>
#include <QStringList>

#include <optional>

#include "core/project/projectitem.h"

namespace SockScope {

/// What became of the packets of a file.
struct ImportedPackets
{
    QList<ProjectItem> items;
    QStringList notes; ///< "name: what of it could not be taken over"
    int left = 0;      ///< packets of which nothing could be
};

/*! Packet Sender's exported packets as saved messages.
 *  Path    a JSON file → [this] → MessageTreeModel
 *  Shape   a list of objects with name, hexstring, toip, port, tcporudp, repeat, …, numbers as texts; text payloads
 *          become text with escapes, others hex. TLS, DTLS, HTTP, answers and local ports are noted: there is no such
 *          thing here
 *  Units   its repeat is in seconds, ours in milliseconds
 *  Errors  as parseJsonText; Invalid when it is no list of packets; what is wrong with one packet is a note
 *  Thread  a function
 *  Source  the program's export, as of its version 8
 */
std::optional<ImportedPackets> importPacketSender(const QByteArray &json, ProjectError *error);

} // namespace SockScope
