#include <algorithm>
#include <utility>
#include <vector>

#include "core/filter/filterparser_p.h"
#include "core/filter/filtertext.h"

// What somebody may have meant.

namespace SockScope {

using namespace Qt::StringLiterals;

QStringList filterFieldsNear(const QString &name)
{
    // The distance of Levenshtein, over one row; names are short, and what is typed is cut to their size.
    const QString typed = name.left(24).toLower();
    std::vector<std::pair<qsizetype, QString>> found;
    for (const FilterFieldInfo &info : filterFields()) {
        std::vector<qsizetype> row(static_cast<size_t>(info.name.size()) + 1);
        for (size_t i = 0; i < row.size(); ++i)
            row[i] = static_cast<qsizetype>(i);
        for (qsizetype i = 0; i < typed.size(); ++i) {
            qsizetype diagonal = std::exchange(row[0], i + 1);
            for (size_t j = 1; j < row.size(); ++j) {
                const qsizetype change = diagonal + (typed[i] != info.name[static_cast<qsizetype>(j) - 1]);
                diagonal = row[j];
                row[j] = qMin(change, qMin(row[j], row[j - 1]) + 1);
            }
        }
        const qsizetype allowed = info.name.size() <= 3 ? 1 : 2;
        if (row.back() <= allowed || (typed.size() >= 2 && info.name.startsWith(typed)))
            found.emplace_back(row.back(), info.name);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    QStringList near;
    for (size_t i = 0; i < found.size() && i < 3; ++i)
        near += found[i].second;
    return near;
}

std::optional<QString> filterNewSpelling(QStringView oldTerm)
{
    if (oldTerm.startsWith(u'-') && oldTerm.size() > 1) {
        const QStringView rest = oldTerm.sliced(1);
        const auto inner = rest.startsWith(u'-') ? std::nullopt : filterNewSpelling(rest);
        return u'!' + (inner ? u'(' + *inner + u')' : rest.toString());
    }
    const qsizetype colon = oldTerm.indexOf(u':');
    if (colon < 0)
        return std::nullopt;
    const QString key = oldTerm.first(colon).toString().toLower();
    if (key != "dir"_L1 && key != "peer"_L1 && key != "type"_L1 && key != "sock"_L1)
        return std::nullopt;
    QString value = oldTerm.sliced(colon + 1).toString();
    if (value.size() >= 2 && value.startsWith(u'"') && value.endsWith(u'"'))
        value = value.mid(1, value.size() - 2);
    if (value.isEmpty())
        value = key == "dir"_L1 ? u"in"_s : key == "peer"_L1 ? u"127.0.0.1"_s : u"…"_s;
    return filterTerm(key, value);
}

} // namespace SockScope
