#include "core/protocol/layoutwriter_p.h"

#include <QCborArray>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/codec/codectext.h"
#include "core/protocol/fieldcheck_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString below(const QString &path, const QString &name)
{
    return path.isEmpty() ? name : path + u'.' + name;
}

QString kindOf(const QCborValue &value)
{
    if (WholeNumber::fromCbor(value) || value.isDouble())
        return u"a number"_s;
    if (value.isString())
        return u"the text %1"_s.arg(quotedText(value.toString(), 40));
    if (value.isByteArray())
        return u"bytes"_s;
    if (value.isArray())
        return u"a list"_s;
    if (value.isMap())
        return u"a map"_s;
    return value.isBool() ? u"true or false"_s : u"no value"_s;
}

bool isHex(QStringView text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f') || (c >= u'A' && c <= u'F');
    });
}

} // namespace

bool LayoutWriter::fail(const QString &path, const QString &what, const QString &remedy)
{
    if (!m_error)
        m_error = codecError(SockError::Code::InvalidValue, path.left(200) + u": "_s + what, remedy);
    return false;
}

std::optional<SockError> LayoutWriter::write(const LayoutLevel &message, const QCborMap &data, qint64 typeNumber)
{
    m_typeNumber = typeNumber;
    if (!level(message, data, {})) {
        m_out.truncate(m_start);
        return m_error;
    }
    return std::nullopt;
}

void LayoutWriter::append(quint64 value, int bytes, bool isLittle)
{
    for (int i = 0; i < bytes; ++i)
        m_out += static_cast<char>((value >> (8 * (isLittle ? i : bytes - 1 - i))) & 0xff);
}

bool LayoutWriter::put(const LayoutField &place, const WholeNumber &value, qsizetype at, const QString &path)
{
    const FieldDescription &field = *place.field;
    const WholeNumber lowest = WholeNumber::lowest(field.bits, field.isSigned);
    const WholeNumber highest = WholeNumber::highest(field.bits, field.isSigned);
    if (value < lowest || value > highest) {
        return fail(path, u"%1 does not fit into %2 bits"_s.arg(value.toString()).arg(field.bits),
                    u"%1 to %2 does"_s.arg(lowest.toString(), highest.toString()));
    }
    const int bytes = field.isBitField ? place.runBytes : field.bits / 8;
    const quint64 mask = WholeNumber::highest(field.bits, false).magnitude;
    const int shift = field.isBitField ? place.shift : 0;
    for (int i = 0; i < bytes; ++i) {
        const int significance = 8 * (place.isLittle ? i : bytes - 1 - i);
        const auto part = static_cast<quint8>(((value.bits() & mask) << shift) >> significance);
        const auto kept = static_cast<quint8>((mask << shift) >> significance);
        char &byte = m_out[at + i];
        byte = static_cast<char>((static_cast<quint8>(byte) & ~kept) | part);
    }
    return true;
}

bool LayoutWriter::level(const LayoutLevel &level, const QCborMap &data, const QString &path)
{
    Places places(level.fields.size());
    std::vector<qint64> counts(level.fields.size(), -1);
    qsizetype known = 0;
    for (size_t i = 0; i < level.fields.size(); ++i) {
        const LayoutField &place = level.fields[i];
        const FieldDescription &field = *place.field;
        QCborValue given(QCborValue::Undefined);
        if (!field.name.isEmpty()) {
            const auto found = data.constFind(field.name);
            if (found != data.constEnd()) {
                given = found.value();
                ++known;
            }
        }
        const QString at = below(path, field.name);
        const qsizetype before = m_out.size();
        if (place.counter < 0) {
            if (!this->field(level, static_cast<int>(i), given, at, places))
                return false;
        } else {
            qint64 count = 0;
            const bool isGood = place.isArray() ? list(place, given, at, &count) : element(place, given, at, &count);
            if (!isGood)
                return false;
            places[i] = {before, m_out.size()};
            qint64 &counted = counts[size_t(place.counter)];
            if (counted >= 0 && counted != count) {
                return fail(at,
                            u"%1 counts another field too, and finds %2 there"_s
                                .arg(level.fields[size_t(place.counter)].field->name)
                                .arg(counted),
                            u"give both as many elements or bytes"_s);
            }
            counted = count;
        }
        if (m_out.size() - m_start > ProtocolDescription::maximumMessageBytes)
            return fail(at, u"the message is longer than %1 bytes"_s.arg(ProtocolDescription::maximumMessageBytes),
                        u"send less"_s);
    }
    if (known != data.size())
        return reportUnknown(level, data, path);
    return counters(level, data, path, places, counts) && finish(level, data, path, places);
}

