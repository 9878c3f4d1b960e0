#include "core/project/projectreader_p.h"

#include <algorithm>

namespace SockScope {

using namespace Qt::StringLiterals;

QString shortQuote(QStringView text)
{
    constexpr qsizetype shown = 60;
    return text.size() <= shown ? u"\"%1\""_s.arg(text) : u"\"%1…\""_s.arg(text.first(shown));
}

bool ProjectReader::hasUnknown(const QStringList &known) const
{
    return std::any_of(m_node.members().begin(), m_node.members().end(),
                       [&known](const JsonMember &member) { return !known.contains(member.key); });
}

QString ProjectReader::text(const QString &key, qsizetype maximumCharacters, const QString &otherwise)
{
    const JsonNode *value = find(key);
    if (!value)
        return otherwise;
    if (!value->isText()) {
        fail(key, u"this is no text"_s, u"put it in quotes, or leave it out"_s);
        return otherwise;
    }
    QString text = value->text();
    if (text.size() > maximumCharacters) {
        fail(key, u"this text has %1 characters, more than %2"_s.arg(text.size()).arg(maximumCharacters),
             u"shorten it"_s, ProjectError::Code::LimitReached);
    }
    return text;
}

bool ProjectReader::boolean(const QString &key, bool otherwise)
{
    const JsonNode *value = find(key);
    if (!value)
        return otherwise;
    if (value->kind() != JsonNode::Kind::Bool)
        fail(key, u"this is neither true nor false"_s, u"write true or false without quotes, or leave it out"_s);
    return value->toBool();
}

qint64 ProjectReader::whole(const QString &key, qint64 least, qint64 most, qint64 otherwise)
{
    const JsonNode *value = find(key);
    if (!value)
        return otherwise;
    const auto number = value->integer();
    if (!number || *number < least || *number > most) {
        fail(key, u"this is no whole number from %1 to %2"_s.arg(least).arg(most), u"correct it, or leave it out"_s);
        return otherwise;
    }
    return *number;
}

void ProjectReader::fail(const QString &key, const QString &what, const QString &remedy, ProjectError::Code code)
{
    const JsonNode *value = key.isEmpty() ? nullptr : find(key);
    fail({code, key.isEmpty() ? m_path : pathOf(key), 0, 0, what, remedy}, (value ? *value : m_node).offset());
}

void ProjectReader::fail(const ProjectError &error, qint64 offset)
{
    if (m_error)
        return;
    m_error = error;
    m_offset = offset;
}

} // namespace SockScope
