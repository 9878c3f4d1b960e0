#include "app/common/demogame.h"

#include <QCborArray>
#include <QCborMap>

#include <cmath>
#include <stdexcept>

#include "core/codec/codec.h"
#include "core/types/messagetypes.h"
#include "core/udpsock.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

SockOptions gameOptions()
{
    SockOptions options;
    options.name = u"game"_s;
    options.bind = HostPort{u"127.0.0.1"_s, 0};
    options.codec = makeCodec(u"json"_s);
    options.timeout = std::chrono::seconds(3);
    options.tickInterval = std::chrono::milliseconds(100);
    return options;
}

double coordinate(const QCborMap &map, const QString &key)
{
    const QCborValue value = map.value(key);
    if (!value.isDouble() && !value.isInteger())
        throw std::invalid_argument(("the coordinate " + key.toStdString() + " is not a number"));
    const double number = value.toDouble();
    if (!(number >= 0) || number > DemoGame::fieldSize)
        throw std::out_of_range("the coordinate " + key.toStdString() + " is outside the field");
    return number;
}

double rounded(double number)
{
    return std::round(number * 100) / 100;
}

} // namespace

std::shared_ptr<const MessageTypes> DemoGame::messageTypes()
{
    auto types = std::make_shared<MessageTypes>();
    const std::pair<QString, Type> names[] = {{u"join"_s, Join}, {u"welcome"_s, Welcome}, {u"state"_s, State},
                                              {u"move"_s, Move}, {u"leave"_s, Leave},     {u"ping"_s, Ping},
                                              {u"pong"_s, Pong}, {u"left"_s, Left}};
    for (const auto &[name, number] : names)
        types->define(name, number);
    return types;
}

DemoGameServer::DemoGameServer(QObject *parent)
    : QObject(parent)
    , m_sock(std::make_unique<UdpSock>(gameOptions()))
{
    m_sock->setMessageTypes(DemoGame::messageTypes());
    m_sock->addHandlerByName(u"join"_s, this, [this](const Envelope &e) { handleJoin(e); }, {u"onJoin"_s});
    m_sock->addHandlerByName(u"move"_s, this, [this](const Envelope &e) { handleMove(e); }, {u"onMove"_s});
    m_sock->addHandlerByName(u"ping"_s, this, [this](const Envelope &e) { handlePing(e); }, {u"onPing"_s});
    m_sock->addHandlerByName(u"leave"_s, this, [this](const Envelope &e) { handleLeave(e); }, {u"onLeave"_s});
    connect(m_sock.get(), &BaseSock::ticked, this, &DemoGameServer::broadcastState);
    connect(m_sock.get(), &BaseSock::peerRemoved, this, [this](const Endpoint &peer, CloseReason reason) {
        removePlayer(peer, reason == CloseReason::TimedOut ? u"timed out"_s : u"gone"_s);
    });
}

DemoGameServer::~DemoGameServer()
{
    m_sock->disconnect(this);
}

std::optional<SockError> DemoGameServer::start()
{
    return m_sock->start();
}

void DemoGameServer::handleJoin(const Envelope &envelope)
{
    const auto map = payloadAs<QCborMap>(envelope.message.data());
    const QString name = map.value(u"name"_s).toString().left(32);
    if (name.isEmpty())
        throw std::invalid_argument("a player without a name cannot join");
    if (m_players.size() >= maximumPlayers)
        throw std::length_error("the game is full");
    Player &player = m_players[envelope.peer];
    if (player.id == 0)
        player.id = m_nextId++;
    player.name = name;
    m_sock->setPeerMetadata(envelope.peer, u"name"_s, name);
    m_sock->send(u"welcome"_s, QCborMap{{u"id"_s, player.id}, {u"field"_s, DemoGame::fieldSize}}, envelope.peer);
}

void DemoGameServer::handleMove(const Envelope &envelope)
{
    const auto map = payloadAs<QCborMap>(envelope.message.data());
    const double x = coordinate(map, u"x"_s);
    const double y = coordinate(map, u"y"_s);
    const auto player = m_players.find(envelope.peer);
    if (player == m_players.end())
        throw std::logic_error("a move came from somebody who has not joined");
    player->x = x;
    player->y = y;
    ++player->moves;
}

void DemoGameServer::handlePing(const Envelope &envelope)
{
    m_sock->send(u"pong"_s, envelope.message.data(), envelope.peer);
}

void DemoGameServer::handleLeave(const Envelope &envelope)
{
    // The peer is closed as well, so that it gets no more states; peerRemoved then removes the player.
    m_sock->closePeer(envelope.peer);
}

void DemoGameServer::removePlayer(const Endpoint &peer, const QString &reason)
{
    const auto player = m_players.constFind(peer);
    if (player == m_players.constEnd())
        return;
    const QCborMap notice{{u"id"_s, player->id}, {u"name"_s, player->name}, {u"reason"_s, reason}};
    m_players.erase(player);
    if (m_sock->isActive())
        m_sock->send(u"left"_s, notice);
}

void DemoGameServer::broadcastState(const TickInfo &info)
{
    if (m_players.isEmpty())
        return;
    QCborArray players;
    for (const Player &player : std::as_const(m_players)) {
        players.append(QCborMap{
            {u"id"_s, player.id}, {u"name"_s, player.name}, {u"x"_s, rounded(player.x)}, {u"y"_s, rounded(player.y)}});
    }
    const QCborMap state{{u"tick"_s, static_cast<qint64>(info.number)}, {u"players"_s, players}};
    for (auto it = m_players.constBegin(); it != m_players.constEnd(); ++it)
        m_sock->send(u"state"_s, state, it.key());
}

} // namespace SockScope
