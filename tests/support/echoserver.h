#pragma once

#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/frames.h"
#include "support/load.h"
#include "support/rawpeer.h"

namespace SockScope::Test {

/// A raw sock of either kind that sends every message back and counts.
template <typename Sock>
class EchoServer
{
public:
    explicit EchoServer(SockOptions options = quiet(u"raw"))
        : sock(listening(std::move(options)))
    {
        sock.addHandler(0, &sock, [this](const Envelope &envelope) {
            ++handled;
            if (answers)
                sock.sendMessage(0, envelope.message.data(), envelope.peer);
        });
        if (const auto error = sock.start())
            qFatal("%s", qPrintable(error->toString()));
        port = sock.localEndpoint().port();
    }
    /// Whether a peer that comes now gets its answer, within the time; the round trip in microseconds, or -1.
    double serves(int timeoutMs = 10000)
    {
        constexpr bool stream = std::is_same_v<Sock, TcpSock>;
        const RawPeer peer = stream ? RawPeer::tcp(port) : RawPeer::udp(port);
        const QByteArray question = "are you there";
        const QByteArray wire = stream ? frameOf(question) : question;
        QElapsedTimer timer;
        timer.start();
        if (!peer.isOpen() || peer.send(wire) != wire.size())
            return -1;
        QByteArray answer;
        QElapsedTimer asked;
        asked.start();
        const auto isAnswered = [&] {
            // A datagram is lost where a flood has just filled the buffer: whoever wants to know asks again.
            if (!stream && asked.elapsed() > 200) {
                peer.send(wire);
                asked.start();
            }
            return (answer += peer.receive()) == wire;
        };
        if (!until(isAnswered, timeoutMs))
            return -1;
        return static_cast<double>(timer.nsecsElapsed()) / 1000.0;
    }

    bool answers = true;
    qint64 handled = 0;
    quint16 port = 0;
    Checked<Sock> sock;
};

} // namespace SockScope::Test
