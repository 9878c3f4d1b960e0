#pragma once

#include <QByteArray>
#include <QCborValue>
#include <QString>

#include <memory>
#include <optional>

#include "core/types/message.h"
#include "core/types/sockerror.h"

namespace SockScope {

class Codec;
class MessageTypes;

/// How a person writes a payload.
enum class PayloadForm : quint8 {
    Text, ///< with the escapes \n \r \t \0 \\ \xHH \uHHHH
    Hex,  ///< "5b 31", "0x5b,0x31", "5b:31"
    Json,
    File ///< the path of a file whose bytes are the payload
};

/// What a person wrote wrongly, and where: position counts characters of the text, -1 when it is about the whole.
struct PayloadError
{
    QString text;
    qsizetype position = -1;
};

inline constexpr qsizetype maximumPayloadBytes = 16 * 1024 * 1024;

/// Text with escapes to UTF-8 bytes; \xHH is one byte.
std::optional<QByteArray> parseEscapedText(QStringView text, PayloadError *error);
/// The inverse: every byte sequence that is valid UTF-8, in one line.
QString escapeText(QStringView text);
/// Pairs of hexadecimal digits with 0x, commas, colons, semicolons, dashes and blanks between them.
std::optional<QByteArray> parseHex(QStringView text, PayloadError *error);
/// Any JSON value, scalars too.
std::optional<QCborValue> parseJson(const QString &text, PayloadError *error);
/// The bytes of a file of at most maximumPayloadBytes.
std::optional<QByteArray> readPayloadFile(const QString &path, PayloadError *error);
/// A number, a name of types, or a name.
std::optional<MessageType> parseMessageType(const QString &text, const MessageTypes *types, PayloadError *error);
/// A value as JSON text that parseJson reads back, or nothing when JSON cannot say it (bytes, bignums, non-text keys).
std::optional<QString> jsonText(const QCborValue &value);

/// The data for a codec, from what a person wrote: bytes for raw, text for text, a value for the structured ones.
std::optional<QCborValue> parsePayload(PayloadForm form, const QString &text, const Codec *codec, PayloadError *error);

} // namespace SockScope
