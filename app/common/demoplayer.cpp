#include "app/common/demoplayer.h"

#include <QCborMap>

#include <cmath>
#include <numbers>

#include "app/common/demogame.h"
#include "core/codec/codec.h"
#include "core/udpsock.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

// The misbehaving player's day, in steps since it joined.
constexpr qint64 unknownTypeStep = 3;
constexpr qint64 garbageStep = 5;
constexpr qint64 nonsenseStep = 7;
constexpr qint64 silenceStep = 15;
constexpr qint64 returnStep = silenceStep + 25; // 5 s later: the server waits 3 s

constexpr qint64 unknownType = 99;

} // namespace

DemoPlayer::DemoPlayer(const QString &name, int number, Manners manners, const Endpoint &server, QObject *parent)
    : QObject(parent)
    , m_name(name)
    , m_number(number)
    , m_manners(manners)
    , m_server(server)
    , m_random(static_cast<quint32>(number) + 1)
{
    m_timer.setInterval(stepMs);
    connect(&m_timer, &QTimer::timeout, this, &DemoPlayer::handleStep);
}

DemoPlayer::~DemoPlayer()
{
    m_timer.stop();
    if (m_sock)
        m_sock->disconnect(this);
    if (m_sock && m_sock->isActive())
        send(DemoGame::Leave, QCborMap());
}

void DemoPlayer::start()
{
    connectAgain();
    // Not all in the same instant, as in life.
    QTimer::singleShot(m_number * stepMs / 5, this, [this] { m_timer.start(); });
}

void DemoPlayer::connectAgain()
{
    SockOptions options;
    options.name = m_name;
    options.codec = makeCodec(u"json"_s);
    options.tickInterval = std::chrono::milliseconds(0);
    options.timeout = std::chrono::milliseconds(0);
    options.connectTo = {HostPort{m_server.addressString(), m_server.port()}};
    m_sock = std::make_unique<UdpSock>(options);
    m_sock->setMessageTypes(DemoGame::messageTypes());
    connect(m_sock.get(), &BaseSock::peerAdded, this, [this] { send(DemoGame::Join, QCborMap{{u"name"_s, m_name}}); });
    m_step = 0;
    m_sock->start();
}

void DemoPlayer::send(qint64 type, const QCborValue &data)
{
    m_sock->sendMessage(MessageType(type), data, m_server);
}

void DemoPlayer::handleStep()
{
    ++m_step;
    if (m_manners == Manners::Bad && m_step > silenceStep) {
        if (m_step > returnStep)
            connectAgain();
        return;
    }
    move();
    if (m_step % 5 == 0)
        send(DemoGame::Ping, QCborMap{{u"sent"_s, m_step}});
    if (m_manners == Manners::Bad)
        misbehave();
}

void DemoPlayer::move()
{
    // Each on a figure of its own.
    const double angle = static_cast<double>(m_step) * 0.12 + m_number;
    const double half = DemoGame::fieldSize / 2;
    const double x = half + (half - 5 - 6 * m_number) * std::cos(angle);
    const double y = half + (half - 5 - 6 * m_number) * std::sin(angle * (1 + m_number % 2));
    send(DemoGame::Move, QCborMap{{u"x"_s, std::round(x * 100) / 100}, {u"y"_s, std::round(y * 100) / 100}});
}

void DemoPlayer::misbehave()
{
    if (m_step == unknownTypeStep) {
        send(unknownType, QCborMap{{u"cheat"_s, u"fly"_s}});
    } else if (m_step == garbageStep) {
        static const QByteArray garbage[] = {QByteArrayLiteral("[4,{\"x\":12.5,\"y\":"),
                                             QByteArrayLiteral("\xff\xfe\x00not a message"), QByteArrayLiteral("[\"")};
        m_sock->sendRaw(garbage[m_scene++ % std::size(garbage)], m_server);
    } else if (m_step == nonsenseStep) {
        send(DemoGame::Move, QCborMap{{u"x"_s, u"left"_s}, {u"y"_s, m_random.bounded(1000)}});
    }
}

} // namespace SockScope
