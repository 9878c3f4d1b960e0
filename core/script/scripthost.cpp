#include "core/script/scripthost_p.h"

#include <QCborValue>
#include <QJSEngine>

#include <cmath>
#include <optional>
#include <vector>

#include "core/basesock.h"
#include "core/peers/peertable.h"
#include "core/script/scriptengine_p.h"
#include "core/script/scriptvalue_p.h"
#include "core/types/messagetypes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

// The script sees functions, not the object behind them.
constexpr auto prelude = uR"((function (host, global) {
    'use strict';
    var Bytes = Uint8Array, text = JSON.stringify, String_ = String;
    function define(name, value) {
        Object.defineProperty(global, name, {value: value, writable: true, configurable: true, enumerable: false});
    }
    function line(value) {
        if (typeof value === 'string')
            return value;
        var json = text(value);
        return json === undefined ? String_(value) : json;
    }
    function log() {
        var parts = [];
        for (var i = 0; i < arguments.length; ++i)
            parts.push(line(arguments[i]));
        host.log(parts.join(' '));
    }
    function Message() {}
    Message.prototype.reply = function (type, data) { return host.send(type, data, this.peer, this.sock); };
    define('send', function (type, data, to, sock) { return host.send(type, data, to, sock); });
    define('sendRaw', function (bytes, to, sock) { return host.sendRaw(bytes, to, sock); });
    define('close', function (peer, sock) { return host.close(peer, sock); });
    define('peers', function (sock) { return host.peers(sock); });
    define('log', log);
    define('console', {log: log, info: log, warn: log, error: log, debug: log});
    Math.random = function () { return host.random(); };
    return function (sock, peer, type, typeName, data, payload, time, injected) {
        var message = new Message();
        message.sock = sock;
        message.peer = peer;
        message.type = type;
        message.typeName = typeName;
        message.data = data;
        message.payload = new Bytes(payload);
        message.time = time;
        message.injected = injected;
        return message;
    };
}))";

/// "127.0.0.1:9000", or an object that has a peer, as messages, events and what peers() lists do.
std::optional<Endpoint> endpointOf(const QJSValue &value)
{
    const QJSValue text = value.isObject() ? value.property(u"peer"_s) : value;
    return text.isString() ? Endpoint::fromString(text.toString()) : std::nullopt;
}

QString noPeer(const QJSValue &value)
{
    return u"\"%1\" is no peer: give an address with its port (\"127.0.0.1:9000\"), a message, or one of peers()"_s.arg(
        value.toString().left(80));
}

} // namespace

ScriptHost::ScriptHost(ScriptEnginePrivate &owner)
    : m_owner(owner)
{
}

QJSValue ScriptHost::install(QJSEngine &engine)
{
    m_engine = &engine;
    QJSEngine::setObjectOwnership(this, QJSEngine::CppOwnership);
    return engine.evaluate(QString::fromUtf16(prelude), u"prelude"_s)
        .call({engine.newQObject(this), engine.globalObject()});
}

QJSValue ScriptHost::refuse(const QString &text)
{
    m_engine->throwError(text);
    return {};
}

BaseSock *ScriptHost::sockOf(const QJSValue &name, QString &error) const
{
    if (name.isUndefined() || name.isNull()) {
        if (!m_owner.currentSock.isNull())
            return m_owner.sockNamed(m_owner.currentSock);
        if (m_owner.socks.size() == 1)
            return m_owner.socks.front().sock;
        error = m_owner.socks.empty() ? u"there is no socket"_s
                                      : u"there are %1 sockets: say which by its name"_s.arg(m_owner.socks.size());
        return nullptr;
    }
    BaseSock *sock = m_owner.sockNamed(name.toString());
    if (!sock) {
        QStringList names;
        for (const auto &each : m_owner.socks)
            names.append(each.name);
        error = u"there is no socket \"%1\"; there are: %2"_s.arg(name.toString().left(80), names.join(u", "_s));
    }
    return sock;
}

