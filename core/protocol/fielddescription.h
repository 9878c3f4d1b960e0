#pragma once

#include <QByteArray>
#include <QCborValue>
#include <QJsonObject>
#include <QString>

#include <optional>
#include <vector>

#include "core/protocol/wholenumber.h"

namespace SockScope {

enum class ByteOrder : quint8 { Big, Little };

enum class FieldKind : quint8 {
    Integer,
    Float,
    Boolean,
    Text,
    Bytes,
    Group,    ///< fields of its own; in a structured payload a map
    Any,      ///< structured payloads only: any value
    Constant, ///< the same bytes in every message
    Padding,  ///< bytes without a meaning
    Length,   ///< the number of bytes of a range of fields
    Checksum  ///< of a range of fields
};

/// A number's name.
struct EnumName
{
    QString name;
    WholeNumber value;
    friend bool operator==(const EnumName &, const EnumName &) = default;
};

/// Where the end of a text or of bytes is.
enum class SizeRule : quint8 {
    Fixed,      ///< size bytes; a shorter text is padded
    Prefixed,   ///< sizeBits of a number before it say how many bytes
    Terminated, ///< a zero byte ends it
    Counted,    ///< the earlier field sizedBy says how many bytes
    Rest        ///< what is left of the payload
};

enum class ArrayRule : quint8 {
    None,
    Fixed,   ///< count elements
    Counted, ///< the earlier field countedBy says how many
    Rest     ///< up to the end of the payload; in a structured payload a list of any length
};

enum class TextEncoding : quint8 { Utf8, Latin1 };

/*! One field of a message, as a person describes it.
 *  Path    project file → [this] → layout → LayoutCodec
 *  Shape   which members count depends on kind; a field is an array of its kind when array is not None. from and to
 *          name fields beside it, or "@header", "@body", "@trailer"; empty: the message's first, or what is sensible
 *          for the kind (a length: the last of the message, a checksum: the field before it)
 *  Units   bits: 8 to 64, of a bit field 1 to 64; size in bytes; bitPosition counts from the run's first bit
 *  Errors  none: compileLayouts checks it
 *  Thread  a value
 *  Source  none
 */
struct FieldDescription
{
    QString name;
    FieldKind kind = FieldKind::Integer;
    QString unit;
    QString comment;
    QCborValue defaultValue = QCborValue(QCborValue::Undefined);
    QCborValue minimum = QCborValue(QCborValue::Undefined);
    QCborValue maximum = QCborValue(QCborValue::Undefined);
    std::vector<EnumName> names; ///< in the order of their values

    int bits = 0;
    bool isSigned = false;
    bool isBitField = false;
    int bitPosition = -1; ///< -1: behind the bit field before it
    std::optional<ByteOrder> byteOrder;

    SizeRule sizeRule = SizeRule::Fixed;
    qint64 size = 0;
    int sizeBits = 0;
    QString sizedBy;
    TextEncoding encoding = TextEncoding::Utf8;
    quint8 pad = 0;

    ArrayRule array = ArrayRule::None;
    qint64 count = 0;
    QString countedBy;

    QByteArray constant;
    QString algorithm;
    QString from;
    QString to;
    qint64 adjust = 0;   ///< added to the length
    bool zeroed = false; ///< the checksum's own bytes count as zero
    std::vector<FieldDescription> fields;

    QJsonObject unknown; ///< keys of the JSON that nobody knows, kept for whoever does

    bool hasRange() const { return !minimum.isUndefined() || !maximum.isUndefined(); }
    /// The name of a value of an enum; empty when it has none.
    QString nameOf(const WholeNumber &value) const;
    std::optional<WholeNumber> valueOf(QStringView enumName) const;
    /// Why the value lies outside of the range, as in "200 is above 125"; empty when it does not.
    QString rangeComplaint(const QCborValue &value) const;

    friend bool operator==(const FieldDescription &, const FieldDescription &) = default;
};

} // namespace SockScope
