#pragma once

#include <QCoreApplication>
#include <QString>

#include <vector>

#include "core/types/enums.h"

namespace SockScope {

/// Something that happened to a peer.
struct PeerEvent
{
    enum class Kind : quint8 {
        Connecting, ///< we asked it for a connection
        Joined,     ///< it is in the sock's table
        Silent,     ///< it has sent nothing for half of the time-out
        CameBack,   ///< it sends again, or is in the table again after it had left
        TimedOut,
        Closed,  ///< for PeerEvent::reason
        Left,    ///< it was gone when the whole table was read again: nobody saw why
        Refused, ///< somebody put it on the sock's list of refused peers
        Allowed
    };
    qint64 wallUs = 0;
    Kind kind = Kind::Joined;
    CloseReason reason = CloseReason::Local;
};

/*! What has happened to one peer.
 *  Path    SockChanges → PeerModel → [this] → the Peers panel
 *  Shape   events in order, at most maximumEvents: beyond, the oldest but the first leave
 *  Units   microseconds since 1970 UTC
 *  Errors  leftOut() counts the events that left
 *  Thread  a value
 *  Source  none
 */
class PeerStory
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::PeerStory)
public:
    static constexpr size_t maximumEvents = 32;

    void add(const PeerEvent &event);
    const std::vector<PeerEvent> &events() const { return m_events; }
    quint32 leftOut() const { return m_leftOut; }
    /// How often it fell silent.
    quint32 silences() const { return m_silences; }
    qint64 lastUs() const { return m_events.empty() ? 0 : m_events.back().wallUs; }
    /// "joined 12:03 · silent 3× · back 12:05", in local time.
    QString summary() const;
    /// An event a line, with its time.
    QString lines() const;
    /// "silent", "closed: by us", …
    static QString what(const PeerEvent &event);
    /// Why a connection or peer ended, in words.
    static QString reasonText(CloseReason reason);

private:
    std::vector<PeerEvent> m_events;
    quint32 m_leftOut = 0;
    quint32 m_silences = 0;
};

} // namespace SockScope
