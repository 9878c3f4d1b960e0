#pragma once

#include <QByteArray>

#include <memory>

#include "core/time/clock.h"
#include "core/transport/connectionlist.h"
#include "core/transport/inflight.h"
#include "core/transport/streamsocket.h"
#include "core/transport/transport.h"

namespace SockScope {

class TcpTransport;

/*! One TCP connection of a TcpTransport, from connecting to its last answer.
 *  Path    StreamSocket → [this] → the transport's sink, and back
 *  Shape   hands the sink the whole unread part, keeps what it did not take; remembers the size of each message until
 *          the system has its last byte. What it has to do later in the event loop it does in the transport's next turn
 *  Units   bytes
 *  Errors  every accepted send is answered once, with or without an error
 *  Thread  the sock's thread; release() is safe while its own functions run
 *  Source  tcp(7)
 */
class TcpConnection final : private StreamSocketOwner
{
public:
    static constexpr qsizetype turnBytes = 1024 * 1024; ///< read of one connection before the others have their turn
    static constexpr qsizetype chunkBytes = 128 * 1024;
    static constexpr qsizetype longRestBytes = 32 * 1024;

    TcpConnection(TcpTransport &transport, StreamSocket::Pointer socket, const Endpoint &peer, bool outgoing);

    const Endpoint &peer() const { return m_peer; }
    void startConnecting();
    /// The socket is connected: tells the sink.
    void begin();
    SendOutcome send(QByteArrayView wire);
    /// What was left for the transport's next turn.
    void runTurn();
    void flush();
    void stayUnsettled();
    void resumeReading();
    /// Hands the system what it takes, then finishes.
    void closeNow(CloseReason reason);
    /// Ends the connection, answers for its unsent messages, tells the sink and releases.
    void finish(CloseReason reason, const std::optional<SockError> &error);
    /// Ends it without a word and deletes it as soon as none of its functions runs.
    void release();

private:
    enum class State : quint8 { Connecting, Open, Closed };
    enum Work : quint8 { FailConnecting = 1, CloseSlowReader = 2, WriteOutput = 4, ReadInput = 8 };
    class Frame;

    ~TcpConnection() override = default;
    void streamConnected() override;
    void streamFailed(const SockError &error) override;
    void streamReadable() override;
    void streamWritten() override;

    bool isOpen() const { return m_state == State::Open && !m_released; }
    void handleConnectTimeout();
    void processInput();
    void finishInput();
    bool offerAgain();
    bool readChunk(bool more);
    bool readLongFrame(bool more);
    void holdReading();
    void settleSends();
    void later(Work work);
    void leaveLists();
    SockError lostError() const;

    TcpTransport *m_transport;
    StreamSocket::Pointer m_socket;
    const Endpoint m_peer;
    Bytes m_rest;        // of the last chunk: less than longRestBytes
    QByteArray m_unread; // or a longer part of a frame, which grows in place
    qsizetype m_unreadBegin = 0;
    qsizetype m_lastRead = 0;
    InFlight m_inFlight;
    qint64 m_acceptedBytes = 0;
    qint64 m_settledBytes = 0;
    std::unique_ptr<Alarm> m_connectAlarm;
    std::unique_ptr<SockError> m_connectError;    // for the next turn
    ConnectionList::Place m_duePlace{this};       // has work for the next turn
    ConnectionList::Place m_unsettledPlace{this}; // has sends in flight
    ConnectionList::Place m_heldPlace{this};      // is not read until the transport's pause is over
    int m_depth = 0;
    State m_state = State::Connecting;
    quint8 m_work = 0;
    const bool m_outgoing;
    bool m_announced = false;
    bool m_released = false;
    bool m_reading = false;
    bool m_held = false;
    bool m_offerAgain = false; // the sink left bytes because it paused, not because a frame is unfinished
    bool m_slow = false;
};

} // namespace SockScope
