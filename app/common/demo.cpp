#include "app/common/demo.h"

#include "app/common/demochat.h"
#include "app/common/demogame.h"
#include "app/common/demoplayer.h"

namespace SockScope {

using namespace Qt::StringLiterals;

Demo::Demo(QObject *parent)
    : QObject(parent)
{
}

Demo::~Demo()
{
    stopClients();
}

std::optional<SockError> Demo::start()
{
    m_game = std::make_unique<DemoGameServer>();
    if (auto error = m_game->start())
        return error;
    m_chat = std::make_unique<DemoChatServer>();
    if (auto error = m_chat->start())
        return error;
    const QStringList names{u"ada"_s, u"grace"_s, u"linus"_s, u"margaret"_s, u"mallory"_s};
    for (int i = 0; i < names.size(); ++i) {
        const auto manners = i + 1 < names.size() ? DemoPlayer::Manners::Good : DemoPlayer::Manners::Bad;
        m_players.push_back(std::make_unique<DemoPlayer>(names.at(i), i, manners, m_game->sock()->localEndpoint()));
        m_players.back()->start();
    }
    const QStringList chatters{u"ada"_s, u"grace"_s, u"linus"_s, u"margaret"_s};
    for (int i = 0; i < chatters.size(); ++i) {
        m_chatters.push_back(
            std::make_unique<DemoChatter>(chatters.at(i), i, int(chatters.size()), m_chat->sock()->localEndpoint()));
        m_chatters.back()->start();
    }
    return std::nullopt;
}

void Demo::stopClients()
{
    m_players.clear();
    m_chatters.clear();
}

QList<BaseSock *> Demo::socks() const
{
    QList<BaseSock *> result;
    if (m_game)
        result.append(m_game->sock());
    if (m_chat)
        result.append(m_chat->sock());
    return result;
}

} // namespace SockScope
