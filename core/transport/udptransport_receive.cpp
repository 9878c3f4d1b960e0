// The receiving half of UdpTransport: the descriptor → batches → the sink.
#include "core/transport/udptransport.h"

#include <QSocketNotifier>
#include <QThread>
#include <QUdpSocket>

#include <cerrno>
#include <utility>

#include "core/transport/datagrambatch.h"
#include "core/transport/socketerrors.h"
#include "core/transport/udpsocketoptions.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1String scheme("udp");
constexpr int datagramsPerTurn = 16 * DatagramBatch::slotCount;
constexpr qsizetype datagramOverheadBytes = 512; ///< at least, of a datagram in the system's buffer
constexpr qint64 longestTurnNs = 2'000'000;      // slow handlers must not keep timers waiting for so many

} // namespace

void UdpTransport::openReading()
{
    m_dropsReported = 0;
    m_grantedBytes = receiveBufferBytes();
    if (m_config.udp.batchReads && DatagramBatch::isSupported()) {
        m_batch = std::make_shared<DatagramBatch>(m_config.maximumDatagramBytes,
                                                  !UdpSocketOptions::kernelDrops(m_descriptor));
        m_readNotifier = new QSocketNotifier(m_descriptor, QSocketNotifier::Read, this);
        connect(m_readNotifier, &QSocketNotifier::activated, this, [this] {
            LifeToken::Watch frame(m_qtFrames);
            readBatches();
        });
        m_readNotifier->setEnabled(!m_paused);
    } else {
        m_buffer = QByteArray(65536, Qt::Uninitialized);
        connect(m_socket, &QUdpSocket::readyRead, this, [this] {
            LifeToken::Watch frame(m_qtFrames);
            readPortably();
        });
    }
}

void UdpTransport::setReadingPaused(bool paused)
{
    if (std::exchange(m_paused, paused) == paused || !m_socket)
        return;
    if (m_readNotifier)
        m_readNotifier->setEnabled(!paused);
    if (paused)
        return;
    // What was read before the pause, and what QUdpSocket has announced already, comes without a new datagram.
    QMetaObject::invokeMethod(
        this,
        [this, generation = m_generation] {
            if (generation != m_generation || m_paused)
                return;
            if (m_batch)
                readBatches();
            else
                readPortably();
        },
        Qt::QueuedConnection);
}

