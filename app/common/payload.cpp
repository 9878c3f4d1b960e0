#include "app/common/payload.h"

#include <QCborArray>
#include <QDir>
#include <QFile>

#include <cstdio>

#include "core/codec/codec.h"
#include "core/compose/textescapes.h"
#include "core/framing/framing.h"
#include "core/project/projectitem.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

bool isHexDigit(QChar c)
{
    return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f') || (c >= u'A' && c <= u'F');
}

bool isHexSeparator(QChar c)
{
    return c.isSpace() || c == u',' || c == u':' || c == u';' || c == u'-';
}

} // namespace

std::optional<QByteArray> PayloadReader::hex(QStringView text, UsageError *error)
{
    const auto refuse = [error](const QString &what) -> std::optional<QByteArray> {
        *error = {what, tr("write two digits a byte, as in \"00 ff 1b\", 00:ff:1b or 0x00,0xff,0x1b")};
        return std::nullopt;
    };
    QByteArray digits;
    for (qsizetype i = 0; i < text.size();) {
        if (isHexSeparator(text.at(i))) {
            ++i;
            continue;
        }
        const QStringView prefix = text.sliced(i, std::min<qsizetype>(2, text.size() - i));
        if (prefix.compare(u"0x"_s, Qt::CaseInsensitive) == 0 || prefix == u"\\x"_s)
            i += 2;
        const qsizetype start = i;
        while (i < text.size() && isHexDigit(text.at(i)) &&
               (i == start || (text.at(i) != u'0') || i + 1 >= text.size() || text.at(i + 1).toLower() != u'x'))
            ++i;
        if (i == start) {
            const QString what = i < text.size() ? QString(text.at(i)) : tr("the end");
            return refuse(tr("no hexadecimal digit at character %1, but \"%2\"").arg(i + 1).arg(what));
        }
        if ((i - start) % 2)
            return refuse(tr("an odd number of hexadecimal digits at character %1").arg(start + 1));
        digits += text.sliced(start, i - start).toLatin1();
    }
    return QByteArray::fromHex(digits);
}

std::optional<QByteArray> PayloadReader::input(const QString &path, UsageError *error)
{
    constexpr qint64 limit = Framing::defaultMaximumFrameBytes;
    QFile file(path);
    const bool isStandardInput = path.isEmpty();
    const QString name = isStandardInput ? tr("standard input") : path;
    const bool opened = isStandardInput ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!opened) {
        *error = {tr("cannot read ") + name + u": "_s + file.errorString(), tr("check the name and the rights")};
        return std::nullopt;
    }
    QByteArray bytes;
    while (bytes.size() <= limit) {
        const QByteArray part = file.read(limit + 1 - bytes.size());
        if (part.isEmpty())
            break;
        bytes += part;
    }
    if (file.error() != QFileDevice::NoError) {
        *error = {tr("cannot read ") + name + u": "_s + file.errorString(), tr("check what it is")};
        return std::nullopt;
    }
    if (bytes.size() > limit) {
        *error = {name + tr(" is longer than %1 bytes, the most that one message may have").arg(limit),
                  tr("send it in parts")};
        return std::nullopt;
    }
    return bytes;
}

std::optional<QCborValue> PayloadReader::json(const QByteArray &text, UsageError *error)
{
    // Read as the data of a message [0, data] by the codec itself: its limits, and its exact integers.
    static constexpr QByteArrayView before("[0,");
    Message message;
    message.payload = Bytes(before.toByteArray() + text + "\n]");
    const auto codec = makeCodec(u"json"_s);
    SockError reason;
    if (const auto wrong = codec->decode(message.payload, message)) {
        reason = *wrong;
        const qint64 offset = std::clamp<qint64>(reason.offset - before.size(), 0, text.size());
        *error = {tr("the JSON data is wrong at byte %1: %2").arg(offset + 1).arg(reason.what),
                  reason.remedy.isEmpty() ? tr("write one JSON value, as in '{\"x\": 1}'") : reason.remedy};
        return std::nullopt;
    }
    return message.value.get();
}

std::optional<MessageType> PayloadReader::type(const QString &text, UsageError *error)
{
    bool ok = false;
    const qint64 number = text.toLongLong(&ok, 0);
    if (ok)
        return MessageType(number);
    const auto named = text.isEmpty() ? std::nullopt : MessageType::tryFromName(text);
    if (!named) {
        *error = {tr("\"%1\" is not a message type").arg(text.left(80)),
                  tr("write a whole number or a name of 1 to %1 bytes").arg(MessageType::maximumNameBytes)};
    }
    return named;
}

QCborValue PayloadReader::text(const QString &text, const Codec &codec)
{
    if (codec.name() == u"raw"_s)
        return QCborValue(text.toUtf8());
    return QCborValue(text);
}

std::optional<QCborValue> PayloadReader::jsonFor(const QByteArray &text, const Codec &codec, UsageError *error)
{
    std::optional<QCborValue> value = json(text, error);
    if (!value || codec.carriesType())
        return value;
    return PayloadReader::text(QString::fromUtf8(text), codec);
}

std::optional<QCborValue> PayloadReader::bytesFor(const QByteArray &bytes, const Codec &codec, UsageError *error)
{
    if (codec.carriesType())
        return json(bytes, error);
    if (codec.name() == u"raw"_s)
        return QCborValue(bytes);
    const QString text = QString::fromUtf8(bytes);
    if (text.toUtf8() != bytes) {
        *error = {tr("the bytes are not UTF-8 text"), tr("choose --codec raw to send bytes as they are")};
        return std::nullopt;
    }
    return QCborValue(text);
}

std::optional<SavedPayload> PayloadReader::saved(const ProjectMessage &message, const Codec &codec,
                                                 const QString &folder, UsageError *error)
{
    SavedPayload result;
    result.isRaw = message.stage == ProjectStage::Raw;
    const bool isMessage = message.stage == ProjectStage::Message;
    const auto escaped = [&]() -> std::optional<QByteArray> {
        TemplateError wrong;
        auto bytes = unescaped(message.payload, 0, &wrong);
        if (!bytes)
            *error = {tr("the payload has no such escape at character %1").arg(wrong.column + 1), wrong.what};
        return bytes;
    };
    if (message.form == ProjectForm::Hex)
        result.payload = hex(message.payload, error);
    else if (message.form == ProjectForm::File)
        result.payload = input(QDir(folder).filePath(message.payload), error);
    else if (!isMessage)
        result.payload = message.form == ProjectForm::Json ? std::optional(message.payload.toUtf8()) : escaped();
    if (result.payload)
        return result;
    if (!isMessage || message.form == ProjectForm::Hex || message.form == ProjectForm::File)
        return std::nullopt;
    if (codec.carriesType() && !message.type.isEmpty()) {
        const auto type = PayloadReader::type(message.type, error);
        if (!type)
            return std::nullopt;
        result.message.type = *type;
    }
    std::optional<QCborValue> value;
    if (message.form == ProjectForm::Json) {
        value = jsonFor(message.payload.toUtf8(), codec, error);
    } else {
        const auto bytes = escaped();
        if (!bytes)
            return std::nullopt;
        if (codec.name() == u"raw"_s)
            value = QCborValue(*bytes);
        else if (!bytes->isValidUtf8())
            *error = {tr("the bytes of the payload are not UTF-8 text"), tr("write it in the form hex")};
        else
            value = QCborValue(QString::fromUtf8(*bytes));
    }
    if (!value)
        return std::nullopt;
    result.message.value = *value;
    return result;
}

} // namespace SockScope
