#include "core/codec/messagepackwriter.h"

#include <cmath>
#include <limits>

#include <msgpack/pack.hpp>

#include "core/codec/bytesink.h"
#include "core/codec/bytewords.h"
#include "core/codec/cborhead.h"
#include "core/codec/cborimage.h"
#include "core/codec/cbortranscoder.h"
#include "core/codec/codectext.h"
#include "core/codec/messagepackcodec.h"
#include "core/codec/valuewriter.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// Writes MessagePack from the items of a CborImage.
class MessagePackTarget
{
public:
    static constexpr bool separates = false;

    explicit MessagePackTarget(ByteSink &out)
        : m_out(out)
    {
    }

    bool integer(quint64 argument, bool negative, bool)
    {
        m_out.room(9);
        if (negative) {
            const qint64 number = -1 - static_cast<qint64>(argument);
            if (argument < 0x20)
                m_out.byte(static_cast<char>(number));
            else if (argument < 0x80)
                lead(0xd0, static_cast<quint8>(number));
            else if (argument < 0x8000)
                lead(0xd1, static_cast<quint16>(number));
            else if (argument < 0x80000000)
                lead(0xd2, static_cast<quint32>(number));
            else
                lead(0xd3, static_cast<quint64>(number));
        } else if (argument < 0x80) {
            m_out.byte(static_cast<char>(argument));
        } else if (argument <= 0xff) {
            lead(0xcc, static_cast<quint8>(argument));
        } else if (argument <= 0xffff) {
            lead(0xcd, static_cast<quint16>(argument));
        } else if (argument <= 0xffffffff) {
            lead(0xce, static_cast<quint32>(argument));
        } else {
            lead(0xcf, argument);
        }
        return true;
    }
    bool number(double number, bool)
    {
        m_out.room(9);
        lead(0xcb, std::bit_cast<quint64>(number));
        return !std::isnan(number); // Qt writes one of them for all
    }
    bool text(QByteArrayView text, bool)
    {
        const qsizetype size = text.size();
        m_out.room(size + 5);
        if (size < 0x20)
            m_out.byte(static_cast<char>(0xa0 | size));
        else if (size <= 0xff)
            lead(0xd9, static_cast<quint8>(size));
        else if (size <= 0xffff)
            lead(0xda, static_cast<quint16>(size));
        else
            lead(0xdb, static_cast<quint32>(size));
        m_out.bytes(text.data(), size);
        const ByteWords::Traits traits = ByteWords::traits(text.data(), size);
        m_replacements =
            m_replacements || traits.replaced || (traits.nonAscii && text.contains(QByteArrayView("\xef\xbf\xbd", 3)));
        return size <= largestCount;
    }
    bool bytes(QByteArrayView bytes, bool)
    {
        const qsizetype size = bytes.size();
        m_out.room(size + 5);
        if (size <= 0xff)
            lead(0xc4, static_cast<quint8>(size));
        else if (size <= 0xffff)
            lead(0xc5, static_cast<quint16>(size));
        else
            lead(0xc6, static_cast<quint32>(size));
        m_out.bytes(bytes.data(), size);
        return size <= largestCount;
    }
    bool boolean(bool value, bool)
    {
        m_out.room(1);
        m_out.byte(value ? '\xc3' : '\xc2');
        return true;
    }
    bool null(bool)
    {
        m_out.room(1);
        m_out.byte('\xc0');
        return true;
    }
    bool beginArray(quint64 count, bool) { return begin(0x90, 0xdc, count); }
    bool beginMap(quint64 count, bool) { return begin(0x80, 0xde, count); }

    /// Whether a text holds what Qt may have written for half of a surrogate pair.
    bool hasReplacements() const { return m_replacements; }

private:
    static constexpr qsizetype largestCount = 0xffffffff;

    template <typename Number>
    void lead(quint8 lead, Number number)
    {
        m_out.byte(static_cast<char>(lead));
        m_out.bigEndian(number);
    }
    bool begin(quint8 few, quint8 more, quint64 count)
    {
        m_out.room(5);
        if (count < 16)
            m_out.byte(static_cast<char>(few | count));
        else if (count <= 0xffff)
            lead(more, static_cast<quint16>(count));
        else
            lead(more + 1, static_cast<quint32>(count));
        return count <= static_cast<quint64>(largestCount);
    }

    ByteSink &m_out;
    bool m_replacements = false;
};

struct ByteArrayStream
{
    QByteArray &out;
    void write(const char *data, size_t size) { out.append(data, static_cast<qsizetype>(size)); }
};

using Packer = msgpack::packer<ByteArrayStream>;

