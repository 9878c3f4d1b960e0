#pragma once

#include <QString>

#include <optional>

#include "core/types/endpoint.h"
#include "core/types/enums.h"
#include "core/types/messagetype.h"

namespace SockScope {

/// Loss that comes in bursts: a link that is good or bad, and loses other shares in each.
struct BurstLoss
{
    double toBad = 0;      ///< p: the chance before each message that a good link becomes bad
    double toGood = 1;     ///< r: and that a bad one becomes good; a burst is 1/r messages long
    double lossInBad = 1;  ///< 1-h
    double lossInGood = 0; ///< 1-k
    friend bool operator==(const BurstLoss &, const BurstLoss &) = default;
};

/// How a delay varies.
enum class JitterShape : quint8 {
    Uniform, ///< evenly within delay ± jitter
    Normal,  ///< jitter is the standard deviation
    Pareto   ///< jitter is the standard deviation; most come early, few very late
};

/*! What a bad network shall do to some messages of a sock.
 *  Path    words (impair/impairtext), SockOptions → [this] → Impairer
 *  Shape   which messages: direction, peer, type, filter, all of which must hold; and what happens to them. Of several
 *          descriptions the first that applies counts
 *  Units   nanoseconds; chances from 0 to 1; bits a second; messages
 *  Errors  none here: parseImpair checks the text
 *  Thread  a value
 *  Source  tc-netem(8); Gilbert (1960) and Elliott (1963) for bursts
 */
struct ImpairSpec
{
    static constexpr qint64 maximumDelayNs = 3'600'000'000'000;        ///< an hour
    static constexpr qint64 maximumRate = 1'000'000'000'000;           ///< a terabit a second
    static constexpr int maximumLimit = 1'000'000;                     ///< of messages that wait
    static constexpr qsizetype maximumWaitingBytes = 64 * 1024 * 1024; ///< of messages that wait
    static constexpr int maximumCorruptPlaces = 65'536;

    // which messages
    bool inbound = true;
    bool outbound = true;
    Endpoint peer;                   ///< null: any; port 0: any port of the address
    std::optional<MessageType> type; ///< a name also stands for the number that has it
    QString filter;                  ///< in the log's language; empty: any

    // what happens to them
    qint64 delayNs = 0;
    qint64 jitterNs = 0;
    JitterShape jitterShape = JitterShape::Uniform;
    double loss = 0;
    std::optional<BurstLoss> burstLoss;
    double duplicate = 0;
    double corrupt = 0;
    int corruptPlaces = 1;        ///< bits that change, or bytes
    bool corruptBytes = false;    ///< whole bytes rather than single bits
    double reorder = 0;           ///< the chance that a message does not wait, and overtakes those that do
    int reorderGap = 1;           ///< at most every so many messages
    qint64 rateBitsPerSecond = 0; ///< 0: no limit
    int limit = 1000;             ///< messages that may wait; more are dropped
    std::optional<quint64> seed;  ///< none: another one every time

    friend bool operator==(const ImpairSpec &, const ImpairSpec &) = default;
};

} // namespace SockScope
