#include "ui/models/peerstory.h"

#include <QStringList>

#include "ui/models/format.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString minutes(qint64 wallUs)
{
    return Format::clockTime(wallUs).left(5);
}

} // namespace

void PeerStory::add(const PeerEvent &event)
{
    if (event.kind == PeerEvent::Kind::Silent)
        ++m_silences;
    if (m_events.size() >= maximumEvents) {
        m_events.erase(m_events.begin() + 1); // when it joined is worth more than what came second
        ++m_leftOut;
    }
    m_events.push_back(event);
}

QString PeerStory::summary() const
{
    if (m_events.empty())
        return {};
    QStringList parts;
    const PeerEvent &first = m_events.front();
    const PeerEvent &last = m_events.back();
    parts.append(u"%1 %2"_s.arg(what(first), minutes(first.wallUs)));
    if (m_silences > 0)
        parts.append(tr("silent %1×").arg(m_silences));
    if (m_events.size() > 1)
        parts.append(u"%1 %2"_s.arg(what(last), minutes(last.wallUs)));
    return parts.join(u" · "_s);
}

QString PeerStory::lines() const
{
    QStringList lines;
    for (const PeerEvent &event : m_events) {
        lines.append(u"%1  %2"_s.arg(Format::clockTime(event.wallUs).left(12), what(event)));
        if (lines.size() == 1 && m_leftOut > 0)
            lines.append(tr("… %1 events left out …").arg(Format::count(quint64(m_leftOut))));
    }
    return lines.join(u'\n');
}

QString PeerStory::what(const PeerEvent &event)
{
    switch (event.kind) {
    case PeerEvent::Kind::Connecting:
        return tr("connecting");
    case PeerEvent::Kind::Joined:
        return tr("joined");
    case PeerEvent::Kind::Silent:
        return tr("silent");
    case PeerEvent::Kind::CameBack:
        return tr("back");
    case PeerEvent::Kind::TimedOut:
        return tr("timed out");
    case PeerEvent::Kind::Closed:
        return tr("closed: %1").arg(reasonText(event.reason));
    case PeerEvent::Kind::Left:
        return tr("left, nobody saw when");
    case PeerEvent::Kind::Refused:
        return tr("refused");
    case PeerEvent::Kind::Allowed:
        return tr("allowed again");
    }
    return {};
}

QString PeerStory::reasonText(CloseReason reason)
{
    switch (reason) {
    case CloseReason::Local:
        return tr("by us");
    case CloseReason::Remote:
        return tr("by the peer");
    case CloseReason::TimedOut:
        return tr("silent for too long");
    case CloseReason::Refused:
        return tr("not a good peer");
    case CloseReason::FramingError:
        return tr("its bytes were no messages");
    case CloseReason::SlowReader:
        return tr("it read too slowly");
    case CloseReason::NetworkError:
        return tr("the network failed");
    case CloseReason::Stopped:
        return tr("the socket stopped");
    case CloseReason::NoFrame:
        return tr("it sent no message in time");
    case CloseReason::SlowFrame:
        return tr("a message took too long");
    case CloseReason::BufferLimit:
        return tr("an unfinished message grew too large");
    }
    return {};
}

} // namespace SockScope
