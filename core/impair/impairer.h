#pragma once

#include <QHash>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/impair/impairfates.h"
#include "core/impair/impairreport.h"
#include "core/types/bytes.h"
#include "core/types/count.h"
#include "core/types/envelope.h"
#include "core/types/impairspec.h"

namespace SockScope {

/// A message that waits.
struct ImpairedMessage
{
    Direction direction = Direction::Out;
    Endpoint peer;
    MessageType type;
    Bytes payload;
    Bytes wire; ///< out
    qsizetype wireBytes = 0;
    EnvelopeFlags flags; ///< in
};

/// Where a message goes that is not lost.
struct ImpairPlacement
{
    enum class Kind : quint8 {
        Pass, ///< on, at once
        Wait, ///< until releaseNs
        Full  ///< there is no place to wait
    };
    Kind kind = Kind::Pass;
    qint64 releaseNs = 0;
    bool overtakes = false; ///< an earlier message of its peer still waits then
};

/*! What a bad network does to messages: who is lost, who waits how long, and the queue in which they wait.
 *  Path    framing → [this] → transport; framing → [this] → codec
 *  Shape   ruleFor, then judge, then place and hold once for the message and once for its copy; peekDue and
 *          takeFront when nextDueNs has come. The caller counts, tells the taps, and has the alarm
 *  Units   nanoseconds of the caller's clock; bytes on the wire
 *  Errors  a full queue is a Placement; limits a description: ImpairSpec::limit messages and maximumWaitingBytes
 *  Thread  the sock's thread
 *  Source  tc-netem(8); a link of a rate sends one message after the other, and then each has its delay
 */
class Impairer
{
public:
    /// Messages that wait stay, as long as they were to wait.
    void setRules(std::vector<ImpairSpec> rules);
    const std::vector<ImpairSpec> &rules() const { return m_specs; }
    std::vector<ImpairReport> reports() const;
    /// Another one after each setRules: the numbers of rules mean others.
    quint64 revision() const { return m_revision; }

    /// Whether the rule's direction and peer fit; type and filter are the caller's to judge.
    bool concerns(int rule, Direction direction, const Endpoint &peer) const;
    int ruleCount() const { return static_cast<int>(m_specs.size()); }
    /// What the rule wants of the next message; counts it.
    ImpairFate judge(int rule, Direction direction);
    /// ordered: nothing may overtake an earlier message of the peer, unless that is the message's fate. rule -1: it has
    /// none, and only waits for those before it.
    ImpairPlacement place(int rule, const ImpairFate &fate, bool isCopy, bool ordered, const ImpairedMessage &message,
                          qint64 nowNs);
    std::vector<CorruptByte> corruption(int rule, Direction direction, quint64 number, qsizetype bytes);
    /// After place has answered Wait.
    void hold(int rule, qint64 releaseNs, ImpairedMessage &&message);

    /// The first that is due; null: none is.
    const ImpairedMessage *peekDue(qint64 nowNs) const;
    ImpairedMessage takeFront() { return take(m_held.begin()); }
    std::optional<qint64> nextDueNs() const;
    /// Takes those that wait for this peer in this direction.
    std::vector<ImpairedMessage> takePeer(Direction direction, const Endpoint &peer);
    std::vector<ImpairedMessage> takeAll();
    Count waiting(Direction direction) const { return m_waiting[static_cast<size_t>(direction)]; }
    bool waitsFor(Direction direction, const Endpoint &peer) const;
    bool isEmpty() const { return m_held.empty(); }

private:
    /// One rule in one direction.
    struct Line
    {
        Line(const ImpairSpec &ruleSpec, quint64 seed, quint64 stream);
        ImpairSpec spec;
        ImpairFates fates;
        ImpairStats stats;
        qsizetype waitingBytes = 0;
        qint64 busyUntilNs = 0; ///< the link of its rate
    };
    struct Held
    {
        ImpairedMessage message;
        std::shared_ptr<Line> line;
    };
    /// A peer's messages that wait.
    struct Lane
    {
        qsizetype waiting = 0;
        qint64 lastNs = 0; ///< when the last of them goes
    };
    using Queue = std::multimap<qint64, Held>; // those of one time stay in their order

    Line *line(int rule, Direction direction) const;
    ImpairedMessage take(Queue::iterator at);

    std::vector<ImpairSpec> m_specs;
    std::vector<quint64> m_seeds;
    quint64 m_revision = 0;
    std::vector<std::array<std::shared_ptr<Line>, 2>> m_lines; ///< by rule and Direction; the last are for no rule
    Queue m_held;
    std::array<QHash<Endpoint, Lane>, 2> m_lanes;
    std::array<Count, 2> m_waiting;
};

} // namespace SockScope
