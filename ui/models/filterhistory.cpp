#include "ui/models/filterhistory.h"

#include <QSettings>

#include <algorithm>

#include "core/filter/filter.h"

namespace SockScope {

void FilterHistory::add(const QString &text)
{
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty() || trimmed.size() > Filter::maximumLength)
        return;
    m_texts.removeAll(trimmed);
    m_texts.prepend(trimmed);
    if (m_texts.size() > maximum)
        m_texts.removeLast();
}

void FilterHistory::load(const QSettings &settings)
{
    m_texts.clear();
    const QStringList stored = settings.value(m_key).toStringList();
    for (qsizetype i = std::min(stored.size(), maximum) - 1; i >= 0; --i)
        add(stored.at(i));
}

void FilterHistory::save(QSettings &settings) const
{
    settings.setValue(m_key, m_texts);
}

} // namespace SockScope
