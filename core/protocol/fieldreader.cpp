#include <algorithm>

#include "core/codec/codectext.h"
#include "core/protocol/checksum.h"
#include "core/protocol/protocolreader_p.h"

// The fields of a description.

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

struct TypeName
{
    const char *name;
    FieldKind kind;
    int bits = 0;
    bool isSigned = false;
    bool isBitField = false;
};

constexpr TypeName layoutTypes[] = {
    {"u8", FieldKind::Integer, 8},
    {"u16", FieldKind::Integer, 16},
    {"u24", FieldKind::Integer, 24},
    {"u32", FieldKind::Integer, 32},
    {"u64", FieldKind::Integer, 64},
    {"i8", FieldKind::Integer, 8, true},
    {"i16", FieldKind::Integer, 16, true},
    {"i24", FieldKind::Integer, 24, true},
    {"i32", FieldKind::Integer, 32, true},
    {"i64", FieldKind::Integer, 64, true},
    {"f32", FieldKind::Float, 32},
    {"f64", FieldKind::Float, 64},
    {"bits", FieldKind::Integer, 0, false, true},
    {"bool", FieldKind::Boolean, 8},
    {"text", FieldKind::Text},
    {"bytes", FieldKind::Bytes},
    {"group", FieldKind::Group},
    {"const", FieldKind::Constant},
    {"pad", FieldKind::Padding},
    {"length", FieldKind::Length},
    {"checksum", FieldKind::Checksum},
};
constexpr TypeName structuredTypes[] = {
    {"integer", FieldKind::Integer, 64, true},
    {"number", FieldKind::Float, 64},
    {"bool", FieldKind::Boolean, 8},
    {"text", FieldKind::Text},
    {"bytes", FieldKind::Bytes},
    {"group", FieldKind::Group},
    {"any", FieldKind::Any},
};

/// Every key that a field of some kind may have: one that this field did not take is a mistake, not unknown.
constexpr QLatin1StringView fieldKeys[] = {
    "unit"_L1,      "default"_L1,  "min"_L1, "max"_L1,    "values"_L1,  "byteOrder"_L1, "bits"_L1,      "bit"_L1,
    "signed"_L1,    "encoding"_L1, "pad"_L1, "size"_L1,   "sizedBy"_L1, "count"_L1,     "countedBy"_L1, "bytes"_L1,
    "algorithm"_L1, "from"_L1,     "to"_L1,  "adjust"_L1, "zeroed"_L1,  "fields"_L1,
};

template <typename Types>
const TypeName *typeOf(const Types &types, QStringView name)
{
    const auto found = std::find_if(std::begin(types), std::end(types),
                                    [&](const TypeName &one) { return name == QLatin1StringView(one.name); });
    return found == std::end(types) ? nullptr : found;
}

template <typename Types>
QStringList namesOf(const Types &types)
{
    QStringList names;
    for (const TypeName &one : types)
        names += QString::fromLatin1(one.name);
    return names;
}

bool hasByteOrder(const FieldDescription &field)
{
    switch (field.kind) {
    case FieldKind::Integer:
    case FieldKind::Boolean:
    case FieldKind::Float:
    case FieldKind::Length:
    case FieldKind::Checksum:
        return true;
    case FieldKind::Text:
    case FieldKind::Bytes:
        return field.sizeRule == SizeRule::Prefixed;
    default:
        return false;
    }
}

QCborValue numberOf(const QJsonValue &value)
{
    if (value.isDouble()) {
        const qint64 number = value.toInteger(1);
        return number == value.toInteger(2) ? QCborValue(number) : QCborValue(value.toDouble());
    }
    const auto whole = value.isString() ? WholeNumber::fromText(value.toString()) : std::nullopt;
    return whole ? whole->toCbor() : QCborValue(QCborValue::Undefined);
}

} // namespace

