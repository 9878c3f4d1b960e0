#pragma once

#include <QByteArray>
#include <QPointer>
#include <QSocketNotifier>
#include <QTcpSocket>

#include <deque>
#include <memory>

#include "core/time/clock.h"
#include "core/transport/transport.h"

namespace SockScope {

class TcpTransport;

/*! One TCP connection of a TcpTransport, from connecting to its last answer.
 *  Path    QTcpSocket → [this] → the transport's sink, and back
 *  Shape   hands the sink the whole unread part, keeps what it did not take; remembers the size of each message until
 *          the system has its last byte. Between the socket and the sink at most readBufferBytes wait
 *  Units   bytes
 *  Errors  every accepted send is answered once, with or without an error
 *  Thread  the sock's thread; release() is safe while its own functions run
 *  Source  tcp(7)
 */
class TcpConnection : public QObject
{
public:
    static constexpr qsizetype readBufferBytes = 256 * 1024;
    static constexpr qsizetype chunkBytes = 64 * 1024;
    static constexpr qsizetype longRestBytes = 32 * 1024;

    TcpConnection(TcpTransport &transport, std::unique_ptr<QTcpSocket> socket, const Endpoint &peer, bool outgoing);

    const Endpoint &peer() const { return m_peer; }
    void startConnecting();
    /// The socket is connected: tells the sink.
    void begin();
    SendOutcome send(QByteArrayView wire);
    /// What was sent in this turn of the event loop goes to the system.
    void endTurn();
    bool waitsForTurn() const { return m_waitsForTurn; }
    void flush();
    void resumeReading();
    /// Hands the system what it takes, then finishes.
    void closeNow(CloseReason reason);
    /// Ends the connection, answers for its unsent messages, tells the sink and releases.
    void finish(CloseReason reason, const std::optional<SockError> &error);
    /// Ends it without a word and deletes it as soon as none of its functions runs.
    void release();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    enum class State : quint8 { Connecting, Open, Closed };
    class Frame;

    bool isOpen() const { return m_state == State::Open && !m_released; }
    void handleConnected();
    void handleError(QAbstractSocket::SocketError error);
    void handleDisconnected();
    void handleConnectTimeout();
    void processInput();
    bool offerAgain();
    bool readChunk(qsizetype available);
    bool readLongFrame(qsizetype available);
    qint64 unsentBytes() const;
    void appendOutput(QByteArrayView wire);
    void handOver();
    void settleSends();
    void queue(void (TcpConnection::*function)());
    void watchForReset();
    bool failedConnecting(int descriptor);
    SockError lostError() const;

    TcpTransport *m_transport;
    QTcpSocket *m_socket;
    const Endpoint m_peer;
    Bytes m_rest;        // of the last chunk: less than longRestBytes
    QByteArray m_unread; // or a longer part of a frame, which grows in place
    qsizetype m_unreadBegin = 0;
    QByteArray m_output; // its first m_outputBytes are accepted, and not yet the socket's
    qsizetype m_outputBytes = 0;
    std::deque<qsizetype> m_inFlight; // sizes of accepted messages that the system has not wholly taken
    qint64 m_acceptedBytes = 0;
    qint64 m_settledBytes = 0;
    std::unique_ptr<Alarm> m_connectAlarm;
    int m_depth = 0;
    State m_state = State::Connecting;
    const bool m_outgoing;
    bool m_announced = false;
    bool m_released = false;
    bool m_reading = false;
    bool m_offerAgain = false; // the sink left bytes because it paused, not because a frame is unfinished
    bool m_remoteClosed = false;
    bool m_reset = false;
    bool m_slow = false;
    bool m_waitsForTurn = false;
    bool m_watchesWrites = false;
    QPointer<QSocketNotifier> m_held; // switched off while reading is paused
};

} // namespace SockScope
