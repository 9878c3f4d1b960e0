#pragma once

#include <QByteArray>
#include <QString>

#include <memory>
#include <vector>

#include "core/store/storedmessage.h"
#include "core/tap/recorder.h"

namespace SockScope::Test {

/// A message that a test makes, before it is in a batch.
struct Draft
{
    MessageHead head;
    QByteArray payload;
    QString note;
};

inline MessageBatch batchOf(const std::vector<Draft> &drafts)
{
    MessageBatch batch;
    for (const Draft &draft : drafts)
        batch.add(draft.head, draft.payload, draft.note);
    return batch;
}

/// Stored alone, as number 1.
inline StoredMessage storedOf(const Draft &draft)
{
    const MessageBatch batch = batchOf({draft});
    const auto chunk = std::make_shared<Chunk>(1, qMax(Chunk::arenaNeed(batch.heads().front()), qsizetype(1)));
    qsizetype byteOffset = 0;
    chunk->append(batch, 0, byteOffset);
    return StoredMessage(chunk, 0);
}

/// Moves the inbox into the store, and answers all that the store holds.
inline std::vector<StoredMessage> storedOf(Recorder &recorder)
{
    recorder.append(recorder.takeInbox(1'000'000));
    std::vector<StoredMessage> messages;
    for (quint64 no = recorder.store().firstNo(); no < recorder.store().endNo(); ++no)
        messages.push_back(*recorder.store().message(no));
    return messages;
}

} // namespace SockScope::Test
