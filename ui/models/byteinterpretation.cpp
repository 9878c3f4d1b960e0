#include "ui/models/byteinterpretation.h"

#include <QCoreApplication>

#include <array>
#include <bit>
#include <charconv>

#include "core/codec/codectext.h"
#include "ui/models/format.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype textBytes = 480; // more than is shown of a text
constexpr qsizetype textCharacters = 120;
constexpr qsizetype widest = 8;

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::ByteInterpretation", text);
}

quint64 readUnsigned(QByteArrayView bytes, bool bigEndian)
{
    quint64 number = 0;
    for (qsizetype i = 0; i < bytes.size(); ++i)
        number = number << 8 | static_cast<quint8>(bytes[bigEndian ? i : bytes.size() - 1 - i]);
    return number;
}

qint64 extendSign(quint64 number, qsizetype width)
{
    const int unused = 64 - static_cast<int>(width) * 8;
    return static_cast<qint64>(number << unused) >> unused;
}

/// As doubleText, but of as few digits as tell one float from its neighbours: 0.1, not 0.10000000149011612.
QString floatText(float number)
{
    if (!qIsFinite(number))
        return doubleText(static_cast<double>(number));
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const auto text = QString::fromLatin1(digits.data(), end - digits.data());
    return text.contains(u'.') || text.contains(u'e') ? text : text + u".0"_s;
}

QString order(bool bigEndian)
{
    return bigEndian ? u" BE"_s : u" LE"_s;
}

} // namespace

FieldNode interpretBytes(QByteArrayView payload, qsizetype offset, qsizetype length)
{
    offset = qBound(qsizetype(0), offset, payload.size());
    length = qBound(qsizetype(0), length, payload.size() - offset);
    const QByteArrayView chosen = payload.sliced(offset, length);
    // One byte is where a person points; what begins there may be longer.
    const qsizetype room = qMin(widest, length == 1 ? payload.size() - offset : length);
    FieldNode root{tr("Chosen bytes"),
                   u"interpretation"_s,
                   length == 1
                       ? tr("byte %1").arg(Format::count(qint64(offset)))
                       : tr("%1 bytes from %2").arg(Format::count(qint64(length)), Format::count(qint64(offset))),
                   offset,
                   length,
                   {}};
    const auto add = [&](const QString &key, const QString &kind, const QString &value, qsizetype width) {
        root.children.push_back({key, kind, value, offset, width, {}});
    };
    if (length == 0)
        return root;
    const QByteArrayView start = length > textBytes ? withoutIncompleteUtf8(chosen.first(textBytes)) : chosen;
    add(u"text"_s, u"text"_s,
        firstInvalidUtf8(start) < 0 ? quotedText(utf8ToString(start), textCharacters)
                                    : rawSummary(start, textCharacters, true),
        length);
    if (length == 1)
        add(u"bits"_s, u"bits"_s, QString::number(static_cast<quint8>(chosen[0]), 2).rightJustified(8, u'0'), 1);
    for (qsizetype width = 1; width <= room; ++width) {
        // Three, five, six and seven bytes are numbers only when exactly those are chosen.
        if (!std::has_single_bit(static_cast<quint64>(width)) && width != length)
            continue;
        const QByteArrayView bytes = payload.sliced(offset, width);
        for (const bool bigEndian : {false, true}) {
            if (width == 1 && bigEndian)
                continue;
            const QString suffix = width == 1 ? QString() : order(bigEndian);
            const quint64 number = readUnsigned(bytes, bigEndian);
            add(u"u%1"_s.arg(width * 8) + suffix, u"integer"_s, QString::number(number), width);
            add(u"i%1"_s.arg(width * 8) + suffix, u"integer"_s, QString::number(extendSign(number, width)), width);
        }
        if (width == 4 || width == 8) {
            for (const bool bigEndian : {false, true}) {
                const quint64 bits = readUnsigned(bytes, bigEndian);
                add(u"f%1"_s.arg(width * 8) + order(bigEndian), width == 4 ? u"float"_s : u"double"_s,
                    width == 4 ? floatText(std::bit_cast<float>(static_cast<quint32>(bits)))
                               : doubleText(std::bit_cast<double>(bits)),
                    width);
            }
        }
    }
    return root;
}

QString interpretBriefly(QByteArrayView bytes)
{
    const qsizetype width = bytes.size();
    if (width > widest || !std::has_single_bit(static_cast<quint64>(width)))
        return {};
    const quint64 little = readUnsigned(bytes, false);
    if (width == 1) {
        const auto byte = static_cast<quint8>(bytes[0]);
        const bool printable = byte >= 0x20 && byte < 0x7f;
        return printable ? u"%1 '%2'"_s.arg(byte).arg(QLatin1Char(bytes[0])) : QString::number(byte);
    }
    return u"%1 LE, %2 BE"_s.arg(Format::count(little), Format::count(readUnsigned(bytes, true)));
}

} // namespace SockScope
