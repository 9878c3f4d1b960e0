#include "workers.h"

#include <QByteArray>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#ifdef SOCKSCOPE_HAVE_UI
#include "inspector/inspectorgroups.h"
#endif
#include "enetecho.h"
#include "servers.h"
#include "sockets.h"
#include "suite.h"

namespace SockScope::Bench {

namespace {

constexpr int segmentsPerSend = 64;

int udpFlood(quint16 port, int size, double rate, SharedCounters &shared)
{
    const int descriptor = udpSocket(0);
    const sockaddr_in to = loopback(port);
    ::connect(descriptor, reinterpret_cast<const sockaddr *>(&to), sizeof to);
    const int segments = std::min(segmentsPerSend, 65000 / size);
    const bool grouped = ::setsockopt(descriptor, SOL_UDP, UDP_SEGMENT, &size, sizeof size) == 0;
    const QByteArray bytes(grouped ? size * segments : size, 'x');
    // A paced sender sends smaller groups, so that a receiver is not judged by how it takes bursts of 64.
    const int group = rate > 0 ? std::min(segments, 16) : segments;
    shared.ready = 1;
    while (shared.go == 0 && shared.stop == 0)
        ::usleep(100);
    const int64_t start = nowNs();
    uint64_t sent = 0;
    while (shared.stop == 0) {
        if (rate > 0 && static_cast<double>(sent) > static_cast<double>(nowNs() - start) * rate / 1e9)
            continue;
        const size_t length = static_cast<size_t>(grouped ? size * group : size);
        if (::send(descriptor, bytes.constData(), length, 0) == static_cast<ssize_t>(length)) {
            sent += static_cast<uint64_t>(grouped ? group : 1);
            shared.sent = sent;
        }
    }
    return 0;
}

int udpPace(quint16 port, int size, double rate, SharedCounters &shared)
{
    const int descriptor = udpSocket(0);
    const sockaddr_in to = loopback(port);
    ::connect(descriptor, reinterpret_cast<const sockaddr *>(&to), sizeof to);
    const bool grouped = ::setsockopt(descriptor, SOL_UDP, UDP_SEGMENT, &size, sizeof size) == 0;
    const int most = grouped ? std::min(segmentsPerSend, 65000 / size) : 1;
    const QByteArray bytes(size * most, 'x');
    shared.ready = 1;
    while (shared.go == 0 && shared.stop == 0)
        ::usleep(100);
    const int64_t start = nowNs();
    uint64_t sent = 0;
    while (shared.stop == 0) {
        const auto due = static_cast<uint64_t>(static_cast<double>(nowNs() - start) * rate / 1e9);
        while (sent < due) {
            const auto group = static_cast<size_t>(std::min<uint64_t>(due - sent, static_cast<uint64_t>(most)));
            const size_t length = group * static_cast<size_t>(size);
            if (::send(descriptor, bytes.constData(), length, 0) != static_cast<ssize_t>(length))
                break;
            sent += group;
            shared.sent = sent;
        }
        ::usleep(1000);
    }
    return 0;
}

int udpPing(quint16 port, int size, int count, SharedCounters &shared)
{
    const int descriptor = udpSocket(0);
    const sockaddr_in to = loopback(port);
    ::connect(descriptor, reinterpret_cast<const sockaddr *>(&to), sizeof to);
    std::vector<char> bytes(static_cast<size_t>(size), 'x');
    std::vector<double> trips;
    trips.reserve(static_cast<size_t>(count));
    const timeval patience{0, 500'000};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    shared.ready = 1;
    while (shared.go == 0)
        ::usleep(100);
    const int warmUp = count / 10;
    for (int i = 0; i < count + warmUp && shared.stop == 0; ++i) {
        const int64_t start = nowNs();
        if (::send(descriptor, bytes.data(), bytes.size(), 0) < 0 ||
            ::recv(descriptor, bytes.data(), bytes.size(), 0) < 0)
            continue;
        if (i >= warmUp)
            trips.push_back(static_cast<double>(nowNs() - start));
    }
    shared.value[0] = static_cast<int64_t>(quantile(trips, 0.5));
    shared.value[1] = static_cast<int64_t>(quantile(trips, 0.99));
    shared.received = trips.size();
    return 0;
}

int udpHole(int ports, SharedCounters &shared)
{
    std::vector<int> descriptors;
    // Neighbouring ports, so that one number tells them all.
    for (int base = 20000; base < 60000; base += ports) {
        for (int i = 0; i < ports; ++i) {
            const int descriptor = udpSocket(static_cast<quint16>(base + i), 2048);
            if (descriptor < 0)
                break;
            descriptors.push_back(descriptor);
        }
        if (static_cast<int>(descriptors.size()) == ports) {
            shared.value[0] = base;
            break;
        }
        for (int descriptor : descriptors)
            ::close(descriptor);
        descriptors.clear();
    }
    shared.ready = 1;
    while (shared.stop == 0)
        ::usleep(1000);
    return 0;
}

int connectTcp(quint16 port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in to = loopback(port);
    if (descriptor >= 0 && ::connect(descriptor, reinterpret_cast<const sockaddr *>(&to), sizeof to) == 0)
        return descriptor;
    if (descriptor >= 0)
        ::close(descriptor);
    return -1;
}

QByteArray frames(int size, qsizetype atLeast)
{
    QByteArray bytes;
    const quint32 length = htonl(static_cast<quint32>(size));
    while (bytes.size() < atLeast) {
        bytes.append(reinterpret_cast<const char *>(&length), sizeof length);
        bytes.append(size, 'x');
    }
    return bytes;
}

int tcpFlood(quint16 port, int size, int count, SharedCounters &shared)
{
    shared.ready = 1;
    std::vector<int> descriptors;
    for (int i = 0; i < count; ++i) {
        const int descriptor = connectTcp(port);
        if (descriptor >= 0)
            descriptors.push_back(descriptor);
    }
    const QByteArray bytes = frames(size, 64 * 1024);
    const auto perWrite = static_cast<uint64_t>(bytes.size() / (size + 4));
    std::vector<qsizetype> offsets(descriptors.size(), 0);
    for (int descriptor : descriptors) {
        const int buffer = 1024 * 1024;
        ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    }
    while (shared.go == 0 && shared.stop == 0)
        ::usleep(100);
    std::vector<pollfd> waiting(descriptors.size());
    while (shared.stop == 0) {
        bool sentAny = false;
        for (size_t i = 0; i < descriptors.size(); ++i) {
            const ssize_t sent = ::send(descriptors[i], bytes.constData() + offsets[i],
                                        static_cast<size_t>(bytes.size() - offsets[i]), MSG_DONTWAIT | MSG_NOSIGNAL);
            waiting[i] = {descriptors[i], POLLOUT, 0};
            if (sent <= 0)
                continue;
            sentAny = true;
            offsets[i] += sent;
            if (offsets[i] == bytes.size()) {
                offsets[i] = 0;
                shared.sent += perWrite;
            }
        }
        if (!sentAny)
            ::poll(waiting.data(), waiting.size(), 10);
    }
    return 0;
}

/// A port that is listened on, told to the program.
int listenAndTell(SharedCounters &shared)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    ::bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address);
    ::listen(listener, 4096);
    ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length);
    shared.value[0] = ntohs(address.sin_port);
    return listener;
}

