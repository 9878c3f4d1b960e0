// The part of sockscope-cli send that sends what is saved in a project.
#include <QFileInfo>

#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/sendcommand.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/project/project.h"
#include "core/types/messagetypes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

const SockSpec *socketOf(const Project &project, const QString &name)
{
    if (name.isEmpty()) // only one can be meant when there is only one
        return project.sockets().size() == 1 ? &project.sockets().first() : nullptr;
    const auto found = std::find_if(project.sockets().begin(), project.sockets().end(),
                                    [&name](const SockSpec &spec) { return spec.name == name; });
    return found == project.sockets().end() ? nullptr : &*found;
}

/// Of a sequence: the first of its messages says where all of it goes.
const ProjectMessage *messageOf(const ProjectItem &item)
{
    if (item.kind == ProjectItem::Kind::Message)
        return &item.message;
    const auto first = std::find_if(item.items.begin(), item.items.end(),
                                    [](const ProjectItem &step) { return step.kind == ProjectItem::Kind::Message; });
    return item.kind == ProjectItem::Kind::Sequence && first != item.items.end() ? &first->message : nullptr;
}

} // namespace

std::optional<UsageError> SendCommand::readTargets(const QString &word, bool isUrl, SockSpec *spec)
{
    ProjectMessage message;
    message.to = word;
    const QStringList peers = message.peers();
    if (peers.size() > ProjectMessage::maximumPeers)
        return UsageError{tr("these are more than %1 peers").arg(ProjectMessage::maximumPeers),
                          tr("send to fewer at once")};
    SockError reason;
    spec->connectTo.clear();
    for (const QString &peer : peers.isEmpty() ? QStringList{word} : peers) {
        std::optional<HostPort> address;
        if (spec->connectTo.isEmpty() && isUrl) {
            if (const auto url = SockUrl::fromString(word.section(u',', 0, 0).trimmed(), &reason)) {
                spec->kind = url->kind;
                address = url->address;
            }
        } else {
            address = HostPort::fromString(peer, &reason);
        }
        if (!address)
            return UsageError{reason.what, reason.remedy};
        if (spec->connectTo.contains(*address))
            return UsageError{tr("%1 is there twice").arg(peer.left(80)), tr("name each peer once")};
        spec->connectTo.append(*address);
    }
    return std::nullopt;
}

std::optional<SockSpec> SendCommand::targetOf(const Project &project, const ProjectItem &item,
                                              const CommandLine &line) const
{
    const ProjectMessage &message = *messageOf(item);
    const SockSpec *socket = socketOf(project, message.socket);
    if (!socket && !message.socket.isEmpty()) {
        printFailure(tr("the project has no socket named %1").arg(message.socket),
                     tr("correct the message's \"socket\""));
        return std::nullopt;
    }
    SockSpec spec = socket ? *socket : SockSpec();
    const QString to = line.words().isEmpty() ? message.to : line.words().first();
    if (!to.isEmpty()) {
        const TransportKind before = spec.kind;
        if (const auto wrong = readTargets(to, !line.words().isEmpty() || to.contains(u"://"_s), &spec)) {
            printFailure(wrong->what, wrong->remedy);
            return std::nullopt;
        }
        if (socket && before != spec.kind)
            spec.framing.clear(); // one for datagrams makes no frames of a stream
    } else if (!spec.connectTo.isEmpty()) {
        spec.connectTo = {spec.connectTo.first()};
    } else {
        printFailure(tr("neither %1 nor its socket says where it goes").arg(item.name),
                     socket ? tr("write it behind the name, as in udp://127.0.0.1:9000")
                            : tr("name its \"socket\" in the project, or write it behind the name, as in "
                                 "udp://127.0.0.1:9000"));
        return std::nullopt;
    }
    spec.listen.reset();
    spec.framing = line.value(u"framing"_s, spec.framing);
    spec.codec = line.value(u"codec"_s, spec.codec);
    spec.timeoutMs = 0;
    spec.tickMs = 0;
    SockError reason;
    if (!spec.toOptions(&reason)) {
        printFailure(reason.what, reason.remedy);
        return std::nullopt;
    }
    return spec;
}

std::optional<int> SendCommand::readProjectMessage(const CommandLine &line)
{
    if (!line.isSet(u"project"_s) || !line.isSet(u"message"_s)) {
        return badUsage(tr("--project and --message belong together"),
                        tr("write both, as in --project game.sockscope --message login/hello"));
    }
    for (const QString &option :
         {u"text"_s, u"hex"_s, u"json-data"_s, u"file"_s, u"type"_s, u"types"_s, u"keep-given"_s, u"stage"_s}) {
        if (line.isSet(option))
            return badUsage(tr("--%1 and --message say both what to send").arg(option), tr("leave one of them out"));
    }
    if (line.words().size() > 1)
        return badUsage(tr("%1 is one word too many").arg(line.words().at(1).left(80)), tr("write one URL, or none"));
    const QString path = line.value(u"project"_s);
    const auto project = readProject(path);
    if (!project)
        return ExitFailed;
    ProjectError wrong;
    const QString name = line.value(u"message"_s);
    const ProjectItem *item = ProjectItems::find(project->items(), name, &wrong);
    if (!item) {
        printFailure(wrong.what, wrong.remedy);
        return ExitFailed;
    }
    if (!messageOf(*item)) {
        printFailure(tr("%1 is no message").arg(name),
                     tr("name a message or a sequence with messages; sockscope-cli project %1 lists them").arg(path));
        return ExitFailed;
    }
    const auto spec = targetOf(*project, *item, line);
    if (!spec)
        return ExitFailed;
    m_spec = *spec;
    SockError reason;
    m_codec = project->codecOf(m_spec, &reason);
    if (!m_codec) {
        printFailure(reason.what, reason.remedy);
        return ExitFailed;
    }
    if (const ProtocolDescription *protocol = project->protocolOf(m_spec))
        m_types = protocol->messageTypes();
    const QString folder = QFileInfo(path).absolutePath();
    const QList<ProjectItem> steps =
        item->kind == ProjectItem::Kind::Sequence ? item->items : QList<ProjectItem>{*item};
    for (const ProjectItem &step : steps) {
        if (step.kind == ProjectItem::Kind::Wait) {
            m_steps.push_back({{}, step.waitMs});
            continue;
        }
        UsageError usage;
        auto content = SavedMessage::read(step.message, *m_codec, m_types.get(), folder, &usage);
        if (step.message.asReceived) {
            usage = {tr("it is to be received, not sent"), tr("sockscope-cli run FILE --receive NAME lets it come in")};
            content.reset();
        }
        if (!content) {
            printFailure((step.name.isEmpty() ? name : step.name) + u": "_s + usage.what, usage.remedy);
            return ExitFailed;
        }
        m_steps.push_back({*std::move(content), -1});
    }
    return std::nullopt;
}

} // namespace SockScope
