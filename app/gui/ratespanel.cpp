#include "app/gui/ratespanel.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSplitter>
#include <QToolButton>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "app/gui/rateslegend.h"
#include "app/gui/ratesplot.h"
#include "ui/models/format.h"
#include "ui/models/sockdirectory.h"
#include "ui/theme.h"
#include "ui/views/datatable.h"
#include "ui/views/elidedlabel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr int leastFrameMs = 100;
/// What a sock has seen reaches us so much later: a step is whole when it ended before.
constexpr qint64 arrivalNs = 250'000'000;
constexpr int pixelsAStep = 4;

qint64 systemNow()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace

/// What refresh() puts into plot and legend.
struct RatesPanel::Drawing
{
    RateSteps steps;
    std::vector<RatesLegend::Line> lines;
    std::vector<std::vector<double>> values; // of each line, a step each
    bool isEmpty = true;
};

RatesPanel::RatesPanel(RateHistory *history, const SockDirectory *directory, QWidget *parent, WallClock now)
    : QWidget(parent)
    , m_history(history)
    , m_directory(directory)
    , m_now(now ? std::move(now) : WallClock(systemNow))
    , m_legend(new RatesLegend(this))
{
    setObjectName(u"ratesPanel"_s);
    createControls();
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &RatesPanel::refresh);
    connect(m_history, &RateHistory::counted, this, &RatesPanel::schedule);
    connect(m_legend, &RatesLegend::shownChanged, this, &RatesPanel::refresh);
    updateControls();
}

void RatesPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_history->setWatched(true);
    schedule();
}

void RatesPanel::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    if (m_history)
        m_history->setWatched(false);
    m_timer.stop();
}

// The plot waits for the first frame: the window is there sooner without it.
void RatesPanel::paintEvent(QPaintEvent *event)
{
    QWidget::paintEvent(event);
    if (!m_plot)
        QTimer::singleShot(0, this, &RatesPanel::createPlot);
}

void RatesPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitControls();
    schedule();
}

void RatesPanel::createPlot()
{
    if (m_plot)
        return;
    m_plot = new RatesPlot(this);
    m_splitter->insertWidget(0, m_plot);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 0);
    const int legend = qBound(200, width() * 2 / 5, 300);
    m_splitter->setSizes({qMax(180, width() - legend), legend});
    connect(m_plot, &RatesPlot::viewRequested, this, &RatesPanel::setView);
    connect(m_plot, &RatesPlot::liveRequested, this, [this] { setLive(true); });
    connect(m_plot, &RatesPlot::timeChosen, this, &RatesPanel::timeChosen);
    connect(m_plot, &RatesPlot::cursorMoved, this, [this] {
        updateLegend();
        updateNote();
        m_plot->replot(QCustomPlot::rpQueuedReplot);
    });
    connect(Theme::instance(), &Theme::changed, this, [this] {
        m_plot->applyTheme();
        refresh();
    });
    updateControls();
    refresh();
}

void RatesPanel::schedule()
{
    if (isVisible() && m_plot && !m_timer.isActive())
        m_timer.start(leastFrameMs);
}

void RatesPanel::setLive(bool live)
{
    if (!live && m_live)
        m_toNs = m_now();
    m_live = live;
    updateControls();
    refresh();
}

// Where the right edge is the present, the view stays live; a view into the future ends at the present.
void RatesPanel::setView(qint64 fromNs, qint64 toNs)
{
    const qint64 now = m_now();
    m_spanNs = toNs - fromNs;
    m_live = toNs >= now;
    m_toNs = qMin(toNs, now);
    updateControls();
    refresh();
}

void RatesPanel::setSpan(qint64 spanNs)
{
    m_spanNs = spanNs;
    updateControls();
    refresh();
}

void RatesPanel::setQuantity(Quantity quantity)
{
    m_what = quantity;
    updateControls();
    refresh();
}

void RatesPanel::setSplit(RateSplit split)
{
    if (split != m_spec.split) {
        m_spec.split = split;
        m_spec.picked.clear(); // of another kind
        m_legend->showAll();
        m_history->setSpec(m_spec);
    }
    updateControls();
    refresh();
}

bool RatesPanel::addFilter(const QString &text)
{
    FilterError error;
    const std::optional<Filter> filter = Filter::compile(text, &error);
    QString wrong;
    if (text.trimmed().isEmpty())
        wrong = tr("Write a display filter, such as: size > 100");
    else if (!filter)
        wrong = error.toString();
    else if (m_spec.filters.size() >= size_t(RateSpec::maximumFilters))
        wrong = tr("At most %1 filters: remove one in the list first").arg(RateSpec::maximumFilters);
    m_filterError->setText(wrong);
    m_filterError->setVisible(!wrong.isEmpty());
    if (!wrong.isEmpty())
        return false;
    m_spec.filters.push_back(*filter);
    m_spec.split = RateSplit::Filter;
    m_spec.picked.clear();
    m_history->setSpec(m_spec);
    updateControls();
    refresh();
    return true;
}

