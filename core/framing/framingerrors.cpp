#include "core/framing/framingerrors.h"

#include <algorithm>
#include <limits>

namespace SockScope::FramingErrors {

namespace {

bool looksLikeText(QByteArrayView bytes)
{
    // Fewer bytes are printable by chance too often.
    return bytes.size() >= 3 && std::all_of(bytes.begin(), bytes.end(), [](char c) {
               return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\r' || c == '\n';
           });
}

bool looksLikeTls(QByteArrayView bytes)
{
    // A TLS handshake record: content type 22, then major version 3 (RFC 8446 5.1).
    return bytes.size() >= 3 && bytes[0] == 0x16 && bytes[1] == 0x03 && bytes[2] >= 0 && bytes[2] <= 4;
}

SockError error(SockError::Code code, const QString &what, const QString &remedy, qint64 offset = -1)
{
    SockError result;
    result.code = code;
    result.stage = Stage::Framing;
    result.what = what;
    result.remedy = remedy;
    result.offset = offset;
    return result;
}

} // namespace

qsizetype boundedLimit(qsizetype maximumFrameBytes)
{
    return std::clamp<qsizetype>(maximumFrameBytes, 1, std::numeric_limits<qsizetype>::max() / 4);
}

QString grouped(quint64 number)
{
    QString text = QString::number(number);
    for (qsizetype i = text.size() - 3; i > 0; i -= 3)
        text.insert(i, u',');
    return text;
}

QString firstBytes(QByteArrayView buffer)
{
    if (buffer.isEmpty())
        return {};
    const QByteArrayView shown = buffer.first(std::min<qsizetype>(buffer.size(), 4));
    QString text =
        (shown.size() == 1 ? QStringLiteral("the first byte is %1") : QStringLiteral("the first bytes are %1"))
            .arg(QString::fromLatin1(shown.toByteArray().toHex(' ')));
    if (looksLikeTls(shown))
        text += QStringLiteral(", which looks like TLS");
    else if (looksLikeText(shown))
        text += QStringLiteral(", which looks like text");
    return text;
}

SockError invalidFrame(const QString &what, const QString &remedy, qint64 offset)
{
    return error(SockError::Code::InvalidFrame, what, remedy, offset);
}

SockError frameTooLong(quint64 bytes, qsizetype limit, QByteArrayView buffer, bool atLeast, const QString &hint)
{
    const QString what =
        QStringLiteral("frame of %1%2 bytes is over the limit of %3")
            .arg(atLeast ? QStringLiteral("at least ") : QString(), grouped(bytes), grouped(quint64(limit)));
    QString remedy = QStringLiteral("raise the limit or check the framing");
    if (const QString bytesText = firstBytes(buffer); !bytesText.isEmpty())
        remedy += QStringLiteral(": ") + bytesText;
    return error(SockError::Code::TooLong, what, remedy + hint);
}

SockError payloadTooLong(qsizetype bytes, qsizetype limit)
{
    return error(SockError::Code::TooLong,
                 QStringLiteral("message of %1 bytes is over the framing's limit of %2")
                     .arg(grouped(quint64(bytes)), grouped(quint64(limit))),
                 QStringLiteral("send it in parts or raise the limit"));
}

} // namespace SockScope::FramingErrors
