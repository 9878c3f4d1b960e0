#include "ui/inject/fieldseditor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QLocale>
#include <QRegularExpression>
#include <QScopedValueRollback>

#include <algorithm>
#include <utility>

#include "core/protocol/describedcodec.h"
#include "core/protocol/layoutcodec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

struct FieldsEditor::Row
{
    FieldDescription field;
    QStringList path;
    QComboBox *choice = nullptr; ///< of names, and of yes and no
    QLineEdit *line = nullptr;

    QString text() const { return choice ? choice->currentText() : line->text(); }
    void setText(const QString &text) const
    {
        if (!choice)
            return line->setText(text);
        const int index = choice->findText(text);
        choice->setCurrentIndex(qMax(0, index));
        if (index < 0 && choice->isEditable())
            choice->setEditText(text);
    }
};

namespace {

bool isComputed(const FieldDescription &field, const QString &typeField)
{
    return field.kind == FieldKind::Constant || field.kind == FieldKind::Padding || field.kind == FieldKind::Length ||
           field.kind == FieldKind::Checksum || field.name == typeField;
}

/// Lists and what may be anything are written as JSON.
bool isJson(const FieldDescription &field)
{
    return field.array != ArrayRule::None || field.kind == FieldKind::Any || field.kind == FieldKind::Bytes;
}

QString textOf(const QCborValue &value)
{
    if (value.isString())
        return value.toString();
    if (value.isUndefined())
        return {};
    return value.toDiagnosticNotation();
}

QString rangeOf(const FieldDescription &field)
{
    if (!field.hasRange())
        return {};
    return FieldsEditor::tr("%1 to %2").arg(textOf(field.minimum), textOf(field.maximum));
}

QString placeholderOf(const FieldDescription &field)
{
    const auto number = field.defaultValue.isUndefined()
                            ? WholeNumber::fromUnsigned(0)
                            : WholeNumber::fromCbor(field.defaultValue).value_or(WholeNumber());
    if (const QString name = field.nameOf(number); !name.isEmpty())
        return name;
    if (!field.defaultValue.isUndefined())
        return textOf(field.defaultValue);
    if (field.array != ArrayRule::None)
        return FieldsEditor::tr("a list, as in [1, 2]");
    switch (field.kind) {
    case FieldKind::Integer:
    case FieldKind::Float:
        return field.hasRange() ? rangeOf(field) : u"0"_s;
    case FieldKind::Bytes:
        return FieldsEditor::tr("bytes as JSON text");
    case FieldKind::Any:
        return FieldsEditor::tr("any JSON value");
    case FieldKind::Boolean:
        return u"false"_s;
    default:
        return {};
    }
}

/// What a person wrote as the JSON value that the field wants; as text when it is none.
QJsonValue valueOf(const FieldDescription &field, const QString &text)
{
    if (isJson(field)) {
        const QJsonDocument wrapped = QJsonDocument::fromJson("[" + text.toUtf8() + "]");
        const QJsonArray one = wrapped.array();
        return one.size() == 1 ? one.first() : QJsonValue(text);
    }
    switch (field.kind) {
    case FieldKind::Boolean:
        return text == u"true"_s;
    case FieldKind::Integer:
        if (const auto named = field.valueOf(text))
            return QJsonValue(named->toCbor().toJsonValue());
        if (const auto whole = WholeNumber::fromText(text))
            return whole->toCbor().toJsonValue();
        return text;
    case FieldKind::Float: {
        bool ok = false;
        const double number = text.toDouble(&ok);
        return ok ? QJsonValue(number) : QJsonValue(text);
    }
    default:
        return text;
    }
}

QString textOf(const FieldDescription &field, const QJsonValue &value)
{
    if (value.isUndefined() || value.isNull())
        return {};
    if (isJson(field)) {
        const QByteArray json = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
        return QString::fromUtf8(json.sliced(1, json.size() - 2));
    }
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    if (value.isDouble()) {
        if (const auto whole = WholeNumber::fromCbor(QCborValue::fromJsonValue(value))) {
            const QString name = field.nameOf(*whole);
            return name.isEmpty() ? whole->toString() : name;
        }
        return QString::number(value.toDouble(), 'g', QLocale::FloatingPointShortest);
    }
    return value.toString();
}

void insert(QJsonObject &object, const QStringList &path, qsizetype at, const QJsonValue &value)
{
    if (at + 1 == path.size()) {
        object.insert(path.at(at), value);
        return;
    }
    QJsonObject group = object.value(path.at(at)).toObject();
    insert(group, path, at + 1, value);
    object.insert(path.at(at), group);
}

QJsonValue valueAt(const QJsonObject &object, const QStringList &path)
{
    QJsonValue value = object;
    for (const QString &name : path)
        value = value.toObject().value(name);
    return value;
}

} // namespace

