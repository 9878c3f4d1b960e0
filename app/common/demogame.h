#pragma once

#include <QHash>
#include <QObject>

#include <memory>

#include "core/basesock.h"

namespace SockScope {

class MessageTypes;

/// The numbers that the demo's game sends; messageTypes() gives them names.
namespace DemoGame {
enum Type : qint64 { Join = 1, Welcome, State, Move, Leave, Ping, Pong, Left };
constexpr double fieldSize = 100.0;
std::shared_ptr<const MessageTypes> messageTypes();
} // namespace DemoGame

/*! The demo's game: players join, move and leave, and hear of all the others ten times a second.
 *  Path    UdpSock "game" with the codec json → handlers → [this]
 *  Shape   at most maximumPlayers; a player is an endpoint, and leaves with its time-out
 *  Units   a square field of DemoGame::fieldSize
 *  Errors  a handler throws when a player sends nonsense: that is for the inspector to show
 *  Thread  the thread that made it
 *  Source  none
 */
class DemoGameServer : public QObject
{
    Q_OBJECT
public:
    static constexpr int maximumPlayers = 64;

    explicit DemoGameServer(QObject *parent = nullptr);
    ~DemoGameServer() override;

    std::optional<SockError> start();
    BaseSock *sock() const { return m_sock.get(); }

private:
    struct Player
    {
        qint64 id = 0;
        QString name;
        double x = 0;
        double y = 0;
        quint64 moves = 0;
    };
    void handleJoin(const Envelope &envelope);
    void handleMove(const Envelope &envelope);
    void handlePing(const Envelope &envelope);
    void handleLeave(const Envelope &envelope);
    void removePlayer(const Endpoint &peer, const QString &reason);
    void broadcastState(const TickInfo &info);

    std::unique_ptr<BaseSock> m_sock;
    QHash<Endpoint, Player> m_players;
    qint64 m_nextId = 1;
};

} // namespace SockScope