QString fieldTypeName(const FieldDescription &field, DescribedForm form)
{
    const auto find = [&](const auto &types) {
        for (const TypeName &one : types) {
            const bool sameWidth = field.isBitField ? true : one.bits == field.bits && one.isSigned == field.isSigned;
            const bool number = field.kind == FieldKind::Integer || field.kind == FieldKind::Float;
            if (one.kind == field.kind &&
                (!number || (one.isBitField == field.isBitField && (sameWidth || form == DescribedForm::Structured))))
                return QString::fromLatin1(one.name);
        }
        return QString();
    };
    return form == DescribedForm::Layout ? find(layoutTypes) : find(structuredTypes);
}

FieldDescription ProtocolReader::field(const QJsonValue &value, const QString &path, int depth)
{
    FieldDescription field;
    auto object = this->object(value, path);
    if (!object)
        return field;
    const bool isLayout = m_form == DescribedForm::Layout;
    const QString type = text(*object, "type"_L1, 40, true);
    const TypeName *known = isLayout ? typeOf(layoutTypes, type) : typeOf(structuredTypes, type);
    if (!known) {
        fail(object->at("type"_L1), u"%1 is no type of field"_s.arg(quotedText(type, 40)),
             u"write one of %1"_s.arg((isLayout ? namesOf(layoutTypes) : namesOf(structuredTypes)).join(", "_L1)));
        return field;
    }
    field.kind = known->kind;
    field.bits = known->bits;
    field.isSigned = known->isSigned;
    field.isBitField = known->isBitField;
    // Nobody needs to speak of padding.
    field.name = text(*object, "name"_L1, ProtocolDescription::maximumNameCharacters, field.kind != FieldKind::Padding);
    field.comment = text(*object, "comment"_L1, ProtocolDescription::maximumTextCharacters);
    kind(*object, field);
    if (isLayout && hasByteOrder(field)) {
        if (const int order = choice(*object, "byteOrder"_L1, {u"big"_s, u"little"_s}); order >= 0)
            field.byteOrder = order == 0 ? ByteOrder::Big : ByteOrder::Little;
    }
    if (field.kind == FieldKind::Group)
        field.fields = fields(*object, "fields"_L1, depth + 1);
    repeated(*object, field);
    for (const QLatin1StringView key : fieldKeys) {
        if (object->rest.contains(key)) {
            fail(object->at(key), u"does not belong to a field of the type %1"_s.arg(type),
                 u"leave it out, or choose another type"_s);
        }
    }
    field.unknown = object->rest;
    return field;
}

void ProtocolReader::kind(Object &object, FieldDescription &field)
{
    switch (field.kind) {
    case FieldKind::Integer:
    case FieldKind::Float:
    case FieldKind::Boolean:
        number(object, field);
        break;
    case FieldKind::Text:
    case FieldKind::Bytes:
    case FieldKind::Padding:
        sized(object, field);
        break;
    case FieldKind::Constant:
        field.constant = hex(object.take("bytes"_L1), object.at("bytes"_L1));
        break;
    case FieldKind::Length:
    case FieldKind::Checksum:
        computed(object, field);
        break;
    case FieldKind::Any:
    case FieldKind::Group:
        break;
    }
    const bool holdsValue = field.kind <= FieldKind::Bytes || field.kind == FieldKind::Any;
    if (!holdsValue)
        return;
    field.unit = text(object, "unit"_L1, ProtocolDescription::maximumNameCharacters);
    const QJsonValue value = object.take("default"_L1);
    if (!value.isUndefined())
        field.defaultValue = defaultOf(value, field, object.at("default"_L1));
}

