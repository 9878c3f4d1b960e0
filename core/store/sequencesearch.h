#pragma once

#include "core/store/messagestore.h"

namespace SockScope {

/*! Finds a message of the store by its sock and its number in that sock, a chunk at a time.
 *  Path    MessageStore → [this] → who knows a message by its sequence: traces, errors
 *  Shape   call step() until it answers true, then state() and no() tell. Sequences of a sock grow in the store:
 *          halving the chunks finds one in a few steps; chunks without the sock are passed over
 *  Units   as MessageHead::sequence
 *  Errors  a chunk that the spool cannot give back is passed over: Unreadable when the message may lie in it
 *  Thread  one thread at a time; a step reads at most one chunk's columns
 *  Source  binary search; sequence numbers compare by their difference (RFC 1982)
 */
class SequenceSearch
{
public:
    enum class State : quint8 {
        Searching,
        Found,
        Left,      ///< it is older than all that is kept of its sock
        Missing,   ///< it did not come into the store: it was lost on the way, or is not there yet
        Unreadable ///< a chunk cannot be read
    };

    SequenceSearch(StoredChunks chunks, quint32 sock, quint32 sequence);
    /// True when the search has ended.
    bool step();
    State state() const { return m_state; }
    /// Of the message found; 0 otherwise.
    quint64 no() const { return m_no; }

private:
    void passOver();
    bool end(State state);

    StoredChunks m_chunks;
    quint32 m_sock;
    quint32 m_sequence;
    size_t m_from = 0; // the message is in none before …
    size_t m_to;       // … and in none from here on
    size_t m_middle;
    size_t m_probe; // from m_middle to here no chunk has the sock
    bool m_unreadable = false;
    State m_state = State::Searching;
    quint64 m_no = 0;
};

} // namespace SockScope
