#include "bench/soak/sender.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>
#include <vector>

#include <poll.h>

#include "support/frames.h"
#include "support/rawpeer.h"

namespace SockScope::Soak {

namespace {

using Clock = std::chrono::steady_clock;
using Test::RawPeer;

constexpr int peersOfAKind = 32;
constexpr int turnsASecond = 200;
constexpr int turnsAJoin = 20;       // ten leave and ten join a second, of each kind
constexpr size_t mostLeaving = 1000; // nobody leaves while so many wait for their end

/// A peer on TCP whose frames the system may take in part.
struct Stream
{
    RawPeer peer;
    QByteArray rest;
};

class Sender
{
public:
    explicit Sender(const SenderPlan &plan)
        : m_plan(plan)
        , m_random(plan.seed)
    {
        for (int i = 0; i < peersOfAKind; ++i) {
            m_udp.push_back(RawPeer::udp(plan.udpPort));
            m_tcp.push_back({RawPeer::tcp(plan.tcpPort), {}});
        }
    }
    int run()
    {
        const auto start = Clock::now();
        const auto end = start + std::chrono::seconds(m_plan.seconds);
        qint64 turn = 0;
        for (; Clock::now() < end; ++turn) {
            const qint64 due = (turn + 1) * m_plan.messagesASecond / 2 / turnsASecond;
            for (; m_udpSent < due; ++m_udpSent)
                one(m_udp).send(message());
            for (; m_tcpSent < due; ++m_tcpSent)
                send(one(m_tcp), Test::frameOf(message()));
            if (turn % turnsAJoin == 0)
                leaveAndJoin();
            for (const RawPeer &peer : m_udp)
                drain(peer);
            for (const Stream &stream : m_tcp)
                drain(stream.peer);
            forgetWhoLeft();
            std::this_thread::sleep_until(start + turn * std::chrono::milliseconds(1000 / turnsASecond));
        }
        for (Stream &stream : m_tcp)
            leave(stream);
        while (!m_leaving.empty() && Clock::now() < end + std::chrono::seconds(60)) {
            forgetWhoLeft();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        if (!m_leaving.empty())
            std::fprintf(stderr, "%zu connections were not closed by the other end\n", m_leaving.size());
        std::printf("udp %lld tcp %lld joins %lld\n", m_udpSent, m_tcpSent, m_joins);
        return 0;
    }

private:
    template <typename Peer>
    Peer &one(std::vector<Peer> &peers)
    {
        return peers[m_random() % peers.size()];
    }
    QByteArray message() { return QByteArray(static_cast<qsizetype>(16 + m_random() % 600), 's'); }
    static void drain(const RawPeer &peer)
    {
        char data[65536];
        while (::recv(peer.descriptor(), data, sizeof data, MSG_DONTWAIT) > 0) {
        }
    }
    void send(Stream &stream, const QByteArray &frame)
    {
        if (!stream.rest.isEmpty())
            finish(stream);
        const qsizetype took = std::max<qsizetype>(0, stream.peer.send(frame));
        stream.rest = frame.sliced(took);
    }
    /// The rest of the last frame, which then is a whole one.
    static void finish(Stream &stream)
    {
        while (!stream.rest.isEmpty()) {
            pollfd query{stream.peer.descriptor(), POLLOUT, 0};
            ::poll(&query, 1, 100);
            drain(stream.peer);
            const qsizetype took = stream.peer.send(stream.rest);
            if (took > 0)
                stream.rest.remove(0, took);
            else if (took < 0 && errno != EAGAIN)
                break;
        }
    }
    void leaveAndJoin()
    {
        if (m_leaving.size() >= mostLeaving)
            return;
        one(m_udp) = RawPeer::udp(m_plan.udpPort);
        Stream &leaving = one(m_tcp);
        leave(leaving);
        leaving.peer = RawPeer::tcp(m_plan.tcpPort);
        ++m_joins;
    }
    /// A close with answers unread would be a reset, and lose what is on its way: the other end closes first.
    void leave(Stream &stream)
    {
        finish(stream);
        stream.peer.shutdownWriting();
        m_leaving.push_back(std::move(stream.peer));
    }
    void forgetWhoLeft()
    {
        std::erase_if(m_leaving, [](const RawPeer &peer) {
            drain(peer);
            return peer.isClosedByPeer();
        });
    }

    const SenderPlan m_plan;
    std::minstd_rand m_random;
    std::vector<RawPeer> m_udp;
    std::vector<Stream> m_tcp;
    std::vector<RawPeer> m_leaving;
    qint64 m_udpSent = 0;
    qint64 m_tcpSent = 0;
    qint64 m_joins = 0;
};

} // namespace

int runSender(const SenderPlan &plan)
{
    return Sender(plan).run();
}

} // namespace SockScope::Soak