int tcpDrain(SharedCounters &shared)
{
    const int listener = listenAndTell(shared);
    shared.ready = 1;
    std::vector<pollfd> all{{listener, POLLIN, 0}};
    std::vector<char> buffer(1024 * 1024);
    while (shared.stop == 0) {
        if (::poll(all.data(), all.size(), 10) <= 0)
            continue;
        for (size_t i = 1; i < all.size(); ++i) {
            if (all[i].revents == 0)
                continue;
            const ssize_t read = ::recv(all[i].fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (read > 0) {
                shared.received += static_cast<uint64_t>(read);
            } else if (read == 0 || errno != EAGAIN) {
                ::close(all[i].fd);
                all[i].fd = -1;
            }
        }
        if (all[0].revents != 0) {
            const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (descriptor >= 0)
                all.push_back({descriptor, POLLIN, 0});
        }
    }
    return 0;
}

int udpDrain(bool anyAddress, SharedCounters &shared)
{
    const int descriptor = udpSocket(0, wantedBufferBytes, anyAddress);
    shared.value[0] = portOf(descriptor);
    const timeval patience{0, 10'000};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    RawBatch batch(2048);
    shared.ready = 1;
    while (shared.stop == 0) {
        const int count = batch.read(descriptor, MSG_WAITFORONE);
        if (count > 0)
            shared.received += static_cast<uint64_t>(count);
    }
    return 0;
}

/// Connections that stay; size > 0: each sends one frame a second, spread over the second.
int tcpHold(quint16 port, int count, int size, SharedCounters &shared)
{
    raiseDescriptorLimit(count + 64);
    shared.ready = 1;
    std::vector<int> descriptors;
    for (int i = 0; i < count && shared.stop == 0; ++i) {
        const int descriptor = connectTcp(port);
        if (descriptor < 0)
            break;
        descriptors.push_back(descriptor);
        shared.value[0] = static_cast<int64_t>(descriptors.size());
    }
    shared.value[1] = 1; // all that will stand do
    const QByteArray frame = size > 0 ? frames(size, 1) : QByteArray();
    const int64_t start = nowNs();
    uint64_t sent = 0;
    while (shared.stop == 0) {
        if (frame.isEmpty() || shared.go == 0 || descriptors.empty()) {
            ::usleep(1000);
            continue;
        }
        const auto due =
            static_cast<uint64_t>(static_cast<double>(nowNs() - start) / 1e9 * static_cast<double>(descriptors.size()));
        if (sent == 0)
            sent = due;
        for (; sent < due; ++sent)
            (void)::send(descriptors[sent % descriptors.size()], frame.constData(), static_cast<size_t>(frame.size()),
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        shared.sent = sent;
        ::usleep(500);
    }
    return 0;
}

/// Connections that read all they get.
int tcpReaders(quint16 port, int count, SharedCounters &shared)
{
    raiseDescriptorLimit(count + 64);
    shared.ready = 1;
    const int poller = ::epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count && shared.stop == 0; ++i) {
        const int descriptor = connectTcp(port);
        if (descriptor < 0)
            break;
        epoll_event event{EPOLLIN, {}};
        event.data.fd = descriptor;
        ::epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
    }
    std::vector<char> buffer(256 * 1024);
    std::vector<epoll_event> events(256);
    while (shared.stop == 0) {
        const int ready = ::epoll_wait(poller, events.data(), static_cast<int>(events.size()), 10);
        for (int i = 0; i < ready; ++i) {
            const int descriptor = events[static_cast<size_t>(i)].data.fd;
            const ssize_t got = ::recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (got == 0 || (got < 0 && errno != EAGAIN))
                ::close(descriptor);
        }
    }
    return 0;
}

} // namespace

int runWorkerNamed(const QString &name, const QStringList &arguments, SharedCounters &shared)
{
#ifdef SOCKSCOPE_HAVE_UI
    if (name.startsWith(QLatin1String("ui-")))
        return runUiWorker(QStringList{name} + arguments, shared);
#endif
    const auto number = [&](qsizetype index) { return arguments.value(index).toInt(); };
    const auto port = static_cast<quint16>(number(0));
    if (name == QLatin1String("udp-flood"))
        return udpFlood(port, number(1), arguments.value(2).toDouble(), shared);
    if (name == QLatin1String("udp-pace"))
        return udpPace(port, number(1), arguments.value(2).toDouble(), shared);
    if (name == QLatin1String("udp-ping"))
        return udpPing(port, number(1), number(2), shared);
    if (name == QLatin1String("enet-ping"))
        return enetPing(port, number(1), number(2), shared);
    if (name == QLatin1String("udp-hole"))
        return udpHole(number(0), shared);
    if (name == QLatin1String("udp-drain"))
        return udpDrain(arguments.value(0) == QLatin1String("any"), shared);
    if (name == QLatin1String("tcp-flood"))
        return tcpFlood(port, number(1), number(2), shared);
    if (name == QLatin1String("tcp-drain"))
        return tcpDrain(shared);
    if (name == QLatin1String("tcp-idle"))
        return tcpHold(port, number(1), 0, shared);
    if (name == QLatin1String("tcp-readers"))
        return tcpReaders(port, number(1), shared);
    if (name == QLatin1String("server-sockscope"))
        return serveWithSockScope(shared);
    if (name == QLatin1String("server-qt"))
        return serveWithQt(shared);
    if (name == QLatin1String("server-epoll"))
        return serveWithEpoll(shared);
    if (name == QLatin1String("tcp-beat"))
        return tcpHold(port, number(1), number(2), shared);
    return 2;
}

} // namespace SockScope::Bench
