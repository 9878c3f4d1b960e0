#include "core/script/scriptengine.h"

#include <QDateTime>
#include <QMetaEnum>

#include <algorithm>

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/script/scriptcodec.h"
#include "core/script/scriptengine_p.h"
#include "core/script/scripthost_p.h"
#include "core/script/scriptvalue_p.h"
#include "core/simulate/seeded_p.h"
#include "core/types/messagetypes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr auto varsName = "vars"_L1;

QJSValue scriptType(const MessageType &type)
{
    return type.isName() ? QJSValue(type.name()) : QJSValue(static_cast<double>(type.number()));
}

} // namespace

ScriptEnginePrivate::ScriptEnginePrivate(ScriptEngine *engine, ScriptOptions scriptOptions)
    : q(engine)
    , options(scriptOptions)
    , random(seeded(scriptOptions.seed, 2))
{
}

ScriptEnginePrivate::~ScriptEnginePrivate() = default;

std::optional<ScriptError> ScriptEnginePrivate::load(const QString &source, const QString &file)
{
    auto fresh = std::make_unique<Loaded>();
    fresh->host = std::make_unique<ScriptHost>(*this);
    fresh->runtime = std::make_unique<ScriptRuntime>(source, file, options.timeLimit);
    QJSEngine &engine = fresh->runtime->engine();
    fresh->makeMessage = fresh->host->install(engine);

    // What the old script kept, as data: its objects belong to its engine.
    QCborValue kept = loaded ? QCborMap() : options.vars;
    if (loaded && !loaded->runtime->hasEnded()) {
        QString problem;
        const QJSValue before = loaded->runtime->engine().globalObject().property(varsName);
        if (const auto value = ScriptValue::fromScript(before, varsName, problem); value && value->isMap())
            kept = *value;
        else if (!problem.isEmpty())
            log(u"vars begins anew: %1"_s.arg(problem));
    }
    engine.globalObject().setProperty(varsName, ScriptValue::toScript(engine, kept));

    sendsInCall = 0;
    linesInCall = 0;
    if (auto error = fresh->runtime->evaluate())
        return error;
    fresh->onMessage = fresh->runtime->has(u"onMessage"_s);
    fresh->onTick = fresh->runtime->has(u"onTick"_s);
    fresh->onPeer = fresh->runtime->has(u"onPeer"_s);
    const bool isCodec = fresh->runtime->has(u"decode"_s) || fresh->runtime->has(u"encode"_s);
    if (!fresh->onMessage && !fresh->onTick && !fresh->onPeer && !isCodec)
        return ScriptError{file, 0, 0, u"the script has none of the functions that are called"_s,
                           u"define onMessage, onTick or onPeer, or decode and encode"_s};
    if (isCodec) {
        std::optional<ScriptError> error;
        auto made = ScriptCodec::make(source, file, options.timeLimit, error);
        if (!made)
            return error;
        codec = std::move(made);
    } else {
        codec.reset();
    }
    if (loaded && depth > 0)
        replaced.push_back(std::move(loaded));
    loaded = std::move(fresh);
    stats.hasEnded = false;
    lastError.reset();
    setCodecs(codec);
    return std::nullopt;
}

void ScriptEnginePrivate::setCodecs(const std::shared_ptr<const Codec> &now)
{
    for (const QPointer<BaseSock> &sock : speakers)
        if (sock)
            sock->setCodec(now ? now : makeCodec(u"raw"));
}

void ScriptEnginePrivate::handleMessage(const Attached &at, const Envelope &envelope)
{
    if (!loaded || !loaded->onMessage || stats.hasEnded)
        return;
    QJSEngine &engine = loaded->runtime->engine();
    const MessageType &type = envelope.message.type;
    const auto types = at.sock ? at.sock->messageTypes() : nullptr;
    const QJSValue message = loaded->makeMessage.call(
        {at.name, envelope.peer.toString(), scriptType(type), types ? types->label(type) : type.toString(),
         ScriptValue::toScript(engine, envelope.message.data()),
         ScriptValue::toScript(engine, envelope.message.payload.view()),
         static_cast<double>(QDateTime::currentMSecsSinceEpoch()), envelope.flags.testFlag(EnvelopeFlag::Injected)});
    call(u"onMessage"_s, at.name, {message});
}

void ScriptEnginePrivate::handleTick(const Attached &at, qint64 lateNs, quint64 missed)
{
    if (!loaded || !loaded->onTick || stats.hasEnded)
        return;
    QJSValue tick = loaded->runtime->engine().newObject();
    tick.setProperty(u"sock"_s, at.name);
    tick.setProperty(u"time"_s, static_cast<double>(QDateTime::currentMSecsSinceEpoch()));
    tick.setProperty(u"lateMs"_s, static_cast<double>(lateNs) / 1e6);
    tick.setProperty(u"missed"_s, static_cast<double>(missed));
    call(u"onTick"_s, at.name, {tick});
}

