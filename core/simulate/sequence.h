#pragma once

#include <QList>
#include <QString>

#include <chrono>

#include "core/project/jsonnode.h"
#include "core/simulate/messagetemplate.h"

namespace SockScope {

/// One step of a sequence.
struct SequenceStep
{
    enum class Kind : quint8 {
        Send,   ///< message, to the run's peer
        Expect, ///< a message that passes filter, within timeout
        Wait,   ///< timeout ± jitter
        Repeat, ///< steps, times times
        While,  ///< steps, as long as the condition holds, at most SequenceRun::maximumSteps steps in all
        Branch, ///< steps when the condition or the filter on the last expected message holds, else otherwise
        Set,    ///< variable := text
        Fail    ///< text, a template
    };
    Kind kind = Kind::Send;
    QString name; ///< shown in the result; empty: made from what it does
    MessageTemplate message;
    QString filter;
    QString condition;     ///< an expression, n < 5
    bool isStrict = false; ///< of Expect: the first message has to pass
    std::chrono::milliseconds timeout{1000};
    std::chrono::milliseconds jitter{0};
    qint64 times = 1;
    QString variable;
    QString text;
    QList<SequenceStep> steps;
    QList<SequenceStep> otherwise;
};

/*! A conversation as it should go: what is sent, and what is expected then.
 *  Path    project file, the window → [this] → SequenceRun
 *  Shape   steps in their order, at most maximumSteps in all, nested at most maximumDepth deep
 *  Units   std::chrono
 *  Errors  sequencesFromJson says what is wrong, and where
 *  Thread  a value
 *  Source  none
 */
struct Sequence
{
    static constexpr qsizetype maximumSequences = 1000;
    static constexpr int maximumSteps = 10'000;
    static constexpr int maximumDepth = 16;

    enum class Start : quint8 {
        ByHand,
        PeerJoins ///< a run for each peer
    };
    QString name;
    Start start = Start::ByHand;
    QList<SequenceStep> steps;
    JsonNode source; ///< what it was read from, so that it can be written again
};

} // namespace SockScope
