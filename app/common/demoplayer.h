#pragma once

#include <QObject>
#include <QRandomGenerator>
#include <QTimer>

#include <memory>

#include "core/basesock.h"

namespace SockScope {

/*! A client of the demo's game: joins, walks in circles, asks how long a message takes.
 *  Path    UdpSock with the codec json → the game's server
 *  Shape   good manners: join, move, ping. Bad ones: in turn a type that nobody knows, bytes that are no message, a
 *          move that is none, silence until the server gives up, and a new start from another port
 *  Units   a step every stepMs milliseconds
 *  Errors  none: it goes on whatever happens
 *  Thread  the thread that made it
 *  Source  none
 */
class DemoPlayer : public QObject
{
    Q_OBJECT
public:
    enum class Manners : quint8 { Good, Bad };
    static constexpr int stepMs = 200;

    DemoPlayer(const QString &name, int number, Manners manners, const Endpoint &server, QObject *parent = nullptr);
    ~DemoPlayer() override;

    void start();

private:
    void connectAgain();
    void handleStep();
    void move();
    void misbehave();
    void send(qint64 type, const QCborValue &data);

    const QString m_name;
    const int m_number;
    const Manners m_manners;
    const Endpoint m_server;
    std::unique_ptr<BaseSock> m_sock;
    QTimer m_timer;
    QRandomGenerator m_random;
    qint64 m_step = 0;
    int m_scene = 0; // of the misbehaving one
};

} // namespace SockScope
