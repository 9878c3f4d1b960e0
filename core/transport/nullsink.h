#pragma once

#include "core/transport/transport.h"

namespace SockScope {

/*! A sink that takes everything and does nothing, so that a transport without a sink needs no branch.
 *  Path    transport → [this]
 *  Shape   takes all bytes, admits every peer
 *  Units   bytes
 *  Errors  none
 *  Thread  any
 *  Source  null object
 */
class NullSink : public TransportSink
{
public:
    static NullSink *instance()
    {
        static NullSink sink;
        return &sink;
    }
    qsizetype transportReceived(const Endpoint &, QByteArrayView data, ReceiveFlags, qint64) override
    {
        return data.size();
    }
    void transportBatchEnded() override {}
    bool transportConnected(const Endpoint &, bool) override { return true; }
    void transportDisconnected(const Endpoint &, CloseReason, const std::optional<SockError> &) override {}
    void transportConnectFailed(const Endpoint &, const SockError &) override {}
    void transportSent(const Endpoint &, qsizetype, const std::optional<SockError> &) override {}
    void transportError(const SockError &) override {}
    void transportRefused(const Endpoint &, RefuseReason) override {}
    void transportKernelDrops(quint64) override {}
    void transportGroupsRefused(quint64) override {}
};

} // namespace SockScope
