#include "suite.h"

#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace SockScope::Bench {

using namespace Qt::StringLiterals;

namespace {

struct Samples
{
    std::vector<std::vector<double>> rounds; // one entry a round, of one value a metric
    QString why;                             // could not run
};

struct Figure
{
    double median = 0;
    double ratio = 0; // of ours to this one: the median of the rounds' ratios
};

QString number(double value)
{
    const double magnitude = std::fabs(value);
    if (magnitude >= 1e6)
        return QString::number(value / 1e6, 'f', 2) + u" M"_s;
    if (magnitude >= 1000)
        return QString::number(value, 'f', 0);
    return QString::number(value, 'g', 4);
}

std::vector<Samples> measure(const Group &group, const Settings &settings)
{
    std::vector<Samples> all(group.subjects.size());
    const int rounds = group.rounds > 0 ? group.rounds : settings.rounds;
    for (int round = 0; round < rounds; ++round) {
        for (size_t i = 0; i < group.subjects.size(); ++i) {
            // Each round begins with another subject, so that none always runs after the same one.
            const size_t at = (i + static_cast<size_t>(round)) % group.subjects.size();
            Samples &samples = all[at];
            if (!settings.only.isEmpty() && group.subjects[at].name != settings.only)
                samples.why = u"left out by --only"_s;
            if (!samples.why.isEmpty())
                continue;
            try {
                samples.rounds.push_back(group.subjects[at].measure());
            } catch (const std::exception &exception) {
                samples.why = QString::fromUtf8(exception.what());
            }
        }
    }
    return all;
}

Figure figure(const Samples &ours, const Samples &other, size_t metric)
{
    std::vector<double> values;
    std::vector<double> ratios;
    for (size_t round = 0; round < other.rounds.size(); ++round) {
        const double value = other.rounds[round][metric];
        values.push_back(value);
        if (round < ours.rounds.size() && value != 0)
            ratios.push_back(ours.rounds[round][metric] / value);
    }
    return {median(values), ratios.empty() ? 0 : median(ratios)};
}

void printLine(const QString &text)
{
    std::fputs((text + u'\n').toUtf8().constData(), stdout);
    std::fflush(stdout);
}

bool report(const Benchmark &benchmark, const Group &group, const std::vector<Samples> &all, const Settings &settings)
{
    bool allMet = true;
    for (size_t m = 0; m < group.metrics.size(); ++m) {
        const Metric &metric = group.metrics[m];
        QJsonObject baselines;
        QJsonObject ratios;
        QJsonObject goals;
        QJsonObject missing;
        QStringList parts;
        bool met = all[0].why.isEmpty() && !all[0].rounds.empty();
        const double ours = figure(all[0], all[0], m).median;
        if (!all[0].why.isEmpty())
            missing.insert(u"ours"_s, all[0].why);
        QHash<QString, double> byName;
        for (size_t i = 1; i < all.size(); ++i) {
            const QString &name = group.subjects[i].name;
            if (!all[i].why.isEmpty()) {
                missing.insert(name, all[i].why);
                parts += u"%1 could not run: %2"_s.arg(name, all[i].why);
                continue;
            }
            const Figure other = figure(all[0], all[i], m);
            baselines.insert(name, other.median);
            ratios.insert(name, other.ratio);
            byName.insert(name, other.ratio);
            QString part = u"%1 %2 (×%3"_s.arg(name, number(other.median)).arg(other.ratio, 0, 'f', 2);
            for (const Goal &goal : metric.goals) {
                if (goal.baseline == name)
                    part += u", goal %1 %2"_s.arg(metric.lowerIsBetter ? u"≤"_s : u"≥"_s).arg(goal.ratio);
            }
            parts += part + u')';
        }
        for (const Goal &goal : metric.goals) {
            goals.insert(goal.baseline, goal.ratio);
            double value = ours;
            if (goal.baseline != u"bound") {
                if (!byName.contains(goal.baseline)) {
                    met = false;
                    continue;
                }
                value = byName.value(goal.baseline);
            } else {
                parts += u"bound %1 %2"_s.arg(metric.lowerIsBetter ? u"≤"_s : u"≥"_s).arg(goal.ratio);
            }
            met = met && (metric.lowerIsBetter ? value <= goal.ratio : value >= goal.ratio);
        }
        allMet = allMet && met;
        if (settings.json) {
            QJsonObject line{{u"bench"_s, benchmark.name},
                             {u"case"_s, metric.name},
                             {u"unit"_s, metric.unit},
                             {u"better"_s, metric.lowerIsBetter ? u"lower"_s : u"higher"_s},
                             {u"ours"_s, ours},
                             {u"baselines"_s, baselines},
                             {u"ratio"_s, ratios},
                             {u"goal"_s, goals},
                             {u"met"_s, met}};
            if (!missing.isEmpty())
                line.insert(u"notRun"_s, missing);
            printLine(QString::fromUtf8(QJsonDocument(line).toJson(QJsonDocument::Compact)));
            continue;
        }
        const QString verdict = metric.goals.empty() ? u"   "_s : met ? u"met"_s : u"NOT"_s;
        const QString own = all[0].why.isEmpty() ? number(ours) : u"could not run: "_s + all[0].why;
        printLine(u"%1 %2 %3 %4 %5  %6"_s.arg(verdict, -4)
                      .arg(benchmark.name, -17)
                      .arg(metric.name, -22)
                      .arg(own, 10)
                      .arg(metric.unit, -10)
                      .arg(parts.join(u"  ")));
    }
    return allMet;
}

} // namespace

double quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    const auto rank = static_cast<size_t>(std::ceil(q * static_cast<double>(values.size())));
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::clamp<size_t>(rank, 1, values.size()) - 1);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

bool runBenchmark(const Benchmark &benchmark, const Settings &settings)
{
    bool met = true;
    std::vector<Group> groups;
    try {
        groups = benchmark.make(settings);
    } catch (const std::exception &exception) {
        const QString why = QString::fromUtf8(exception.what());
        if (settings.json)
            printLine(QString::fromUtf8(
                QJsonDocument(QJsonObject{{u"bench"_s, benchmark.name}, {u"notRun"_s, why}, {u"met"_s, false}})
                    .toJson(QJsonDocument::Compact)));
        else
            printLine(u"NOT  %1 could not run: %2"_s.arg(benchmark.name, why));
        return false;
    }
    for (const Group &group : groups)
        met = report(benchmark, group, measure(group, settings), settings) && met;
    return met;
}

} // namespace SockScope::Bench
