#pragma once

#include <QCborValue>
#include <QPointer>
#include <QRandomGenerator>

#include <deque>
#include <vector>

#include "core/script/scriptengine.h"
#include "core/script/scriptruntime_p.h"
#include "core/types/envelope.h"

namespace SockScope {

class ScriptHost;

class ScriptEnginePrivate : public std::enable_shared_from_this<ScriptEnginePrivate>
{
public:
    ScriptEnginePrivate(ScriptEngine *engine, ScriptOptions scriptOptions);
    ~ScriptEnginePrivate();

    struct Attached
    {
        QPointer<BaseSock> sock;
        const BaseSock *key = nullptr; ///< also when it is gone
        QString name;
    };
    struct PeerEvent
    {
        QString sock;
        Endpoint peer;
        QString event;
        QString reason;
    };
    struct Loaded
    {
        // The host outlives the engine that has a wrapper of it.
        std::unique_ptr<ScriptHost> host;
        std::unique_ptr<ScriptRuntime> runtime;
        QJSValue makeMessage;
        bool onMessage = false;
        bool onTick = false;
        bool onPeer = false;
    };

    std::optional<ScriptError> load(const QString &source, const QString &file);
    void handleMessage(const Attached &at, const Envelope &envelope);
    void handleTick(const Attached &at, qint64 lateNs, quint64 missed);
    void handlePeer(const Attached &at, const Endpoint &peer, const QString &event, const QString &reason);
    void tellWaiting();
    void call(const QString &function, const QString &sockName, const QJSValueList &arguments);
    void tellLog();
    void fail(const ScriptError &error);
    BaseSock *sockNamed(const QString &name) const;
    void log(QString text);
    void setCodecs(const std::shared_ptr<const Codec> &now);

    ScriptEngine *q;
    const ScriptOptions options;
    std::unique_ptr<Loaded> loaded;
    std::vector<std::unique_ptr<Loaded>> replaced; ///< by a slot or a call of theirs: they may still run
    std::vector<Attached> socks;
    std::vector<QPointer<BaseSock>> speakers; ///< that the codec is lent to
    std::deque<PeerEvent> waiting;
    std::shared_ptr<const Codec> codec;
    QRandomGenerator64 random;
    ScriptStats stats;
    QStringList logLines;
    std::optional<ScriptError> lastError;
    QString currentSock;
    int sendsInCall = 0;
    int linesInCall = 0;
    int depth = 0;
};

} // namespace SockScope