void ProtocolReader::number(Object &object, FieldDescription &field)
{
    if (m_form == DescribedForm::Layout) {
        if (field.isBitField || (field.kind == FieldKind::Boolean && object.rest.contains("bits"_L1))) {
            field.isBitField = true;
            field.bits = static_cast<int>(integer(object, "bits"_L1, 1, 64, 1, true));
            field.bitPosition = static_cast<int>(integer(object, "bit"_L1, 0, 63, -1));
            if (field.kind == FieldKind::Integer)
                field.isSigned = boolean(object, "signed"_L1);
        }
    }
    if (field.kind == FieldKind::Boolean)
        return;
    field.minimum = limit(object, "min"_L1, field);
    field.maximum = limit(object, "max"_L1, field);
    if (field.kind == FieldKind::Integer)
        names(object, field);
}

QCborValue ProtocolReader::limit(Object &object, QLatin1StringView key, const FieldDescription &field)
{
    const QJsonValue value = object.take(key);
    if (value.isUndefined())
        return QCborValue(QCborValue::Undefined);
    const QCborValue number = numberOf(value);
    if (number.isUndefined() || (field.kind == FieldKind::Integer && !WholeNumber::fromCbor(number))) {
        fail(object.at(key), field.kind == FieldKind::Integer ? u"is no whole number"_s : u"is no number"_s,
             u"write one"_s);
    }
    return number;
}

void ProtocolReader::names(Object &object, FieldDescription &field)
{
    const QJsonValue value = object.take("values"_L1);
    if (value.isUndefined())
        return;
    const QString path = object.at("values"_L1);
    const auto list = this->object(value, path);
    if (!list)
        return;
    if (list->rest.size() > ProtocolDescription::maximumEnumNames) {
        fail(path, u"has %1 names"_s.arg(list->rest.size()),
             u"at most %1 are allowed"_s.arg(ProtocolDescription::maximumEnumNames));
    }
    for (auto it = list->rest.begin(); it != list->rest.end(); ++it) {
        const auto number = WholeNumber::fromCbor(numberOf(it.value()));
        const bool named = !it.key().isEmpty() && it.key().size() <= ProtocolDescription::maximumNameCharacters;
        if (!number || !named) {
            fail(path + u'.' + it.key().left(40),
                 number ? u"is no name of 1 to 128 characters"_s : u"is no whole number"_s,
                 u"write {\"off\": 0, \"on\": 1}"_s);
            return;
        }
        field.names.push_back({it.key(), *number});
    }
    std::stable_sort(field.names.begin(), field.names.end(),
                     [](const EnumName &a, const EnumName &b) { return a.value < b.value; });
    const auto twice = std::adjacent_find(field.names.begin(), field.names.end(),
                                          [](const EnumName &a, const EnumName &b) { return a.value == b.value; });
    if (twice != field.names.end()) {
        fail(path, u"%1 has the names %2 and %3"_s.arg(twice->value.toString(), twice->name, (twice + 1)->name),
             u"give each number one name"_s);
    }
}

QCborValue ProtocolReader::defaultOf(const QJsonValue &value, const FieldDescription &field, const QString &path)
{
    const auto wrong = [&](const QString &expected) {
        fail(path, u"is not %1"_s.arg(expected), u"write %1, or leave it out"_s.arg(expected));
        return QCborValue(QCborValue::Undefined);
    };
    switch (field.kind) {
    case FieldKind::Integer: {
        if (value.isString()) {
            if (const auto named = field.valueOf(value.toString()))
                return named->toCbor();
        }
        const auto whole = WholeNumber::fromCbor(numberOf(value));
        return whole ? whole->toCbor()
                     : wrong(field.names.empty() ? u"a whole number"_s : u"a whole number or a name of values"_s);
    }
    case FieldKind::Float:
        return value.isDouble() ? numberOf(value) : wrong(u"a number"_s);
    case FieldKind::Boolean:
        return value.isBool() ? QCborValue(value.toBool()) : wrong(u"true or false"_s);
    case FieldKind::Text:
        return value.isString() ? QCborValue(value.toString()) : wrong(u"a text"_s);
    case FieldKind::Bytes:
        return QCborValue(hex(value, path));
    default:
        return QCborValue::fromJsonValue(value);
    }
}

