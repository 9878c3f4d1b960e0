#include "core/simulate/persona.h"

#include <algorithm>
#include <numeric>

#include "core/simulate/scripttext.h"
#include "core/simulate/simulatereader_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array names{"none", "halfFrame", "slow", "oversize", "silence", "storm", "garbage"};
static_assert(names.size() == misbehaviourCount);

void refuseUnknown(ProjectReader &reader, const JsonNode &node, const QStringList &known)
{
    for (const JsonMember &member : node.members()) {
        if (!known.contains(member.key) && !member.key.startsWith(u"x-"_s)) {
            reader.fail(member.key, u"this key is not known here"_s,
                        u"the keys are %1; one of your own begins with x-"_s.arg(known.join(u", "_s)));
        }
    }
}

void readHeartbeat(ProjectReader &outer, Persona *persona, SimulateError *problem)
{
    const JsonNode *node = outer.find(u"heartbeat"_s);
    if (!node)
        return;
    if (!node->isObject()) {
        outer.fail(u"heartbeat"_s, u"this is no heartbeat"_s, u"write {\"everyMs\": 1000, \"payload\": \"…\"}"_s);
        return;
    }
    ProjectReader reader(*node, outer.pathOf(u"heartbeat"_s));
    refuseUnknown(reader, *node, QStringList{u"everyMs"_s, u"jitterMs"_s} + messageKeys());
    persona->heartbeat = std::chrono::milliseconds(reader.whole(u"everyMs"_s, 1, maximumSimulateMs, 1000));
    persona->jitter = std::chrono::milliseconds(reader.whole(u"jitterMs"_s, 0, maximumSimulateMs, 0));
    persona->message = readMessage(reader);
    if (persona->jitter > persona->heartbeat)
        reader.fail(u"jitterMs"_s, u"this is longer than the time between two"_s, u"make it shorter"_s);
    TemplateError wrong;
    if (const auto error = simulateError(reader))
        *problem = *error;
    else if (!ComposedMessage::compile(persona->message, &wrong))
        *problem = {reader.pathOf(u"payload"_s), wrong.column, wrong.what, u"correct the text there"_s, node->offset()};
}

void readShares(ProjectReader &outer, Persona *persona, SimulateError *problem)
{
    const JsonNode *node = outer.find(u"misbehave"_s);
    if (!node)
        return;
    ProjectReader reader(*node, outer.pathOf(u"misbehave"_s));
    QStringList known;
    for (size_t i = 1; i < names.size(); ++i)
        known.append(QLatin1StringView(names[i]));
    if (!node->isObject())
        reader.fail(QString(), u"these are no misbehaviours"_s, u"write {\"silence\": 0.1}, say"_s);
    else
        refuseUnknown(reader, *node, known);
    for (size_t i = 1; i < names.size(); ++i) {
        const QString key = QLatin1StringView(names[i]);
        const JsonNode *share = reader.find(key);
        if (!share)
            continue;
        persona->shares[i] = share->kind() == JsonNode::Kind::Number ? share->literal().toDouble() : -1;
        if (!(persona->shares[i] >= 0 && persona->shares[i] <= 1))
            reader.fail(key, u"this is no share from 0 to 1"_s, u"0.1 is one in ten"_s);
    }
    if (persona->misbehaving() > 1 + 1e-9)
        reader.fail(QString(), u"together these are more than all"_s, u"let them sum up to 1 at most"_s);
    if (const auto error = simulateError(reader))
        *problem = *error;
}

} // namespace

QString misbehaviourName(Misbehaviour misbehaviour)
{
    return QLatin1StringView(names[static_cast<size_t>(misbehaviour)]);
}

double Persona::misbehaving() const
{
    return std::accumulate(shares.begin() + 1, shares.end(), 0.0);
}

std::optional<QList<Persona>> personasFromJson(const JsonNode &node, SimulateError *error)
{
    const auto fail = [&](const SimulateError &problem) {
        if (error)
            *error = problem;
        return std::nullopt;
    };
    if (!node.isArray() || node.items().size() > static_cast<size_t>(Persona::maximumPersonas)) {
        return fail({u"personas"_s, -1, u"this is no list of at most %1 personas"_s.arg(Persona::maximumPersonas),
                     u"write [{\"name\": \"player\", …}]"_s, node.offset()});
    }
    QList<Persona> personas;
    for (const JsonNode &each : node.items()) {
        Persona persona;
        ProjectReader reader(each, u"personas[%1]"_s.arg(personas.size()));
        if (!each.isObject())
            reader.fail(QString(), u"this is no persona"_s, u"write {\"name\": \"player\", …}"_s);
        refuseUnknown(reader, each,
                      {u"name"_s, u"socket"_s, u"rules"_s, u"sequence"_s, u"script"_s, u"rampMs"_s, u"heartbeat"_s,
                       u"misbehave"_s});
        persona.name = reader.text(u"name"_s, 200);
        persona.socket = reader.text(u"socket"_s, 200);
        persona.withRules = reader.boolean(u"rules"_s, false);
        persona.sequence = reader.text(u"sequence"_s, 200);
        persona.script = reader.text(u"script"_s, ScriptText::maximumName);
        persona.ramp = std::chrono::milliseconds(reader.whole(u"rampMs"_s, 0, maximumSimulateMs, 0));
        if (persona.name.isEmpty())
            reader.fail(QString(), u"the persona has no name"_s, u"write \"name\": \"player\", say"_s);
        SimulateError problem;
        readHeartbeat(reader, &persona, &problem);
        if (problem.what.isEmpty())
            readShares(reader, &persona, &problem);
        const bool isTwice = std::any_of(personas.begin(), personas.end(),
                                         [&persona](const Persona &other) { return other.name == persona.name; });
        if (isTwice)
            reader.fail(u"name"_s, u"two personas have this name"_s, u"rename one"_s);
        if (const auto first = simulateError(reader))
            return fail(*first);
        if (!problem.what.isEmpty())
            return fail(problem);
        personas.append(persona);
    }
    return personas;
}

} // namespace SockScope
