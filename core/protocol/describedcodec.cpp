#include "core/protocol/describedcodec.h"

#include <algorithm>

#include "core/codec/codectext.h"
#include "core/protocol/fieldtext.h"
#include "core/protocol/layoutcodec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype summaryNodes = 400;

bool isNumber(const FieldNode &node)
{
    return node.kind == "integer"_L1 || node.kind == "double"_L1;
}

QCborValue numberOf(const FieldNode &node)
{
    if (const auto whole = WholeNumber::fromText(node.value))
        return whole->toCbor();
    bool ok = false;
    const double real = node.value.toDouble(&ok);
    return ok ? QCborValue(real) : QCborValue(QCborValue::Undefined);
}

/// Why a value is not what the description says; empty when it is.
QString kindComplaint(const FieldNode &node, const FieldDescription &field)
{
    const auto isOf = [&](std::initializer_list<QLatin1StringView> kinds) {
        return std::any_of(kinds.begin(), kinds.end(), [&](QLatin1StringView kind) { return node.kind == kind; });
    };
    switch (field.kind) {
    case FieldKind::Integer:
        return isOf({"integer"_L1}) ? QString() : u"no integer"_s;
    case FieldKind::Float:
        return isOf({"integer"_L1, "double"_L1}) ? QString() : u"no number"_s;
    case FieldKind::Boolean:
        return isOf({"boolean"_L1}) ? QString() : u"neither true nor false"_s;
    case FieldKind::Text:
        return isOf({"text"_L1}) ? QString() : u"no text"_s;
    case FieldKind::Bytes:
        return isOf({"bytes"_L1, "text"_L1}) ? QString() : u"no bytes"_s; // JSON writes them as text
    case FieldKind::Group:
        return isOf({"map"_L1}) ? QString() : u"no map"_s;
    default:
        return {};
    }
}

void describeFields(FieldNode &parent, const std::vector<FieldDescription> &fields);

void describe(FieldNode &node, const FieldDescription &field)
{
    if (node.kind == "error"_L1 || node.kind == "note"_L1)
        return;
    if (const QString complaint = kindComplaint(node, field); !complaint.isEmpty()) {
        node.value += u": "_s + complaint;
        return;
    }
    if (field.kind == FieldKind::Group) {
        describeFields(node, field.fields);
    } else if (isNumber(node)) {
        node.value = describedNumber(field, numberOf(node), node.value);
    } else if (!field.unit.isEmpty()) {
        node.value += u' ' + field.unit;
    }
}

void describeOne(FieldNode &node, const FieldDescription &field)
{
    if (field.array == ArrayRule::None) {
        describe(node, field);
        return;
    }
    if (node.kind != "array"_L1) {
        node.value += u": no list"_s;
        return;
    }
    qint64 elements = 0;
    for (FieldNode &child : node.children) {
        describe(child, field);
        elements += child.kind != "note"_L1 && child.kind != "error"_L1;
    }
    const bool isWhole = node.children.empty() || node.children.back().kind != "note"_L1;
    if (field.array == ArrayRule::Fixed && isWhole && elements != field.count)
        node.value += u": it should have %1 elements"_s.arg(field.count);
}

void describeFields(FieldNode &parent, const std::vector<FieldDescription> &fields)
{
    for (FieldNode &child : parent.children) {
        const auto found = std::find_if(fields.begin(), fields.end(),
                                        [&](const FieldDescription &field) { return field.name == child.key; });
        if (found != fields.end())
            describeOne(child, *found);
    }
}

/// The elements of a list, in the order of the fields; named: their names stand before their values.
void describeElements(FieldNode &list, const std::vector<FieldDescription> &fields, bool named)
{
    for (size_t i = 0; i < fields.size() && i < list.children.size(); ++i) {
        FieldNode &child = list.children[i];
        if (child.kind == "error"_L1 || child.kind == "note"_L1)
            return;
        describeOne(child, fields[i]);
        if (named)
            child.value = child.value.isEmpty() ? fields[i].name : fields[i].name + u": "_s + child.value;
    }
}

void describeData(FieldNode &data, const TypeDescription &type, bool named)
{
    if (type.isList && data.kind == "array"_L1)
        describeElements(data, type.fields, named);
    else if (!type.isList && data.kind == "map"_L1)
        describeFields(data, type.fields);
}

