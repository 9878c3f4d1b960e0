#pragma once

#include <QCborMap>
#include <QObject>

#include <chrono>
#include <memory>
#include <optional>

#include "core/script/scripterror.h"

namespace SockScope {

class BaseSock;
class Codec;
class ScriptEnginePrivate;

struct ScriptOptions
{
    std::chrono::milliseconds timeLimit{200}; ///< processor time of one call
    quint64 seed = 0;                         ///< of Math.random
    QCborMap vars;                            ///< what vars holds at first
    int maximumSends = 10'000;                ///< in one call
    int maximumLogLines = 1'000;              ///< in one call
    qsizetype maximumLogCharacters = 10'000;  ///< of one line
    int maximumWaitingEvents = 10'000;        ///< peers that came or went during a call
};

struct ScriptStats
{
    quint64 calls = 0;
    quint64 errors = 0;
    quint64 sent = 0;    ///< messages accepted for sending, once a peer
    quint64 refused = 0; ///< sends that failed
    quint64 logLines = 0;
    quint64 droppedLogLines = 0;
    quint64 droppedEvents = 0; ///< a peer came or went, and too many others waited
    bool hasEnded = false;     ///< it ran too long; load() begins anew
};

/*! Runs a script in JavaScript beside the socks: it sees messages, ticks and peers, and sends.
 *  Path    BaseSock::messageReceived, ticked, peerAdded, peerRemoved → [this] → BaseSock::sendMessage
 *  Shape   the script defines some of onMessage(message), onTick(tick), onPeer(event), and decode(bytes),
 *          encode(message) for a codec of its own; it calls send, sendRaw, close, peers, log, and keeps what it wants
 *          in vars, which outlives load(). core/README.md has all of it
 *  Units   times in milliseconds since 1970, as JavaScript counts
 *  Errors  load answers the first thing that is wrong and keeps the script that was there; what a call throws is
 *          counted, and told by failed when it is another error than the last. A call over the time limit ends the
 *          script
 *  Thread  that of the socks; slots may load, remove socks and destroy the engine
 *  Source  QJSEngine
 */
class ScriptEngine : public QObject
{
    Q_OBJECT
public:
    explicit ScriptEngine(ScriptOptions options = {}, QObject *parent = nullptr);
    ~ScriptEngine() override;

    /// The peers stay, and so does what is in vars.
    std::optional<ScriptError> load(const QString &source, const QString &file = QStringLiteral("script.js"));
    bool isLoaded() const;
    /// Its decode and encode as a codec; null when it has neither.
    std::shared_ptr<const Codec> codec() const;
    /// The sock speaks the script's codec from now on: raw while it has none, and again when the engine goes.
    void lendCodec(BaseSock *sock);

    void addSock(BaseSock *sock, const QString &name);
    void removeSock(BaseSock *sock);
    ScriptStats stats() const;

Q_SIGNALS:
    void logged(const QString &text);
    void failed(const SockScope::ScriptError &error);

private:
    std::shared_ptr<ScriptEnginePrivate> d; // shared with the calls that a slot destroys us in
};

} // namespace SockScope
