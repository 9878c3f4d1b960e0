#pragma once

#include <QByteArrayView>

#include <memory>
#include <optional>

#include "core/types/endpoint.h"
#include "core/types/sockerror.h"
#include "core/types/sockoptions.h"

namespace SockScope {

/*! What a StreamSocket tells the connection it belongs to.
 *  Path    StreamSocket → [this]
 *  Shape   each of these may destroy the socket
 *  Units   none
 *  Errors  those of connecting; a later one is the end of the stream
 *  Thread  the sock's thread
 *  Source  none
 */
class StreamSocketOwner
{
public:
    virtual ~StreamSocketOwner() = default;
    virtual void streamConnected() = 0;
    /// Connecting failed.
    virtual void streamFailed(const SockError &error) = 0;
    /// There are bytes to read, or the end.
    virtual void streamReadable() = 0;
    /// The system took bytes that had waited.
    virtual void streamWritten() = 0;
};

/*! The socket under one TcpConnection: who reads, writes and watches.
 *  Path    the system → [this] → TcpConnection, and back
 *  Shape   read and flush never call the owner; what waits to be sent is kept here
 *  Units   bytes
 *  Errors  connecting answers streamFailed, or at once when it could not even begin; later the stream ends (hasEnded),
 *          by a reset or not
 *  Thread  the sock's thread
 *  Source  tcp(7)
 */
class StreamSocket
{
public:
    /// One whose own functions run is deleted behind them.
    struct Release
    {
        void operator()(StreamSocket *socket) const { socket->release(); }
    };
    using Pointer = std::unique_ptr<StreamSocket, Release>;

    StreamSocket() = default;
    StreamSocket(const StreamSocket &) = delete;
    StreamSocket &operator=(const StreamSocket &) = delete;

    void setOwner(StreamSocketOwner *owner) { m_owner = owner; }

    virtual std::optional<SockError> connectTo(const Endpoint &peer) = 0;
    /// It is connected: reading begins.
    virtual void begin(const TcpOptions &options) = 0;
    /// Whether streamReadable comes.
    virtual void setReading(bool reading) = 0;
    /// How many bytes were read; 0: there are none now, or hasEnded. Less than asked for: there were no more.
    virtual qsizetype read(char *place, qsizetype atMost) = 0;
    /// Whether bytes may wait in memory of its own, for which no streamReadable will come.
    virtual bool keepsBytes() const = 0;
    /// The other side closed or is gone, and all that came is read.
    virtual bool hasEnded() const = 0;
    /// What is sent from now on reaches nobody.
    bool isBroken() const { return m_broken; }
    bool wasReset() const { return m_reset; }

    virtual void append(QByteArrayView wire) = 0;
    /// Appended, and not handed over yet.
    qsizetype appendedBytes() const { return m_appendedBytes; }
    /// Appended, and not the system's yet.
    qsizetype unsentBytes() const { return m_appendedBytes + m_handedOverBytes; }
    /// Passes on what was appended, without waiting.
    virtual void handOver() = 0;
    /// handOver, and now.
    virtual void flush() = 0;
    virtual void close() = 0;

protected:
    virtual ~StreamSocket() = default;
    virtual void release() { delete this; }
    StreamSocketOwner *m_owner = nullptr;
    qsizetype m_appendedBytes = 0;
    qsizetype m_handedOverBytes = 0; // and waiting in somebody else's memory
    bool m_broken = false;
    bool m_reset = false;
};

} // namespace SockScope
