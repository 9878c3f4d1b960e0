#pragma once

#include <QList>
#include <QObject>

#include <memory>
#include <optional>
#include <vector>

#include "core/types/sockerror.h"

namespace SockScope {

class BaseSock;
class DemoChatServer;
class DemoChatter;
class DemoGameServer;
class DemoPlayer;

/*! A small real system on loopback: a game on UDP and a chat on TCP, with clients that live their own lives.
 *  Path    sockscope --demo, sockscope-cli demo → [this] → socks of the library
 *  Shape   two servers (to be inspected), four players that move, one that misbehaves, four that chat
 *  Units   none
 *  Errors  start answers why a server could not listen
 *  Thread  everything lives in the thread that the demo lives in; socks() are alive from start() to destruction
 *  Source  none
 */
class Demo : public QObject
{
    Q_OBJECT
public:
    explicit Demo(QObject *parent = nullptr);
    ~Demo() override;

    std::optional<SockError> start();
    /// The clients leave; the servers go on until they are stopped.
    void stopClients();
    /// The game's server and the chat's.
    QList<BaseSock *> socks() const;

private:
    std::unique_ptr<DemoGameServer> m_game;
    std::unique_ptr<DemoChatServer> m_chat;
    std::vector<std::unique_ptr<DemoPlayer>> m_players;
    std::vector<std::unique_ptr<DemoChatter>> m_chatters;
};

} // namespace SockScope
