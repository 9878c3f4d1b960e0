#pragma once

#include <atomic>

#include "core/store/messagestore.h"
#include "ui/models/detailmessage.h"

namespace SockScope {

/*! The last message before another that is of the same sock, peer, type and direction.
 *  Path    MessageStore's chunks → [this] → "what changed since the last one"
 *  Shape   no and wallNs and payload of the one found; no 0 when there is none
 *  Units   searched and unreadable in messages
 *  Errors  complete is false when maximumSearched were looked at, or the search was cancelled; unreadable counts
 *          messages on the way that the spool could not give back
 *  Thread  a value; findPrevious: any
 *  Source  the columns alone are read until it is found
 */
struct PreviousMessage
{
    static constexpr quint64 maximumSearched = 5'000'000;

    quint64 no = 0;
    qint64 wallNs = 0;
    Bytes payload;
    quint64 searched = 0;
    quint64 unreadable = 0;
    bool complete = true;
};

/// atMost bounds the search further; inMemoryOnly ends it, incomplete, at the first spooled chunk.
PreviousMessage findPrevious(const StoredChunks &chunks, const DetailMessage &message,
                             const std::atomic<bool> *cancelled = nullptr,
                             quint64 atMost = PreviousMessage::maximumSearched, bool inMemoryOnly = false);

} // namespace SockScope
