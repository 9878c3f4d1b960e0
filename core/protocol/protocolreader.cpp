#include "core/protocol/protocolreader_p.h"

#include <cctype>
#include <limits>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

void ProtocolReader::fail(const QString &path, const QString &what, const QString &remedy)
{
    if (!m_error)
        m_error = ProtocolError{path, what, remedy};
}

QString ProtocolReader::text(Object &object, QLatin1StringView key, qsizetype maximum, bool needed)
{
    const QJsonValue value = object.take(key);
    if (value.isUndefined()) {
        if (needed)
            fail(object.at(key), u"is missing"_s, u"write a text of 1 to %1 characters"_s.arg(maximum));
        return {};
    }
    if (!value.isString() || value.toString().size() > maximum || (needed && value.toString().isEmpty())) {
        fail(object.at(key), u"is no text of %1 to %2 characters"_s.arg(needed ? 1 : 0).arg(maximum),
             u"write one in quotation marks"_s);
    }
    return value.toString();
}

qint64 ProtocolReader::integer(Object &object, QLatin1StringView key, qint64 minimum, qint64 maximum, qint64 otherwise,
                               bool needed)
{
    const QJsonValue value = object.take(key);
    const QString remedy = u"write a whole number from %1 to %2"_s.arg(minimum).arg(maximum);
    if (value.isUndefined()) {
        if (needed)
            fail(object.at(key), u"is missing"_s, remedy);
        return otherwise;
    }
    const qint64 number = value.toInteger(0);
    if (!value.isDouble() || value.toInteger(1) != number) {
        fail(object.at(key), u"is no whole number"_s, remedy);
        return otherwise;
    }
    if (number < minimum || number > maximum) {
        fail(object.at(key), u"%1 is out of range"_s.arg(number), remedy);
        return otherwise;
    }
    return number;
}

bool ProtocolReader::boolean(Object &object, QLatin1StringView key)
{
    const QJsonValue value = object.take(key);
    if (!value.isUndefined() && !value.isBool())
        fail(object.at(key), u"is neither true nor false"_s, u"write one of them, without quotation marks"_s);
    return value.toBool();
}

int ProtocolReader::choice(Object &object, QLatin1StringView key, const QStringList &choices)
{
    const QJsonValue value = object.take(key);
    if (value.isUndefined())
        return -1;
    const qsizetype index = value.isString() ? choices.indexOf(value.toString()) : -1;
    if (index < 0) {
        const QString got = value.isString() ? quotedText(value.toString(), 40) : u"this"_s;
        fail(object.at(key), u"%1 is none of the possible values"_s.arg(got),
             u"write one of %1"_s.arg(choices.join(", "_L1)));
    }
    return static_cast<int>(index);
}

QByteArray ProtocolReader::hex(const QJsonValue &value, const QString &path)
{
    QString digits = value.toString();
    digits.remove(u' ');
    bool good = value.isString() && digits.size() % 2 == 0;
    for (const QChar c : digits)
        good = good && c.unicode() < 0x80 && std::isxdigit(c.unicode());
    if (!good)
        fail(path, u"is no text of hexadecimal digits"_s, u"write two digits a byte, as in \"a5 5a\""_s);
    return QByteArray::fromHex(digits.toLatin1());
}

std::optional<ProtocolReader::Object> ProtocolReader::object(const QJsonValue &value, const QString &path)
{
    if (value.isObject())
        return Object{value.toObject(), path};
    fail(path, u"is no object"_s, u"write {...}"_s);
    return std::nullopt;
}

QJsonArray ProtocolReader::array(Object &object, QLatin1StringView key, qsizetype maximum)
{
    const QJsonValue value = object.take(key);
    if (value.isUndefined())
        return {};
    if (!value.isArray()) {
        fail(object.at(key), u"is no list"_s, u"write [...]"_s);
        return {};
    }
    if (value.toArray().size() > maximum) {
        fail(object.at(key), u"has %1 elements"_s.arg(value.toArray().size()),
             u"at most %1 are allowed"_s.arg(maximum));
        return {};
    }
    return value.toArray();
}

ProtocolDescription ProtocolReader::read(const QJsonObject &json)
{
    using Limits = ProtocolDescription;
    ProtocolDescription description;
    Object object{json, {}};
    description.name = text(object, "name"_L1, Limits::maximumNameCharacters);
    description.comment = text(object, "comment"_L1, Limits::maximumTextCharacters);
    if (choice(object, "payload"_L1, {u"layout"_s, u"structured"_s}) == 1)
        m_form = DescribedForm::Structured;
    description.form = m_form;
    if (m_form == DescribedForm::Layout) {
        if (choice(object, "byteOrder"_L1, {u"big"_s, u"little"_s}) == 1)
            description.byteOrder = ByteOrder::Little;
        description.header = fields(object, "header"_L1, 1);
        description.trailer = fields(object, "trailer"_L1, 1);
        description.typeField = text(object, "typeField"_L1, Limits::maximumNameCharacters);
        description.fixedType = text(object, "fixedType"_L1, Limits::maximumNameCharacters);
    } else {
        for (const auto &key : {u"byteOrder"_s, u"header"_s, u"trailer"_s, u"typeField"_s, u"fixedType"_s}) {
            if (object.rest.contains(key))
                fail(key, u"does not belong to a structured payload"_s,
                     u"leave it out, or write \"layout\" as payload"_s);
        }
    }
    const QJsonArray types = array(object, "types"_L1, Limits::maximumTypes);
    for (qsizetype i = 0; i < types.size() && !m_error; ++i)
        description.types.push_back(type(types.at(i), u"types[%1]"_s.arg(i)));
    if (description.types.empty())
        fail(u"types"_s, u"there is no message type"_s, u"describe at least one: {\"name\": ..., \"fields\": [...]}"_s);
    description.unknown = object.rest;
    return description;
}

TypeDescription ProtocolReader::type(const QJsonValue &value, const QString &path)
{
    TypeDescription type;
    auto object = this->object(value, path);
    if (!object)
        return type;
    type.name = text(*object, "name"_L1, ProtocolDescription::maximumNameCharacters, true);
    type.isNumbered = object->rest.contains("number"_L1);
    type.number =
        integer(*object, "number"_L1, std::numeric_limits<qint64>::min(), std::numeric_limits<qint64>::max(), 0);
    type.comment = text(*object, "comment"_L1, ProtocolDescription::maximumTextCharacters);
    if (m_form == DescribedForm::Structured)
        type.isList = choice(*object, "as"_L1, {u"map"_s, u"list"_s}) == 1;
    type.fields = fields(*object, "fields"_L1, 1);
    type.unknown = object->rest;
    return type;
}

std::vector<FieldDescription> ProtocolReader::fields(Object &object, QLatin1StringView key, int depth)
{
    std::vector<FieldDescription> result;
    const QString path = object.at(key);
    const QJsonArray list = array(object, key, ProtocolDescription::maximumFields);
    if (depth > ProtocolDescription::maximumDepth) {
        fail(path, u"is nested deeper than %1 groups"_s.arg(ProtocolDescription::maximumDepth),
             u"put its fields into a group above"_s);
        return result;
    }
    for (qsizetype i = 0; i < list.size() && !m_error; ++i)
        result.push_back(field(list.at(i), u"%1[%2]"_s.arg(path).arg(i), depth));
    return result;
}

} // namespace SockScope
