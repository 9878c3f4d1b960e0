#pragma once

#include <QList>
#include <QString>

#include <array>
#include <chrono>
#include <optional>

#include "core/project/jsonnode.h"
#include "core/simulate/messagetemplate.h"
#include "core/simulate/simulateerror.h"

namespace SockScope {

/// What a simulated peer does wrong, instead of its heartbeats.
enum class Misbehaviour : quint8 {
    None,
    HalfFrame,      ///< half a frame, and then nothing more
    SlowSender,     ///< its frames, one byte at a time
    Oversize,       ///< a frame that is longer than anybody takes
    Silence,        ///< it is there and says nothing
    ReconnectStorm, ///< it goes and comes back, many times a second
    Garbage         ///< bytes of chance
};
constexpr size_t misbehaviourCount = 7;
/// "halfFrame", as a project writes it.
QString misbehaviourName(Misbehaviour misbehaviour);

/*! How one of many simulated peers behaves.
 *  Path    project file → [this] → Swarm
 *  Shape   it connects as the project's socket does, sends heartbeats, runs a sequence or a script, lets the
 *          project's rules answer; some misbehave
 *  Units   std::chrono; shares from 0 to 1, together at most 1
 *  Errors  personasFromJson says what is wrong, and where
 *  Thread  a value
 *  Source  none
 */
struct Persona
{
    static constexpr qsizetype maximumPersonas = 1000;

    QString name;
    QString socket; ///< of the project; empty: the first that connects somewhere
    bool withRules = false;
    QString sequence;                       ///< empty: none
    QString script;                         ///< of the project; empty: none
    std::chrono::milliseconds ramp{0};      ///< the last one starts so long after the first
    std::chrono::milliseconds heartbeat{0}; ///< 0: none
    std::chrono::milliseconds jitter{0};
    MessageTemplate message;
    std::array<double, misbehaviourCount> shares{}; ///< by Misbehaviour; None's is what is left

    double misbehaving() const;
};

/// The section "personas" of a project file; nothing, and the first thing that is wrong.
std::optional<QList<Persona>> personasFromJson(const JsonNode &node, SimulateError *error);

} // namespace SockScope
