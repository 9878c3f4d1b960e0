// What RatesPanel remembers, and the lines that are chosen by hand.
#include <QComboBox>
#include <QSettings>

#include "app/gui/rateschoice.h"
#include "app/gui/rateslegend.h"
#include "app/gui/ratespanel.h"
#include "app/gui/ratesplot.h"

namespace SockScope {

using namespace Qt::StringLiterals;

// The chosen lines are not among it: peers and sockets have other numbers the next time.
void RatesPanel::saveSettings(QSettings &settings) const
{
    settings.setValue("rates/what"_L1, static_cast<int>(m_what));
    settings.setValue("rates/split"_L1, static_cast<int>(m_spec.split));
    settings.setValue("rates/ways"_L1, m_ways->currentData());
    settings.setValue("rates/span"_L1, m_spanNs);
    QStringList filters;
    for (const Filter &filter : m_spec.filters)
        filters.append(filter.text());
    settings.setValue("rates/filters"_L1, filters);
}

// What cannot be read stays as it is.
void RatesPanel::loadSettings(const QSettings &settings)
{
    const auto choice = [&settings](const QComboBox *box, QLatin1StringView key) {
        bool ok = false;
        const int value = settings.value(key).toInt(&ok);
        return ok ? box->findData(value) : -1;
    };
    if (const int what = choice(m_quantity, "rates/what"_L1); what >= 0)
        m_what = static_cast<Quantity>(m_quantity->itemData(what).toInt());
    if (const int ways = choice(m_ways, "rates/ways"_L1); ways >= 0)
        m_ways->setCurrentIndex(ways);
    if (const qint64 span = settings.value("rates/span"_L1).toLongLong();
        span >= RatesPlot::leastSpanNs && span <= RatesPlot::mostSpanNs)
        m_spanNs = span;
    for (const QString &text : settings.value("rates/filters"_L1).toStringList())
        if (std::optional<Filter> filter = Filter::compile(text);
            filter && m_spec.filters.size() < size_t(RateSpec::maximumFilters))
            m_spec.filters.push_back(*std::move(filter));
    if (const int split = choice(m_split, "rates/split"_L1); split >= 0)
        m_spec.split = static_cast<RateSplit>(m_split->itemData(split).toInt());
    if (m_history)
        m_history->setSpec(m_spec);
    updateControls();
    refresh();
}

void RatesPanel::chooseLines()
{
    std::vector<RatesChoice::Entry> entries;
    const auto add = [&](const RateKey &key) {
        if (std::none_of(entries.begin(), entries.end(), [&key](const auto &entry) { return entry.key == key; }))
            entries.push_back({key, nameOf(key, false)});
    };
    for (const RateKey &key : m_spec.picked)
        add(key);
    for (const RatesLegend::Line &line : m_legend->lines())
        if (!line.others && !std::holds_alternative<std::monostate>(line.key))
            add(line.key);
    if (m_candidates) {
        const size_t known = entries.size(); // what the callback names, it names once
        for (const RateKey &key : m_candidates(m_spec.split)) {
            const auto end = entries.begin() + static_cast<std::ptrdiff_t>(known);
            if (std::none_of(entries.begin(), end, [&key](const auto &entry) { return entry.key == key; }))
                entries.push_back({key, nameOf(key, false)});
        }
    }
    auto *dialog = new RatesChoice(
        tr("Lines: %1").arg(m_split->currentText()), std::move(entries), m_spec.picked,
        [this](const std::vector<RateKey> &keys) { pickLines(keys); }, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void RatesPanel::pickLines(const std::vector<RateKey> &keys)
{
    m_spec.picked = keys;
    m_legend->showAll();
    if (m_history)
        m_history->setSpec(m_spec);
    updateControls();
    refresh();
}

} // namespace SockScope