bool LayoutWriter::reportUnknown(const LayoutLevel &level, const QCborMap &data, const QString &path)
{
    QStringList names;
    for (const LayoutField &place : level.fields) {
        if (!place.field->name.isEmpty())
            names += place.field->name;
    }
    QString wrong;
    for (auto it = data.constBegin(); it != data.constEnd() && wrong.isEmpty(); ++it) {
        const QString key = it.key().isString() ? it.key().toString() : it.key().toDiagnosticNotation();
        if (!it.key().isString() || !names.contains(key))
            wrong = quotedText(key, 40);
    }
    if (wrong.isEmpty())
        wrong = u"given twice"_s;
    return fail(path.isEmpty() ? u"data"_s : path, u"there is no field %1"_s.arg(wrong),
                u"the fields are %1"_s.arg(elided(names.join(", "_L1), 400)));
}

bool LayoutWriter::field(const LayoutLevel &level, int index, const QCborValue &given, const QString &path,
                         Places &places)
{
    const LayoutField &place = level.fields[size_t(index)];
    auto &[first, last] = places[size_t(index)];
    if (place.field->isBitField) {
        first = place.isRunStart ? m_out.size() : places[size_t(index) - 1].first;
        if (place.isRunStart)
            m_out.append(place.runBytes, '\0');
        last = m_out.size();
        if (place.isType)
            return put(place, WholeNumber::fromSigned(m_typeNumber), first, path);
        if (place.isCounter)
            return true; // when what it counts is there
        const QCborValue value = given.isUndefined() ? place.field->defaultValue : given;
        return this->number(place, value, path);
    }
    first = m_out.size();
    const bool isGood = place.isComputed() ? computed(place, path)
                        : place.isArray()  ? list(place, given, path, nullptr)
                                           : element(place, given, path, nullptr);
    last = m_out.size();
    return isGood;
}

// Leaves room; what is known only at the end is put there then.
bool LayoutWriter::computed(const LayoutField &place, const QString &path)
{
    m_out.append(place.field->bits / 8, '\0');
    if (place.isType)
        return put(place, WholeNumber::fromSigned(m_typeNumber), m_out.size() - place.field->bits / 8, path);
    return true;
}

bool LayoutWriter::list(const LayoutField &place, const QCborValue &given, const QString &path, qint64 *count)
{
    const FieldDescription &field = *place.field;
    if (!given.isUndefined() && !given.isArray())
        return fail(path, u"it is %1, not a list"_s.arg(kindOf(given)), u"write a list of elements"_s);
    const QCborArray elements = given.toArray();
    const qint64 size = given.isUndefined() && field.array == ArrayRule::Fixed ? field.count : elements.size();
    if (field.array == ArrayRule::Fixed && size != field.count) {
        return fail(path, u"it has %1 elements instead of %2"_s.arg(size).arg(field.count),
                    u"write as many, or leave it out"_s);
    }
    if (size > ProtocolDescription::maximumArrayCount) {
        return fail(path, u"it has %1 elements"_s.arg(size),
                    u"at most %1 are possible"_s.arg(ProtocolDescription::maximumArrayCount));
    }
    for (qint64 i = 0; i < size; ++i) {
        const QCborValue one = i < elements.size() ? elements.at(i) : QCborValue(QCborValue::Undefined);
        if (!element(place, one, u"%1[%2]"_s.arg(path).arg(i), nullptr))
            return false;
    }
    if (count)
        *count = size;
    return true;
}

