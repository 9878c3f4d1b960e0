#pragma once

#include <QStringList>

#include "core/project/jsonnode.h"
#include "core/project/projecterror.h"

namespace SockScope {

/// The members of one object of a project, each of the kind that it has to have; the first that is not is remembered.
class ProjectReader
{
public:
    ProjectReader(const JsonNode &node, QString path)
        : m_node(node)
        , m_path(std::move(path))
    {
    }
    const QString &path() const { return m_path; }
    QString pathOf(const QString &key) const { return m_path.isEmpty() ? key : m_path + u'.' + key; }
    const JsonNode *find(const QString &key) const { return m_node.find(key); }
    bool has(const QString &key) const { return find(key) != nullptr; }
    bool hasUnknown(const QStringList &known) const;

    QString text(const QString &key, qsizetype maximumCharacters, const QString &otherwise = {});
    bool boolean(const QString &key, bool otherwise);
    qint64 whole(const QString &key, qint64 least, qint64 most, qint64 otherwise);

    void fail(const QString &key, const QString &what, const QString &remedy,
              ProjectError::Code code = ProjectError::Code::Invalid);
    void fail(const ProjectError &error, qint64 offset);
    const std::optional<ProjectError> &error() const { return m_error; }
    /// Of what the error is about; -1 when there is none.
    qint64 offset() const { return m_offset; }

private:
    const JsonNode &m_node;
    QString m_path;
    std::optional<ProjectError> m_error;
    qint64 m_offset = -1;
};

/// What is quoted back to a person: never a whole wall of it.
QString shortQuote(QStringView text);

} // namespace SockScope
