#pragma once

#include "core/transport/epollset.h"

#ifdef Q_OS_LINUX

#include <QByteArray>

#include <functional>
#include <utility>

#include "core/transport/streamsocket.h"

namespace SockScope {

/// What the streams of one transport share.
struct NativeStreams
{
    explicit NativeStreams(std::function<void()> batchEnded)
        : set(std::move(batchEnded))
    {
    }
    EpollSet set;
    QByteArray spareOutput; // of the stream that was flushed last: the next one need not allocate
};

/*! A stream socket of our own descriptor, in the transport's epoll set.
 *  Path    the system → [this] → TcpConnection, and back
 *  Shape   read straight into the caller's memory; what is appended is one send at the turn's end
 *  Units   bytes
 *  Errors  as StreamSocket
 *  Thread  the sock's thread
 *  Source  socket(2), connect(2), epoll(7), tcp(7)
 */
class NativeStream final : public StreamSocket, private EpollUser
{
public:
    /// Takes the connected descriptor over; -1: one that is to connect.
    NativeStream(NativeStreams &streams, int descriptor);

    std::optional<SockError> connectTo(const Endpoint &peer) override;
    void begin(const TcpOptions &options) override;
    void setReading(bool reading) override;
    qsizetype read(char *place, qsizetype atMost) override;
    bool keepsBytes() const override { return false; }
    bool hasEnded() const override { return m_ended; }
    void append(QByteArrayView wire) override;
    void handOver() override;
    void flush() override { handOver(); }
    void close() override;

private:
    ~NativeStream() override;
    void epollReady(quint32 events) override;
    void finishConnecting();
    void makeRoom(qsizetype bytes);
    void emptyOutput();
    void watch();
    SockError connectError(int error) const;

    NativeStreams *m_streams;
    Endpoint m_peer;     // while connecting
    QByteArray m_output; // its m_appendedBytes from m_outputBegin on wait
    qsizetype m_outputBegin = 0;
    LifeToken m_life;
    int m_descriptor;
    quint32 m_watched = 0;
    bool m_connecting = false;
    bool m_reading = false;
    bool m_blocked = false; // the system takes no more for now
    bool m_ended = false;
};

} // namespace SockScope

#endif
