#include "core/project/jsonnode.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// An escaped literal whose escapes were checked when it was read.
QString unescaped(const QByteArray &literal)
{
    if (!literal.contains('\\'))
        return QString::fromUtf8(literal);
    QString result;
    qsizetype plain = 0;
    for (qsizetype at = literal.indexOf('\\'); at >= 0; at = literal.indexOf('\\', plain)) {
        result += QString::fromUtf8(QByteArrayView(literal).sliced(plain, at - plain));
        plain = at + 2;
        switch (const char escape = literal.at(at + 1)) {
        case 'b':
            result += u'\b';
            break;
        case 'f':
            result += u'\f';
            break;
        case 'n':
            result += u'\n';
            break;
        case 'r':
            result += u'\r';
            break;
        case 't':
            result += u'\t';
            break;
        case 'u':
            result += QChar(literal.mid(at + 2, 4).toUShort(nullptr, 16));
            plain = at + 6;
            break;
        default:
            result += QLatin1Char(escape);
        }
    }
    return result + QString::fromUtf8(QByteArrayView(literal).sliced(plain));
}

} // namespace

QByteArray jsonLiteral(QStringView text)
{
    QByteArray result;
    const auto code = [&result](char16_t unit) {
        result += "\\u" + QByteArray::number(unit, 16).rightJustified(4, '0');
    };
    qsizetype plain = 0; // where the part began that needs no escape
    const auto flush = [&](qsizetype end) { result += text.sliced(plain, end - plain).toUtf8(); };
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c.isHighSurrogate() && i + 1 < text.size() && text.at(i + 1).isLowSurrogate()) {
            ++i;
            continue;
        }
        if (c.unicode() >= 0x20 && c != u'"' && c != u'\\' && !c.isSurrogate())
            continue;
        flush(i);
        plain = i + 1;
        switch (c.unicode()) {
        case u'"':
            result += "\\\"";
            break;
        case u'\\':
            result += "\\\\";
            break;
        case u'\n':
            result += "\\n";
            break;
        case u'\r':
            result += "\\r";
            break;
        case u'\t':
            result += "\\t";
            break;
        default:
            code(c.unicode());
        }
    }
    flush(text.size());
    return result;
}

JsonNode JsonNode::ofText(QStringView text)
{
    return ofLiteral(Kind::Text, jsonLiteral(text), -1);
}

JsonNode JsonNode::ofInteger(qint64 number)
{
    return ofLiteral(Kind::Number, QByteArray::number(number), -1);
}

JsonNode JsonNode::ofBool(bool value)
{
    return ofLiteral(Kind::Bool, value ? "true" : "false", -1);
}

JsonNode JsonNode::array()
{
    return ofLiteral(Kind::Array, {}, -1);
}

JsonNode JsonNode::object()
{
    return ofLiteral(Kind::Object, {}, -1);
}

JsonNode JsonNode::ofLiteral(Kind kind, const QByteArray &literal, qint64 offset)
{
    JsonNode node;
    node.m_kind = kind;
    node.m_literal = literal;
    node.m_offset = offset;
    return node;
}

JsonNode JsonNode::fromJson(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Bool:
        return ofBool(value.toBool());
    case QJsonValue::Double: { // as Qt writes it: an integer without a fraction, else the shortest that reads the same
        const QByteArray text = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
        return ofLiteral(Kind::Number, text.sliced(1, text.size() - 2), -1);
    }
    case QJsonValue::String:
        return ofText(value.toString());
    case QJsonValue::Array: {
        JsonNode node = array();
        for (const QJsonValue &item : value.toArray())
            node.append(fromJson(item));
        return node;
    }
    case QJsonValue::Object: {
        JsonNode node = object();
        const QJsonObject members = value.toObject();
        for (auto it = members.begin(); it != members.end(); ++it)
            node.set(it.key(), fromJson(it.value()));
        return node;
    }
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        break;
    }
    return {};
}

QString JsonNode::text() const
{
    return isText() ? unescaped(m_literal) : QString();
}

std::optional<qint64> JsonNode::integer() const
{
    bool ok = false;
    const qint64 number = m_kind == Kind::Number ? m_literal.toLongLong(&ok) : 0;
    return ok ? std::optional(number) : std::nullopt;
}

QJsonValue JsonNode::toJson() const
{
    switch (m_kind) {
    case Kind::Null:
        break;
    case Kind::Bool:
        return toBool();
    case Kind::Number:
        if (const auto whole = integer())
            return *whole;
        return m_literal.toDouble();
    case Kind::Text:
        return text();
    case Kind::Array: {
        QJsonArray result;
        for (const JsonNode &item : m_items)
            result.append(item.toJson());
        return result;
    }
    case Kind::Object: {
        QJsonObject result;
        for (const JsonMember &member : m_members)
            result.insert(member.key, member.value.toJson());
        return result;
    }
    }
    return QJsonValue::Null;
}

void JsonNode::append(JsonNode item)
{
    m_items.push_back(std::move(item));
}

void JsonNode::append(JsonMember member)
{
    m_members.push_back(std::move(member));
}

const JsonNode *JsonNode::find(QStringView key) const
{
    for (const JsonMember &member : m_members)
        if (member.key == key)
            return &member.value;
    return nullptr;
}

void JsonNode::set(const QString &key, JsonNode value)
{
    for (JsonMember &member : m_members) {
        if (member.key == key) {
            member.value = std::move(value);
            return;
        }
    }
    m_members.push_back({key, jsonLiteral(key), std::move(value)});
}

JsonNode JsonNode::keepUnknown(const JsonNode &old, const JsonNode &fresh, const QStringList &known)
{
    QStringList order = known;
    if (order.isEmpty()) {
        for (const JsonMember &member : fresh.m_members)
            order.append(member.key);
    }
    struct Kept
    {
        qsizetype behind; // in order; -1: before all
        const JsonMember *member;
    };
    std::vector<Kept> kept;
    qsizetype behind = -1;
    for (const JsonMember &member : old.m_members) {
        if (const qsizetype at = order.indexOf(member.key); at >= 0)
            behind = at;
        else
            kept.push_back({behind, &member});
    }
    JsonNode result = object();
    result.m_offset = fresh.m_offset;
    for (qsizetype at = -1; at < order.size(); ++at) {
        const QString key = at < 0 ? QString() : order.at(at);
        if (const JsonNode *value = at < 0 ? nullptr : fresh.find(key))
            result.m_members.push_back({key, jsonLiteral(key), *value});
        for (const Kept &one : kept) {
            if (one.behind != at)
                continue;
            const JsonNode *changed = fresh.find(one.member->key);
            result.m_members.push_back({one.member->key, one.member->literal, changed ? *changed : one.member->value});
        }
    }
    for (const JsonMember &member : fresh.m_members)
        if (!order.contains(member.key) && !old.find(member.key))
            result.m_members.push_back(member);
    return result;
}

bool operator==(const JsonNode &a, const JsonNode &b)
{
    return a.m_kind == b.m_kind && a.m_literal == b.m_literal && a.m_items == b.m_items && a.m_members == b.m_members;
}

} // namespace SockScope
