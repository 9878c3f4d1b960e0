#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <optional>

namespace SockScope::Format {

// Text of numbers, durations, sizes and times, the same wherever the program writes them. Commas are the thousands
// marks and the dot is the decimal point in every locale, so that what is copied can be compared and parsed again.

QString count(qint64 number);       ///< "1,204,551"
QString count(quint64 number);      ///< "1,204,551"
QString bytes(quint64 number);      ///< "0 B", "1.5 KiB", "96 MiB"
QString duration(qint64 ns);        ///< "850 ns", "12.3 µs", "1.2 ms", "4.05 s", "3 min 20 s"
QString seconds(double value);      ///< "9.4 s", "2 min 5 s", "3 h 12 min"
QString rate(double perSecond);     ///< "214/s", "0.3/s", "" for nothing
QString byteRate(double perSecond); ///< "12.1 KiB/s", "" for nothing
QString percent(double fraction);   ///< "98.5 %"
QString clockTime(qint64 wallUs);   ///< local time "14:50:32.123456"
QString dateTime(qint64 wallUs);    ///< local "2024-11-22 14:50:32.123456"
QString isoTime(qint64 wallUs);     ///< UTC "2024-11-22T14:50:32.123456Z"
QString signedSeconds(qint64 us);   ///< "0.000123", "-1.500000", "3,601.000000"
QString hex(QByteArrayView data, qsizetype maximumBytes = -1); ///< "5b 31 2c", "…" at the end when cut

/// Bytes of hexadecimal text; tolerates 0x, \x, commas, semicolons, colons, dashes, blanks, braces. Nothing, and what
/// is wrong at which column in *error, when it is not such a text.
std::optional<QByteArray> parseHex(QStringView text, QString *error = nullptr);

} // namespace SockScope::Format
