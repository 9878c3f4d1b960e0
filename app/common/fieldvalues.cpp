#include "app/common/fieldvalues.h"

#include <QCborArray>
#include <QCborMap>

#include <algorithm>

#include "app/common/payload.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

const FieldDescription *find(const std::vector<FieldDescription> &fields, QStringView name)
{
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const FieldDescription &field) { return field.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

const FieldDescription *find(const ProtocolDescription &protocol, const TypeDescription &type, const QStringList &path)
{
    const FieldDescription *field = nullptr;
    for (const auto *fields : {&type.fields, &protocol.header, &protocol.trailer}) {
        if (!field)
            field = find(*fields, path.first());
    }
    for (qsizetype i = 1; field && i < path.size(); ++i)
        field = find(field->fields, path.at(i));
    return field;
}

QCborMap with(QCborMap map, const QStringList &path, qsizetype at, const QCborValue &value)
{
    if (at == path.size() - 1)
        map[path.at(at)] = value;
    else
        map[path.at(at)] = with(map.value(path.at(at)).toMap(), path, at + 1, value);
    return map;
}

} // namespace

std::optional<FieldValues> FieldValues::parse(const QStringList &words, const ProtocolDescription &protocol,
                                              const TypeDescription &type, UsageError *error)
{
    FieldValues result;
    result.m_isStructured = protocol.form == DescribedForm::Structured;
    result.m_type = type;
    for (const QString &word : words) {
        const qsizetype equals = word.indexOf(u'=');
        if (equals <= 0) {
            *error = {tr("%1 is no field").arg(word.left(80)),
                      tr("write FIELD=VALUE, in quotes when it contains blanks")};
            return std::nullopt;
        }
        Value value;
        value.path = word.left(equals).split(u'.');
        if (const FieldDescription *field = find(protocol, type, value.path))
            value.field = *field;
        TemplateError reason;
        const auto text = Template::parse(word.mid(equals + 1), TemplateSyntax::Plain, &reason);
        if (!text) {
            *error = {word.left(equals).left(80) + u": "_s + reason.toString(), tr("correct the text there")};
            return std::nullopt;
        }
        value.text = *text;
        result.m_values.push_back(std::move(value));
    }
    return result;
}

std::optional<QCborValue> FieldValues::read(const QString &text, const std::optional<FieldDescription> &field,
                                            UsageError *error)
{
    const bool isPlain = field && field->array == ArrayRule::None;
    const FieldKind kind = isPlain ? field->kind : FieldKind::Any;
    bool ok = false;
    switch (kind) {
    case FieldKind::Text:
    case FieldKind::Bytes:
    case FieldKind::Constant:
    case FieldKind::Padding:
        return QCborValue(text);
    case FieldKind::Float: {
        const double number = text.toDouble(&ok);
        return ok ? QCborValue(number) : QCborValue(text);
    }
    case FieldKind::Boolean:
        if (text == "true"_L1 || text == "false"_L1)
            return QCborValue(text == "true"_L1);
        [[fallthrough]];
    case FieldKind::Integer:
    case FieldKind::Length:
    case FieldKind::Checksum: {
        if (const auto named = field->valueOf(text))
            return named->toCbor();
        const auto whole = WholeNumber::fromText(text);
        return whole ? whole->toCbor() : QCborValue(text); // the codec says what is wrong with it
    }
    case FieldKind::Group:
    case FieldKind::Any:
        break;
    }
    return PayloadReader::json(text.toUtf8(), error);
}

std::optional<QCborValue> FieldValues::data(ComposeContext &context, UsageError *error) const
{
    QCborMap map;
    for (const Value &one : m_values) {
        const QString name = one.path.join(u'.');
        TemplateError reason;
        std::optional<QCborValue> value = one.text.value(context, &reason);
        if (!value) {
            *error = {name + u": "_s + reason.toString(), tr("correct the text there")};
            return std::nullopt;
        }
        const bool isText = one.field && one.field->kind == FieldKind::Text;
        if (value->isString()) {
            value = read(value->toString(), one.field, error);
        } else if (isText) {
            const auto bytes = one.text.expand(context, &reason);
            value = QCborValue(QString::fromUtf8(bytes.value_or(QByteArray())));
        }
        if (!value) {
            error->what = name + u": "_s + error->what;
            return std::nullopt;
        }
        map = with(std::move(map), one.path, 0, *value);
    }
    if (!m_isStructured)
        return QCborValue(map);
    QCborArray list;
    for (const FieldDescription &field : m_type.fields) {
        if (!map.contains(field.name) && !field.defaultValue.isUndefined())
            map.insert(field.name, field.defaultValue);
        list.append(map.value(field.name).isUndefined() ? QCborValue(nullptr) : map.value(field.name));
    }
    return m_type.isList ? QCborValue(list) : QCborValue(map);
}

bool FieldValues::isConstant() const
{
    return std::all_of(m_values.begin(), m_values.end(), [](const Value &one) { return one.text.isConstant(); });
}

} // namespace SockScope
