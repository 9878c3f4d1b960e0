#include "core/protocol/layouttext_p.h"

#include <algorithm>

#include "core/codec/codectext.h"
#include "core/protocol/fieldtext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Form = LayoutNode::Form;

constexpr qsizetype maximumShown = 200;

QString kindOf(const LayoutNode &node)
{
    if (!node.problem.isEmpty())
        return u"error"_s;
    if (node.place && node.place->field->kind == FieldKind::Padding)
        return u"note"_s;
    switch (node.form) {
    case Form::Map:
        return u"map"_s;
    case Form::List:
        return u"array"_s;
    case Form::Whole:
        return u"integer"_s;
    case Form::Real:
        return u"double"_s;
    case Form::Flag:
        return u"boolean"_s;
    case Form::Text:
        return u"text"_s;
    case Form::Bytes:
        break;
    }
    return u"bytes"_s;
}

/// A value without its unit; nothing of a container.
QString bareText(const LayoutNode &node, qsizetype maximum)
{
    switch (node.form) {
    case Form::Whole: {
        const QString name = node.place->field->nameOf(node.whole);
        return name.isEmpty() ? node.whole.toString() : escaped(name);
    }
    case Form::Real:
        return doubleText(node.real);
    case Form::Flag:
        return node.whole.magnitude != 0 ? u"true"_s : u"false"_s;
    case Form::Text: {
        LayoutNode start = node; // no more of it than is shown
        start.content = node.content.first(std::min(node.content.size(), maximum * 4 + 4));
        if (start.content.size() < node.content.size())
            start.content = withoutIncompleteUtf8(start.content);
        return quotedText(start.text(), maximum);
    }
    case Form::Bytes:
        return hexText(node.content, node.content.size(), maximum);
    case Form::Map:
    case Form::List:
        break;
    }
    return {};
}

QString valueText(const LayoutNode &node)
{
    if (node.form == Form::List)
        return {};
    if (node.form == Form::Map)
        return {};
    if (!node.problem.isEmpty() &&
        (node.place->field->kind == FieldKind::Checksum || node.place->field->kind == FieldKind::Length))
        return node.problem; // it says the value
    QString text = bareText(node, maximumShown);
    const FieldDescription &field = *node.place->field;
    if (node.form == Form::Flag && node.whole.magnitude > 1)
        text += u" (%1)"_s.arg(node.whole.magnitude);
    if (field.kind == FieldKind::Checksum)
        text = u"0x%1"_s.arg(node.whole.magnitude, field.bits / 4, 16, QLatin1Char('0'));
    if (node.form == Form::Whole || node.form == Form::Real)
        text = describedNumber(field, node.scalar(), text);
    else if (!field.unit.isEmpty())
        text += u' ' + escaped(field.unit);
    return node.problem.isEmpty() ? text : text + u": "_s + node.problem;
}

class TreeBuilder
{
public:
    TreeBuilder(const LayoutReading &reading, qsizetype maximumNodes)
        : m_reading(reading)
        , m_left(maximumNodes)
    {
    }
    FieldNode build(size_t at)
    {
        const LayoutNode &node = m_reading.nodes[at];
        FieldNode field{keyOf(node), kindOf(node), valueText(node), node.offset, node.length, {}};
        for (size_t i = at + 1; i < node.end; i = m_reading.nodes[i].end) {
            if (m_left <= 0) {
                m_leftOut += static_cast<qint64>(node.end - i);
                break;
            }
            --m_left;
            field.children.push_back(build(i));
        }
        return field;
    }
    qint64 leftOut() const { return m_leftOut; }

private:
    static QString keyOf(const LayoutNode &node)
    {
        if (!node.place)
            return {};
        if (node.isElement())
            return u"[%1]"_s.arg(node.index);
        return node.place->field->name.isEmpty() ? u"(padding)"_s : node.place->field->name;
    }

    const LayoutReading &m_reading;
    qsizetype m_left;
    qint64 m_leftOut = 0;
};

/// Whether a summary shows it: what the reader checked by itself is worth a word only when it is wrong.
bool isWorthShowing(const LayoutNode &node)
{
    if (!node.problem.isEmpty() || node.isElement())
        return true;
    return !node.place->isComputed() && node.place->field->kind != FieldKind::Constant &&
           node.place->field->kind != FieldKind::Padding;
}

class SummaryBuilder
{
public:
    SummaryBuilder(const LayoutReading &reading, qsizetype maximum)
        : m_reading(reading)
        , m_maximum(maximum)
    {
    }
    void add(size_t at)
    {
        const LayoutNode &node = m_reading.nodes[at];
        const bool isList = node.form == Form::List;
        bool isFirst = true;
        for (size_t i = at + 1; i < node.end; i = m_reading.nodes[i].end) {
            const LayoutNode &child = m_reading.nodes[i];
            if (!isWorthShowing(child))
                continue;
            if (m_text.size() > m_maximum)
                return;
            if (!std::exchange(isFirst, false))
                m_text += isList ? ", "_L1 : " "_L1;
            if (!child.isElement())
                m_text += child.place->field->name + u'=';
            value(i);
        }
    }
    QString text() const { return m_text; }
    void append(const QString &text) { m_text += (m_text.isEmpty() ? QString() : u" "_s) + text; }

private:
    void value(size_t at)
    {
        const LayoutNode &node = m_reading.nodes[at];
        const bool isMap = node.form == Form::Map;
        if (!isMap && node.form != Form::List) {
            m_text += bareText(node, m_maximum);
            if (!node.problem.isEmpty())
                m_text += u" ("_s + node.problem + u')';
            return;
        }
        m_text += isMap ? u'{' : u'[';
        add(at);
        m_text += isMap ? u'}' : u']';
    }

    const LayoutReading &m_reading;
    const qsizetype m_maximum;
    QString m_text;
};

} // namespace

FieldNode layoutFields(const LayoutReading &reading, const Layouts &layouts, QByteArrayView payload,
                       qsizetype maximumNodes)
{
    // The message itself, a note of what is left out and an error need places too.
    const qsizetype others = reading.stop ? 3 : 2;
    TreeBuilder builder(reading, std::max<qsizetype>(0, maximumNodes - others));
    FieldNode root = builder.build(0);
    root.length = payload.size();
    if (reading.type >= 0)
        root.value = layouts.description.types[size_t(reading.type)].name;
    if (builder.leftOut() > 0 && maximumNodes > 1) {
        root.children.push_back(
            {QString(), u"note"_s, u"%1 more fields are not shown"_s.arg(builder.leftOut()), -1, 0, {}});
    }
    if (reading.stop && maximumNodes > 2) {
        const auto offset = static_cast<qsizetype>(reading.stop->offset);
        root.children.push_back({QString(), u"error"_s, reading.stop->what, offset, payload.size() - offset, {}});
    }
    return root;
}

QString layoutSummary(const LayoutReading &reading, qsizetype maximumCharacters)
{
    if (maximumCharacters <= 0)
        return {};
    SummaryBuilder builder(reading, maximumCharacters);
    builder.add(0);
    if (reading.stop)
        builder.append(u'(' + reading.stop->what + u')');
    return elided(builder.text(), maximumCharacters);
}

} // namespace SockScope
