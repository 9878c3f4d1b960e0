#pragma once

#include "core/tap/tap.h"
#include "core/types/enums.h"

namespace SockScope {

/*! One row of the log: a message in either direction, and what became of it.
 *  Path    tap → [this] → recorder → models
 *  Shape   no is given by the Recorder, from 1, and never changes; payload is the frame's payload (the broken bytes
 *          when it could not be framed or decoded)
 *  Units   wallUs: microseconds since 1970 UTC; steadyNs: the sock's Clock; wireBytes: bytes
 *  Errors  note says what went wrong, empty when nothing did
 *  Thread  a value: any thread
 *  Source  none
 */
struct Record
{
    quint64 no = 0;
    qint64 wallUs = 0;
    qint64 steadyNs = 0;
    Endpoint peer;
    MessageType type;
    Bytes payload;
    qsizetype wireBytes = 0;
    QString note;
    quint32 sock = 0; ///< SockMonitor::sockId
    Direction direction = Direction::In;
    Outcome outcome = Outcome::Dispatched;
    EnvelopeFlags flags;

    bool isError() const
    {
        return outcome != Outcome::Dispatched && outcome != Outcome::Unhandled && outcome != Outcome::Sent;
    }
    /// What the recorder's byte limit counts.
    qsizetype memoryBytes() const { return static_cast<qsizetype>(sizeof(Record)) + payload.size() + note.size() * 2; }
};

} // namespace SockScope
