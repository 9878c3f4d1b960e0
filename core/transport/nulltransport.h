#pragma once

#include "core/transport/transport.h"

namespace SockScope {

/*! The transport of a sock that has none: silent, costs nothing.
 *  Path    façade → [this], and nothing behind it
 *  Shape   never receives; a send finds nobody there, and says so, so that the ledger stays true
 *  Units   none
 *  Errors  connectTo answers UnknownPeer through the sink
 *  Thread  the sock's thread
 *  Source  the original's DummySocket
 */
class NullTransport : public Transport
{
    Q_OBJECT
public:
    explicit NullTransport(QObject *parent = nullptr);

    void setSink(TransportSink *sink) override;
    std::optional<SockError> open() override;
    void close() override { m_open = false; }
    bool isStream() const override { return false; }
    Endpoint localEndpoint() const override { return {}; }
    void connectTo(const Endpoint &peer) override;
    void closePeer(const Endpoint &, CloseReason) override {}
    SendOutcome send(const Endpoint &, QByteArrayView) override
    {
        return m_open ? SendOutcome::NoSuchPeer : SendOutcome::NotOpen;
    }
    void flush() override {}
    void setReadingPaused(bool) override {}
    qsizetype pendingSendBytes() const override { return 0; }

private:
    TransportSink *m_sink;
    bool m_open = false;
};

} // namespace SockScope
