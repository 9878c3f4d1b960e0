#pragma once

#include <QStringList>

class QSettings;

namespace SockScope {

/*! The texts that were used last, the newest first.
 *  Path    FilterBar, FindBar ↔ [this] ↔ settings
 *  Shape   at most maximum, each once
 *  Units   characters
 *  Errors  empty and overlong texts are not kept
 *  Thread  the window's
 *  Source  none
 */
class FilterHistory
{
public:
    static constexpr qsizetype maximum = 30;

    /// key: where it stands in the settings.
    explicit FilterHistory(const QString &key)
        : m_key(key)
    {
    }

    const QStringList &texts() const { return m_texts; }
    void add(const QString &text);
    void clear() { m_texts.clear(); }
    void load(const QSettings &settings);
    void save(QSettings &settings) const;

private:
    QString m_key;
    QStringList m_texts;
};

} // namespace SockScope
