#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QCborValue>
#include <QString>

#include <optional>

#include "core/types/messagetype.h"
#include "core/types/sockerror.h"

namespace SockScope {

/// An error of Stage::Codec.
SockError codecError(SockError::Code code, const QString &what, const QString &remedy, qsizetype offset = -1);
/// The type of a name that came from a peer, or why there is none.
std::optional<SockError> typeFromName(const QString &name, qsizetype offset, MessageType &type);
SockError notTypeAndData(const QString &got, qsizetype offset);
SockError wrongTypeKind(const QString &got, qsizetype offset);
SockError payloadTooLong(qsizetype size, qsizetype maximum);

/// The offset of the first byte that is not UTF-8, -1 when all are.
qsizetype firstInvalidUtf8(QByteArrayView view);
/// Without the start of a character whose rest was cut off.
QByteArrayView withoutIncompleteUtf8(QByteArrayView view);
/// Keeps a byte order mark, which QString::fromUtf8 would drop.
QString utf8ToString(QByteArrayView view);

/// Control characters and those that turn or break lines, visibly; quotes and backslashes too when quoted.
QString escaped(QStringView text, bool quoted = false);
/// Text in quotes; its first maximum characters and "…" when it is longer.
QString quotedText(QStringView text, qsizetype maximum);
/// Pairs of hex digits of at most maximum characters; "…" at its end when totalBytes is more.
QString hexText(QByteArrayView bytes, qsizetype totalBytes, qsizetype maximum);
/// At most maximum characters, with "…" at its end when text is longer or more was left out.
QString elided(QString text, qsizetype maximum, bool more = false);
/// Text if nearly all of it is printable, else hex; reads only the first bytes. Bytes that are not UTF-8 show as \xNN.
QString rawSummary(QByteArrayView payload, qsizetype maximum, bool alwaysText = false);

/// The shortest digits that read back as the same number; "1.0", not "1"; "NaN", "Infinity", "-Infinity".
QString doubleText(double number);
QString bigIntegerDigits(bool negative, quint64 magnitude);

/// An integer outside of qint64, in the form that core/types/message.h describes.
struct BigInteger
{
    bool negative = false; ///< then the number is -1 - magnitude
    quint64 magnitude = 0;
};
/// What a PositiveBignum or NegativeBignum tag of at most 8 significant bytes holds.
std::optional<BigInteger> bigIntegerOf(const QCborValue &value);

/// Maximum depth that a codec accepts, whatever it is told: the Qt classes recurse.
constexpr int hardMaximumDepth = 1024;

} // namespace SockScope
