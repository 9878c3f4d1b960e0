#pragma once

#include <QString>
#include <QStringList>

#include "core/types/endpoint.h"
#include "core/types/enums.h"
#include "core/types/messagetype.h"

namespace SockScope {

/// What a row of the log shows, read from its chunk once: small, and without a hold on the chunk.
struct LogRow
{
    quint64 no = 0;
    qint64 wallNs = 0;
    Endpoint peer;
    MessageType type;
    quint32 sock = 0;
    quint32 wireBytes = 0;
    quint16 flags = 0; ///< ChunkFlag
    Direction direction = Direction::In;
    Outcome outcome = Outcome::Dispatched;
    bool readable = true;
    int rule = -1; ///< the colour rule that holds; -1: none
    QString typeLabel;
    QString summary;
    QString note;       ///< why it cannot be read, when it cannot
    QStringList fields; ///< of LogColumns, in their order
};

} // namespace SockScope