void packText(Packer &packer, const QByteArray &bytes)
{
    packer.pack_str(static_cast<uint32_t>(bytes.size()));
    packer.pack_str_body(bytes.constData(), static_cast<uint32_t>(bytes.size()));
}

class MessagePackWriter : public ValueWriter
{
public:
    MessagePackWriter(QByteArray &out, const CodecLimits &limits)
        : ValueWriter(out, limits, u"MessagePack"_s)
        , m_stream{out}
        , m_packer(m_stream)
    {
    }

    void type(const MessageType &type)
    {
        m_packer.pack_array(2);
        if (type.isName())
            packText(m_packer, type.name().toUtf8());
        else
            m_packer.pack_int64(type.number());
    }

protected:
    QString leaf(const QCborValue &value) override
    {
        switch (value.type()) {
        case QCborValue::Integer:
            m_packer.pack_int64(value.toInteger());
            return {};
        case QCborValue::Double:
            // Not the packer's pack_double, which makes an integer of 7.0.
            appendBigEndianDouble(m_out, '\xcb', value.toDouble());
            return {};
        case QCborValue::String: {
            const QString text = value.toString();
            if (!text.isValidUtf16())
                return u"holds half of a surrogate pair"_s;
            packText(m_packer, text.toUtf8());
            return {};
        }
        case QCborValue::ByteArray: {
            const QByteArray bytes = value.toByteArray();
            m_packer.pack_bin(static_cast<uint32_t>(bytes.size()));
            m_packer.pack_bin_body(bytes.constData(), static_cast<uint32_t>(bytes.size()));
            return {};
        }
        case QCborValue::True:
            m_packer.pack_true();
            return {};
        case QCborValue::False:
            m_packer.pack_false();
            return {};
        case QCborValue::Null:
            m_packer.pack_nil();
            return {};
        case QCborValue::Undefined:
        case QCborValue::Invalid:
            return u"is undefined"_s;
        default:
            return u"is a CBOR simple value"_s;
        }
    }
    QString tag(const QCborValue &value, bool &) override
    {
        const auto number = static_cast<quint64>(value.tag());
        if (const auto big = bigIntegerOf(value)) {
            const bool fits = big->magnitude <= static_cast<quint64>(std::numeric_limits<qint64>::max());
            if (big->negative && !fits)
                return u"is below -2^63"_s;
            if (big->negative)
                m_packer.pack_int64(-1 - static_cast<qint64>(big->magnitude));
            else
                m_packer.pack_uint64(big->magnitude);
            return {};
        }
        const QCborValue inner = value.taggedValue();
        constexpr quint64 base = MessagePackCodec::extensionTagBase;
        if (number < base || number > base + 0xff || !inner.isByteArray())
            return u"is a CBOR tag (%1)"_s.arg(number);
        const QByteArray bytes = inner.toByteArray();
        m_packer.pack_ext(static_cast<size_t>(bytes.size()), static_cast<int8_t>(number - base));
        m_packer.pack_ext_body(bytes.constData(), static_cast<uint32_t>(bytes.size()));
        return {};
    }
    bool acceptsKey(const QCborValue &) const override { return true; }
    void beginArray(qsizetype count) override { m_packer.pack_array(static_cast<uint32_t>(count)); }
    void beginMap(qsizetype count) override { m_packer.pack_map(static_cast<uint32_t>(count)); }

private:
    ByteArrayStream m_stream;
    Packer m_packer;
};

/// false: nothing was written, and the value has to be written the careful way.
bool transcode(const MessageType &type, const QCborValue &value, const CodecLimits &limits, QByteArray &payload)
{
    const CborImage image(value);
    ByteSink sink(payload);
    const qsizetype start = sink.size();
    sink.room(image.bytes().size() + 32);
    MessagePackTarget head(sink);
    head.beginArray(2, false);
    if (type.isName()) {
        head.text(type.name().toUtf8(), false);
    } else {
        const qint64 number = type.number();
        head.integer(static_cast<quint64>(number < 0 ? -1 - number : number), number < 0, false);
    }
    MessagePackTarget target(sink);
    CborTranscoder transcoder(image.bytes(), target);
    if (!transcoder.run(limits.maximumDepth - 1) || sink.size() - start > limits.maximumBytes ||
        (target.hasReplacements() && holdsHalfPairs(value)))
        return false;
    sink.finish();
    return true;
}

} // namespace

std::optional<SockError> writeMessagePack(const MessageType &type, const QCborValue &value, const CodecLimits &limits,
                                          QByteArray &payload)
{
    if (transcode(type, value, limits, payload))
        return std::nullopt;
    const qsizetype start = payload.size();
    MessagePackWriter writer(payload, limits);
    writer.type(type);
    auto error = writer.write(value);
    if (error)
        payload.truncate(start);
    return error;
}

} // namespace SockScope
