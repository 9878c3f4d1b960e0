#pragma once

#include <QJSValue>
#include <QObject>

namespace SockScope {

class BaseSock;
class ScriptEnginePrivate;

/*! What a script may call.
 *  Path    script → [this] → BaseSock
 *  Shape   send(type, data, to, sock), sendRaw(bytes, to, sock), close(peer, sock), peers(sock), log(text); to: a peer
 *          as text, an object with a peer, an array of them, or nothing for all; sock: its name, or nothing for the
 *          one that the call is about
 *  Units   none
 *  Errors  thrown into the script, with what to do
 *  Thread  the script's
 *  Source  none
 */
class ScriptHost : public QObject
{
    Q_OBJECT
public:
    explicit ScriptHost(ScriptEnginePrivate &owner);

    /// The functions as properties of the engine's global object; answers what makes a message of its parts.
    QJSValue install(QJSEngine &engine);

    Q_INVOKABLE QJSValue send(const QJSValue &type, const QJSValue &data, const QJSValue &to, const QJSValue &sock);
    Q_INVOKABLE QJSValue sendRaw(const QJSValue &bytes, const QJSValue &to, const QJSValue &sock);
    Q_INVOKABLE QJSValue close(const QJSValue &peer, const QJSValue &sock);
    Q_INVOKABLE QJSValue peers(const QJSValue &sock);
    Q_INVOKABLE void log(const QString &text);
    Q_INVOKABLE double random();

private:
    QJSValue refuse(const QString &text);
    BaseSock *sockOf(const QJSValue &name, QString &error) const;
    template <typename Send>
    QJSValue sendTo(const QJSValue &to, const QJSValue &sock, const Send &send);

    ScriptEnginePrivate &m_owner;
    QJSEngine *m_engine = nullptr;
};

} // namespace SockScope
