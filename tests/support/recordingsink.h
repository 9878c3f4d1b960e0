#pragma once

#include <QByteArray>
#include <QList>

#include <functional>

#include "core/transport/transport.h"

namespace SockScope::Test {

/// A sink that writes down what a transport tells it; each hook, when set, runs after that.
class RecordingSink : public TransportSink
{
public:
    struct Received
    {
        Endpoint peer;
        QByteArray data;
        ReceiveFlags flags;
        qint64 receivedNs;
    };
    struct Sent
    {
        Endpoint peer;
        qsizetype bytes;
        std::optional<SockError> error;
    };
    struct Disconnected
    {
        Endpoint peer;
        CloseReason reason;
        std::optional<SockError> error;
    };
    struct ConnectFailed
    {
        Endpoint peer;
        SockError error;
    };
    struct Connected
    {
        Endpoint peer;
        bool outgoing;
    };

    bool keepData = true;
    qsizetype take = -1; ///< at most so many bytes of each stream call are taken; -1: all
    bool admit = true;
    QList<Received> received;
    QList<Sent> sent;
    QList<Connected> connected;
    QList<Disconnected> disconnected;
    QList<ConnectFailed> connectFailed;
    QList<SockError> errors;
    QList<RefuseReason> refused;
    qint64 receivedCalls = 0;
    qint64 receivedBytes = 0;
    qint64 takenBytes = 0;
    qint64 sentCount = 0;
    qint64 sentBytes = 0;
    qint64 sendErrors = 0;
    quint64 kernelDrops = 0;
    quint64 groupsRefused = 0;
    int batches = 0;

    std::function<void(const Endpoint &, QByteArrayView)> onReceived;
    std::function<void(const Endpoint &)> onConnected;
    std::function<void(const Endpoint &)> onDisconnected;
    std::function<void()> onConnectFailed;
    std::function<void()> onSent;
    std::function<void()> onBatchEnded;

    /// All received bytes, one behind the other, of one peer or of all.
    QByteArray stream(const Endpoint &peer = {}) const
    {
        QByteArray all;
        for (const Received &one : received) {
            if (peer.isNull() || one.peer == peer)
                all += one.data;
        }
        return all;
    }

    qsizetype transportReceived(const Endpoint &peer, QByteArrayView data, ReceiveFlags flags,
                                qint64 receivedNs) override
    {
        const qsizetype taken = take < 0 ? data.size() : qMin(take, data.size());
        ++receivedCalls;
        receivedBytes += data.size();
        takenBytes += taken;
        if (keepData)
            received.append({peer, data.first(taken).toByteArray(), flags, receivedNs});
        call(onReceived, peer, data);
        return taken;
    }
    void transportBatchEnded() override
    {
        ++batches;
        call(onBatchEnded);
    }
    bool transportConnected(const Endpoint &peer, bool outgoing) override
    {
        const bool answer = admit;
        connected.append({peer, outgoing});
        call(onConnected, peer);
        return answer;
    }
    void transportDisconnected(const Endpoint &peer, CloseReason reason, const std::optional<SockError> &error) override
    {
        disconnected.append({peer, reason, error});
        call(onDisconnected, peer);
    }
    void transportConnectFailed(const Endpoint &peer, const SockError &error) override
    {
        connectFailed.append({peer, error});
        call(onConnectFailed);
    }
    void transportSent(const Endpoint &peer, qsizetype bytes, const std::optional<SockError> &error) override
    {
        ++sentCount;
        if (error)
            ++sendErrors;
        else
            sentBytes += bytes;
        if (keepData)
            sent.append({peer, bytes, error});
        call(onSent);
    }
    void transportError(const SockError &error) override { errors.append(error); }
    void transportRefused(const Endpoint &, RefuseReason reason) override { refused.append(reason); }
    void transportKernelDrops(quint64 count) override { kernelDrops += count; }
    void transportGroupsRefused(quint64 count) override { groupsRefused += count; }

private:
    // A copy is called: the hook may replace itself.
    template <typename Function, typename... Arguments>
    static void call(const Function &function, Arguments &&...arguments)
    {
        const Function copy = function;
        if (copy)
            copy(std::forward<Arguments>(arguments)...);
    }
};

} // namespace SockScope::Test