void UdpTransport::readBatches()
{
    if (m_reading) {
        m_readNotifier->setEnabled(false); // an event loop inside a callback: it would come again and again
        return;
    }
    if (m_paused)
        return;
    m_reading = true;
    LifeToken::Watch watch(m_life);
    const quint64 generation = m_generation;
    const auto isGone = [&] { return !watch.isAlive() || generation != m_generation; };
    const std::shared_ptr<DatagramBatch> batch = m_batch;
    bool wasFull = false;
    qsizetype heldBytes = 0; // by what was read, in the system's buffer
    qint64 beganNs = 0;
    qint64 yieldedNs = 0; // before a second read
    for (int taken = 0; taken < datagramsPerTurn && !m_paused;) {
        if (m_batchNext == m_batchCount) {
            const int count = batch->read(m_descriptor);
            const int code = errno;
            const qint64 nowNs = m_clock->nowNs();
            if (yieldedNs != 0)
                m_secondRead.ended(count > 0, nowNs - yieldedNs);
            yieldedNs = 0;
            if (count < 0 && code != EAGAIN && code != EWOULDBLOCK) {
                m_sink->transportError(SocketErrors::make(SocketOperation::Receive, code, scheme, m_local));
                if (isGone())
                    return;
            }
            if (count <= 0)
                break;
            m_batchNs = nowNs;
            if (beganNs == 0)
                beganNs = m_batchNs;
            taken += count;
            m_batchNext = 0;
            m_batchCount = count;
            m_answersAtOnce = count == 1;
            if (const quint32 drops = batch->drops(count)) {
                reportKernelDrops(drops);
                if (isGone())
                    return;
            }
        }
        const bool isFull = m_batchCount == DatagramBatch::slotCount;
        wasFull = wasFull || isFull;
        while (m_batchNext < m_batchCount && !m_paused) {
            const int i = m_batchNext++;
            heldBytes += batch->data(i).size() + datagramOverheadBytes;
            m_sink->transportReceived(batch->peer(i), batch->data(i),
                                      batch->isTruncated(i) ? ReceiveFlag::Truncated : ReceiveFlags(), m_batchNs);
            if (isGone())
                return;
        }
        m_sink->transportBatchEnded();
        if (isGone())
            return;
        // Answers leave now: the next turn of the event loop is a system call or two away.
        m_answersAtOnce = false;
        m_nestedFlush.stop();
        const bool flushes = !m_queue.isEmpty() && !m_waitingForWriting;
        if (flushes) {
            flush();
            if (isGone())
                return;
        }
        const bool answered = std::exchange(m_answeredAtOnce, false) || flushes;
        if (m_batchNs - beganNs > longestTurnNs)
            break;
        if (isFull)
            continue;
        // The system's queue was empty: one call less than asking again.
        if (!answered || taken >= datagramsPerTurn || !m_secondRead.isWorthIt())
            break;
        yieldedNs = m_clock->nowNs();
        QThread::yieldCurrentThread();
    }
    // Datagrams dropped behind the last one that we read are in nobody's control message yet.
    if (wasFull || heldBytes >= m_grantedBytes / 4) {
        if (const auto drops = UdpSocketOptions::kernelDrops(m_descriptor)) {
            reportKernelDrops(*drops);
            if (isGone())
                return;
        }
    }
    endReading();
}

void UdpTransport::endReading()
{
    m_reading = false;
    if (m_readNotifier)
        m_readNotifier->setEnabled(!m_paused);
}

void UdpTransport::readPortably()
{
    if (m_reading || m_paused)
        return;
    m_reading = true;
    LifeToken::Watch watch(m_life);
    const quint64 generation = m_generation;
    const auto isGone = [&] { return !watch.isAlive() || generation != m_generation; };
    QByteArray buffer = std::exchange(m_buffer, {}); // ours while the sink looks at it
    QHostAddress address;
    quint16 port = 0;
    int count = 0;
    for (; count < datagramsPerTurn && !m_paused; ++count) {
        const qint64 size = m_socket->readDatagram(buffer.data(), buffer.size(), &address, &port);
        if (size < 0)
            break; // nothing there, or an error of an earlier send, which the next read goes past
        if (count % DatagramBatch::slotCount == 0)
            m_batchNs = m_clock->nowNs();
        const bool truncated = size > m_config.maximumDatagramBytes;
        const QByteArrayView data(buffer.constData(), truncated ? m_config.maximumDatagramBytes : size);
        m_sink->transportReceived(Endpoint(address, port), data, truncated ? ReceiveFlag::Truncated : ReceiveFlags(),
                                  m_batchNs);
        if (isGone())
            return;
    }
    if (count > 0) {
        m_sink->transportBatchEnded();
        if (isGone())
            return;
    }
    if (count >= DatagramBatch::slotCount) {
        if (const auto drops = UdpSocketOptions::kernelDrops(m_descriptor)) {
            reportKernelDrops(*drops);
            if (isGone())
                return;
        }
    }
    m_buffer = std::move(buffer);
    m_reading = false;
}

void UdpTransport::reportKernelDrops(quint32 total)
{
    // The counter wraps; one that is a little behind comes from a datagram that was queued before the last look.
    const auto increase = static_cast<qint32>(total - m_dropsReported);
    if (increase <= 0)
        return;
    m_dropsReported = total;
    m_sink->transportKernelDrops(static_cast<quint64>(increase));
}

} // namespace SockScope