template <typename Send>
QJSValue ScriptHost::sendTo(const QJSValue &to, const QJSValue &sockName, const Send &send)
{
    QString error;
    BaseSock *sock = sockOf(sockName, error);
    if (!sock)
        return refuse(error.isEmpty() ? u"the socket is gone"_s : error);
    std::vector<std::optional<Endpoint>> targets;
    if (to.isUndefined() || to.isNull()) {
        targets.emplace_back(std::nullopt);
    } else if (to.isArray()) {
        const double count = to.property(u"length"_s).toNumber();
        for (quint32 i = 0; i < static_cast<quint32>(qMin(count, 100'000.0)); ++i) {
            const auto peer = endpointOf(to.property(i));
            if (!peer)
                return refuse(noPeer(to.property(i)));
            targets.emplace_back(peer);
        }
    } else if (const auto peer = endpointOf(to)) {
        targets.emplace_back(peer);
    } else {
        return refuse(noPeer(to));
    }
    const QPointer<BaseSock> alive(sock);
    int accepted = 0;
    for (const auto &target : targets) {
        if (++m_owner.sendsInCall > m_owner.options.maximumSends)
            return refuse(u"more than %1 messages in one call: send the rest later, in onTick"_s.arg(
                m_owner.options.maximumSends));
        if (!alive)
            return refuse(u"the socket is gone"_s);
        const SendResult result = send(*alive, target);
        accepted += result.accepted;
        m_owner.stats.sent += static_cast<quint64>(result.accepted);
        m_owner.stats.refused += static_cast<quint64>(result.failed);
        if (result.error)
            return refuse(result.error->toString());
    }
    return accepted;
}

QJSValue ScriptHost::send(const QJSValue &type, const QJSValue &data, const QJSValue &to, const QJSValue &sock)
{
    Message message;
    QString error;
    const auto value = ScriptValue::fromScript(data, u"data"_s, error);
    if (!value)
        return refuse(error);
    message.value = value->isUndefined() ? QCborValue(nullptr) : *value; // send(5) is a message without data
    const double number = type.isNumber() ? type.toNumber() : 0;
    const QString name = type.isString() ? type.toString() : QString();
    if (type.isNumber() && std::trunc(number) == number && std::abs(number) <= 9007199254740992.0) {
        message.type = static_cast<qint64>(number);
    } else if (name.isNull() && !type.isUndefined()) {
        return refuse(u"\"%1\" is no type: give a whole number or a name"_s.arg(type.toString().left(80)));
    }
    return sendTo(to, sock, [&](BaseSock &at, const std::optional<Endpoint> &peer) -> SendResult {
        if (!name.isNull()) {
            const auto types = at.messageTypes();
            if (const auto known = types ? types->number(name) : std::nullopt) {
                message.type = *known;
            } else if (const auto named = MessageType::tryFromName(name)) {
                message.type = *named;
            } else {
                SockError failure;
                failure.what = u"the name of the type is too long, or there are too many"_s;
                return {0, 1, failure};
            }
        }
        return at.sendMessage(message, peer);
    });
}

QJSValue ScriptHost::sendRaw(const QJSValue &bytes, const QJSValue &to, const QJSValue &sock)
{
    const auto wire = ScriptValue::bytesOf(bytes);
    if (!wire)
        return refuse(u"sendRaw takes a Uint8Array, an ArrayBuffer or a text"_s);
    return sendTo(to, sock, [&](BaseSock &at, const std::optional<Endpoint> &peer) { return at.sendRaw(*wire, peer); });
}

QJSValue ScriptHost::close(const QJSValue &peer, const QJSValue &sockName)
{
    QString error;
    BaseSock *sock = sockOf(sockName, error);
    if (!sock)
        return refuse(error.isEmpty() ? u"the socket is gone"_s : error);
    const auto endpoint = endpointOf(peer);
    if (!endpoint)
        return refuse(noPeer(peer));
    return sock->closePeer(*endpoint);
}

QJSValue ScriptHost::peers(const QJSValue &sockName)
{
    QString error;
    std::vector<std::pair<BaseSock *, QString>> socks;
    if (sockName.isUndefined() || sockName.isNull()) {
        for (const auto &each : m_owner.socks) {
            if (each.sock)
                socks.emplace_back(each.sock, each.name);
        }
    } else if (BaseSock *sock = sockOf(sockName, error)) {
        socks.emplace_back(sock, sockName.toString());
    } else {
        return refuse(error.isEmpty() ? u"the socket is gone"_s : error);
    }
    QJSValue list = m_engine->newArray();
    quint32 count = 0;
    for (const auto &[sock, name] : socks) {
        sock->peers().forEach([&, &name = name](const Peer &peer) {
            if (peer.state != PeerState::Known)
                return;
            QJSValue one = m_engine->newObject();
            one.setProperty(u"peer"_s, peer.endpoint.toString());
            one.setProperty(u"sock"_s, name);
            list.setProperty(count++, one);
        });
    }
    return list;
}

void ScriptHost::log(const QString &text)
{
    m_owner.log(text);
}

double ScriptHost::random()
{
    return m_owner.random.generateDouble();
}

} // namespace SockScope
