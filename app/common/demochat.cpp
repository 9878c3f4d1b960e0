#include "app/common/demochat.h"

#include <QCborArray>
#include <QCborMap>

#include <stdexcept>

#include "core/codec/codec.h"
#include "core/framing/framing.h"
#include "core/tcpsock.h"
#include "core/types/messagetypes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 turnsPresent = 9;
constexpr qint64 turnsAway = 2;

SockOptions chatOptions(const QString &name)
{
    SockOptions options;
    options.name = name;
    options.framing = makeFraming(u"u32"_s);
    options.codec = makeCodec(u"json"_s);
    options.timeout = std::chrono::milliseconds(0);
    options.tickInterval = std::chrono::milliseconds(0);
    return options;
}

SockOptions chatServerOptions()
{
    SockOptions options = chatOptions(u"chat"_s);
    options.bind = HostPort{u"127.0.0.1"_s, 0};
    options.timeout = std::chrono::seconds(30);
    options.tickInterval = std::chrono::milliseconds(250);
    return options;
}

const QStringList &lines()
{
    static const QStringList all{u"good morning, everyone"_s,
                                 u"has anybody seen the new build?"_s,
                                 u"it passed on the first try"_s,
                                 u"that never happens"_s,
                                 u"the game server feels quicker today"_s,
                                 u"mallory sends garbage again"_s,
                                 u"the server only shrugged"_s,
                                 u"tea?"_s,
                                 u"in five minutes"_s,
                                 u"grüße aus Köln ☕"_s,
                                 u"who broke the weather?"_s,
                                 u"back to work"_s};
    return all;
}

} // namespace

std::shared_ptr<const MessageTypes> DemoChat::messageTypes()
{
    auto types = std::make_shared<MessageTypes>();
    const std::pair<QString, Type> names[] = {{u"join"_s, Join},     {u"say"_s, Say},       {u"part"_s, Part},
                                              {u"joined"_s, Joined}, {u"parted"_s, Parted}, {u"names"_s, Names}};
    for (const auto &[name, number] : names)
        types->define(name, number);
    return types;
}

QString DemoChat::sayText(const QCborValue &data)
{
    const QCborValue text = data.isMap() ? data.toMap().value(u"text"_s) : data;
    return text.toString();
}

DemoChatServer::DemoChatServer(QObject *parent)
    : QObject(parent)
    , m_sock(std::make_unique<TcpSock>(chatServerOptions()))
{
    m_sock->setMessageTypes(DemoChat::messageTypes());
    m_sock->addHandlerByName(u"join"_s, this, [this](const Envelope &e) { handleJoin(e); }, {u"onJoin"_s});
    m_sock->addHandlerByName(u"say"_s, this, [this](const Envelope &e) { handleSay(e); }, {u"onSay"_s});
    m_sock->addHandlerByName(u"part"_s, this, [this](const Envelope &e) { handlePart(e); }, {u"onPart"_s});
    // The same by name, for peers that send ["say", …] rather than [2, …].
    m_sock->addHandler(u"say", this, [this](const Envelope &e) { handleSay(e); }, {u"onSay (by name)"_s});
    m_sock->addHandler(u"message", this, [this](const Envelope &e) { handleSay(e); }, {u"onMessage"_s});
    connect(m_sock.get(), &BaseSock::peerRemoved, this, [this](const Endpoint &peer) { removeMember(peer); });
}

DemoChatServer::~DemoChatServer()
{
    m_sock->disconnect(this);
}

std::optional<SockError> DemoChatServer::start()
{
    return m_sock->start();
}

void DemoChatServer::handleJoin(const Envelope &envelope)
{
    const QString name = payloadAs<QCborMap>(envelope.message.data()).value(u"name"_s).toString().left(32);
    if (name.isEmpty())
        throw std::invalid_argument("a member without a name cannot join");
    if (m_members.size() >= maximumMembers)
        throw std::length_error("the chat is full");
    m_members.insert(envelope.peer, name);
    m_sock->setPeerMetadata(envelope.peer, u"name"_s, name);
    QCborArray names;
    for (const QString &member : std::as_const(m_members))
        names.append(member);
    m_sock->send(u"names"_s, names, envelope.peer);
    sendToMembers(u"joined"_s, QCborMap{{u"name"_s, name}});
}

