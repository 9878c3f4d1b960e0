#include "ui/models/fieldtext.h"

#include <QCborValue>

#include <limits>

#include "core/codec/codec.h"
#include "core/codec/codectext.h"
#include "core/types/message.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype all = std::numeric_limits<qsizetype>::max() / 8;

// A codec reads [type, data]: the field becomes the data of type 0.
QByteArray asMessage(const Codec &codec, QByteArrayView field)
{
    const QString name = codec.name();
    if (name == "json"_L1)
        return "[0," + field.toByteArray() + ']';
    if (name == "cbor"_L1)
        return QByteArray("\x82\x00", 2) + field.toByteArray();
    if (name == "msgpack"_L1)
        return QByteArray("\x92\x00", 2) + field.toByteArray();
    return {};
}

} // namespace

QString wholeFieldText(const Codec &codec, QByteArrayView field, const QString &kind, const QString &shown)
{
    if (!shown.contains(u'…') || field.isEmpty())
        return shown;
    const QByteArray payload = asMessage(codec, field);
    if (payload.isEmpty()) {
        return kind == "bytes"_L1  ? hexText(field, field.size(), all)
               : kind == "text"_L1 ? quotedText(utf8ToString(field), all)
                                   : shown;
    }
    Message message;
    if (codec.decode(Bytes(payload), message))
        return shown;
    const QCborValue value = message.value.get();
    if (value.isString())
        return quotedText(value.toString(), all);
    if (value.isByteArray()) {
        const QByteArray bytes = value.toByteArray();
        return hexText(bytes, bytes.size(), all);
    }
    return shown;
}

} // namespace SockScope
