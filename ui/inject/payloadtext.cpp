#include "ui/inject/payloadtext.h"

#include <QCborArray>
#include <QCborMap>
#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStringDecoder>

#include <algorithm>

#include "core/codec/codec.h"
#include "core/compose/textescapes.h"
#include "core/types/messagetypes.h"
#include "ui/models/format.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("PayloadText", text);
}

std::nullopt_t fail(PayloadError *error, const QString &text, qsizetype position = -1)
{
    if (error)
        *error = {text, position};
    return std::nullopt;
}

bool isJson(const QCborValue &value)
{
    switch (value.type()) {
    case QCborValue::Integer:
    case QCborValue::String:
    case QCborValue::False:
    case QCborValue::True:
    case QCborValue::Null:
        return true;
    case QCborValue::Double:
        return qIsFinite(value.toDouble());
    case QCborValue::Array: {
        const QCborArray array = value.toArray();
        return std::all_of(array.begin(), array.end(), [](const QCborValue &item) { return isJson(item); });
    }
    case QCborValue::Map: {
        const QCborMap map = value.toMap();
        for (auto it = map.begin(); it != map.end(); ++it)
            if (!it.key().isString() || !isJson(it.value()))
                return false;
        return true;
    }
    default:
        return false;
    }
}

} // namespace

std::optional<QByteArray> parseEscapedText(QStringView text, PayloadError *error)
{
    TemplateError wrong;
    auto bytes = unescaped(text, 0, &wrong);
    if (!bytes)
        return fail(error, tr("no such escape: %1").arg(wrong.what), wrong.column);
    return bytes;
}

QString escapeText(QStringView text)
{
    QString result;
    result.reserve(text.size());
    for (const QChar c : text) {
        if (c == u'\\')
            result += u"\\\\"_s;
        else if (c == u'\n')
            result += u"\\n"_s;
        else if (c == u'\r')
            result += u"\\r"_s;
        else if (c == u'\t')
            result += u"\\t"_s;
        else if (c.unicode() < 0x20 || (c.unicode() >= 0x7f && c.unicode() < 0xa0))
            result += u"\\u%1"_s.arg(uint(c.unicode()), 4, 16, QLatin1Char('0'));
        else
            result += c;
    }
    return result;
}

std::optional<QCborValue> parseJson(const QString &text, PayloadError *error)
{
    // The core's own parser, so that what is written here is read exactly as a peer's message is: [0, value].
    constexpr qsizetype prefixBytes = 3;
    const std::shared_ptr<const Codec> codec = makeCodec(u"json");
    if (!codec || text.trimmed().isEmpty())
        return fail(error, tr("empty; write a JSON value, as in {\"x\": 1}"), 0);
    const QByteArray utf8 = text.toUtf8();
    Message message;
    const Bytes payload("[0," + utf8 + "]");
    if (const auto failed = codec->decode(payload, message)) {
        if (failed->offset < 0)
            return fail(error, failed->what);
        const qsizetype bytes = qBound<qsizetype>(0, failed->offset - prefixBytes, utf8.size());
        return fail(error, failed->what, QString::fromUtf8(utf8.left(bytes)).size());
    }
    return message.value.get();
}

std::optional<QByteArray> readPayloadFile(const QString &path, PayloadError *error)
{
    if (path.isEmpty())
        return fail(error, tr("no file chosen"));
    QFile file(path);
    if (QFileInfo(path).isDir())
        return fail(error, tr("that is a folder; choose a file"));
    if (!file.open(QIODevice::ReadOnly))
        return fail(error, tr("cannot be read: %1").arg(file.errorString()));
    if (file.size() > maximumPayloadBytes)
        return fail(error, tr("longer than 16 MiB, the most that a message may carry"));
    const QByteArray bytes = file.read(maximumPayloadBytes + 1);
    if (bytes.size() > maximumPayloadBytes)
        return fail(error, tr("longer than 16 MiB, the most that a message may carry"));
    return bytes;
}

std::optional<MessageType> parseMessageType(const QString &text, const MessageTypes *types, PayloadError *error)
{
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return MessageType(0);
    if (types) {
        if (const auto number = types->number(trimmed))
            return MessageType(*number);
    }
    bool isNumber = false;
    const qint64 number = trimmed.toLongLong(&isNumber);
    if (isNumber)
        return MessageType(number);
    if (trimmed.at(0).isDigit() || trimmed.at(0) == u'-')
        return fail(error, tr("the type is neither a whole number of 64 bits nor a name"), 0);
    const auto named = MessageType::tryFromName(trimmed);
    if (!named)
        return fail(error, tr("the type's name is too long"), 0);
    return named;
}

std::optional<QString> jsonText(const QCborValue &value)
{
    if (!isJson(value))
        return std::nullopt;
    const QByteArray wrapped = QJsonDocument(QJsonArray{value.toJsonValue()}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(wrapped.sliced(1, wrapped.size() - 2));
}

namespace {

/// The bytes that a form says without any codec.
std::optional<QByteArray> writtenBytes(PayloadForm form, const QString &text, PayloadError *error)
{
    switch (form) {
    case PayloadForm::Text:
        return parseEscapedText(text, error);
    case PayloadForm::Json:
        return text.toUtf8();
    case PayloadForm::File:
        return readPayloadFile(text.trimmed(), error);
    case PayloadForm::Hex:
        break;
    }
    QString wrong;
    const auto bytes = Format::parseHex(text, &wrong);
    if (!bytes)
        return fail(error, wrong);
    return bytes;
}

} // namespace

ComposedPayload bytesAt(ProjectStage stage, const QByteArray &bytes)
{
    if (stage == ProjectStage::Raw)
        return {WireBytes{bytes}, bytes};
    return {PayloadBytes{bytes}, bytes};
}

std::optional<ComposedPayload> composePayload(PayloadForm form, ProjectStage stage, const QString &text,
                                              const MessageType &type, const Codec *codec, PayloadError *error)
{
    if (stage != ProjectStage::Message || form == PayloadForm::Hex || form == PayloadForm::File) {
        const auto bytes = writtenBytes(form, text, error);
        if (bytes)
            return bytesAt(stage, *bytes);
        return std::nullopt;
    }
    const QString codecName = codec ? codec->name() : u"raw"_s;
    Message message;
    message.type = type;
    if (form == PayloadForm::Json) {
        const auto value = parseJson(text, error);
        if (!value)
            return std::nullopt;
        if (codecName == "raw"_L1)
            message.value = text.trimmed().toUtf8();
        else
            message.value = codecName == "text"_L1 ? QCborValue(text.trimmed()) : *value;
    } else {
        const auto bytes = parseEscapedText(text, error);
        if (!bytes)
            return std::nullopt;
        QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
        const QString string = decoder(*bytes);
        if (codecName != "raw"_L1 && decoder.hasError())
            return fail(error, tr("these bytes are not UTF-8 text; write them as hex to send them all the same"));
        message.value = codecName == "raw"_L1 ? QCborValue(*bytes) : QCborValue(string);
    }
    if (!codec)
        return ComposedPayload{message, message.value.get().toByteArray()};
    QByteArray payload;
    if (const auto failed = codec->encode(message, payload))
        return fail(error, failed->toString(), failed->offset);
    return ComposedPayload{message, payload};
}

} // namespace SockScope
