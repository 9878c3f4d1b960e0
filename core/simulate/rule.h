#pragma once

#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

#include "core/project/jsonnode.h"
#include "core/simulate/messagetemplate.h"
#include "core/types/enums.h"

namespace SockScope {

/// Which messages a rule is about; what is left out does not matter, all else must hold.
struct RuleCondition
{
    std::optional<Direction> direction = Direction::In; ///< nothing: both
    QString sock;                                       ///< its name
    QString peer;                                       ///< "127.0.0.1:9000", "10.0.0.0/8", "127.0.0.1:*"
    QString type;                                       ///< a number, or a name as sent or as defined
    QString bytes;                                      ///< hexadecimal digits that the payload contains
    QString field;                                      ///< "data.id"
    QString op = QStringLiteral("==");                  ///< of field, as filters write it
    std::optional<JsonNode> value;                      ///< what the field is compared with; nothing: it is there
    QString regex;  ///< of the payload as text; its groups become the variables match1, match2, … and their names
    QString filter; ///< a display filter
    friend bool operator==(const RuleCondition &, const RuleCondition &) = default;
};

/// The colours that the log knows by name, in the order in which they are offered.
const QStringList &ruleColourNames();

/// One thing that a rule does.
struct RuleAction
{
    enum class Kind : quint8 {
        Answer,  ///< message, to who sent
        Send,    ///< message, to `to`
        Wait,    ///< delay ± jitter before what follows
        Set,     ///< variable := expression
        Mark,    ///< the message in the log
        Comment, ///< text, a template
        Colour,  ///< text: one of ruleColourNames(), "#rrggbb", or one for light and dark: "#rrggbb #rrggbb"
        Pause,   ///< the log
        Run,     ///< a program, with the payload as its input
        Close,   ///< the peer
        Refuse,  ///< the peer: close it, and take no more from it
        Skip,    ///< later rules do not see the message
        Stop     ///< all rules
    };
    Kind kind = Kind::Answer;
    MessageTemplate message;
    QString to; ///< "all", "127.0.0.1:9000", "NAME" of a sock (all its peers), "NAME 127.0.0.1:9000"
    std::chrono::milliseconds delay{0};
    std::chrono::milliseconds jitter{0};
    QString variable;
    QString text; ///< of Comment and Colour; the expression of Set; the program of Run
    QStringList arguments;
    friend bool operator==(const RuleAction &, const RuleAction &) = default;
};

/*! What shall happen when a message comes or leaves.
 *  Path    project file, the window → [this] → RuleEngine
 *  Shape   a condition and actions in their order, at most maximumActions; of the messages that meet the condition it
 *          takes every Nth, of those some by chance, and stops after atMost
 *  Units   std::chrono; probability 0 to 1
 *  Errors  RuleEngine::setRules says what is wrong, and where
 *  Thread  a value
 *  Source  none
 */
struct Rule
{
    static constexpr qsizetype maximumActions = 100;
    static constexpr qsizetype maximumRules = 10'000;

    QString name;
    bool enabled = true;
    RuleCondition when;
    double probability = 1;
    qint64 every = 1;
    qint64 atMost = 0; ///< 0: without end
    QList<RuleAction> actions;
    JsonNode source; ///< what it was read from, so that unknown keys are written again
    friend bool operator==(const Rule &, const Rule &) = default;
};

} // namespace SockScope
