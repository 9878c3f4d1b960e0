#pragma once

#include <QBasicTimer>
#include <QHostAddress>

#include <memory>

#include "core/time/clock.h"
#include "core/transport/bindaddress.h"
#include "core/transport/datagramqueue.h"
#include "core/transport/lifetoken.h"
#include "core/transport/secondread.h"
#include "core/transport/transport.h"
#include "core/types/sockoptions.h"

class QSocketNotifier;
class QUdpSocket;

namespace SockScope {

class DatagramBatch;

/// What a UdpTransport is told; without bind it takes a port that the system chooses, on all addresses.
struct UdpTransportConfig
{
    std::optional<BindAddress> bind;
    UdpOptions udp;
    bool reuseAddress = false;
    std::shared_ptr<Clock> clock;           ///< null: the steady clock
    qsizetype maximumDatagramBytes = 65536; ///< longer ones arrive cut and flagged
};

/*! Whole datagrams over UDP, on IPv4, IPv6 or both, with broadcast and multicast.
 *  Path    QUdpSocket's descriptor → [this] → framing; framing → [this] → the descriptor
 *  Shape   datagrams of 0 to 65,507 bytes; batches of 64 in and out where the system has recvmmsg and sendmmsg, at
 *          most 1,024 datagrams a turn of the event loop; sends wait for the end of the turn in a bounded queue, but
 *          the first answer to a datagram that came alone leaves at once. A peer is an address: connectTo only
 *          announces it, closePeer does nothing, an IPv4 peer shows as IPv4 on a dual-stack socket
 *  Units   bytes; nanoseconds of the clock, read once a batch
 *  Errors  open answers; a datagram that the system refuses is reported through transportSent and never stops the
 *          next
 *  Thread  the sock's thread; the sink may close or destroy it inside any callback
 *  Source  udp(7), recvmmsg(2), sendmmsg(2), socket(7) SO_RXQ_OVFL and SO_MEMINFO
 */
class UdpTransport : public Transport
{
    Q_OBJECT
public:
    static constexpr qsizetype maximumPayloadBytes = 65507;

    explicit UdpTransport(UdpTransportConfig config, QObject *parent = nullptr);
    ~UdpTransport() override;

    void setSink(TransportSink *sink) override;
    std::optional<SockError> open() override;
    void close() override;
    bool isStream() const override { return false; }
    Endpoint localEndpoint() const override { return m_local; }
    void connectTo(const Endpoint &peer) override;
    void closePeer(const Endpoint &, CloseReason) override {}
    SendOutcome send(const Endpoint &peer, QByteArrayView wire) override;
    void flush() override;
    void setReadingPaused(bool paused) override;
    qsizetype pendingSendBytes() const override { return m_queue.pendingBytes(); }
    qsizetype maximumSendBytes() const override { return maximumPayloadBytes; }

    std::optional<SockError> joinMulticastGroup(const QHostAddress &group, const QString &interfaceName = {});
    std::optional<SockError> leaveMulticastGroup(const QHostAddress &group, const QString &interfaceName = {});
    /// The receive buffer that the system granted; 0 while closed.
    int receiveBufferBytes() const;
    bool usesBatches() const { return m_batch != nullptr; }

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    enum class SendStep : quint8 { Sent, Wait, Failed };

    std::optional<SockError> bindSocket();
    void openReading();
    void warnOfSmallBuffer();
    void releaseSocket();
    void readBatches();
    void readPortably();
    void endReading();
    void reportKernelDrops(quint32 total);
    bool sendAtOnce(const Endpoint &peer, QByteArrayView wire);
    SendStep sendNext(int &sent, SockError &error);
    void scheduleFlush();
    void waitForWriting();
    void failPendingSends();
    static SockError notOpenError();

    const UdpTransportConfig m_config;
    std::shared_ptr<Clock> m_clock;
    TransportSink *m_sink;
    QUdpSocket *m_socket = nullptr;
    QSocketNotifier *m_readNotifier = nullptr;
    QSocketNotifier *m_writeNotifier = nullptr;
    std::shared_ptr<DatagramBatch> m_batch; // a loop keeps it while the sink looks at its bytes
    QByteArray m_buffer;                    // of the portable path
    DatagramQueue m_queue;
    Endpoint m_local;
    QBasicTimer m_nestedFlush;
    LifeToken m_life;
    LifeToken m_qtFrames;     // watched while a notifier or the socket is on the call stack
    quint64 m_generation = 0; // grows with each open and close, so that a loop sees that its socket is gone
    int m_descriptor = -1;    // ours, a duplicate of the socket's
    int m_family = 0;
    int m_batchNext = 0;
    int m_batchCount = 0;
    qint64 m_batchNs = 0;
    quint32 m_dropsReported = 0;
    int m_grantedBytes = 0; // of the system's receive buffer
    SecondRead m_secondRead;
    bool m_answersAtOnce = false; // the next answer need not wait for others
    bool m_answeredAtOnce = false;
    bool m_paused = false;
    bool m_flushScheduled = false;
    bool m_flushing = false;
    bool m_reading = false;
    bool m_waitingForWriting = false;
    bool m_closing = false;
};

} // namespace SockScope
