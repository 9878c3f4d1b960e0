// The part of sockscope-cli send that breaks what it sends, on purpose.
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/sendcommand.h"
#include "app/common/commandline.h"
#include "core/basesock.h"
#include "core/codec/codec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

bool SendCommand::readBreakage(const CommandLine &line, UsageError *usage)
{
    if (!line.isSet(u"break"_s))
        return true;
    SockError error;
    m_breakage = Breakage::fromText(line.value(u"break"_s), &error);
    if (!m_breakage)
        *usage = {tr("--break: %1").arg(error.what), error.remedy};
    return m_breakage.has_value();
}

bool SendCommand::sendBroken(const SavedPayload &saved)
{
    SockError error;
    QByteArray payload;
    if (saved.payload) {
        payload = *saved.payload;
    } else if (const auto failed = m_sock->codec()->encode(saved.message, payload)) {
        fail(failed->what, failed->remedy);
        return false;
    }
    auto parts = brokenFrame(*m_sock, payload, *m_breakage, &error);
    if (!parts) {
        fail(error.what, error.remedy);
        return false;
    }
    m_isBreaking = true;
    const auto done = [this](const SendResult &result) {
        m_isBreaking = false;
        if (!result.isOk() || result.accepted == 0) {
            fail(result.error ? result.error->what : tr("the message was not accepted"),
                 result.error ? result.error->remedy : tr("try again"));
            return;
        }
        ++m_sent;
        m_lastSentNs = m_clock.nsecsElapsed();
        if (!m_timer.isActive()) // a pause of a sequence
            m_timer.start(0);
    };
    (new BrokenSend(m_sock.get(), *std::move(parts), m_peers.first(), done))->start();
    return true;
}

} // namespace SockScope
