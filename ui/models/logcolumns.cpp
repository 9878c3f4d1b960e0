#include "ui/models/logcolumns.h"

#include <QCoreApplication>
#include <QSettings>

#include <algorithm>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString titleOf(const QString &path, const QString &title)
{
    QString result = title.simplified();
    if (result.isEmpty()) { // data.pos.x is known as pos.x, data[3] as data[3]
        constexpr QStringView root = u"data.";
        result = path.startsWith(root) ? path.mid(root.size()) : path;
    }
    result.truncate(LogColumns::maximumTitleLength);
    return result;
}

} // namespace

std::optional<QString> LogColumns::check(const QString &path) const
{
    const auto text = [](const char *source) { return QCoreApplication::translate("LogColumns", source); };
    if (path.trimmed().isEmpty())
        return text("a column needs the path of a field, such as data.pos.x");
    if (path.size() > maximumPathLength)
        return text("the path of a column has at most %1 characters").arg(maximumPathLength);
    if (indexOf(path) >= 0)
        return text("there is a column for %1 already").arg(path);
    if (m_columns.size() >= maximumColumns)
        return text("there are %1 columns of fields: remove one first").arg(maximumColumns);
    return std::nullopt;
}

void LogColumns::add(const QString &path, const QString &title)
{
    m_columns.append({path, titleOf(path, title)});
}

void LogColumns::rename(qsizetype index, const QString &title)
{
    m_columns[index].title = titleOf(m_columns.at(index).path, title);
}

qsizetype LogColumns::indexOf(const QString &path) const
{
    const auto found =
        std::find_if(m_columns.begin(), m_columns.end(), [&path](const Column &one) { return one.path == path; });
    return found == m_columns.end() ? -1 : found - m_columns.begin();
}

void LogColumns::save(QSettings &settings) const
{
    settings.remove("logColumns"_L1);
    settings.beginWriteArray("logColumns"_L1, static_cast<int>(m_columns.size()));
    for (int i = 0; i < static_cast<int>(m_columns.size()); ++i) {
        settings.setArrayIndex(i);
        settings.setValue("path"_L1, m_columns.at(i).path);
        settings.setValue("title"_L1, m_columns.at(i).title);
    }
    settings.endArray();
}

void LogColumns::load(QSettings &settings)
{
    m_columns.clear();
    const int count = settings.beginReadArray("logColumns"_L1);
    for (int i = 0; i < qMin(count, static_cast<int>(maximumColumns)); ++i) {
        settings.setArrayIndex(i);
        const QString path = settings.value("path"_L1).toString();
        if (!check(path))
            add(path, settings.value("title"_L1).toString());
    }
    settings.endArray();
}

} // namespace SockScope