void DemoChatServer::handleSay(const Envelope &envelope)
{
    const QCborValue data = envelope.message.data();
    const QString text = DemoChat::sayText(data).left(maximumCharacters);
    if (text.isEmpty())
        throw std::invalid_argument("a line without text: write {\"text\": \"...\"} or only a text");
    QCborMap line{{u"from"_s, m_members.value(envelope.peer, envelope.peer.toString())}, {u"text"_s, text}};
    for (const QString &key : {u"line"_s, u"answer"_s}) {
        if (data.isMap() && data.toMap().contains(key))
            line.insert(key, data.toMap().value(key));
    }
    sendToMembers(u"say"_s, line);
}

void DemoChatServer::handlePart(const Envelope &envelope)
{
    m_sock->closePeer(envelope.peer);
}

void DemoChatServer::removeMember(const Endpoint &peer)
{
    const QString name = m_members.take(peer);
    if (!name.isEmpty() && m_sock->isActive())
        sendToMembers(u"parted"_s, QCborMap{{u"name"_s, name}});
}

void DemoChatServer::sendToMembers(const QString &type, const QCborValue &data)
{
    const QList<Endpoint> members = m_members.keys();
    for (const Endpoint &member : members)
        m_sock->send(type, data, member);
}

DemoChatter::DemoChatter(const QString &name, int number, int count, const Endpoint &server, QObject *parent)
    : QObject(parent)
    , m_name(name)
    , m_number(number)
    , m_count(count)
    , m_server(server)
{
    m_timer.setInterval(turnMs);
    m_answerTimer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &DemoChatter::handleTurn);
    connect(&m_answerTimer, &QTimer::timeout, this, [this] { say(m_answer, false); });
}

DemoChatter::~DemoChatter()
{
    if (m_sock)
        m_sock->disconnect(this);
}

void DemoChatter::start()
{
    m_isAway = false;
    SockOptions options = chatOptions(m_name);
    options.connectTo = {HostPort{m_server.addressString(), m_server.port()}};
    m_sock = std::make_unique<TcpSock>(options);
    m_sock->setMessageTypes(DemoChat::messageTypes());
    connect(m_sock.get(), &BaseSock::peerAdded, this, [this] {
        m_sock->send(u"join"_s, QCborMap{{u"name"_s, m_name}});
    });
    // A person may inject say by number or by name.
    for (const MessageType &type : {MessageType(qint64(DemoChat::Say)), MessageType(u"say"), MessageType(u"message")})
        m_sock->addHandler(type, this, [this](const Envelope &envelope) { handleSay(envelope); });
    m_sock->setUnknownTypeHandler(this, [](const Envelope &) {}, {u"ignore"_s});
    m_sock->start();
    m_timer.start();
}

void DemoChatter::handleTurn()
{
    ++m_turn;
    if (m_isAway) {
        if (m_turn % (turnsPresent + turnsAway) == 0)
            start();
        return;
    }
    const bool isMine = m_turn % m_count == m_number % m_count;
    // Everybody parts at a turn of its own, so that the room is never empty.
    if (m_number > 0 && (m_turn + m_number * 3) % (turnsPresent + turnsAway) == turnsPresent) {
        m_sock->send(u"part"_s, QCborMap{{u"name"_s, m_name}});
        m_isAway = true;
        return;
    }
    if (isMine) {
        say(lines().at((m_turn + m_number) % lines().size()), true);
        if (m_turn % 3 == 1)
            m_sock->sendMessage(MessageType(qint64(DemoChat::Typing)), QCborMap{{u"name"_s, m_name}});
    }
}

void DemoChatter::handleSay(const Envelope &envelope)
{
    const QCborValue data = envelope.message.data();
    const QString text = DemoChat::sayText(data);
    const bool isOurs = data.isMap() && (data.toMap().contains(u"line"_s) || data.toMap().contains(u"answer"_s));
    if (isOurs || text.isEmpty() || m_answerTimer.isActive())
        return;
    const QString from = data.isMap() ? data.toMap().value(u"from"_s).toString(u"stranger"_s) : u"stranger"_s;
    const QStringList greetings{u"hello, %1!"_s, u"welcome, %1"_s, u"hi %1, I read you"_s, u"greetings, %1"_s};
    m_answer = greetings.at(m_number % greetings.size()).arg(from) + u" \u201c"_s + text.left(80) + u'\u201d';
    m_answerTimer.start(150 + 200 * m_number); // one after the other, as people do
}

void DemoChatter::say(const QString &text, bool isOwnLine)
{
    if (m_isAway || !m_sock->isActive())
        return;
    QCborMap line{{u"text"_s, text}};
    if (isOwnLine)
        line.insert(u"line"_s, ++m_lines);
    else
        line.insert(u"answer"_s, true);
    m_sock->send(u"say"_s, line);
}

} // namespace SockScope
