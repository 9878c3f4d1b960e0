#include "core/transport/nulltransport.h"

#include "core/transport/nullsink.h"

namespace SockScope {

NullTransport::NullTransport(QObject *parent)
    : Transport(parent)
    , m_sink(NullSink::instance())
{
}

void NullTransport::setSink(TransportSink *sink)
{
    m_sink = sink ? sink : NullSink::instance();
}

std::optional<SockError> NullTransport::open()
{
    m_open = true;
    return std::nullopt;
}

void NullTransport::connectTo(const Endpoint &peer)
{
    m_sink->transportConnectFailed(
        peer, {SockError::Code::UnknownPeer, Stage::Transport,
               tr("the socket has no transport, so that %1 cannot be reached").arg(peer.toString()),
               tr("choose UDP or TCP"), -1, peer});
}

} // namespace SockScope
