#include "core/simulate/swarmplan.h"

#include <algorithm>

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/simulate/rulejson.h"
#include "core/simulate/scripttext.h"
#include "core/simulate/sequencejson.h"

#ifdef Q_OS_UNIX
#include <sys/resource.h>
#endif

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 seedStep = 0x9e3779b97f4a7c15; // odd: the seeds of all peers differ

template <typename Named>
QString namesOf(const QList<Named> &list)
{
    QStringList names;
    for (const Named &each : list)
        names.append(each.name);
    return names.join(u", "_s).left(400);
}

template <typename Value, typename Read>
std::optional<QList<Value>> listOf(const Project &project, const QString &section, Read read, SimulateError *error)
{
    const JsonNode *node = project.section(section);
    return node ? read(*node, error) : std::optional(QList<Value>());
}

std::unique_ptr<BaseSock> makePeer(const Project &project, const SockSpec &socket, quint64 seed, int index)
{
    SockSpec spec = socket;
    for (ImpairSpec &impairment : spec.impairments) // else the same message of each peer would be lost
        impairment.seed = impairment.seed.value_or(seed) + static_cast<quint64>(index) * seedStep;
    SockError ignored; // one like it has been made before
    std::unique_ptr<BaseSock> sock = makeProjectSock(project, spec, &ignored);
    if (!sock)
        return nullptr;
    SockOptions options = sock->options();
    options.blockedAfter = std::chrono::milliseconds(0); // nobody would look at thousands of watchdogs
    options.logger = [](int, const QString &) {};
    options.preciseTicks = false;                             // nor has each a descriptor for it
    const std::shared_ptr<const Codec> codec = sock->codec(); // that of the options would come back
    sock->setOptions(options);
    sock->setCodec(codec);
    return sock;
}

} // namespace

std::unique_ptr<BaseSock> makeProjectSock(const Project &project, const SockSpec &spec, SockError *error)
{
    std::unique_ptr<BaseSock> sock = spec.makeSock(error);
    const auto codec = sock ? project.codecOf(spec, error) : nullptr;
    if (!codec)
        return nullptr;
    sock->setCodec(codec);
    if (const ProtocolDescription *protocol = project.protocolOf(spec))
        sock->setMessageTypes(protocol->messageTypes());
    return sock;
}

std::optional<SwarmOptions> SwarmPlan::options(SimulateError *error) const
{
    const auto fail = [error](const QString &path, const QString &what, const QString &remedy) {
        *error = {path, -1, what, remedy};
        return std::nullopt;
    };
    const auto personas = listOf<Persona>(project, u"personas"_s, personasFromJson, error);
    const auto sequences =
        personas ? listOf<Sequence>(project, u"sequences"_s, sequencesFromJson, error) : std::nullopt;
    const auto rules = sequences ? listOf<Rule>(project, u"rules"_s, rulesFromJson, error) : std::nullopt;
    const auto scripts = rules ? listOf<ScriptText>(project, u"scripts"_s, scriptsFromJson, error) : std::nullopt;
    if (!scripts)
        return std::nullopt;
    SwarmOptions result;
    result.count = count;
    result.seed = seed;
    const auto one =
        std::find_if(personas->begin(), personas->end(), [this](const Persona &each) { return each.name == persona; });
    if (one == personas->end()) {
        return fail({}, u"there is no persona named %1"_s.arg(persona.left(80)),
                    personas->isEmpty() ? u"write one, in the list \"personas\""_s
                                        : u"choose one of %1"_s.arg(namesOf(*personas)));
    }
    result.persona = *one;
    if (one->withRules)
        result.rules = *rules;
    const QString path = u"personas[%1]"_s.arg(one - personas->begin());
    const auto named = [error, &path](const auto &list, const QString &name, const QString &key) {
        const auto found =
            std::find_if(list.begin(), list.end(), [&name](const auto &each) { return each.name == name; });
        if (found == list.end()) {
            *error = {path + u'.' + key, -1, u"there is no %1 named %2"_s.arg(key, name.left(80)),
                      list.isEmpty() ? u"write one, in the list \"%1s\""_s.arg(key)
                                     : u"choose one of %1"_s.arg(namesOf(list))};
        }
        return found == list.end() ? std::nullopt : std::optional(*found);
    };
    if (!one->sequence.isEmpty() && !(result.sequence = named(*sequences, one->sequence, u"sequence"_s)))
        return std::nullopt;
    if (!one->script.isEmpty() && !(result.script = named(*scripts, one->script, u"script"_s)))
        return std::nullopt;

    // Where it is said to whom, a socket need not connect by itself.
    const QList<SockSpec> &all = project.sockets();
    const QString &wanted = one->socket;
    auto found = std::find_if(all.begin(), all.end(), [&wanted](const SockSpec &spec) {
        return wanted.isEmpty() ? !spec.connectTo.isEmpty() : spec.name == wanted;
    });
    if (found == all.end() && wanted.isEmpty() && to && !all.isEmpty())
        found = all.begin();
    if (found == all.end() || (found->connectTo.isEmpty() && !to)) {
        return fail(path + u".socket"_s,
                    found == all.end() && !wanted.isEmpty() ? u"there is no socket named %1"_s.arg(wanted.left(80))
                                                            : u"no socket of the persona connects to somebody"_s,
                    u"write one with \"connectTo\", in the list \"sockets\", or say to whom"_s);
    }
    SockSpec spec = *found;
    spec.listen.reset();
    if (to)
        spec.connectTo = {*to};
    if (!result.script)
        spec.tickMs = 0; // nobody else would hear them
    spec.impairments = impairments + spec.impairments;
    for (ImpairSpec &impairment : spec.impairments) {
        if (!impairment.seed)
            impairment.seed = impairSeed;
    }
    result.persona.socket = spec.name;
    SockError reason;
    if (!makeProjectSock(project, spec, &reason))
        return fail(spec.name, reason.what, reason.remedy);
    result.makeSock = [project = std::make_shared<const Project>(project), spec, seed = seed](int index) {
        return makePeer(*project, spec, seed, index);
    };
    return result;
}

quint64 allowDescriptors()
{
#ifdef Q_OS_UNIX
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return before;
    }
    return limit.rlim_cur == RLIM_INFINITY ? 0 : limit.rlim_cur;
#else
    return 0;
#endif
}

} // namespace SockScope
