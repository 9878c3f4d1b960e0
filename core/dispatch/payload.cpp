#include "core/dispatch/payload.h"

#include <string>

namespace SockScope {

namespace {

const char *kindOf(const QCborValue &value)
{
    if (value.isTag())
        return "a tagged value";
    switch (value.type()) {
    case QCborValue::Integer:
        return "an integer";
    case QCborValue::Double:
        return "a number with a fraction";
    case QCborValue::String:
        return "text";
    case QCborValue::ByteArray:
        return "bytes";
    case QCborValue::Array:
        return "an array";
    case QCborValue::Map:
        return "a map";
    case QCborValue::True:
    case QCborValue::False:
        return "a boolean";
    case QCborValue::Null:
        return "null";
    case QCborValue::Undefined:
    case QCborValue::Invalid:
        return "nothing";
    default:
        return "another kind of value";
    }
}

} // namespace

PayloadMismatch::PayloadMismatch(const char *expected, const QCborValue &got)
    : std::runtime_error(std::string("the payload is ") + kindOf(got) + ", the handler expects " + expected)
{
}

} // namespace SockScope
