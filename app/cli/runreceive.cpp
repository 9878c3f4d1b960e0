// The part of sockscope-cli run that lets saved messages come in, as if somebody had sent them.
#include <QFileInfo>

#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/runcommand.h"
#include "app/cli/session.h"
#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/types/messagetypes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

std::optional<int> RunCommand::chooseReceived(const QStringList &names)
{
    const QList<SockSpec> &sockets = m_file.project.sockets();
    for (const QString &name : names) {
        ProjectError wrong;
        const ProjectItem *item = ProjectItems::find(m_file.project.items(), name, &wrong);
        if (!item)
            return badUsage(wrong.what, wrong.remedy);
        if (item->kind != ProjectItem::Kind::Message)
            return badUsage(tr("%1 is no message").arg(name), tr("name a message, not a folder or a sequence"));
        const ProjectMessage &message = item->message;
        const auto named = std::find_if(sockets.begin(), sockets.end(),
                                        [&message](const SockSpec &spec) { return spec.name == message.socket; });
        if (named == sockets.end() && (!message.socket.isEmpty() || sockets.size() != 1)) {
            return badUsage(message.socket.isEmpty()
                                ? tr("%1 does not say which socket receives it").arg(name)
                                : tr("the project has no socket named %1").arg(message.socket.left(80)),
                            tr("write the name of one as its \"socket\""));
        }
        Received received;
        received.name = name;
        received.sock = static_cast<size_t>(named == sockets.end() ? 0 : named - sockets.begin());
        const QStringList peers = message.peers();
        for (const QString &peer : peers.isEmpty() ? QStringList{QString()} : peers) {
            const auto from = Endpoint::fromString(peer);
            if (!from) {
                return badUsage(tr("%1 does not say whom it comes from").arg(name),
                                tr("write an address and a port as its \"to\", as in 127.0.0.1:40001"));
            }
            received.from.append(*from);
        }
        UsageError usage;
        const BaseSock &sock = *m_socks.at(received.sock);
        auto content = SavedMessage::read(message, *sock.codec(), sock.messageTypes().get(),
                                          QFileInfo(m_file.path).absolutePath(), &usage);
        if (!content)
            return badUsage(name + u": "_s + usage.what, usage.remedy);
        received.content = *std::move(content);
        m_received.push_back(std::move(received));
    }
    return std::nullopt;
}

void RunCommand::receiveAll()
{
    for (const Received &each : m_received) {
        if (m_isFinished)
            return;
        BaseSock &sock = *m_socks.at(each.sock);
        for (const Endpoint &from : each.from) {
            m_values.peer = from;
            UsageError usage;
            auto made = each.content.make(*sock.codec(), sock.messageTypes().get(), m_values, &usage);
            if (!made)
                return fail(each.name + u": "_s + usage.what, usage.remedy);
            std::optional<SockError> error;
            QByteArray payload;
            if (made->payload)
                error = made->isRaw ? sock.injectRaw(from, *made->payload) : sock.injectPayload(from, *made->payload);
            else if (!(error = sock.codec()->encode(made->message, payload)))
                error = sock.injectPayload(from, payload);
            if (error)
                return fail(each.name + u": "_s + error->what, error->remedy);
        }
    }
}

} // namespace SockScope
