#include "ui/models/format.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <cmath>

using namespace Qt::StringLiterals;

namespace SockScope::Format {

namespace {

QLocale plainLocale()
{
    QLocale locale = QLocale::c();
    locale.setNumberOptions(QLocale::DefaultNumberOptions); // the C locale leaves the thousands marks out otherwise
    return locale;
}

// Three significant digits, without an exponent.
QString significant(double value)
{
    const double size = std::abs(value);
    return QString::number(value, 'f', size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

QString scaledBytes(double number)
{
    static const char16_t *const units[] = {u"KiB", u"MiB", u"GiB", u"TiB", u"PiB", u"EiB"};
    int unit = -1;
    while (number >= 1024 && unit < 5) {
        number /= 1024;
        ++unit;
    }
    QString digits = QString::number(number, 'f', number < 99.95 ? 1 : 0);
    if (digits.endsWith(".0"_L1))
        digits.chop(2);
    return digits + u' ' + QString::fromUtf16(units[unit]);
}

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::Format", text);
}

} // namespace

QString count(qint64 number)
{
    return plainLocale().toString(number);
}

QString count(quint64 number)
{
    return plainLocale().toString(number);
}

QString bytes(quint64 number)
{
    return number < 1024 ? QString::number(number) + " B"_L1 : scaledBytes(static_cast<double>(number));
}

QString duration(qint64 ns)
{
    const QString sign = ns < 0 ? u"-"_s : QString();
    const double size = std::abs(static_cast<double>(ns));
    if (size < 1e3)
        return QString::number(ns) + " ns"_L1;
    if (size < 999.5e3)
        return sign + significant(size / 1e3) + u" µs"_s;
    if (size < 999.5e6)
        return sign + significant(size / 1e6) + " ms"_L1;
    if (size < 60e9)
        return sign + significant(size / 1e9) + " s"_L1;
    return sign + seconds(size / 1e9);
}

QString seconds(double value)
{
    if (value < 0)
        return u'-' + seconds(-value);
    if (value < 59.95)
        return QString::number(value, 'f', 1) + " s"_L1;
    const auto whole = static_cast<qint64>(std::llround(value));
    if (whole < 3600)
        return u"%1 min %2 s"_s.arg(whole / 60).arg(whole % 60);
    if (whole < 86400)
        return u"%1 h %2 min"_s.arg(whole / 3600).arg(whole / 60 % 60);
    return u"%1 d %2 h"_s.arg(whole / 86400).arg(whole / 3600 % 24);
}

QString rate(double perSecond)
{
    if (perSecond <= 0)
        return {};
    if (perSecond < 9.95)
        return QString::number(perSecond, 'f', 1) + "/s"_L1;
    if (perSecond >= 9999.5) // what a narrow column has room for
        return QString::number(perSecond / 1000, 'f', perSecond < 99950 ? 1 : 0) + "k/s"_L1;
    return count(static_cast<qint64>(std::llround(perSecond))) + "/s"_L1;
}

QString byteRate(double perSecond)
{
    if (perSecond <= 0)
        return {};
    return bytes(static_cast<quint64>(std::llround(perSecond))) + "/s"_L1;
}

QString percent(double fraction)
{
    return QString::number(fraction * 100, 'f', 1) + " %"_L1;
}

namespace {

QString withMicroseconds(const QDateTime &time, const QString &format, qint64 wallUs)
{
    const qint64 micros = ((wallUs % 1'000'000) + 1'000'000) % 1'000'000;
    return time.toString(format) + u'.' + u"%1"_s.arg(micros, 6, 10, QChar(u'0'));
}

qint64 floorMs(qint64 wallUs)
{
    return wallUs >= 0 ? wallUs / 1000 : (wallUs - 999) / 1000;
}

} // namespace

QString clockTime(qint64 wallUs)
{
    return withMicroseconds(QDateTime::fromMSecsSinceEpoch(floorMs(wallUs)), u"HH:mm:ss"_s, wallUs);
}

QString dateTime(qint64 wallUs)
{
    return withMicroseconds(QDateTime::fromMSecsSinceEpoch(floorMs(wallUs)), u"yyyy-MM-dd HH:mm:ss"_s, wallUs);
}

QString isoTime(qint64 wallUs)
{
    return withMicroseconds(QDateTime::fromMSecsSinceEpoch(floorMs(wallUs), Qt::UTC), u"yyyy-MM-ddTHH:mm:ss"_s,
                            wallUs) +
           u'Z';
}

QString signedSeconds(qint64 us)
{
    const quint64 size = us < 0 ? 0 - static_cast<quint64>(us) : static_cast<quint64>(us);
    return (us < 0 ? u"-"_s : QString()) + count(size / 1'000'000) + u'.' +
           u"%1"_s.arg(size % 1'000'000, 6, 10, QChar(u'0'));
}

QString hex(QByteArrayView data, qsizetype maximumBytes)
{
    const bool cut = maximumBytes >= 0 && data.size() > maximumBytes;
    const QByteArrayView shown = cut ? data.first(maximumBytes) : data;
    QString text = QString::fromLatin1(QByteArray::fromRawData(shown.data(), shown.size()).toHex(' '));
    if (cut)
        text += text.isEmpty() ? u"…"_s : u" …"_s;
    return text;
}

std::optional<QByteArray> parseHex(QStringView text, QString *error)
{
    const auto fail = [error](qsizetype column, const QString &what) {
        if (error)
            *error = tr("column %1: %2").arg(column + 1).arg(what);
        return std::nullopt;
    };
    const auto digit = [](QChar c) -> int {
        const char16_t u = c.unicode();
        return u >= u'0' && u <= u'9'   ? u - u'0'
               : u >= u'a' && u <= u'f' ? u - u'a' + 10
               : u >= u'A' && u <= u'F' ? u - u'A' + 10
                                        : -1;
    };
    QByteArray bytes;
    qsizetype position = 0;
    while (position < text.size()) {
        const QChar c = text[position];
        if (c.isSpace() || QStringView(u",;:-_{}[]()\"'").contains(c)) {
            ++position;
            continue;
        }
        const QChar next = position + 1 < text.size() ? text[position + 1] : QChar();
        const bool zeroX = c == u'0' && (next == u'x' || next == u'X');
        const bool backslashX = c == u'\\' && (next == u'x' || next == u'X');
        if (zeroX || backslashX)
            position += 2;
        const qsizetype start = position;
        while (position < text.size() && digit(text[position]) >= 0)
            ++position;
        if (position == start)
            return fail(position, position < text.size() ? tr("\"%1\" is not a hexadecimal digit").arg(text[position])
                                                         : tr("hexadecimal digits expected"));
        qsizetype length = position - start;
        if (length % 2 != 0) {
            if (length != 1) // a lone digit is a byte; a longer odd run has lost one
                return fail(start, tr("an odd number of hexadecimal digits"));
            bytes.append(static_cast<char>(digit(text[start])));
            continue;
        }
        for (qsizetype i = start; i < position; i += 2)
            bytes.append(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
    }
    return bytes;
}

} // namespace SockScope::Format
