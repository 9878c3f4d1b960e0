#pragma once

#include <QList>
#include <QObject>
#include <QString>

#include <optional>

class QSettings;

namespace SockScope {

struct SavedFilter
{
    QString name;
    QString text;
    friend bool operator==(const SavedFilter &, const SavedFilter &) = default;
};

/*! Filters that a person keeps, each a button beside the filter field, in an order of theirs.
 *  Path    FilterBar ↔ [this] ↔ settings
 *  Shape   at most maximum, names are unique
 *  Units   characters
 *  Errors  add, rename and change answer why not; settings that cannot be read are left out
 *  Thread  the window's
 *  Source  Wireshark's filter buttons
 */
class SavedFilters : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype maximum = 50;
    static constexpr qsizetype maximumName = 60;

    using QObject::QObject;

    const QList<SavedFilter> &filters() const { return m_filters; }
    /// Those that add would refuse are left out.
    void setFilters(const QList<SavedFilter> &filters);
    /// Answers what stands against it.
    std::optional<QString> add(const QString &name, const QString &text);
    std::optional<QString> rename(qsizetype index, const QString &name);
    void setText(qsizetype index, const QString &text);
    void removeAt(qsizetype index);
    void move(qsizetype from, qsizetype to);
    /// A name for a text, which nobody has yet.
    QString suggestedName(const QString &text) const;

    void load(const QSettings &settings);
    void save(QSettings &settings) const;

Q_SIGNALS:
    void changed();

private:
    std::optional<QString> refusal(const QString &name, qsizetype except) const;
    bool has(qsizetype index) const { return index >= 0 && index < m_filters.size(); }

    QList<SavedFilter> m_filters;
};

} // namespace SockScope
