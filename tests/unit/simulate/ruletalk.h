#pragma once

#include <QCborMap>
#include <QTest>

#include "core/project/jsontext.h"
#include "core/simulate/ruleengine.h"
#include "core/simulate/rulejson.h"
#include "support/sockpair.h"

namespace SockScope::Test {

/// A sock that rules answer for, and its peer, whose received messages are kept.
struct RuleTalk
{
    explicit RuleTalk(SockOptions base = {}, RuleEngineOptions options = {})
        : pair(false, std::move(base))
    {
        options.clock = pair.clock;
        options.wallNs = [] { return qint64(1'700'000'000) * 1'000'000'000; };
        engine = std::make_unique<RuleEngine>(options);
        pair.a->setUnknownTypeHandler(&context, [](const Envelope &) {});
        pair.b->setUnknownTypeHandler(&context, [this](const Envelope &each) { received.append(each.message); });
        ok = pair.start();
        engine->addSock(pair.a.get(), QStringLiteral("ours"));
        QObject::connect(engine.get(), &RuleEngine::ruleFailed, &context,
                         [this](int, int, const QString &what) { failures.append(what); });
    }
    /// What is wrong with the rules; empty when nothing is.
    QString setRules(const QByteArray &json)
    {
        ProjectError damaged;
        const auto node = parseJsonText(json, &damaged);
        if (!node)
            return damaged.toString();
        SimulateError error;
        const auto rules = rulesFromJson(*node, &error);
        if (!rules)
            return error.toString();
        const auto problem = engine->setRules(*rules);
        return problem ? problem->toString() : QString();
    }
    /// The peer sends; answers whether our sock had it and all that followed at once has happened.
    bool say(const MessageType &type, const QCborValue &data)
    {
        const quint64 before = pair.a->ledger().handled.messages;
        return pair.b->sendMessage(type, data, peer()).isOk() &&
               QTest::qWaitFor([&] { return pair.a->ledger().handled.messages > before; });
    }
    Endpoint peer() const { return pair.left->localEndpoint(); }
    QList<qint64> receivedTypes() const
    {
        QList<qint64> types;
        for (const Message &each : received)
            types.append(each.type.number());
        return types;
    }

    QObject context;
    SockPair pair;
    std::unique_ptr<RuleEngine> engine;
    QList<Message> received;
    QStringList failures;
    bool ok = false;
};

} // namespace SockScope::Test
