#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QVariantList>
#include <QVariantMap>

#include <stdexcept>
#include <type_traits>

namespace SockScope {

/*! Thrown by payloadAs when a payload has another kind than a typed handler asked for.
 *  Path    dispatch → handler
 *  Shape   what() names both kinds
 *  Units   none
 *  Errors  it is one; dispatch catches it and counts it as the handler's
 *  Thread  any
 *  Source  none
 */
class PayloadMismatch : public std::runtime_error
{
public:
    PayloadMismatch(const char *expected, const QCborValue &got);
};

template <typename Payload>
Payload payloadAs(const QCborValue &value)
{
    if constexpr (std::is_same_v<Payload, QCborValue>) {
        return value;
    } else if constexpr (std::is_same_v<Payload, bool>) {
        return value.isBool() ? value.toBool() : throw PayloadMismatch("a boolean", value);
    } else if constexpr (std::is_same_v<Payload, qint64>) {
        return value.isInteger() ? value.toInteger() : throw PayloadMismatch("an integer", value);
    } else if constexpr (std::is_same_v<Payload, double>) {
        return value.isDouble() || value.isInteger() ? value.toDouble() : throw PayloadMismatch("a number", value);
    } else if constexpr (std::is_same_v<Payload, QString>) {
        return value.isString() ? value.toString() : throw PayloadMismatch("text", value);
    } else if constexpr (std::is_same_v<Payload, QByteArray>) {
        return value.isByteArray() ? value.toByteArray() : throw PayloadMismatch("bytes", value);
    } else if constexpr (std::is_same_v<Payload, QCborMap>) {
        return value.isMap() ? value.toMap() : throw PayloadMismatch("a map", value);
    } else if constexpr (std::is_same_v<Payload, QCborArray>) {
        return value.isArray() ? value.toArray() : throw PayloadMismatch("an array", value);
    } else if constexpr (std::is_same_v<Payload, QVariantMap>) {
        return value.isMap() ? value.toMap().toVariantMap() : throw PayloadMismatch("a map", value);
    } else {
        static_assert(std::is_same_v<Payload, QVariantList>, "no conversion of a payload to this type");
        return value.isArray() ? value.toArray().toVariantList() : throw PayloadMismatch("an array", value);
    }
}

} // namespace SockScope
