#pragma once

#include <QHash>
#include <QString>

#include <optional>

#include "core/types/messagetype.h"

namespace SockScope {

/*! The names of an application's message types: name ↔ number, both ways.
 *  Path    beside codec and dispatch; the models show the names
 *  Shape   a name has one number and a number one name; at most maximum entries
 *  Units   none
 *  Errors  define answers false for a duplicate, an empty name or a full table; a look-up of an unknown one answers
 *          nothing
 *  Thread  a value; shared between threads only as const
 *  Source  the original's msgtype_mixin
 */
class MessageTypes
{
public:
    static constexpr qsizetype maximum = 65536;

    bool define(const QString &name, qint64 number);
    std::optional<qint64> number(QStringView name) const;
    std::optional<QString> name(qint64 number) const;
    /// The defined name, the type's own name, or the number in decimal.
    QString label(const MessageType &type) const;
    QStringList names() const;
    qsizetype size() const { return m_numbers.size(); }

private:
    QHash<QString, qint64> m_numbers;
    QHash<qint64, QString> m_names;
};

} // namespace SockScope
