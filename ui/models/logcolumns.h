#pragma once

#include <QList>
#include <QString>

#include <optional>

class QSettings;

namespace SockScope {

/*! The columns of the log that a person added: a decoded field each.
 *  Path    "apply as column" → [this] → MessageLogModel
 *  Shape   a path of core/filter ("data.pos.x") and a title, in the order in which they were added; a path once
 *  Units   none
 *  Errors  a path that is empty, too long or there already, and a full list: what is wrong and what to do
 *  Thread  a value
 *  Source  Wireshark's custom columns
 */
class LogColumns
{
public:
    static constexpr qsizetype maximumColumns = 32;
    static constexpr qsizetype maximumPathLength = 500;
    static constexpr qsizetype maximumTitleLength = 100;
    struct Column
    {
        QString path;
        QString title;
        friend bool operator==(const Column &, const Column &) = default;
    };

    /// What is wrong with it; nothing when add() would take it.
    std::optional<QString> check(const QString &path) const;
    /// An empty title is the path, without the "data." that all begin with. The column must pass check().
    void add(const QString &path, const QString &title = {});
    void rename(qsizetype index, const QString &title);
    void remove(qsizetype index) { m_columns.removeAt(index); }
    qsizetype indexOf(const QString &path) const;
    qsizetype count() const { return m_columns.size(); }
    const Column &at(qsizetype index) const { return m_columns.at(index); }

    void save(QSettings &settings) const;
    /// What cannot be read is left out.
    void load(QSettings &settings);
    friend bool operator==(const LogColumns &, const LogColumns &) = default;

private:
    QList<Column> m_columns;
};

} // namespace SockScope
