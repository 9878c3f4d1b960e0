#pragma once

#include <QByteArray>
#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace SockScope {

struct JsonMember;

/*! A JSON value as somebody wrote it: members in their order, numbers and texts with the digits and escapes that they had.
 *  Path    beside the stages: parseJsonText → [this] → writeJsonText
 *  Shape   Qt's own JSON sorts its keys and rounds what is no double; what is not understood here must be written
 *          again as it was
 *  Units   offset in bytes of the text that it was read from, -1 when it was made
 *  Errors  none; asking a value for what it is not answers an empty one
 *  Thread  a value
 *  Source  RFC 8259
 */
class JsonNode
{
public:
    enum class Kind : quint8 { Null, Bool, Number, Text, Array, Object };

    JsonNode() = default;
    static JsonNode ofText(QStringView text);
    static JsonNode ofInteger(qint64 number);
    static JsonNode ofBool(bool value);
    static JsonNode array();
    static JsonNode object();
    /// literal: what stands in the text, for a text without its quotes; the caller has checked it.
    static JsonNode ofLiteral(Kind kind, const QByteArray &literal, qint64 offset);
    static JsonNode fromJson(const QJsonValue &value);

    Kind kind() const { return m_kind; }
    bool isText() const { return m_kind == Kind::Text; }
    bool isArray() const { return m_kind == Kind::Array; }
    bool isObject() const { return m_kind == Kind::Object; }
    bool isContainer() const { return isArray() || isObject(); }
    QString text() const;
    bool toBool() const { return m_literal == "true"; }
    /// Nothing when it is no whole number of 64 bits.
    std::optional<qint64> integer() const;
    QJsonValue toJson() const;
    const QByteArray &literal() const { return m_literal; }
    qint64 offset() const { return m_offset; }

    const std::vector<JsonNode> &items() const { return m_items; }
    void append(JsonNode item);
    const std::vector<JsonMember> &members() const { return m_members; }
    const JsonNode *find(QStringView key) const;
    /// Replaces the member where it stands, or adds it at the end.
    void set(const QString &key, JsonNode value);
    void append(JsonMember member);

    /// fresh, with those members of old that `known` does not name, each behind the known one that it stood behind; the
    /// known ones are in the order of `known`. An empty `known` means the keys of fresh.
    static JsonNode keepUnknown(const JsonNode &old, const JsonNode &fresh, const QStringList &known = {});

    friend bool operator==(const JsonNode &a, const JsonNode &b);

private:
    Kind m_kind = Kind::Null;
    QByteArray m_literal{"null"};
    qint64 m_offset = -1;
    std::vector<JsonNode> m_items;
    std::vector<JsonMember> m_members;
};

/// A key with the escapes that it had, and its value.
struct JsonMember
{
    QString key;
    QByteArray literal;
    JsonNode value;
    friend bool operator==(const JsonMember &, const JsonMember &) = default;
};

/// Between the quotes: escapes what has to be, and a half of a surrogate pair, which UTF-8 cannot say.
QByteArray jsonLiteral(QStringView text);

} // namespace SockScope
