#pragma once

#include <QJsonObject>

#include "core/project/projectitem.h"
#include "core/protocol/protocoldescription.h"
#include "core/sockspec.h"

namespace SockScope {

class Codec;

/// A filter under a name.
struct NamedFilter
{
    QString name;
    QString filter;
    friend bool operator==(const NamedFilter &, const NamedFilter &) = default;
};

/// A column of the log: the path of a decoded field, and its title.
struct NamedColumn
{
    QString path;
    QString title;
    friend bool operator==(const NamedColumn &, const NamedColumn &) = default;
};

/*! What a project file (*.sockscope) says: sockets, message types, saved messages, filters, colours, columns, layout.
 *  Path    ProjectFile ↔ [this] ↔ the window, the command line
 *  Shape   JSON with "version": 1. Read and written again it is the same text, byte for byte, when a SockScope wrote
 *          it; keys that are not understood stay in their place at every level. Sections that belong to other parts
 *          (types, rules, …) are kept as they are
 *  Units   see the limits; characters
 *  Errors  fromBytes answers the first thing that is wrong: line, column, the path of the value, what to do
 *  Thread  a value
 *  Source  RFC 8259
 */
class Project
{
public:
    static constexpr int version = 1;
    static constexpr qsizetype maximumBytes = 64 * 1024 * 1024;
    static constexpr qsizetype maximumSockets = 1000;
    static constexpr qsizetype maximumFilters = 50;
    static constexpr qsizetype maximumColours = 100;
    static constexpr qsizetype maximumColumns = 32;

    Project();
    static std::optional<Project> fromBytes(const QByteArray &bytes, ProjectError *error = nullptr);
    QByteArray toBytes() const;

    const QList<SockSpec> &sockets() const { return m_sockets; }
    /// One that has the name of a socket of the file, or is what that says, keeps its keys that are not understood.
    void setSockets(QList<SockSpec> sockets);
    const QList<ProjectItem> &items() const { return m_items; }
    void setItems(const QList<ProjectItem> &items) { m_items = items; }
    const QList<NamedFilter> &filters() const { return m_filters; }
    void setFilters(const QList<NamedFilter> &filters);
    const QList<NamedColumn> &columns() const { return m_columns; }
    void setColumns(const QList<NamedColumn> &columns);
    /// {"enabled": true, "rules": [{"name": …, "filter": …}]}; empty when the file says nothing of colours.
    QJsonObject colours() const;
    void setColours(const QJsonObject &colours);
    /// What the window says of itself; its keys are the window's matter.
    QJsonObject layout() const;
    void setLayout(const QJsonObject &layout);

    /// The described protocols: the section "types" is one or a list of them.
    const QList<ProtocolDescription> &protocols() const { return m_protocols; }
    /// Describes others: a description or a list of them, as in a file. Answers what is wrong, with the place in text
    /// that the value was read from, and keeps those that are there.
    std::optional<ProjectError> setTypes(const JsonNode &types, const QByteArray &text);
    /// The one that a socket speaks: what it names, or the only one; null when it speaks none.
    const ProtocolDescription *protocolOf(const SockSpec &spec) const;
    /// What a socket's messages are read and written with: its codec, as its protocol describes the messages.
    std::shared_ptr<const Codec> codecOf(const SockSpec &spec, SockError *error = nullptr) const;
    /// A section of another part of SockScope, "rules" for one (not looked at); null when there is none.
    const JsonNode *section(QStringView key) const { return m_root.find(key); }
    void setSection(const QString &key, const JsonNode &value) { m_root.set(key, value); }

    friend bool operator==(const Project &a, const Project &b) { return a.toBytes() == b.toBytes(); }

private:
    JsonNode m_root; ///< all but the saved messages, which are written anew
    QList<SockSpec> m_sockets;
    QList<ProtocolDescription> m_protocols;
    QList<ProjectItem> m_items;
    QList<NamedFilter> m_filters;
    QList<NamedColumn> m_columns;
};

} // namespace SockScope