void ProtocolReader::sized(Object &object, FieldDescription &field)
{
    if (m_form == DescribedForm::Structured)
        return;
    constexpr qint64 maximum = ProtocolDescription::maximumMessageBytes;
    const bool isText = field.kind == FieldKind::Text;
    if (isText && choice(object, "encoding"_L1, {u"utf-8"_s, u"latin-1"_s}) == 1)
        field.encoding = TextEncoding::Latin1;
    const QString path = object.at("size"_L1);
    const QJsonValue size = object.rest.value("size"_L1);
    if (field.kind != FieldKind::Padding && object.rest.contains("sizedBy"_L1)) {
        field.sizeRule = SizeRule::Counted;
        field.sizedBy = text(object, "sizedBy"_L1, ProtocolDescription::maximumNameCharacters, true);
    } else if (size.isString() && field.kind != FieldKind::Padding) {
        const QStringList words{u"rest"_s, u"nul"_s, u"u8"_s, u"u16"_s, u"u24"_s, u"u32"_s};
        const int word = choice(object, "size"_L1, words);
        if (word == 1 && !isText)
            fail(path, u"bytes have no end of their own"_s, u"write a number, rest, u8, u16, u24 or u32"_s);
        field.sizeRule = word == 0 ? SizeRule::Rest : word == 1 ? SizeRule::Terminated : SizeRule::Prefixed;
        field.sizeBits = word > 1 ? 8 * (word - 1) : 0;
    } else {
        field.size = integer(object, "size"_L1, 1, maximum, 1, true);
    }
    if (field.sizeRule == SizeRule::Fixed)
        field.pad = static_cast<quint8>(integer(object, "pad"_L1, 0, 255, 0));
}

void ProtocolReader::computed(Object &object, FieldDescription &field)
{
    field.from = text(object, "from"_L1, ProtocolDescription::maximumNameCharacters);
    field.to = text(object, "to"_L1, ProtocolDescription::maximumNameCharacters);
    if (field.kind == FieldKind::Length) {
        field.bits = static_cast<int>(integer(object, "bits"_L1, 8, 64, 8, true));
        if (field.bits != 8 && field.bits != 16 && field.bits != 24 && field.bits != 32 && field.bits != 64)
            fail(object.at("bits"_L1), u"%1 is no width of a length"_s.arg(field.bits), u"write 8, 16, 24, 32 or 64"_s);
        field.adjust = integer(object, "adjust"_L1, -65536, 65536, 0);
        return;
    }
    const QString name = text(object, "algorithm"_L1, 40, true);
    const Checksum *checksum = Checksum::find(name);
    if (!checksum) {
        fail(object.at("algorithm"_L1), u"%1 is no checksum that is known"_s.arg(quotedText(name, 40)),
             u"write one of %1"_s.arg(Checksum::names().join(", "_L1)));
        return;
    }
    field.algorithm = name;
    field.bits = checksum->widthBits();
    field.zeroed = boolean(object, "zeroed"_L1);
}

void ProtocolReader::repeated(Object &object, FieldDescription &field)
{
    if (field.isBitField || field.kind == FieldKind::Constant || field.kind == FieldKind::Padding ||
        field.kind == FieldKind::Length || field.kind == FieldKind::Checksum)
        return;
    if (object.rest.contains("countedBy"_L1) && m_form == DescribedForm::Layout) {
        field.array = ArrayRule::Counted;
        field.countedBy = text(object, "countedBy"_L1, ProtocolDescription::maximumNameCharacters, true);
    } else if (object.rest.value("count"_L1).isString()) {
        choice(object, "count"_L1, {u"rest"_s});
        field.array = ArrayRule::Rest;
    } else if (object.rest.contains("count"_L1)) {
        field.array = ArrayRule::Fixed;
        field.count = integer(object, "count"_L1, 1, ProtocolDescription::maximumArrayCount, 1);
    }
}

} // namespace SockScope