void ScriptEnginePrivate::handlePeer(const Attached &at, const Endpoint &peer, const QString &event,
                                     const QString &reason)
{
    if (!loaded || !loaded->onPeer || stats.hasEnded)
        return;
    if (waiting.size() >= static_cast<size_t>(options.maximumWaitingEvents)) {
        ++stats.droppedEvents;
        return;
    }
    waiting.push_back({at.name, peer, event, reason});
    if (depth == 0) // else the call that it happened in comes first
        tellWaiting();
}

void ScriptEnginePrivate::tellWaiting()
{
    while (!waiting.empty() && loaded && loaded->onPeer && !stats.hasEnded) {
        const PeerEvent next = std::move(waiting.front());
        waiting.pop_front();
        QJSValue event = loaded->runtime->engine().newObject();
        event.setProperty(u"sock"_s, next.sock);
        event.setProperty(u"peer"_s, next.peer.toString());
        event.setProperty(u"event"_s, next.event);
        if (!next.reason.isEmpty())
            event.setProperty(u"reason"_s, next.reason);
        call(u"onPeer"_s, next.sock, {event});
    }
}

void ScriptEnginePrivate::call(const QString &function, const QString &sockName, const QJSValueList &arguments)
{
    const auto keep = shared_from_this();
    const QString outer = std::exchange(currentSock, sockName);
    if (depth++ == 0) {
        sendsInCall = 0;
        linesInCall = 0;
    }
    ++stats.calls;
    const std::optional<ScriptError> error = loaded->runtime->call(function, arguments);
    currentSock = outer;
    if (error) {
        ++stats.errors;
        stats.hasEnded = loaded->runtime->hasEnded();
    }
    if (--depth > 0)
        return;
    replaced.clear();
    tellLog();
    if (error)
        fail(*error);
    if (q && !waiting.empty())
        tellWaiting();
}

void ScriptEnginePrivate::log(QString text)
{
    if (++linesInCall > options.maximumLogLines) {
        ++stats.droppedLogLines;
        return;
    }
    ++stats.logLines;
    if (text.size() > options.maximumLogCharacters) {
        text.truncate(options.maximumLogCharacters);
        text += u'…';
    }
    logLines.append(std::move(text));
}

void ScriptEnginePrivate::tellLog()
{
    const QStringList lines = std::exchange(logLines, {});
    for (const QString &line : lines) {
        if (!q)
            return;
        Q_EMIT q->logged(line);
    }
}

void ScriptEnginePrivate::fail(const ScriptError &error)
{
    if (!q || lastError == error)
        return;
    lastError = error;
    Q_EMIT q->failed(error);
}

BaseSock *ScriptEnginePrivate::sockNamed(const QString &name) const
{
    const auto found =
        std::find_if(socks.begin(), socks.end(), [&name](const Attached &each) { return each.name == name; });
    return found == socks.end() ? nullptr : found->sock.data();
}

ScriptEngine::ScriptEngine(ScriptOptions options, QObject *parent)
    : QObject(parent)
    , d(std::make_shared<ScriptEnginePrivate>(this, options))
{
}

ScriptEngine::~ScriptEngine()
{
    d->q = nullptr;
    d->setCodecs(nullptr);
}

std::optional<ScriptError> ScriptEngine::load(const QString &source, const QString &file)
{
    const auto keep = d;
    auto error = keep->load(source, file);
    if (keep->depth == 0)
        keep->tellLog();
    return error;
}

bool ScriptEngine::isLoaded() const
{
    return d->loaded != nullptr;
}

std::shared_ptr<const Codec> ScriptEngine::codec() const
{
    return d->codec;
}

void ScriptEngine::lendCodec(BaseSock *sock)
{
    std::erase_if(d->speakers, [](const QPointer<BaseSock> &each) { return each.isNull(); });
    d->speakers.emplace_back(sock);
    if (d->codec)
        sock->setCodec(d->codec);
}

void ScriptEngine::addSock(BaseSock *sock, const QString &name)
{
    removeSock(sock);
    d->socks.push_back({sock, sock, name});
    const ScriptEnginePrivate::Attached at = d->socks.back();
    connect(sock, &BaseSock::messageReceived, this,
            [this, at](const Envelope &envelope) { d->handleMessage(at, envelope); });
    connect(sock, &BaseSock::ticked, this,
            [this, at](const TickInfo &info) { d->handleTick(at, info.actualNs - info.scheduledNs, info.missed); });
    connect(sock, &BaseSock::peerAdded, this,
            [this, at](const Endpoint &peer) { d->handlePeer(at, peer, u"joined"_s, {}); });
    connect(sock, &BaseSock::peerRemoved, this, [this, at](const Endpoint &peer, CloseReason reason) {
        const char *key = QMetaEnum::fromType<CloseReason>().valueToKey(static_cast<int>(reason));
        d->handlePeer(at, peer, u"left"_s, QString::fromLatin1(key));
    });
    connect(sock, &QObject::destroyed, this,
            [this, sock] { std::erase_if(d->socks, [sock](const auto &each) { return each.key == sock; }); });
}

void ScriptEngine::removeSock(BaseSock *sock)
{
    if (std::erase_if(d->socks, [sock](const auto &each) { return each.key == sock; }) > 0)
        disconnect(sock, nullptr, this, nullptr);
}

ScriptStats ScriptEngine::stats() const
{
    return d->stats;
}

} // namespace SockScope
