#pragma once

#include <QDir>
#include <QFile>
#include <QTest>

#include <functional>
#include <vector>

#include "core/store/messagestore.h"
#include "core/store/spoolfolder.h"

namespace SockScope::Test {

/// Budgets that a few thousand messages fill.
inline StoreLimits smallLimits(const QString &spoolFolder)
{
    StoreLimits limits;
    limits.memoryBytes = 256 * 1024; // chunks of 4 KiB
    limits.spoolFolder = spoolFolder;
    return limits;
}

inline bool addsUp(const StoreStats &stats)
{
    return stats.appended == stats.stored + stats.dropped() + stats.cleared;
}

inline qint64 markOf(quint64 no)
{
    return static_cast<qint64>(no) * 1000;
}

/// The one run folder in a spool folder; empty when there is none.
inline QString runFolder(const QString &spoolFolder)
{
    const QDir folder(spoolFolder);
    const QStringList names = folder.entryList({QStringLiteral("run-*")}, QDir::Dirs);
    return names.isEmpty() ? QString() : folder.filePath(names.first());
}

/// What a crash at this moment would leave: a copy of the run folder, whose lock is nobody's.
inline QString crashCopy(const QString &folder, const QString &to)
{
    const QDir from(runFolder(folder));
    const QString path = to + QLatin1Char('/') + from.dirName();
    QDir().mkpath(path);
    for (const QString &name : from.entryList(QDir::Files)) {
        if (name != QStringLiteral("lock"))
            QFile::copy(from.filePath(name), path + QLatin1Char('/') + name);
    }
    return path;
}

/// Until nothing is on its way to the disk.
inline bool waitForSpool(MessageStore &store)
{
    return QTest::qWaitFor([&store] {
        const StoreStats stats = store.stats();
        return stats.inFlightBytes == 0;
    });
}

/// Messages whose content follows from their number, so that any of them can be checked later.
class Filled
{
public:
    enum class Lost : quint8 { MayNotBe, MayBe };

    void add(MessageStore &store, qint64 count, const std::function<void()> &afterEach = {})
    {
        while (count > 0) {
            MessageBatch batch;
            for (int i = 0; i < 50 && count > 0; ++i, --count) {
                const quint64 no = store.endNo() + static_cast<quint64>(batch.count());
                batch.add(headOf(no), payloadOf(no), noteOf(no));
            }
            store.append(batch);
            if (afterEach)
                afterEach();
        }
    }
    static QString compareOne(const MessageStore &store, quint64 no, Lost lost = Lost::MayNotBe, quint32 sockOffset = 0)
    {
        const std::optional<StoredMessage> message = store.message(no);
        const QString text = QStringLiteral("message %1: ").arg(no);
        if (!message)
            return text + QStringLiteral("not in the store");
        if (!message->isReadable())
            return lost == Lost::MayBe ? QString() : text + message->note();
        const MessageHead head = headOf(no);
        if (message->no() != no || message->wallNs() != head.wallNs || message->peer() != head.peer ||
            message->type() != head.type || message->sequence() != head.sequence ||
            message->wireBytes() != head.wireBytes || message->direction() != head.direction ||
            message->outcome() != head.outcome)
            return text + QStringLiteral("columns differ");
        if (sockOffset == 0 && message->sock() != head.sock)
            return text + QStringLiteral("sock differs");
        if (message->payload() != QByteArrayView(payloadOf(no)))
            return text + QStringLiteral("payload differs");
        return message->note() == noteOf(no) ? QString() : text + QStringLiteral("note differs");
    }
    /// The first difference from number `from` on; empty when there is none.
    static QString compare(const MessageStore &store, quint64 from, Lost lost = Lost::MayNotBe, quint32 sockOffset = 0)
    {
        for (quint64 no = from; no < store.endNo(); ++no) {
            if (const QString difference = compareOne(store, no, lost, sockOffset); !difference.isEmpty())
                return difference;
        }
        return {};
    }
    static MessageHead headOf(quint64 no)
    {
        MessageHead head;
        head.wallNs = markOf(no);
        head.peer = no % 5 == 0 ? *Endpoint::fromString(u"[fe80::1%2]:9000")
                                : Endpoint(0x7f000001, static_cast<quint16>(no % 50));
        if (no % 11 == 0)
            head.peer = Endpoint();
        head.type = no % 3 == 0 ? MessageType(u"move") : MessageType(static_cast<qint64>(no % 7) - 3);
        head.sock = 1 + static_cast<quint32>(no % 3);
        head.sequence = static_cast<quint32>(no * 2654435761u);
        head.wireBytes = static_cast<quint32>(no % 1000);
        head.direction = no % 4 == 0 ? Direction::Out : Direction::In;
        head.outcome = no % 13 == 0 ? Outcome::DecodeError : Outcome::Dispatched;
        return head;
    }
    static QByteArray payloadOf(quint64 no)
    {
        return QByteArray(no % 501 == 0 ? 9000 : static_cast<qsizetype>(no % 60), static_cast<char>('a' + no % 26));
    }
    static QString noteOf(quint64 no) { return no % 13 == 0 ? QStringLiteral("falsch ü %1").arg(no) : QString(); }
};

inline Filled fill(MessageStore &store, qint64 count, const std::function<void()> &afterEach = {})
{
    Filled filled;
    filled.add(store, count, afterEach);
    return filled;
}

} // namespace SockScope::Test
