#pragma once

#include <QByteArray>
#include <QObject>
#include <QPointer>
#include <QTcpSocket>

#include <memory>

#include "core/transport/streamsocket.h"

class QSocketNotifier;

namespace SockScope {

/*! A stream socket of Qt's: for systems without epoll, and for what QTcpSocket's subclasses add.
 *  Path    QTcpSocket → [this] → TcpConnection, and back
 *  Shape   Qt reads ahead, at most readBufferBytes
 *  Units   bytes
 *  Errors  as StreamSocket; connecting gives up after 30 s at most, QTcpSocket's own limit
 *  Thread  the sock's thread
 *  Source  QTcpSocket
 */
class QtStream final : public QObject, public StreamSocket
{
public:
    static constexpr qsizetype readBufferBytes = 256 * 1024;

    explicit QtStream(std::unique_ptr<QTcpSocket> socket);

    std::optional<SockError> connectTo(const Endpoint &peer) override;
    void begin(const TcpOptions &options) override;
    void setReading(bool reading) override;
    qsizetype read(char *place, qsizetype atMost) override;
    bool keepsBytes() const override { return true; }
    bool hasEnded() const override { return m_disconnected && m_socket->bytesAvailable() == 0; }
    void append(QByteArrayView wire) override;
    void handOver() override;
    void flush() override;
    void close() override;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void release() override;

private:
    class Call;

    ~QtStream() override;
    void handleConnected();
    void handleError(QAbstractSocket::SocketError error);
    void handleDisconnected();
    void watchNotifiers();
    bool failedConnecting(int descriptor);

    QTcpSocket *m_socket;
    Endpoint m_peer;                  // while connecting
    QByteArray m_output;              // its first m_appendedBytes wait
    QPointer<QSocketNotifier> m_held; // switched off while nobody reads
    int m_calls = 0;
    bool m_connecting = false;
    bool m_reading = true;
    bool m_disconnected = false;
    bool m_released = false;
    bool m_watchesWrites = false;
};

} // namespace SockScope
