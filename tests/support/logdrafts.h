#pragma once

#include <QAbstractItemModel>
#include <QRandomGenerator>
#include <QString>

#include "core/codec/codec.h"
#include "core/filter/filter.h"
#include "core/tap/sockmonitor.h"
#include "core/types/messagetypes.h"
#include "support/messages.h"
#include "ui/models/roles.h"

namespace SockScope::Test {

// Messages of two socks, 1 "game" and 2 "chat", for the tests of the log.

using namespace Qt::StringLiterals;

inline const QList<QString> words{u"ping"_s, u"move"_s, u"Größe"_s, u"state"_s, u"x"_s};

inline Draft makeDraft(QRandomGenerator &random, qint64 wallUs)
{
    Draft draft;
    draft.payload =
        (words[random.bounded(static_cast<int>(words.size()))] + u' ' + QString::number(random.bounded(10))).toUtf8();
    MessageHead &head = draft.head;
    head.wallNs = wallUs * 1000;
    head.peer = Endpoint(0x7f000001, static_cast<quint16>(9000 + random.bounded(3)));
    head.type = random.bounded(4);
    head.wireBytes = static_cast<quint32>(draft.payload.size() + 4);
    head.sock = 1 + random.bounded(2u);
    head.direction = random.bounded(2) ? Direction::Out : Direction::In;
    const Outcome outcomes[]{Outcome::Dispatched, Outcome::Dispatched, Outcome::Unhandled, Outcome::DecodeError};
    head.outcome = head.direction == Direction::Out ? Outcome::Sent : outcomes[random.bounded(4)];
    if (head.outcome == Outcome::DecodeError)
        draft.note = u"broken at byte 3"_s;
    return draft;
}

/// So many, a millisecond apart.
inline MessageBatch makeBatch(QRandomGenerator &random, int count, qint64 firstWallUs)
{
    std::vector<Draft> drafts;
    for (int i = 0; i < count; ++i)
        drafts.push_back(makeDraft(random, firstWallUs + i * 1000));
    return batchOf(drafts);
}

/// The numbers of a log's rows.
inline std::vector<quint64> rowsOf(const QAbstractItemModel &model)
{
    std::vector<quint64> rows;
    for (int row = 0; row < model.rowCount(); ++row)
        rows.push_back(model.index(row, 0).data(NoRole).toULongLong());
    return rows;
}

inline SockSnapshot snapshotOf(quint32 sockId, const QString &name)
{
    auto types = std::make_shared<MessageTypes>();
    types->define(u"move"_s, 3);
    SockSnapshot snapshot;
    snapshot.sockId = sockId;
    snapshot.name = name;
    snapshot.codec = makeCodec(u"text");
    snapshot.types = types;
    return snapshot;
}

inline Filter filterOf(const QString &text)
{
    if (text.isEmpty())
        return {};
    FilterError error;
    const auto filter = Filter::compile(text, &error);
    if (!filter)
        qWarning("the test's filter is wrong: %s", qPrintable(error.toString()));
    return filter.value_or(Filter());
}

} // namespace SockScope::Test
