#pragma once

#include <QHash>
#include <QObject>
#include <QRandomGenerator>
#include <QTimer>

#include <memory>

#include "core/basesock.h"

namespace SockScope {

class MessageTypes;

/// The numbers that the demo's chat sends; messageTypes() gives them names.
namespace DemoChat {
enum Type : qint64 { Join = 1, Say, Part, Joined, Parted, Names, Typing = 42 };
std::shared_ptr<const MessageTypes> messageTypes();
/// What is said in a say message: its text, whether the data is a map or only a text.
QString sayText(const QCborValue &data);
} // namespace DemoChat

/*! The demo's chat: who joined hears what the others say.
 *  Path    TcpSock "chat" with u32 and the codec json → handlers → [this]
 *  Shape   at most maximumMembers; lines of at most maximumCharacters
 *  Units   none
 *  Errors  a handler throws when a member sends nonsense
 *  Thread  the thread that made it
 *  Source  none
 */
class DemoChatServer : public QObject
{
    Q_OBJECT
public:
    static constexpr int maximumMembers = 256;
    static constexpr int maximumCharacters = 500;

    explicit DemoChatServer(QObject *parent = nullptr);
    ~DemoChatServer() override;

    std::optional<SockError> start();
    BaseSock *sock() const { return m_sock.get(); }

private:
    void handleJoin(const Envelope &envelope);
    void handleSay(const Envelope &envelope);
    void handlePart(const Envelope &envelope);
    void removeMember(const Endpoint &peer);
    void sendToMembers(const QString &type, const QCborValue &data);

    std::unique_ptr<BaseSock> m_sock;
    QHash<Endpoint, QString> m_members;
};

/*! A client of the demo's chat: joins, talks in its turn, greets who talks to it, parts now and then.
 *  Path    TcpSock with u32 and the codec json → the chat's server
 *  Shape   lines of its own carry "line" with a number; to a line without one, which a person injected, it answers
 *  Units   a line every turnMs milliseconds by one of all
 *  Errors  none: it connects again
 *  Thread  the thread that made it
 *  Source  none
 */
class DemoChatter : public QObject
{
    Q_OBJECT
public:
    static constexpr int turnMs = 900;

    DemoChatter(const QString &name, int number, int count, const Endpoint &server, QObject *parent = nullptr);
    ~DemoChatter() override;

    void start();

private:
    void handleTurn();
    void handleSay(const Envelope &envelope);
    void say(const QString &text, bool isOwnLine);

    const QString m_name;
    const int m_number;
    const int m_count;
    const Endpoint m_server;
    std::unique_ptr<BaseSock> m_sock;
    QTimer m_timer;
    QTimer m_answerTimer;
    QString m_answer;
    qint64 m_turn = 0;
    qint64 m_lines = 0;
    bool m_isAway = false;
};

} // namespace SockScope
