#include <QJsonArray>

#include "core/protocol/protocolreader_p.h"

// The JSON of a description.

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString orderName(ByteOrder order)
{
    return order == ByteOrder::Big ? u"big"_s : u"little"_s;
}

QString hexOf(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toHex(' '));
}

/// A number beyond what JSON's readers keep exact is a text.
QJsonValue numberJson(const QCborValue &value)
{
    if (value.isDouble())
        return value.toDouble();
    if (value.isInteger())
        return value.toInteger();
    const auto whole = WholeNumber::fromCbor(value);
    return whole ? QJsonValue(whole->toString()) : QJsonValue();
}

QJsonValue defaultJson(const FieldDescription &field)
{
    const QCborValue &value = field.defaultValue;
    if (field.kind == FieldKind::Bytes)
        return hexOf(value.toByteArray());
    if (field.kind == FieldKind::Integer) {
        const auto whole = WholeNumber::fromCbor(value);
        const QString name = whole ? field.nameOf(*whole) : QString();
        return name.isEmpty() ? numberJson(value) : QJsonValue(name);
    }
    return field.kind == FieldKind::Float ? numberJson(value) : value.toJsonValue();
}

class FieldWriter
{
public:
    FieldWriter(const FieldDescription &field, DescribedForm form)
        : m_field(field)
        , m_form(form)
        , m_json(field.unknown)
    {
    }
    QJsonObject write();

private:
    void addText(const QString &key, const QString &text)
    {
        if (!text.isEmpty())
            m_json.insert(key, text);
    }
    void addNumbers();
    void addSize();
    void addComputed();

    const FieldDescription &m_field;
    const DescribedForm m_form;
    QJsonObject m_json;
};

QJsonArray fieldsJson(const std::vector<FieldDescription> &fields, DescribedForm form)
{
    QJsonArray array;
    for (const FieldDescription &field : fields)
        array.append(FieldWriter(field, form).write());
    return array;
}

QJsonObject FieldWriter::write()
{
    addText(u"name"_s, m_field.name);
    m_json.insert(u"type"_s, fieldTypeName(m_field, m_form));
    addText(u"unit"_s, m_field.unit);
    addText(u"comment"_s, m_field.comment);
    if (!m_field.defaultValue.isUndefined())
        m_json.insert(u"default"_s, defaultJson(m_field));
    addNumbers();
    if (m_form == DescribedForm::Layout)
        addSize();
    addComputed();
    if (m_field.byteOrder)
        m_json.insert(u"byteOrder"_s, orderName(*m_field.byteOrder));
    if (m_field.array == ArrayRule::Fixed)
        m_json.insert(u"count"_s, m_field.count);
    else if (m_field.array == ArrayRule::Rest)
        m_json.insert(u"count"_s, u"rest"_s);
    addText(u"countedBy"_s, m_field.countedBy);
    if (m_field.kind == FieldKind::Group)
        m_json.insert(u"fields"_s, fieldsJson(m_field.fields, m_form));
    return m_json;
}

void FieldWriter::addNumbers()
{
    if (m_field.isBitField) {
        m_json.insert(u"bits"_s, m_field.bits);
        if (m_field.bitPosition >= 0)
            m_json.insert(u"bit"_s, m_field.bitPosition);
        if (m_field.isSigned)
            m_json.insert(u"signed"_s, true);
    }
    if (!m_field.minimum.isUndefined())
        m_json.insert(u"min"_s, numberJson(m_field.minimum));
    if (!m_field.maximum.isUndefined())
        m_json.insert(u"max"_s, numberJson(m_field.maximum));
    if (m_field.names.empty())
        return;
    QJsonObject names;
    for (const EnumName &one : m_field.names)
        names.insert(one.name, numberJson(one.value.toCbor()));
    m_json.insert(u"values"_s, names);
}

void FieldWriter::addSize()
{
    const bool isSized =
        m_field.kind == FieldKind::Text || m_field.kind == FieldKind::Bytes || m_field.kind == FieldKind::Padding;
    if (!isSized)
        return;
    if (m_field.encoding == TextEncoding::Latin1)
        m_json.insert(u"encoding"_s, u"latin-1"_s);
    switch (m_field.sizeRule) {
    case SizeRule::Fixed:
        m_json.insert(u"size"_s, m_field.size);
        if (m_field.pad != 0)
            m_json.insert(u"pad"_s, m_field.pad);
        break;
    case SizeRule::Prefixed:
        m_json.insert(u"size"_s, u"u%1"_s.arg(m_field.sizeBits));
        break;
    case SizeRule::Terminated:
        m_json.insert(u"size"_s, u"nul"_s);
        break;
    case SizeRule::Counted:
        m_json.insert(u"sizedBy"_s, m_field.sizedBy);
        break;
    case SizeRule::Rest:
        m_json.insert(u"size"_s, u"rest"_s);
        break;
    }
}

void FieldWriter::addComputed()
{
    if (m_field.kind == FieldKind::Constant)
        m_json.insert(u"bytes"_s, hexOf(m_field.constant));
    if (m_field.kind == FieldKind::Length)
        m_json.insert(u"bits"_s, m_field.bits);
    addText(u"algorithm"_s, m_field.algorithm);
    addText(u"from"_s, m_field.from);
    addText(u"to"_s, m_field.to);
    if (m_field.adjust != 0)
        m_json.insert(u"adjust"_s, m_field.adjust);
    if (m_field.zeroed)
        m_json.insert(u"zeroed"_s, true);
}

} // namespace

QJsonObject ProtocolDescription::toJson() const
{
    QJsonObject json = unknown;
    const auto add = [&json](const QString &key, const QString &text) {
        if (!text.isEmpty())
            json.insert(key, text);
    };
    add(u"name"_s, name);
    add(u"comment"_s, comment);
    add(u"typeField"_s, typeField);
    add(u"fixedType"_s, fixedType);
    json.insert(u"payload"_s, form == DescribedForm::Layout ? u"layout"_s : u"structured"_s);
    if (form == DescribedForm::Layout)
        json.insert(u"byteOrder"_s, orderName(byteOrder));
    if (!header.empty())
        json.insert(u"header"_s, fieldsJson(header, form));
    if (!trailer.empty())
        json.insert(u"trailer"_s, fieldsJson(trailer, form));
    QJsonArray list;
    for (const TypeDescription &type : types) {
        QJsonObject one = type.unknown;
        one.insert(u"name"_s, type.name);
        if (type.isNumbered)
            one.insert(u"number"_s, type.number);
        if (!type.comment.isEmpty())
            one.insert(u"comment"_s, type.comment);
        if (type.isList)
            one.insert(u"as"_s, u"list"_s);
        one.insert(u"fields"_s, fieldsJson(type.fields, form));
        list.append(one);
    }
    json.insert(u"types"_s, list);
    return json;
}

} // namespace SockScope
