#include "core/protocol/wholenumber.h"

#include <cmath>
#include <limits>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

WholeNumber WholeNumber::fromSigned(qint64 number)
{
    return number < 0 ? WholeNumber{true, ~static_cast<quint64>(number)}
                      : WholeNumber{false, static_cast<quint64>(number)};
}

WholeNumber WholeNumber::lowest(int bits, bool isSigned)
{
    return isSigned ? WholeNumber{true, (quint64(1) << (bits - 1)) - 1} : WholeNumber{};
}

WholeNumber WholeNumber::highest(int bits, bool isSigned)
{
    const int used = isSigned ? bits - 1 : bits;
    return {false, used == 64 ? ~quint64(0) : (quint64(1) << used) - 1};
}

std::optional<WholeNumber> WholeNumber::fromCbor(const QCborValue &value)
{
    if (value.isInteger())
        return fromSigned(value.toInteger());
    if (const auto big = bigIntegerOf(value))
        return WholeNumber{big->negative, big->magnitude};
    if (!value.isDouble())
        return std::nullopt;
    const double number = value.toDouble();
    if (!(std::abs(number) < 18446744073709551616.0) || number != std::floor(number))
        return std::nullopt;
    if (number >= 0)
        return fromUnsigned(static_cast<quint64>(number));
    return WholeNumber{true, static_cast<quint64>(-number) - 1};
}

std::optional<WholeNumber> WholeNumber::fromText(QStringView text)
{
    const bool minus = text.startsWith(u'-');
    if (minus || text.startsWith(u'+'))
        text = text.sliced(1);
    const bool hex = text.startsWith(u"0x"_s, Qt::CaseInsensitive);
    if (hex)
        text = text.sliced(2);
    if (text.isEmpty() || text.front() == u'-' || text.front() == u'+' || text.front().isSpace() ||
        text.back().isSpace())
        return std::nullopt;
    bool ok = false;
    const quint64 magnitude = text.toULongLong(&ok, hex ? 16 : 10);
    if (!ok)
        return std::nullopt;
    return minus && magnitude > 0 ? WholeNumber{true, magnitude - 1} : WholeNumber{false, magnitude};
}

QCborValue WholeNumber::toCbor() const
{
    if (magnitude <= static_cast<quint64>(std::numeric_limits<qint64>::max()))
        return QCborValue(static_cast<qint64>(bits()));
    QByteArray big;
    for (int shift = 56; shift >= 0; shift -= 8)
        big += static_cast<char>((magnitude >> shift) & 0xff);
    return QCborValue(negative ? QCborKnownTags::NegativeBignum : QCborKnownTags::PositiveBignum, QCborValue(big));
}

QString WholeNumber::toString() const
{
    return bigIntegerDigits(negative, magnitude);
}

double WholeNumber::toDouble() const
{
    return negative ? -1.0 - static_cast<double>(magnitude) : static_cast<double>(magnitude);
}

} // namespace SockScope
