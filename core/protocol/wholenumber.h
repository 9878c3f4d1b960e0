#pragma once

#include <QCborValue>
#include <QString>

#include <compare>
#include <optional>

namespace SockScope {

/*! An integer of up to 64 bits with or without a sign, exact.
 *  Path    beside the layout codec
 *  Shape   -1 - magnitude when negative, else magnitude: what CBOR's heads can hold
 *  Units   none
 *  Errors  the readers answer nothing for what is no such number
 *  Thread  a value
 *  Source  RFC 8949 3.1
 */
struct WholeNumber
{
    bool negative = false;
    quint64 magnitude = 0;

    static WholeNumber fromSigned(qint64 number);
    static WholeNumber fromUnsigned(quint64 number) { return {false, number}; }
    /// The least and the largest of so many bits.
    static WholeNumber lowest(int bits, bool isSigned);
    static WholeNumber highest(int bits, bool isSigned);
    /// An integer, a bignum tag, or a double without a fraction.
    static std::optional<WholeNumber> fromCbor(const QCborValue &value);
    /// Decimal, or hexadecimal behind 0x, with a sign.
    static std::optional<WholeNumber> fromText(QStringView text);

    QCborValue toCbor() const;
    QString toString() const;
    double toDouble() const;
    /// Two's complement; the caller knows that it fits.
    quint64 bits() const { return negative ? ~magnitude : magnitude; }

    friend bool operator==(const WholeNumber &, const WholeNumber &) = default;
    friend std::strong_ordering operator<=>(const WholeNumber &a, const WholeNumber &b)
    {
        if (a.negative != b.negative)
            return a.negative ? std::strong_ordering::less : std::strong_ordering::greater;
        return a.negative ? b.magnitude <=> a.magnitude : a.magnitude <=> b.magnitude;
    }
};

} // namespace SockScope
