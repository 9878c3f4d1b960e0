#pragma once

#include <QByteArray>
#include <QCborValue>
#include <QString>

#include <memory>
#include <optional>

#include "core/project/projectitem.h"
#include "core/types/message.h"
#include "core/types/sockerror.h"
#include "ui/models/repeatedsend.h"

namespace SockScope {

class Codec;
class MessageTypes;

/// How a person writes a payload.
enum class PayloadForm : quint8 {
    Text, ///< with the escapes \n \r \t \0 \\ \xHH \uHHHH
    Json, ///< a value, which the socket's codec writes
    Hex,  ///< "5b 31", "0x5b,0x31", "5b:31": the payload as it is, whatever the codec would say of it
    File  ///< the path of a file whose bytes are the payload as it is
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
/// Any JSON value, scalars too.
std::optional<QCborValue> parseJson(const QString &text, PayloadError *error);
/// The bytes of a file of at most maximumPayloadBytes.
std::optional<QByteArray> readPayloadFile(const QString &path, PayloadError *error);
/// A number, a name of types, or a name.
std::optional<MessageType> parseMessageType(const QString &text, const MessageTypes *types, PayloadError *error);
/// A value as JSON text that parseJson reads back, or nothing when JSON cannot say it (bytes, bignums, non-text keys).
std::optional<QString> jsonText(const QCborValue &value);

/// What will be sent: the content for the sock, and the payload that its codec makes of it, or the bytes of the wire.
struct ComposedPayload
{
    SendContent content;
    QByteArray payload;
};
/// Bytes that a person wrote, for the stage where they enter or leave the sock.
ComposedPayload bytesAt(ProjectStage stage, const QByteArray &bytes);

/// Of a message, text and JSON pass the codec, hex and files are payload bytes already; at the other stages all of them
/// are the bytes that are written. A null codec is taken for raw.
std::optional<ComposedPayload> composePayload(PayloadForm form, ProjectStage stage, const QString &text,
                                              const MessageType &type, const Codec *codec, PayloadError *error);

} // namespace SockScope