bool LayoutWriter::element(const LayoutField &place, const QCborValue &given, const QString &path, qint64 *count)
{
    const FieldDescription &field = *place.field;
    const QCborValue value = given.isUndefined() ? field.defaultValue : given;
    switch (field.kind) {
    case FieldKind::Group:
        if (!given.isUndefined() && !given.isMap())
            return fail(path, u"it is %1, not a map"_s.arg(kindOf(given)), u"write its fields by their names"_s);
        return level(*place.group, given.toMap(), path);
    case FieldKind::Constant:
        return constant(place, given, path);
    case FieldKind::Padding:
        m_out.append(static_cast<qsizetype>(field.size), static_cast<char>(field.pad));
        return true;
    case FieldKind::Text:
    case FieldKind::Bytes:
        return sized(place, value, path, count);
    case FieldKind::Float:
        return real(place, value, path);
    default:
        m_out.append(field.bits / 8, '\0');
        return number(place, value, path);
    }
}

bool LayoutWriter::number(const LayoutField &place, const QCborValue &given, const QString &path)
{
    const FieldDescription &field = *place.field;
    const qsizetype at = m_out.size() - (field.isBitField ? place.runBytes : field.bits / 8);
    if (given.isUndefined())
        return true; // zero
    std::optional<WholeNumber> value = WholeNumber::fromCbor(given);
    if (given.isString())
        value = field.valueOf(given.toString());
    if (field.kind == FieldKind::Boolean && given.isBool())
        value = WholeNumber::fromUnsigned(given.toBool() ? 1 : 0);
    if (field.kind == FieldKind::Boolean && value && (value->negative || value->magnitude > 1))
        value.reset();
    if (!value) {
        QString remedy = field.kind == FieldKind::Boolean ? u"write true or false"_s : u"write a whole number"_s;
        if (!field.names.empty()) {
            QStringList names;
            for (const EnumName &one : field.names)
                names += one.name;
            remedy = u"write a whole number or one of %1"_s.arg(elided(names.join(", "_L1), 400));
        }
        return fail(path, u"it is %1"_s.arg(kindOf(given)), remedy);
    }
    const QString complaint = m_keepGiven ? QString() : field.rangeComplaint(value->toCbor());
    if (!complaint.isEmpty())
        return fail(path, complaint, u"choose a value within the field's range"_s);
    return put(place, *value, at, path);
}

bool LayoutWriter::real(const LayoutField &place, const QCborValue &given, const QString &path)
{
    const FieldDescription &field = *place.field;
    double value = 0;
    if (given.isDouble()) {
        value = given.toDouble();
    } else if (const auto whole = WholeNumber::fromCbor(given)) {
        value = whole->toDouble();
    } else if (!given.isUndefined()) {
        return fail(path, u"it is %1"_s.arg(kindOf(given)), u"write a number"_s);
    }
    const QString complaint = m_keepGiven || given.isUndefined() ? QString() : field.rangeComplaint(QCborValue(value));
    if (!complaint.isEmpty())
        return fail(path, complaint, u"choose a value within the field's range"_s);
    if (field.bits == 64) {
        append(std::bit_cast<quint64>(value), 8, place.isLittle);
        return true;
    }
    if (std::isfinite(value) && std::abs(value) > static_cast<double>(std::numeric_limits<float>::max()))
        return fail(path, u"%1 does not fit into a float of 32 bits"_s.arg(doubleText(value)),
                    u"choose a smaller number, or f64"_s);
    append(std::bit_cast<quint32>(static_cast<float>(value)), 4, place.isLittle);
    return true;
}