/// name=value, for what the description names; containers as the tree shortens them.
QString summaryOf(const FieldNode &data, const TypeDescription &type)
{
    QStringList parts;
    for (size_t i = 0; i < data.children.size(); ++i) {
        const FieldNode &child = data.children[i];
        if (child.kind == "note"_L1)
            continue;
        const bool isNamed = type.isList && i < type.fields.size();
        parts += (isNamed ? type.fields[i].name : child.key) + u'=' + child.value;
    }
    return parts.join(u' ');
}

bool isBroken(const FieldNode &node)
{
    return node.kind == "error"_L1 || std::any_of(node.children.begin(), node.children.end(), isBroken);
}

FieldNode *dataOf(FieldNode &root)
{
    const bool typed = root.kind == "array"_L1 && root.children.size() >= 2 && root.children[0].key == "type"_L1 &&
                       root.children[1].key == "data"_L1;
    return typed ? &root.children[1] : nullptr;
}

} // namespace

DescribedCodec::DescribedCodec(std::shared_ptr<const Codec> inner, const ProtocolDescription &description)
    : m_inner(std::move(inner))
    , m_description(description)
{
}

QString DescribedCodec::name() const
{
    return m_inner->name();
}

std::optional<SockError> DescribedCodec::decode(const Bytes &payload, Message &message) const
{
    return m_inner->decode(payload, message);
}

std::optional<SockError> DescribedCodec::encode(const Message &message, QByteArray &payload) const
{
    return m_inner->encode(message, payload);
}

bool DescribedCodec::carriesType() const
{
    return m_inner->carriesType();
}

const TypeDescription *DescribedCodec::typeOf(const FieldNode &root) const
{
    if (root.kind != "array"_L1 || root.children.empty() || root.children.front().key != "type"_L1)
        return nullptr;
    const FieldNode &type = root.children.front();
    if (type.kind == "text"_L1)
        return m_description.type(QStringView(type.value).mid(1, type.value.size() - 2)); // without its quotes
    bool ok = false;
    const qint64 number = type.value.toLongLong(&ok);
    return ok ? m_description.type(MessageType(number)) : nullptr;
}

FieldNode DescribedCodec::fields(QByteArrayView payload, qsizetype maximumNodes) const
{
    FieldNode root = m_inner->fields(payload, maximumNodes);
    const TypeDescription *type = typeOf(root);
    if (!type)
        return root;
    FieldNode &typeNode = root.children.front();
    if (typeNode.kind == "integer"_L1)
        typeNode.value = u"%1 (%2)"_s.arg(type->name, typeNode.value);
    if (FieldNode *data = dataOf(root))
        describeData(*data, *type, true);
    return root;
}

QString DescribedCodec::summary(QByteArrayView payload, qsizetype maximumCharacters) const
{
    // Of a payload that is much longer than its summary, the tree is more work than the line is worth.
    constexpr qsizetype longest = 64 * 1024;
    if (payload.size() > longest)
        return m_inner->summary(payload, maximumCharacters);
    FieldNode root = m_inner->fields(payload, summaryNodes);
    const TypeDescription *type = typeOf(root);
    FieldNode *data = type ? dataOf(root) : nullptr;
    if (!data || data->kind != (type->isList ? "array"_L1 : "map"_L1) || isBroken(root))
        return m_inner->summary(payload, maximumCharacters);
    describeData(*data, *type, false);
    return elided(summaryOf(*data, *type), maximumCharacters);
}

std::shared_ptr<const Codec> makeProtocolCodec(const ProtocolDescription &description,
                                               std::shared_ptr<const Codec> inner, ProtocolError *error)
{
    if (description.form == DescribedForm::Layout)
        return LayoutCodec::make(description, error);
    std::optional<ProtocolError> wrong = description.check();
    if (!wrong && (!inner || !inner->carriesType())) {
        wrong = ProtocolError{u"payload"_s, u"the codec %1 has no fields"_s.arg(inner ? inner->name() : u"raw"_s),
                              u"choose the codec json, msgpack or cbor, or write \"layout\""_s};
    }
    if (!wrong)
        return std::make_shared<DescribedCodec>(std::move(inner), description);
    if (error)
        *error = *wrong;
    return nullptr;
}

} // namespace SockScope
