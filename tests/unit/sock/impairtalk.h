#pragma once

#include <QCoreApplication>

#include <algorithm>

#include "core/basesock.h"
#include "core/impair/impairtext.h"
#include "support/sockpair.h"

namespace SockScope::Test {

/// Every row of one sock, as the log has them.
class OutcomeRows : public Tap
{
public:
    struct Row
    {
        Outcome outcome;
        MessageType type;
        QByteArray payload;
        QString note;
    };
    void inbound(const Envelope &envelope, Outcome outcome, const SockError *error) override
    {
        rows.append(
            {outcome, envelope.message.type, envelope.message.payload.toByteArray(), error ? error->what : QString()});
    }
    void outbound(const Endpoint &, const MessageType &type, QByteArrayView payload, qsizetype, qint64, Outcome outcome,
                  const SockError *error) override
    {
        rows.append({outcome, type, payload.toByteArray(), error ? error->what : QString()});
    }
    void peerChanged(const Endpoint &) override {}
    void peerRemoved(const Endpoint &, CloseReason) override {}
    void sockChanged() override {}

    quint64 count(Outcome outcome) const
    {
        return static_cast<quint64>(
            std::count_if(rows.begin(), rows.end(), [outcome](const Row &row) { return row.outcome == outcome; }));
    }
    QList<Outcome> outcomes() const
    {
        QList<Outcome> result;
        for (const Row &row : rows)
            result.append(row.outcome);
        return result;
    }
    QList<Row> rows;
};

inline std::vector<ImpairSpec> impaired(std::initializer_list<QString> words)
{
    std::vector<ImpairSpec> specs;
    for (const QString &each : words) {
        ImpairError error;
        const auto spec = parseImpair(each, &error);
        if (!spec)
            qFatal("%s", qPrintable(error.toString()));
        specs.push_back(*spec);
    }
    return specs;
}

/// A pair whose end b notes the numbers that come; both ends' rows are kept.
struct ImpairTalk
{
    explicit ImpairTalk(bool stream, SockOptions options = {})
        : pair(stream, std::move(options))
    {
        pair.a->addTap(&rowsA);
        pair.b->addTap(&rowsB);
        pair.b->setUnknownTypeHandler(
            pair.b.get(), [this](const Envelope &envelope) { came.append(envelope.message.data().toInteger()); });
    }
    bool start()
    {
        if (!pair.start())
            return false;
        settle();
        return true;
    }
    static void settle()
    {
        for (int i = 0; i < 5; ++i)
            QCoreApplication::processEvents();
    }
    void advance(qint64 ms)
    {
        pair.clock->advanceMs(ms);
        settle();
    }
    bool isBalanced() const { return pair.a->ledger().isBalanced() && pair.b->ledger().isBalanced(); }

    OutcomeRows rowsA; // before the socks: they look at their taps to the last
    OutcomeRows rowsB;
    SockPair pair;
    QList<qint64> came;
};

} // namespace SockScope::Test
