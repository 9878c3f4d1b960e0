#include "core/codec/cborwriter.h"

#include <limits>

#include "core/codec/cborcheck.h"
#include "core/codec/cborhead.h"
#include "core/codec/cborimage.h"
#include "core/codec/codectext.h"
#include "core/codec/valuewriter.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

class CborWriter : public ValueWriter
{
public:
    using ValueWriter::ValueWriter;

protected:
    QString leaf(const QCborValue &value) override
    {
        m_isTagged = false;
        switch (value.type()) {
        case QCborValue::Integer:
            appendCborInteger(m_out, value.toInteger());
            return {};
        case QCborValue::Double:
            appendCborDouble(m_out, value.toDouble());
            return {};
        case QCborValue::String: {
            const QString text = value.toString();
            if (!text.isValidUtf16())
                return u"holds half of a surrogate pair"_s;
            const QByteArray bytes = text.toUtf8();
            appendCborHead(m_out, CborMajor::Text, static_cast<quint64>(bytes.size()));
            m_out += bytes;
            return {};
        }
        case QCborValue::ByteArray: {
            const QByteArray bytes = value.toByteArray();
            appendCborHead(m_out, CborMajor::Bytes, static_cast<quint64>(bytes.size()));
            m_out += bytes;
            return {};
        }
        case QCborValue::Invalid:
            return u"is an invalid value"_s;
        default:
            break;
        }
        const auto simple = static_cast<quint8>(value.toSimpleType());
        if (simple >= 24 && simple < 32)
            return u"is the reserved simple value %1"_s.arg(simple);
        appendCborHead(m_out, CborMajor::Simple, simple);
        return {};
    }
    QString tag(const QCborValue &value, bool &descend) override
    {
        // RFC 8949 3.4.3: what fits a plain integer is written as one. Not below another tag, where Qt would read an
        // integer of 64 bits with a sign: of that in tag 1 it makes a date.
        const auto big = bigIntegerOf(value);
        if (big && (!m_isTagged || big->magnitude > quint64(std::numeric_limits<qint64>::max()))) {
            appendCborHead(m_out, big->negative ? CborMajor::Negative : CborMajor::Unsigned, big->magnitude);
            return {};
        }
        appendCborHead(m_out, CborMajor::Tag, static_cast<quint64>(value.tag()));
        descend = true;
        m_isTagged = true;
        return {};
    }
    bool acceptsKey(const QCborValue &) const override { return true; }
    void beginArray(qsizetype count) override { begin(CborMajor::Array, count); }
    void beginMap(qsizetype count) override { begin(CborMajor::Map, count); }

private:
    void begin(CborMajor major, qsizetype count)
    {
        m_isTagged = false;
        appendCborHead(m_out, major, static_cast<quint64>(count));
    }

    bool m_isTagged = false;
};

void appendHead(QByteArray &payload, const MessageType &type)
{
    appendCborHead(payload, CborMajor::Array, 2);
    if (type.isName()) {
        const QByteArray typeName = type.name().toUtf8();
        appendCborHead(payload, CborMajor::Text, static_cast<quint64>(typeName.size()));
        payload += typeName;
    } else {
        appendCborInteger(payload, type.number());
    }
}

/// Whether QCborValue's own bytes are ours: no integer has a bignum's tag, nothing is invalid or was replaced.
bool isOurs(QByteArrayView image, const QCborValue &value, int levels)
{
    CborCheck check(image, levels);
    return check.value(0, 0) && check.at() == image.size() && !check.hasBignumTags() && !check.hasNaN() &&
           !(check.hasReplacements() && holdsHalfPairs(value));
}

} // namespace

std::optional<SockError> writeCbor(const MessageType &type, const QCborValue &value, const CodecLimits &limits,
                                   QByteArray &payload)
{
    const qsizetype start = payload.size();
    const CborImage image(value);
    payload.reserve(start + image.bytes().size() + 16);
    appendHead(payload, type);
    if (payload.size() - start + image.bytes().size() <= limits.maximumBytes &&
        isOurs(image.bytes(), value, limits.maximumDepth - 1)) {
        payload += image.bytes();
        return std::nullopt;
    }
    payload.truncate(start);
    CborWriter writer(payload, limits, u"CBOR"_s);
    appendHead(payload, type);
    auto error = writer.write(value);
    if (error)
        payload.truncate(start);
    return error;
}

} // namespace SockScope