void RatesPanel::removeFilter(int row)
{
    if (row < 0 || row >= m_legend->rowCount())
        return;
    const int *place = std::get_if<int>(&m_legend->lines()[static_cast<size_t>(row)].key);
    if (!place || static_cast<size_t>(*place) >= m_spec.filters.size())
        return;
    m_spec.filters.erase(m_spec.filters.begin() + *place);
    m_legend->showAll(); // the places have moved
    m_history->setSpec(m_spec);
    refresh();
}

QString RatesPanel::nameOf(const RateKey &key, bool others) const
{
    if (others)
        return tr("all others");
    if (const auto *sock = std::get_if<quint32>(&key))
        return m_directory->name(*sock);
    if (const auto *peer = std::get_if<Endpoint>(&key))
        return peer->isNull() ? tr("no peer") : peer->toString();
    if (const auto *filter = std::get_if<int>(&key))
        return static_cast<size_t>(*filter) < m_spec.filters.size()
                   ? m_spec.filters[static_cast<size_t>(*filter)].text()
                   : QString();
    if (const auto *type = std::get_if<MessageType>(&key)) {
        const QString plain = type->toString();
        for (const SockInfo &sock : m_directory->present())
            if (const QString text = m_directory->typeText(sock.sockId, *type); text != plain)
                return text;
        return plain;
    }
    return tr("all messages");
}

QString RatesPanel::valueText(double value) const
{
    if (std::isnan(value))
        return u"–"_s;
    switch (m_what) {
    case Quantity::Messages:
        return value > 0 && value < 100 ? u"%1/s"_s.arg(value, 0, 'f', 1)
                                        : u"%1/s"_s.arg(Format::count(static_cast<qint64>(std::llround(value))));
    case Quantity::Bytes:
        return u"%1/s"_s.arg(Format::bytes(static_cast<quint64>(value)));
    case Quantity::TickPeriod:
        return tr("%1 ms").arg(value, 0, 'f', value < 10 ? 2 : 1);
    case Quantity::QueueDepth:
        return Format::count(static_cast<qint64>(value));
    case Quantity::SendQueue:
        return Format::bytes(static_cast<quint64>(value));
    }
    return {};
}

RatesPanel::Drawing RatesPanel::drawRates(qint64 fromNs, qint64 toNs) const
{
    const RateReading reading = m_history->read(fromNs, toNs, qMax(40, m_plot->width() / pixelsAStep));
    Drawing drawing;
    drawing.steps = reading.steps;
    drawing.isEmpty = m_history->earliestNs() == 0;
    const auto ways = static_cast<Ways>(m_ways->currentData().toInt());
    const bool bytes = m_what == Quantity::Bytes;
    const auto amount = [&](const RateBucket &bucket) {
        const std::array<quint64, 2> &both = bytes ? bucket.bytes : bucket.messages;
        return ways == Ways::Both ? both[0] + both[1] : both[ways == Ways::In ? 0 : 1];
    };
    const double seconds = static_cast<double>(reading.steps.stepNs) / 1e9;
    for (const RateCurve &curve : reading.curves) {
        RatesLegend::Line line{curve.key, curve.others, nameOf(curve.key, curve.others), {}, {}, {}};
        const quint64 total = amount(curve.total);
        line.total = bytes ? Format::bytes(total) : Format::count(total);
        drawing.lines.push_back(std::move(line));
        std::vector<double> &values = drawing.values.emplace_back();
        values.reserve(curve.buckets.size());
        for (const RateBucket &bucket : curve.buckets)
            values.push_back(static_cast<double>(amount(bucket)) / seconds);
    }
    return drawing;
}

RatesPanel::Drawing RatesPanel::drawGauges(qint64 fromNs, qint64 toNs) const
{
    const GaugeHistory &gauges = m_history->gauges();
    Drawing drawing;
    drawing.steps = RateSteps::forRange(fromNs, toNs, qMax(40, m_plot->width() / pixelsAStep), m_history->latestNs());
    const auto add = [&](Gauge gauge, const QString &pattern, int offset) {
        for (const GaugeCurve &curve : gauges.read(gauge, drawing.steps)) {
            drawing.isEmpty = false;
            // The second queue of a sock has a key of its own, so that each can be hidden.
            RatesLegend::Line line{curve.sockId, offset > 0, pattern.arg(m_directory->name(curve.sockId)), {}, {}, {}};
            std::vector<double> &values = drawing.values.emplace_back();
            for (const GaugeBucket &bucket : curve.buckets)
                values.push_back(bucket.samples > 0 ? bucket.highest : std::numeric_limits<double>::quiet_NaN());
            drawing.lines.push_back(std::move(line));
        }
    };
    if (m_what == Quantity::TickPeriod) {
        add(Gauge::TickPeriod, u"%1"_s, 0);
    } else if (m_what == Quantity::SendQueue) {
        add(Gauge::SendQueue, u"%1"_s, 0);
    } else {
        add(Gauge::ParseQueue, tr("%1 parse queue"), 0);
        add(Gauge::InQueue, tr("%1 in queue"), 1);
    }
    return drawing;
}

