#pragma once

#include <QTest>

#include <memory>

#include "core/script/scriptengine.h"
#include "support/sockpair.h"

namespace SockScope::Test {

/// A sock that a script sees, "ours", and its peer, whose received messages are kept.
struct ScriptTalk
{
    explicit ScriptTalk(ScriptOptions options = {}, SockOptions base = {})
        : pair(false, std::move(base))
        , engine(std::make_unique<ScriptEngine>(options))
    {
        pair.a->setUnknownTypeHandler(&context, [](const Envelope &) {});
        pair.b->setUnknownTypeHandler(&context, [this](const Envelope &each) { received.append(each.message); });
        engine->addSock(pair.a.get(), QStringLiteral("ours"));
        QObject::connect(engine.get(), &ScriptEngine::logged, &context,
                         [this](const QString &text) { log.append(text); });
        QObject::connect(engine.get(), &ScriptEngine::failed, &context,
                         [this](const ScriptError &error) { failures.append(error.toString()); });
        ok = pair.start();
    }
    /// What is wrong with the script; empty when nothing is.
    QString load(const QString &source)
    {
        const auto error = engine->load(source, QStringLiteral("talk.js"));
        return error ? error->toString() : QString();
    }
    /// The peer sends; answers whether our sock had it and all that followed at once has happened.
    bool say(const MessageType &type, const QCborValue &data)
    {
        const quint64 before = pair.a->ledger().handled.messages;
        return pair.b->sendMessage(type, data, pair.left->localEndpoint()).isOk() &&
               QTest::qWaitFor([&] { return pair.a->ledger().handled.messages > before; });
    }

    QObject context;
    SockPair pair;
    std::unique_ptr<ScriptEngine> engine;
    QList<Message> received;
    QStringList log;
    QStringList failures;
    bool ok = false;
};

} // namespace SockScope::Test