bool LayoutWriter::sized(const LayoutField &place, const QCborValue &given, const QString &path, qint64 *count)
{
    const FieldDescription &field = *place.field;
    QByteArray bytes;
    QCborValue value = given;
    if (field.kind == FieldKind::Bytes && given.isString()) {
        // JSON has no bytes: there they are written in digits.
        const QString digits = given.toString().remove(u' ');
        if (digits.size() % 2 != 0 || !isHex(digits))
            return fail(path, u"%1 is no text of hexadecimal digits"_s.arg(quotedText(given.toString(), 40)),
                        u"write two digits a byte"_s);
        value = QCborValue(QByteArray::fromHex(digits.toLatin1()));
    }
    if (given.isUndefined() && field.kind == FieldKind::Bytes && field.sizeRule == SizeRule::Fixed)
        value = QCborValue(QByteArray(static_cast<qsizetype>(field.size), static_cast<char>(field.pad)));
    else if (given.isUndefined())
        value = field.kind == FieldKind::Text ? QCborValue(QString()) : QCborValue(QByteArray());
    if (field.kind == FieldKind::Text ? !value.isString() : !value.isByteArray()) {
        return fail(path, u"it is %1"_s.arg(kindOf(given)),
                    field.kind == FieldKind::Text ? u"write a text"_s : u"write bytes, or their hexadecimal digits"_s);
    }
    if (const QString complaint = sizeComplaint(field, value); !complaint.isEmpty())
        return fail(path, complaint, u"write one that fits"_s);
    if (value.isByteArray())
        bytes = value.toByteArray();
    else
        bytes = field.encoding == TextEncoding::Latin1 ? value.toString().toLatin1() : value.toString().toUtf8();
    if (field.sizeRule == SizeRule::Prefixed)
        append(static_cast<quint64>(bytes.size()), field.sizeBits / 8, place.isLittle);
    m_out += bytes;
    if (field.sizeRule == SizeRule::Fixed)
        m_out.append(static_cast<qsizetype>(field.size) - bytes.size(), static_cast<char>(field.pad));
    if (field.sizeRule == SizeRule::Terminated)
        m_out += '\0';
    if (count)
        *count = bytes.size();
    return true;
}

bool LayoutWriter::constant(const LayoutField &place, const QCborValue &given, const QString &path)
{
    QByteArray bytes = place.field->constant;
    if (!given.isUndefined()) {
        const QString digits = given.toString().remove(u' ');
        if (given.isString() && digits.size() % 2 == 0 && isHex(digits))
            bytes = QByteArray::fromHex(digits.toLatin1());
        else if (given.isByteArray())
            bytes = given.toByteArray();
        else
            return fail(path, u"it is %1"_s.arg(kindOf(given)), u"write bytes, or their hexadecimal digits"_s);
        if (bytes != place.field->constant && !m_keepGiven) {
            return fail(path,
                        u"the constant is %1"_s.arg(hexText(place.field->constant, place.field->constant.size(), 80)),
                        u"leave it out, or keep what is given in order to break the message"_s);
        }
    }
    m_out += bytes;
    return true;
}

bool LayoutWriter::counters(const LayoutLevel &level, const QCborMap &data, const QString &path, const Places &places,
                            const std::vector<qint64> &counts)
{
    for (size_t i = 0; i < level.fields.size(); ++i) {
        const LayoutField &place = level.fields[i];
        if (!place.isCounter && !(place.isType && m_keepGiven))
            continue;
        const QString at = below(path, place.field->name);
        const auto given = m_keepGiven ? WholeNumber::fromCbor(data.value(place.field->name)) : std::nullopt;
        if (place.isType && !given)
            continue;
        if (!put(place, given ? *given : WholeNumber::fromSigned(counts[i]), places[i].first, at))
            return false;
    }
    return true;
}

bool LayoutWriter::finish(const LayoutLevel &level, const QCborMap &data, const QString &path, const Places &places)
{
    const auto range = [&](const LayoutField &place) -> QByteArrayView {
        if (place.last < place.first)
            return {};
        const qsizetype first = places[size_t(place.first)].first;
        return QByteArrayView(m_out).sliced(first, places[size_t(place.last)].second - first);
    };
    const auto kept = [&](const LayoutField &place) {
        return m_keepGiven ? WholeNumber::fromCbor(data.value(place.field->name)) : std::nullopt;
    };
    for (const int index : level.lengths) {
        const LayoutField &place = level.fields[size_t(index)];
        const auto length = WholeNumber::fromSigned(range(place).size() + place.field->adjust);
        if (!put(place, kept(place).value_or(length), places[size_t(index)].first, below(path, place.field->name)))
            return false;
    }
    // Still zero where it stands, as one that covers itself wants it.
    for (const int index : level.checksums) {
        const LayoutField &place = level.fields[size_t(index)];
        const auto sum = WholeNumber::fromUnsigned(place.checksum->compute(range(place)));
        if (!put(place, kept(place).value_or(sum), places[size_t(index)].first, below(path, place.field->name)))
            return false;
    }
    return true;
}

} // namespace SockScope
