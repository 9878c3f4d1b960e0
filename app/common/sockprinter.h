#pragma once

#include <QObject>

#include <optional>
#include <vector>

#include "app/common/jsontext.h"
#include "core/tap/tap.h"

namespace SockScope {

class BaseSock;
class Printer;

/*! Prints what passes through one sock: messages, peers, errors. Nothing that happens is left out.
 *  Path    taps and signals of a sock → [this] → Printer
 *  Shape   one line an event. An error that belongs to a message stands once, with the message's bytes
 *  Units   steady nanoseconds in, wall microseconds out
 *  Errors  none
 *  Thread  the sock's thread; lives no longer than the sock
 *  Source  none
 */
class SockPrinter : public QObject, private Tap
{
    Q_OBJECT
public:
    SockPrinter(BaseSock *sock, Printer *printer, QObject *parent = nullptr);
    ~SockPrinter() override;

    BaseSock *sock() const { return m_sock; }
    quint64 peersSeen() const { return m_peersSeen; }
    quint64 messagesIn() const { return m_messagesIn; }
    quint64 messagesOut() const { return m_messagesOut; }
    quint64 errors() const { return m_errors; }
    /// From here on messages are counted, not printed.
    void setMessagesMuted(bool muted) { m_muted = muted; }
    quint64 mutedMessages() const { return m_mutedMessages; }
    void setName(const QString &name) { m_name = name; }
    QString name() const { return m_name; }

Q_SIGNALS:
    /// A message came in and could be decoded. Emitted from a tap: answer queued.
    void messagePrinted();

private:
    struct Line;

    void inbound(const Envelope &envelope, Outcome outcome, const SockError *error) override;
    void outbound(const Endpoint &peer, const MessageType &type, QByteArrayView payload, qsizetype wireBytes,
                  qint64 nowNs, Outcome outcome, const SockError *error) override;
    void peerChanged(const Endpoint &) override {}
    void peerRemoved(const Endpoint &, CloseReason) override {}
    void sockChanged() override {}

    void print(const Line &line);
    void printAsJson(const Line &line);
    void printAsText(const Line &line);
    void printPeer(const QString &event, const Endpoint &peer, const QString &reason, const QString &text);
    void printError(const SockError &error);
    void handleError(const SockError &error);
    void settleErrors();
    qint64 wallUsAt(qint64 steadyNs) const;
    JsonText eventText(const QString &name, qint64 wallUs) const;

    BaseSock *m_sock;
    Printer *m_printer;
    QString m_name;
    quint64 m_peersSeen = 0;
    quint64 m_messagesIn = 0;
    quint64 m_messagesOut = 0;
    quint64 m_errors = 0;
    quint64 m_mutedMessages = 0;
    bool m_muted = false;
    // The same error is told by the tap, with the message, and by the signal: these two lists pair them up.
    std::vector<SockError> m_toldByTap;
    std::vector<SockError> m_toldBySignal;
    bool m_settleScheduled = false;
};

} // namespace SockScope
