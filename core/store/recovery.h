#pragma once

#include <QDateTime>
#include <QString>

#include <optional>
#include <vector>

#include "core/store/sockdescription.h"
#include "core/types/sockerror.h"

namespace SockScope {

/*! A spool that a program left behind when it crashed.
 *  Path    Spool::abandoned → [this] → a person's choice → MessageStore::adopt or Spool::discard
 *  Shape   what its headers say; a damaged tail shows when it is adopted
 *  Units   bytes on disk
 *  Errors  none
 *  Thread  a value: any thread
 *  Source  none
 */
struct AbandonedSpool
{
    QString path;
    quint64 messages = 0;
    qint64 bytes = 0;
    QDateTime lastWritten;
    std::optional<quint64> lostInMemory; ///< at least so many were not on the disk yet; nothing: it is not known
};

/*! What came back from an abandoned spool.
 *  Path    MessageStore::adopt → [this] → a person
 *  Shape   recovered and lost; lostMessages is what headers still tell of them: a header that is cut off tells nothing
 *  Units   bytes on disk
 *  Errors  error says why there is nothing; the spool is then as it was
 *  Thread  a value: any thread
 *  Source  none
 */
struct RecoveryReport
{
    quint64 recoveredMessages = 0;
    qint64 recoveredBytes = 0;
    quint64 lostMessages = 0;
    qint64 lostBytes = 0;
    std::optional<quint64> lostInMemory; ///< as AbandonedSpool has it
    std::vector<SockDescription> socks;  ///< their ids are what StoredMessage::sock() answers from now on
    std::optional<SockError> error;
};

} // namespace SockScope
