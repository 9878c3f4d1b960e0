#include "core/simulate/sequencejson.h"

#include "core/simulate/compiledsequence_p.h"
#include "core/simulate/simulatereader_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = SequenceStep::Kind;

const QStringList &stepNames()
{
    static const QStringList names{u"send"_s,  u"expect"_s, u"wait"_s, u"repeat"_s,
                                   u"while"_s, u"branch"_s, u"set"_s,  u"fail"_s};
    return names;
}

QStringList keysOf(Kind kind)
{
    switch (kind) {
    case Kind::Send:
        return messageKeys();
    case Kind::Expect:
        return {u"filter"_s, u"timeoutMs"_s, u"strict"_s};
    case Kind::Wait:
        return {u"ms"_s, u"jitterMs"_s};
    case Kind::Repeat:
        return {u"times"_s, u"steps"_s};
    case Kind::While:
        return {u"condition"_s, u"steps"_s};
    case Kind::Branch:
        return {u"condition"_s, u"filter"_s, u"then"_s, u"else"_s};
    case Kind::Set:
        return {u"variable"_s, u"to"_s};
    case Kind::Fail:
        return {u"message"_s};
    }
    return {};
}

class Reader
{
public:
    explicit Reader(SimulateError *error)
        : m_error(error)
    {
    }
    std::optional<Sequence> sequence(const JsonNode &node, const QString &path)
    {
        Sequence sequence;
        ProjectReader reader(node, path);
        if (!node.isObject())
            reader.fail(QString(), u"this is no sequence"_s, u"write {\"name\": \"login\", \"steps\": […]}"_s);
        refuseUnknown(reader, node, {u"name"_s, u"start"_s, u"steps"_s});
        sequence.name = reader.text(u"name"_s, 200);
        if (sequence.name.isEmpty())
            reader.fail(QString(), u"the sequence has no name"_s, u"write \"name\": \"login\", say"_s);
        sequence.start = readChoice(reader, u"start"_s, {u"hand"_s, u"peer"_s}, 0) == 1 ? Sequence::Start::PeerJoins
                                                                                        : Sequence::Start::ByHand;
        sequence.source = node;
        if (!ok(reader) || !steps(reader, u"steps"_s, 1, sequence.steps))
            return std::nullopt;
        return sequence;
    }

private:
    bool ok(const ProjectReader &reader)
    {
        const auto problem = simulateError(reader);
        if (problem && m_error)
            *m_error = *problem;
        return !problem;
    }
    static void refuseUnknown(ProjectReader &reader, const JsonNode &node, const QStringList &known)
    {
        for (const JsonMember &member : node.members()) {
            if (!known.contains(member.key) && !member.key.startsWith(u"x-"_s)) {
                reader.fail(member.key, u"this key is not known here"_s,
                            u"the keys are %1; one of your own begins with x-"_s.arg(known.join(u", "_s)));
            }
        }
    }
    bool steps(ProjectReader &reader, const QString &key, int depth, QList<SequenceStep> &out)
    {
        const JsonNode *list = reader.find(key);
        if (!list)
            return true;
        if (!list->isArray() || depth > Sequence::maximumDepth) {
            if (list->isArray())
                reader.fail(key, u"steps are nested deeper than %1"_s.arg(Sequence::maximumDepth), u"flatten them"_s);
            else
                reader.fail(key, u"this is no list of steps"_s, u"write [{\"do\": \"send\", …}]"_s);
            return ok(reader);
        }
        for (const JsonNode &each : list->items()) {
            ProjectReader inner(each, u"%1[%2]"_s.arg(reader.pathOf(key)).arg(out.size()));
            if (!step(inner, each, depth, out))
                return false;
        }
        return true;
    }
    bool step(ProjectReader &reader, const JsonNode &node, int depth, QList<SequenceStep> &out)
    {
        SequenceStep step;
        if (!node.isObject() || !reader.has(u"do"_s))
            reader.fail(QString(), u"it is not said what to do"_s, u"write {\"do\": \"send\", …}, say"_s);
        step.kind = static_cast<Kind>(qMax(0, readChoice(reader, u"do"_s, stepNames(), 0)));
        refuseUnknown(reader, node, QStringList{u"do"_s, u"name"_s} + keysOf(step.kind));
        step.name = reader.text(u"name"_s, 200);
        step.filter = step.kind == Kind::Send ? QString() : reader.text(u"filter"_s, Filter::maximumLength);
        step.condition = reader.text(u"condition"_s, Filter::maximumLength);
        switch (step.kind) {
        case Kind::Send:
            step.message = readMessage(reader);
            break;
        case Kind::Expect:
            step.timeout = std::chrono::milliseconds(reader.whole(u"timeoutMs"_s, 0, maximumSimulateMs, 1000));
            step.isStrict = reader.boolean(u"strict"_s, false);
            break;
        case Kind::Wait:
            step.timeout = std::chrono::milliseconds(reader.whole(u"ms"_s, 0, maximumSimulateMs, 0));
            step.jitter = std::chrono::milliseconds(reader.whole(u"jitterMs"_s, 0, maximumSimulateMs, 0));
            break;
        case Kind::Repeat:
            step.times = reader.whole(u"times"_s, 0, 1'000'000, 1);
            break;
        case Kind::Set:
            step.variable = reader.text(u"variable"_s, 200);
            step.text = reader.text(u"to"_s, maximumSimulateText);
            break;
        case Kind::Fail:
            step.text = reader.text(u"message"_s, maximumSimulateText);
            break;
        default:
            break;
        }
        if (!ok(reader) || !steps(reader, step.kind == Kind::Branch ? u"then"_s : u"steps"_s, depth + 1, step.steps) ||
            !steps(reader, u"else"_s, depth + 1, step.otherwise))
            return false;
        out.append(step);
        return true;
    }

    SimulateError *m_error;
};

} // namespace

std::optional<QList<Sequence>> sequencesFromJson(const JsonNode &node, SimulateError *error)
{
    const QString path = u"sequences"_s;
    const auto fail = [&](SimulateError problem) {
        if (error)
            *error = std::move(problem);
        return std::nullopt;
    };
    if (!node.isArray() || node.items().size() > static_cast<size_t>(Sequence::maximumSequences)) {
        return fail({path, -1,
                     node.isArray() ? u"there are more than %1 sequences"_s.arg(Sequence::maximumSequences)
                                    : u"this is no list of sequences"_s,
                     node.isArray() ? u"leave some out"_s : u"write [{…}, {…}]"_s, node.offset()});
    }
    QList<Sequence> sequences;
    for (const JsonNode &each : node.items()) {
        const QString at = path + u"[%1]"_s.arg(sequences.size());
        auto sequence = Reader(error).sequence(each, at);
        if (!sequence)
            return std::nullopt;
        SimulateError problem;
        if (!CompiledSequence::compile(*sequence, &problem)) {
            problem.path = at + u'.' + problem.path;
            problem.offset = offsetOf(node, path, problem.path);
            return fail(problem);
        }
        for (const Sequence &other : sequences) {
            if (other.name == sequence->name)
                return fail({at + u".name"_s, -1, u"two sequences have this name"_s, u"rename one"_s, each.offset()});
        }
        sequences.append(std::move(*sequence));
    }
    return sequences;
}

} // namespace SockScope
