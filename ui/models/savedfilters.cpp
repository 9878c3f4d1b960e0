#include "ui/models/savedfilters.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSettings>

#include <algorithm>

#include "core/filter/filter.h"

namespace SockScope {

using namespace Qt::StringLiterals;

std::optional<QString> SavedFilters::refusal(const QString &name, qsizetype except) const
{
    if (name.isEmpty())
        return tr("a saved filter needs a name");
    if (name.size() > maximumName)
        return tr("the name is longer than %1 characters").arg(maximumName);
    for (qsizetype i = 0; i < m_filters.size(); ++i) {
        if (i != except && m_filters.at(i).name == name)
            return tr("there is a saved filter named %1 already").arg(name);
    }
    return std::nullopt;
}

std::optional<QString> SavedFilters::add(const QString &name, const QString &text)
{
    const QString trimmed = name.trimmed();
    if (auto why = refusal(trimmed, -1))
        return why;
    if (text.trimmed().isEmpty())
        return tr("there is no filter to save: write one first");
    if (m_filters.size() >= maximum)
        return tr("there are %1 saved filters already: remove one first").arg(maximum);
    m_filters.append({trimmed, text.trimmed().left(Filter::maximumLength)});
    Q_EMIT changed();
    return std::nullopt;
}

void SavedFilters::setFilters(const QList<SavedFilter> &filters)
{
    m_filters.clear();
    for (const SavedFilter &one : filters) {
        const QString name = one.name.trimmed();
        const QString text = one.text.trimmed();
        if (m_filters.size() < maximum && !refusal(name, -1) && !text.isEmpty() && text.size() <= Filter::maximumLength)
            m_filters.append({name, text});
    }
    Q_EMIT changed();
}

std::optional<QString> SavedFilters::rename(qsizetype index, const QString &name)
{
    const QString trimmed = name.trimmed();
    if (auto why = refusal(trimmed, index))
        return why;
    if (has(index)) {
        m_filters[index].name = trimmed;
        Q_EMIT changed();
    }
    return std::nullopt;
}

void SavedFilters::setText(qsizetype index, const QString &text)
{
    if (!has(index) || text.trimmed().isEmpty())
        return;
    m_filters[index].text = text.trimmed().left(Filter::maximumLength);
    Q_EMIT changed();
}

void SavedFilters::removeAt(qsizetype index)
{
    if (!has(index))
        return;
    m_filters.removeAt(index);
    Q_EMIT changed();
}

void SavedFilters::move(qsizetype from, qsizetype to)
{
    if (!has(from) || !has(to) || from == to)
        return;
    m_filters.move(from, to);
    Q_EMIT changed();
}

QString SavedFilters::suggestedName(const QString &text) const
{
    constexpr qsizetype comfortable = 24;
    const QString base = text.simplified().left(comfortable).trimmed();
    QString name = base;
    for (int number = 2; refusal(name, -1) && !name.isEmpty() && number <= maximum + 1; ++number)
        name = base + u' ' + QString::number(number);
    return name;
}

void SavedFilters::load(const QSettings &settings)
{
    const QByteArray stored = settings.value("filters/saved"_L1).toString().toUtf8();
    const QJsonArray array = QJsonDocument::fromJson(stored).array();
    QList<SavedFilter> filters;
    for (const QJsonValue &value : array)
        filters.append({value["name"_L1].toString(), value["filter"_L1].toString()});
    setFilters(filters);
}

void SavedFilters::save(QSettings &settings) const
{
    QJsonArray array;
    for (const SavedFilter &filter : m_filters)
        array.append(QJsonObject{{u"name"_s, filter.name}, {u"filter"_s, filter.text}});
    settings.setValue("filters/saved"_L1, QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact)));
}

} // namespace SockScope
