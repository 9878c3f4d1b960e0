#include "core/impair/impairfates.h"

#include <QCoreApplication>
#include <QSet>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace SockScope {

using namespace Qt::StringLiterals;

ImpairFates::ImpairFates(const ImpairSpec &spec, quint64 seed, quint64 stream)
    : m_spec(spec)
    , m_dice(seed, stream)
{
}

ImpairFate ImpairFates::next()
{
    ImpairFate fate;
    fate.number = m_next++;
    fate.lost = isLost(fate.number);
    fate.overtakes = overtakes(fate.number);
    if (fate.lost)
        return fate;
    fate.duplicated = m_dice.happens(m_spec.duplicate, fate.number, ImpairDice::Duplicate);
    fate.corrupted = m_dice.happens(m_spec.corrupt, fate.number, ImpairDice::Corrupt);
    fate.delayNs = fate.overtakes ? 0 : delayNs(fate.number, ImpairDice::Delay);
    fate.copyDelayNs = fate.duplicated ? delayNs(fate.number, ImpairDice::CopyDelay) : 0;
    return fate;
}

bool ImpairFates::isLost(quint64 number)
{
    const auto &burst = m_spec.burstLoss;
    if (!burst)
        return m_dice.happens(m_spec.loss, number, ImpairDice::Loss);
    if (m_dice.happens(m_isBad ? burst->toGood : burst->toBad, number, ImpairDice::LinkState))
        m_isBad = !m_isBad;
    return m_dice.happens(m_isBad ? burst->lossInBad : burst->lossInGood, number, ImpairDice::Loss);
}

bool ImpairFates::overtakes(quint64 number)
{
    if (m_spec.reorder <= 0)
        return false;
    if (m_sinceReorder >= m_spec.reorderGap - 1 && m_dice.happens(m_spec.reorder, number, ImpairDice::Reorder)) {
        m_sinceReorder = 0;
        return true;
    }
    ++m_sinceReorder;
    return false;
}

qint64 ImpairFates::delayNs(quint64 number, ImpairDice::Use use) const
{
    if (m_spec.jitterNs == 0)
        return m_spec.delayNs;
    double deviation = 0;
    switch (m_spec.jitterShape) {
    case JitterShape::Uniform:
        deviation = 2 * m_dice.unit(number, use) - 1;
        break;
    case JitterShape::Normal:
        deviation = m_dice.gaussian(number, use);
        break;
    case JitterShape::Pareto:
        deviation = m_dice.pareto(number, use);
        break;
    }
    const double ns = static_cast<double>(m_spec.delayNs) + static_cast<double>(m_spec.jitterNs) * deviation;
    return std::llround(std::clamp(ns, 0.0, static_cast<double>(ImpairSpec::maximumDelayNs)));
}

std::vector<CorruptByte> ImpairFates::corruption(quint64 number, qsizetype bytes) const
{
    std::vector<CorruptByte> changes;
    const qint64 places = m_spec.corruptBytes ? bytes : bytes * 8;
    const qint64 wanted = std::min<qint64>(places, m_spec.corruptPlaces);
    // Floyd's way to choose some of many, each once: Bentley and Floyd 1987.
    QSet<qint64> chosen;
    quint64 index = 0;
    for (qint64 last = places - wanted; last < places; ++last) {
        const auto drawn = static_cast<qint64>(m_dice.bits(number, ImpairDice::Place, index++) % quint64(last + 1));
        chosen.insert(chosen.contains(drawn) ? last : drawn);
    }
    std::vector<qint64> sorted(chosen.begin(), chosen.end());
    std::sort(sorted.begin(), sorted.end());
    for (const qint64 place : sorted) {
        if (m_spec.corruptBytes) {
            const quint64 mask = 1 + m_dice.bits(number, ImpairDice::Place, index++) % 255;
            changes.push_back({place, static_cast<quint8>(mask)});
        } else if (!changes.empty() && changes.back().offset == place / 8) {
            changes.back().mask = static_cast<quint8>(changes.back().mask | 1 << (place % 8));
        } else {
            changes.push_back({place / 8, static_cast<quint8>(1 << (place % 8))});
        }
    }
    return changes;
}

void ImpairFates::apply(const std::vector<CorruptByte> &changes, char *bytes)
{
    for (const CorruptByte &change : changes)
        bytes[change.offset] = static_cast<char>(bytes[change.offset] ^ change.mask);
}

QString ImpairFates::describe(const std::vector<CorruptByte> &changes, bool wholeBytes)
{
    constexpr qsizetype shown = 8;
    const auto translated = [](const char *text) { return QCoreApplication::translate("SockScope::Impair", text); };
    QStringList places;
    qsizetype total = 0;
    for (const CorruptByte &change : changes) {
        for (int bit = 0; bit < (wholeBytes ? 1 : 8); ++bit) {
            if (!wholeBytes && !(change.mask >> bit & 1))
                continue;
            if (++total > shown)
                continue;
            places += wholeBytes ? translated("byte %1").arg(change.offset)
                                 : translated("bit %1 of byte %2").arg(bit).arg(change.offset);
        }
    }
    const QString text = places.join(u", "_s);
    return total > shown ? translated("%1 and %2 more").arg(text).arg(total - shown) : text;
}

} // namespace SockScope
