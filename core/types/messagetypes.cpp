#include "core/types/messagetypes.h"

#include <QStringList>

#include <algorithm>

namespace SockScope {

bool MessageTypes::define(const QString &name, qint64 number)
{
    if (name.isEmpty() || size() >= maximum || m_numbers.contains(name) || m_names.contains(number))
        return false;
    m_numbers.insert(name, number);
    m_names.insert(number, name);
    return true;
}

std::optional<qint64> MessageTypes::number(QStringView name) const
{
    const auto found = m_numbers.constFind(QString::fromRawData(name.data(), name.size()));
    return found == m_numbers.cend() ? std::nullopt : std::optional<qint64>(found.value());
}

std::optional<QString> MessageTypes::name(qint64 number) const
{
    const auto found = m_names.constFind(number);
    return found == m_names.cend() ? std::nullopt : std::optional<QString>(found.value());
}

QString MessageTypes::label(const MessageType &type) const
{
    if (!type.isName()) {
        if (const auto found = m_names.constFind(type.number()); found != m_names.cend())
            return found.value();
    }
    return type.toString();
}

QStringList MessageTypes::names() const
{
    QStringList names = m_numbers.keys();
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace SockScope
