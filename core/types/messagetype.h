#pragma once

#include <QHashFunctions>
#include <QMetaType>
#include <QString>

#include <compare>
#include <concepts>
#include <optional>

namespace SockScope {

/*! The type of a message: a signed 64-bit number or an interned name; comparing either costs one comparison.
 *  Path    codec → [this] → dispatch
 *  Shape   a number, or the index of a name in one table for the process (at most maximumNames names)
 *  Units   none
 *  Errors  tryFromName answers nothing when the name table is full or the name is longer than maximumNameBytes
 *  Thread  a value: any thread; the name table is locked
 *  Source  the wire formats [type, data], in which a type is an integer or a string
 */
class MessageType
{
public:
    static constexpr qsizetype maximumNames = 65536;
    static constexpr qsizetype maximumNameBytes = 1024;

    constexpr MessageType() = default;
    template <std::integral Number>
    constexpr MessageType(Number number) // NOLINT(google-explicit-constructor): sendMessage(7, …) is the point
        : m_value(static_cast<qint64>(number))
    {
    }
    /// Interns a name that the program itself uses; a full table answers the number 0 and logs an error.
    MessageType(QStringView name); // NOLINT(google-explicit-constructor)
    MessageType(const QString &name)
        : MessageType(QStringView(name))
    {
    }
    template <size_t Size>
    MessageType(const char16_t (&name)[Size]) // NOLINT(google-explicit-constructor)
        : MessageType(QStringView(name))
    {
    }
    /// The same for a name that a peer chose.
    static std::optional<MessageType> tryFromName(QStringView name);
    /// How many names are interned, and how often the full table refused one.
    static qsizetype nameCount();
    static quint64 refusedNames();

    constexpr bool isName() const { return m_isName; }
    constexpr qint64 number() const { return m_isName ? 0 : m_value; }
    QString name() const;
    /// The name, or the number in decimal.
    QString toString() const;

    friend constexpr bool operator==(const MessageType &, const MessageType &) = default;
    friend constexpr auto operator<=>(const MessageType &, const MessageType &) = default;
    friend size_t qHash(const MessageType &type, size_t seed = 0) noexcept
    {
        return ::qHash(static_cast<quint64>(type.m_value) ^ (type.m_isName ? 0x9e3779b97f4a7c15ULL : 0), seed);
    }

private:
    qint64 m_value = 0;
    bool m_isName = false;
};

} // namespace SockScope

Q_DECLARE_METATYPE(SockScope::MessageType)