void RatesPanel::refresh()
{
    if (!m_plot || !m_history || !isVisible())
        return;
    m_timer.stop();
    const qint64 now = m_now();
    const qint64 to = m_live ? now : m_toNs;
    Drawing drawing = isRate() ? drawRates(to - m_spanNs, to) : drawGauges(to - m_spanNs, to);
    // A step that is not over yet would show as a fall of the rate.
    const qint64 whole = (now - arrivalNs - drawing.steps.firstNs) / qMax<qint64>(1, drawing.steps.stepNs);
    drawing.steps.count = static_cast<int>(std::clamp<qint64>(whole, 0, drawing.steps.count));
    bool moves = false;
    for (std::vector<double> &values : drawing.values) {
        values.resize(static_cast<size_t>(drawing.steps.count));
        moves = moves || std::any_of(values.begin(), values.end(), [](double value) { return value > 0; });
    }
    showDrawing(drawing);
    if (m_live && moves) // what is all zero does not move
        m_timer.start(static_cast<int>(std::clamp<qint64>(m_stepNs / 1'000'000, leastFrameMs, 60'000)));
}

void RatesPanel::showDrawing(const Drawing &drawing)
{
    m_empty->setVisible(drawing.isEmpty);
    m_splitter->setVisible(!drawing.isEmpty);
    m_noteLabel->setVisible(!drawing.isEmpty);
    m_stepNs = drawing.steps.stepNs;
    m_values = drawing.values;
    std::vector<RatesLegend::Line> lines = drawing.lines;
    const Theme::Colors &colors = Theme::instance()->colors();
    std::vector<PlotCurve> curves;
    for (size_t i = 0; i < lines.size(); ++i) {
        RatesLegend::Line &line = lines[i];
        const bool all = std::holds_alternative<std::monostate>(line.key) && !line.others;
        const bool others = line.others && isRate();
        const size_t place = i % colors.ruleTexts.size();
        line.color = all ? colors.accent : others ? colors.secondary : colors.ruleTexts[place];
        line.style = i < colors.ruleTexts.size() && !others ? Qt::SolidLine : others ? Qt::DotLine : Qt::DashLine;
        curves.push_back({line.color, line.style, all, m_legend->isShown(line.key, line.others), drawing.values[i]});
    }
    const qint64 end = m_live ? drawing.steps.endNs() : m_toNs;
    m_plot->setView(end - m_spanNs, end);
    m_plot->setCurves(drawing.steps.firstNs, drawing.steps.stepNs, curves);
    m_legend->setLines(std::move(lines));
    updateLegend();
    updateNote();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void RatesPanel::updateLegend()
{
    std::vector<RatesLegend::Line> lines = m_legend->lines();
    for (size_t i = 0; i < lines.size() && i < m_values.size(); ++i) {
        const std::vector<double> &values = m_values[i];
        const int last = static_cast<int>(values.size()) - 1;
        const int step = m_plot->cursorStep().value_or(last);
        lines[i].value = step >= 0 && step <= last ? valueText(values[static_cast<size_t>(step)]) : QString();
    }
    m_legend->setLines(std::move(lines));
}

void RatesPanel::updateNote()
{
    const QString units[] = {tr("messages/s"), tr("bytes/s"), tr("ms"), tr("messages"), tr("bytes")};
    QStringList parts{units[static_cast<int>(m_what)]};
    if (const std::optional<qint64> cursor = m_plot->cursorNs(); cursor && m_plot->cursorStep())
        parts.append(Format::clockTime(*cursor / 1000).left(12));
    const double seconds = static_cast<double>(m_stepNs) / 1e9;
    parts.append(tr("a point is %1").arg(seconds < 1 ? Format::duration(m_stepNs) : tr("%1 s").arg(seconds)));
    if (isRate()) {
        if (!m_spec.picked.empty())
            parts.append(tr("chosen lines"));
        if (m_history->isCountingBack())
            parts.append(tr("counting back: %1").arg(Format::percent(m_history->fractionCounted())));
        if (const qint64 ignored = m_ignoredCount ? m_ignoredCount() : 0; ignored > 0)
            parts.append(tr("with %1 that the log ignores").arg(Format::count(ignored)));
        const RateProgress progress = m_history->progress();
        if (const quint64 lost = progress.missed + progress.unreadable; lost > 0)
            parts.append(tr("%1 messages left the store before they were counted").arg(Format::count(lost)));
    }
    m_note = parts.join(u" · "_s);
    m_noteLabel->setText(m_note);
}

} // namespace SockScope
