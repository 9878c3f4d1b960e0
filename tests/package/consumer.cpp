// Two socks of one's own exchange messages over loopback; 0 when every replaced hook had its turn.
#include <QCoreApplication>
#include <QTimer>

#include <cstdio>

#include <core/codec/codec.h>
#include <core/udpsock.h>

class Node : public SockScope::UdpSock
{
    Q_OBJECT
public:
    using UdpSock::UdpSock;

    bool wasUsed() const { return m_setUp && m_asked && m_serialised && m_parsed && m_seen && m_ticked; }
    QString report() const
    {
        return QStringLiteral("setUp %1, asked %2, serialised %3, parsed %4, seen %5, ticked %6")
            .arg(m_setUp)
            .arg(m_asked)
            .arg(m_serialised)
            .arg(m_parsed)
            .arg(m_seen)
            .arg(m_ticked);
    }

Q_SIGNALS:
    void pongArrived();

protected:
    std::vector<SockScope::HandlerEntry> defaultHandlers() override
    {
        return {{u"ping", [this](const SockScope::Envelope &envelope) { answer(envelope); }, QStringLiteral("answer")},
                {u"pong", [this](const SockScope::Envelope &) { Q_EMIT pongArrived(); }, QStringLiteral("done")}};
    }
    void childSetup() override { m_setUp = true; }
    bool goodPeer(const SockScope::Endpoint &peer) override
    {
        m_asked = true;
        return UdpSock::goodPeer(peer);
    }
    std::optional<SockScope::SockError> serialiseMessage(const SockScope::Message &message,
                                                         QByteArray &payload) override
    {
        m_serialised = true;
        return UdpSock::serialiseMessage(message, payload);
    }
    std::optional<SockScope::SockError> parseMessage(const SockScope::Bytes &payload,
                                                     SockScope::Message &message) override
    {
        m_parsed = true;
        return UdpSock::parseMessage(payload, message);
    }
    bool handleAll(SockScope::Envelope &envelope) override
    {
        m_seen = true;
        return UdpSock::handleAll(envelope);
    }
    void tick(const SockScope::TickInfo &) override { m_ticked = true; }

private:
    void answer(const SockScope::Envelope &ping) { sendMessage(u"pong", ping.message.data(), ping.peer); }

    bool m_setUp = false;
    bool m_asked = false;
    bool m_serialised = false;
    bool m_parsed = false;
    bool m_seen = false;
    bool m_ticked = false;
};

static SockScope::SockOptions options()
{
    SockScope::SockOptions options;
    options.bind = SockScope::HostPort{QStringLiteral("127.0.0.1"), 0};
    options.codec = SockScope::makeCodec(u"json");
    options.tickInterval = std::chrono::milliseconds(5);
    return options;
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    Node server(options());
    Node client(options());
    for (Node *node : {&server, &client}) {
        if (const auto error = node->start()) {
            std::fprintf(stderr, "start: %s\n", qPrintable(error->toString()));
            return 1;
        }
    }
    if (const auto error = client.connectTo(server.localEndpoint())) {
        std::fprintf(stderr, "connectTo: %s\n", qPrintable(error->toString()));
        return 1;
    }

    // A ping a tick until everything was seen; the deadline makes a silent failure a failure.
    QObject::connect(&client, &Node::ticked, &client,
                     [&client] { client.sendMessage(u"ping", QCborValue(QStringLiteral("are you there?"))); });
    QObject::connect(&client, &Node::pongArrived, &app, [&] {
        if (client.wasUsed() && server.wasUsed())
            QCoreApplication::exit(0);
    });
    QTimer::singleShot(std::chrono::seconds(20), &app, [&] {
        std::fprintf(stderr, "server: %s\nclient: %s\n", qPrintable(server.report()), qPrintable(client.report()));
        QCoreApplication::exit(1);
    });
    return QCoreApplication::exec();
}

#include "consumer.moc"
