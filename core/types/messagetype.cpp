#include "core/types/messagetype.h"

#include <QHash>
#include <QLoggingCategory>
#include <QReadWriteLock>

#include <atomic>
#include <deque>

namespace SockScope {

namespace {

Q_LOGGING_CATEGORY(lcTypes, "sockscope.types")

struct NameTable
{
    QReadWriteLock lock;
    QHash<QString, qint64> indices;
    std::deque<QString> names;
    std::atomic<quint64> refused{0};
};

NameTable &nameTable()
{
    // Never destroyed: a static of the application may still print a type after main returned.
    static auto *const table = new NameTable;
    return *table;
}

bool isTooLong(QStringView name)
{
    // A UTF-16 unit is at least one byte of UTF-8 and at most three.
    if (name.size() * 3 <= MessageType::maximumNameBytes)
        return false;
    return name.size() > MessageType::maximumNameBytes || name.toUtf8().size() > MessageType::maximumNameBytes;
}

std::optional<qint64> intern(QStringView name)
{
    if (isTooLong(name))
        return std::nullopt;
    NameTable &table = nameTable();
    const QString key =
        QString::fromRawData(name.data(), name.size()); // for the look-up only: shares the caller's memory
    {
        const QReadLocker locker(&table.lock);
        if (const auto found = table.indices.constFind(key); found != table.indices.cend())
            return found.value();
    }
    const QWriteLocker locker(&table.lock);
    if (const auto found = table.indices.constFind(key); found != table.indices.cend())
        return found.value();
    if (table.indices.size() >= MessageType::maximumNames) {
        table.refused.fetch_add(1, std::memory_order_relaxed);
        return std::nullopt;
    }
    const auto index = static_cast<qint64>(table.names.size());
    const QString own = name.toString();
    table.names.push_back(own);
    table.indices.insert(own, index);
    return index;
}

} // namespace

MessageType::MessageType(QStringView name)
{
    if (const auto index = intern(name)) {
        m_value = *index;
        m_isName = true;
    } else {
        qCCritical(lcTypes,
                   "message type name of %lld characters: the table holds at most %lld names of at most %lld bytes; "
                   "the type became 0",
                   static_cast<long long>(name.size()), static_cast<long long>(maximumNames),
                   static_cast<long long>(maximumNameBytes));
    }
}

std::optional<MessageType> MessageType::tryFromName(QStringView name)
{
    const auto index = intern(name);
    if (!index)
        return std::nullopt;
    MessageType type;
    type.m_value = *index;
    type.m_isName = true;
    return type;
}

qsizetype MessageType::nameCount()
{
    NameTable &table = nameTable();
    const QReadLocker locker(&table.lock);
    return static_cast<qsizetype>(table.names.size());
}

quint64 MessageType::refusedNames()
{
    return nameTable().refused.load(std::memory_order_relaxed);
}

QString MessageType::name() const
{
    if (!m_isName)
        return {};
    NameTable &table = nameTable();
    const QReadLocker locker(&table.lock);
    return table.names[static_cast<size_t>(m_value)];
}

QString MessageType::toString() const
{
    return m_isName ? name() : QString::number(m_value);
}

} // namespace SockScope