FieldsEditor::FieldsEditor(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QFormLayout(this))
{
    setObjectName(u"injectFields"_s);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setVerticalSpacing(4);
    m_layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
}

FieldsEditor::~FieldsEditor() = default;

const ProtocolDescription *FieldsEditor::descriptionOf(const Codec *codec)
{
    if (const auto *layout = dynamic_cast<const LayoutCodec *>(codec))
        return &layout->description();
    if (const auto *described = dynamic_cast<const DescribedCodec *>(codec))
        return &described->description();
    return nullptr;
}

void FieldsEditor::setType(const ProtocolDescription *protocol, const TypeDescription *type)
{
    const QScopedValueRollback filling(m_filling, true);
    while (m_layout->rowCount() > 0)
        m_layout->removeRow(0);
    m_rows.clear();
    m_isList = type && type->isList;
    m_typeField = protocol ? protocol->typeField : QString();
    if (!protocol || !type)
        return;
    const bool isLayout = protocol->form == DescribedForm::Layout;
    if (isLayout)
        addRows(protocol->header, {}, false);
    addRows(type->fields, {}, m_isList);
    if (isLayout)
        addRows(protocol->trailer, {}, false);
}

void FieldsEditor::addRows(const std::vector<FieldDescription> &fields, const QStringList &path, bool listed)
{
    for (const FieldDescription &field : fields) {
        if (isComputed(field, path.isEmpty() ? m_typeField : QString()))
            continue;
        const QStringList own = path + QStringList{field.name};
        if (field.kind == FieldKind::Group && field.array == ArrayRule::None && !listed) {
            addRows(field.fields, own, false);
            continue;
        }
        m_rows.push_back(std::make_unique<Row>());
        Row &row = *m_rows.back();
        row.field = field;
        row.path = own;
        QWidget *editor = makeEditor(row);
        const QString name = own.join(u'.');
        editor->setObjectName(u"field:"_s + name);
        editor->setAccessibleName(name);
        const QStringList tips{field.comment, rangeOf(field)};
        editor->setToolTip(tips.filter(QRegularExpression(u"."_s)).join(u'\n'));
        m_layout->addRow(field.unit.isEmpty() ? name : tr("%1 (%2)").arg(name, field.unit), editor);
    }
}

QWidget *FieldsEditor::makeEditor(Row &row)
{
    const auto tell = [this] {
        if (!m_filling)
            Q_EMIT changed();
    };
    const bool plain = row.field.array == ArrayRule::None;
    if (plain && (row.field.kind == FieldKind::Boolean || !row.field.names.empty())) {
        row.choice = new QComboBox(this);
        row.choice->addItem(QString()); // the default
        if (row.field.kind == FieldKind::Boolean)
            row.choice->addItems({u"false"_s, u"true"_s});
        for (const EnumName &one : row.field.names)
            row.choice->addItem(one.name);
        // A number without a name may be sent, too.
        row.choice->setEditable(row.field.kind != FieldKind::Boolean);
        row.choice->setPlaceholderText(placeholderOf(row.field));
        if (QLineEdit *edit = row.choice->lineEdit())
            edit->setPlaceholderText(placeholderOf(row.field));
        connect(row.choice, &QComboBox::currentTextChanged, this, tell);
        return row.choice;
    }
    row.line = new QLineEdit(this);
    row.line->setPlaceholderText(placeholderOf(row.field));
    connect(row.line, &QLineEdit::textChanged, this, tell);
    return row.line;
}

QString FieldsEditor::json() const
{
    if (m_isList) {
        QJsonArray list;
        qsizetype last = 0; // those at the end that are empty are left out
        for (size_t i = 0; i < m_rows.size(); ++i) {
            const QString text = m_rows[i]->text();
            list.append(text.isEmpty() ? QJsonValue() : valueOf(m_rows[i]->field, text));
            if (!text.isEmpty())
                last = static_cast<qsizetype>(i) + 1;
        }
        while (list.size() > last)
            list.removeLast();
        return QString::fromUtf8(QJsonDocument(list).toJson(QJsonDocument::Compact));
    }
    QJsonObject object;
    for (const auto &row : m_rows) {
        if (const QString text = row->text(); !text.isEmpty())
            insert(object, row->path, 0, valueOf(row->field, text));
    }
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

bool FieldsEditor::setJson(const QString &text)
{
    const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
    if (!text.trimmed().isEmpty() && !(m_isList ? document.isArray() : document.isObject()))
        return false;
    const QScopedValueRollback filling(m_filling, true);
    for (size_t i = 0; i < m_rows.size(); ++i) {
        const Row &row = *m_rows[i];
        const QJsonValue value =
            m_isList ? document.array().at(static_cast<qsizetype>(i)) : valueAt(document.object(), row.path);
        row.setText(textOf(row.field, value));
    }
    return true;
}

} // namespace SockScope
