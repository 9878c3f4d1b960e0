#include "core/transport/tcpconnection.h"

#include <cstring>
#include <utility>

#include "core/transport/socketerrors.h"
#include "core/transport/tcptransport.h"

namespace SockScope {

namespace {

constexpr QLatin1String scheme("tcp");

} // namespace

/// Keeps the connection until the outermost of its functions is done.
class TcpConnection::Frame
{
public:
    explicit Frame(TcpConnection &connection)
        : m_connection(connection)
    {
        ++m_connection.m_depth;
    }
    ~Frame()
    {
        if (--m_connection.m_depth == 0 && m_connection.m_released)
            delete &m_connection;
    }
    Frame(const Frame &) = delete;
    Frame &operator=(const Frame &) = delete;

private:
    TcpConnection &m_connection;
};

TcpConnection::TcpConnection(TcpTransport &transport, StreamSocket::Pointer socket, const Endpoint &peer, bool outgoing)
    : m_transport(&transport)
    , m_socket(std::move(socket))
    , m_peer(peer)
    , m_outgoing(outgoing)
{
    m_socket->setOwner(this);
}

void TcpConnection::startConnecting()
{
    Frame frame(*this);
    const auto timeout = m_transport->m_config.tcp.connectTimeout;
    if (timeout.count() > 0) {
        m_connectAlarm = m_transport->m_clock->createAlarm([this] { handleConnectTimeout(); });
        m_connectAlarm->setDeadline(m_transport->m_clock->nowNs() + std::chrono::nanoseconds(timeout).count());
    }
    if (std::optional<SockError> error = m_socket->connectTo(m_peer)) {
        m_connectError = std::make_unique<SockError>(std::move(*error));
        later(FailConnecting); // nobody expects an answer inside the call
    }
}

void TcpConnection::streamConnected()
{
    m_connectAlarm.reset();
    begin();
}

void TcpConnection::streamFailed(const SockError &error)
{
    Frame frame(*this);
    if (m_state == State::Connecting)
        finish(CloseReason::NetworkError, error);
}

void TcpConnection::begin()
{
    Frame frame(*this);
    m_state = State::Open;
    m_announced = true;
    const bool admitted = m_transport->m_sink->transportConnected(m_peer, m_outgoing);
    if (!isOpen())
        return;
    if (!admitted) {
        m_announced = false;
        finish(CloseReason::Refused, std::nullopt);
        return;
    }
    m_socket->begin(m_transport->m_config.tcp);
    if (m_socket->keepsBytes() || m_socket->hasEnded())
        later(ReadInput); // what came with the connection
}

void TcpConnection::handleConnectTimeout()
{
    Frame frame(*this);
    if (m_state == State::Connecting)
        finish(CloseReason::TimedOut,
               SocketErrors::make(SocketOperation::Connect, SockError::Code::ConnectTimedOut, scheme, m_peer));
}

void TcpConnection::later(Work work)
{
    m_work |= work;
    if (!m_duePlace.isTaken())
        m_transport->runLater(m_duePlace);
}

void TcpConnection::runTurn()
{
    Frame frame(*this);
    m_duePlace.leave();
    const quint8 work = std::exchange(m_work, quint8(0));
    if ((work & FailConnecting) != 0 && m_state == State::Connecting) {
        const std::unique_ptr<SockError> error = std::move(m_connectError);
        finish(CloseReason::NetworkError, *error);
    }
    if ((work & CloseSlowReader) != 0 && isOpen())
        finish(CloseReason::SlowReader, lostError());
    if ((work & WriteOutput) != 0 && isOpen()) {
        m_socket->flush();
        settleSends();
    }
    if ((work & ReadInput) != 0)
        processInput();
}

void TcpConnection::streamReadable()
{
    if (!isOpen())
        return;
    if (m_transport->m_paused || m_reading)
        holdReading();
    else
        processInput();
}

void TcpConnection::holdReading()
{
    m_held = true;
    m_socket->setReading(false);
    if (m_transport->m_paused)
        m_transport->m_held.append(m_heldPlace);
}

void TcpConnection::resumeReading()
{
    m_heldPlace.leave();
    if (!isOpen())
        return;
    if (std::exchange(m_held, false))
        m_socket->setReading(true);
    if (m_offerAgain || m_socket->keepsBytes() || m_socket->hasEnded())
        later(ReadInput);
}

void TcpConnection::processInput()
{
    if (!isOpen() || m_reading)
        return;
    if (m_transport->m_paused) {
        holdReading();
        return;
    }
    Frame frame(*this);
    m_reading = true;
    if (m_offerAgain && !offerAgain())
        return;
    qsizetype budget = turnBytes; // one peer that floods must not keep the others waiting
    while (!m_transport->m_paused) {
        if (!(m_unread.isEmpty() ? readChunk(true) : readLongFrame(true)))
            return;
        if (m_lastRead == 0 || (m_lastRead < chunkBytes && !m_socket->keepsBytes()))
            break; // there is no more
        // What has its answer gives the pool its memory back, while the processor still has it at hand.
        m_transport->inputDelivered(false);
        if (!isOpen())
            return;
        budget -= m_lastRead;
        if (budget <= 0) {
            later(ReadInput);
            break;
        }
    }
    m_reading = false;
    finishInput();
}

void TcpConnection::finishInput()
{
    const bool ends = m_socket->hasEnded();
    m_transport->inputDelivered(ends);
    if (!isOpen())
        return;
    if (m_transport->m_paused) {
        if (m_offerAgain || ends || m_held || m_socket->keepsBytes())
            holdReading();
        return;
    }
    if (std::exchange(m_held, false)) // by an event loop inside a callback
        m_socket->setReading(true);
    if (!m_socket->hasEnded() || m_offerAgain)
        return;
    if (!m_socket->wasReset())
        flush(); // the other side may have closed its half only
    if (!isOpen())
        return;
    const bool reset = m_socket->wasReset();
    finish(reset ? CloseReason::NetworkError : CloseReason::Remote, reset ? std::optional(lostError()) : std::nullopt);
}

/// What the sink left when it paused. False when the connection ended meanwhile.
bool TcpConnection::offerAgain()
{
    m_offerAgain = false;
    return m_unread.isEmpty() ? readChunk(false) : readLongFrame(false);
}

/// False when the connection ended meanwhile.
bool TcpConnection::readChunk(bool more)
{
    BytesPool &pool = m_transport->m_pool;
    const qsizetype before = m_rest.size();
    char *place = pool.reserve(before + (more ? chunkBytes : 0));
    m_lastRead = more ? m_socket->read(place + before, chunkBytes) : 0;
    if (m_lastRead == 0 && more)
        return true;
    if (before > 0)
        std::memcpy(place, m_rest.data(), static_cast<size_t>(before));
    m_rest = {};
    const QByteArrayView data = pool.commit(before + m_lastRead);
    // The sink may come back here for another connection, which may need the pool's next chunk
    const Bytes hold = pool.share(data);
    m_transport->m_delivered += data.size();
    const quint64 pauses = m_transport->m_pauses;
    const qsizetype answer =
        m_transport->m_sink->transportReceivedPooled(m_peer, pool, data, m_transport->m_clock->nowNs());
    if (!isOpen())
        return false;
    const qsizetype taken = qBound<qsizetype>(0, answer, data.size());
    const QByteArrayView rest = data.sliced(taken);
    m_offerAgain = !rest.isEmpty() && pauses != m_transport->m_pauses;
    // In memory of its own: a peer that never finishes its frame must not keep a whole chunk.
    if (rest.size() < longRestBytes)
        m_rest = Bytes(rest);
    else
        m_unread = rest.toByteArray();
    return true;
}

/// More of a frame that is longer than a chunk: appended, so that its bytes are copied once. False when the connection
/// ended meanwhile.
bool TcpConnection::readLongFrame(bool more)
{
    const qsizetype room = more ? chunkBytes : 0;
    if (m_unreadBegin > 0 && m_unread.size() + room > m_unread.capacity()) {
        m_unread.remove(0, m_unreadBegin);
        m_unreadBegin = 0;
    }
    const qsizetype before = m_unread.size();
    m_lastRead = 0;
    if (more) {
        m_unread.resize(before + room);
        m_lastRead = m_socket->read(m_unread.data() + before, room);
        m_unread.resize(before + m_lastRead);
        if (m_lastRead == 0)
            return true;
    }
    const quint64 pauses = m_transport->m_pauses;
    const QByteArrayView view = QByteArrayView(m_unread).sliced(m_unreadBegin);
    m_transport->m_delivered += qMax<qsizetype>(1, m_lastRead);
    const qint64 taken = m_transport->m_sink->transportReceived(m_peer, view, {}, m_transport->m_clock->nowNs());
    if (!isOpen())
        return false;
    m_unreadBegin += qBound<qsizetype>(0, taken, view.size());
    const QByteArrayView rest = QByteArrayView(m_unread).sliced(m_unreadBegin);
    m_offerAgain = !rest.isEmpty() && pauses != m_transport->m_pauses;
    if (rest.size() < longRestBytes) {
        m_rest = Bytes(rest);
        m_unread = QByteArray();
        m_unreadBegin = 0;
    }
    return true;
}

SendOutcome TcpConnection::send(QByteArrayView wire)
{
    if (!isOpen() || m_socket->isBroken())
        return SendOutcome::NoSuchPeer;
    const TcpOptions &options = m_transport->m_config.tcp;
    const qint64 waiting = m_socket->unsentBytes();
    if (waiting > 0 && m_transport->m_pendingBytes + wire.size() > options.sendTotalBytes)
        return SendOutcome::QueueFull; // not this peer's fault alone: it is not closed for it
    if (waiting > 0 && waiting + wire.size() > options.sendLimitBytes) {
        if (options.closeSlowReader && !std::exchange(m_slow, true))
            later(CloseSlowReader); // not here: the caller may be in the middle of a broadcast
        return SendOutcome::QueueFull;
    }
    if (m_slow)
        return SendOutcome::QueueFull;
    m_socket->append(wire);
    m_acceptedBytes += wire.size();
    m_transport->m_pendingBytes += wire.size();
    if (m_inFlight.isEmpty())
        m_transport->m_unsettled.append(m_unsettledPlace);
    m_inFlight.push(wire.size());
    if (m_socket->appendedBytes() >= chunkBytes)
        m_socket->handOver();
    if ((m_work & WriteOutput) == 0)
        later(WriteOutput);
    return SendOutcome::Accepted;
}

void TcpConnection::flush()
{
    if (!isOpen())
        return;
    Frame frame(*this);
    m_socket->flush();
    settleSends();
}

/// Moves it from the list that is being flushed back to the transport's.
void TcpConnection::stayUnsettled()
{
    m_transport->m_unsettled.append(m_unsettledPlace);
}

void TcpConnection::streamWritten()
{
    settleSends();
}

void TcpConnection::settleSends()
{
    if (!isOpen() || m_inFlight.isEmpty())
        return;
    Frame frame(*this);
    const qint64 taken = m_acceptedBytes - m_socket->unsentBytes();
    while (!m_inFlight.isEmpty() && m_settledBytes + m_inFlight.front() <= taken) {
        const qsizetype size = m_inFlight.front();
        const quint64 whole =
            size > 0 ? static_cast<quint64>((taken - m_settledBytes) / size) : m_inFlight.frontCount();
        const quint64 count = qMin(whole, m_inFlight.frontCount());
        const qint64 bytes = size * static_cast<qint64>(count);
        m_inFlight.pop(count);
        m_settledBytes += bytes;
        m_transport->m_pendingBytes -= bytes;
        if (m_inFlight.isEmpty())
            m_unsettledPlace.leave();
        m_transport->m_sink->transportSentRun(m_peer, size, count);
        if (!isOpen())
            return;
    }
}

void TcpConnection::closeNow(CloseReason reason)
{
    Frame frame(*this);
    if (m_state == State::Open)
        flush();
    if (m_released || m_state == State::Closed)
        return;
    std::optional<SockError> error;
    if (m_state == State::Connecting) {
        error = lostError();
        error->what = TcpTransport::tr("connecting to %1 was given up").arg(SocketErrors::url(scheme, m_peer));
    }
    finish(reason, error);
}

void TcpConnection::finish(CloseReason reason, const std::optional<SockError> &error)
{
    if (m_state == State::Closed || m_released)
        return;
    Frame frame(*this);
    const bool wasConnecting = m_state == State::Connecting;
    m_state = State::Closed;
    m_connectAlarm.reset();
    leaveLists();
    m_transport->startClosing(this);
    m_socket->close();
    while (!m_inFlight.isEmpty()) {
        const qsizetype size = m_inFlight.front();
        m_inFlight.pop();
        m_transport->m_pendingBytes -= size;
        m_transport->m_sink->transportSent(m_peer, size, error ? error : std::optional(lostError()));
        if (m_released)
            return;
    }
    if (wasConnecting && m_outgoing)
        m_transport->m_sink->transportConnectFailed(m_peer, error.value_or(lostError()));
    else if (m_announced)
        m_transport->m_sink->transportDisconnected(m_peer, reason, error);
    if (m_released)
        return;
    m_transport->endClosing(this);
    release();
}

void TcpConnection::leaveLists()
{
    m_duePlace.leave();
    m_unsettledPlace.leave();
    m_heldPlace.leave();
    m_work = 0;
}

void TcpConnection::release()
{
    if (std::exchange(m_released, true))
        return;
    m_state = State::Closed;
    m_connectAlarm.reset();
    leaveLists();
    m_socket->close();
    m_transport = nullptr;
    if (m_depth == 0)
        delete this;
}

SockError TcpConnection::lostError() const
{
    return SocketErrors::make(SocketOperation::Connection, SockError::Code::ConnectionLost, scheme, m_peer);
}

} // namespace SockScope
