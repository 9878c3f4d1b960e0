#include "core/filter/datapath_p.h"

#include <QCborArray>
#include <QCborMap>

#include "core/codec/codectext.h"
#include "core/codec/fieldtree.h"

namespace SockScope {

bool isStepsKey(const FilterStep &step, const Item &key, const ItemSource &source)
{
    if (step.isIndex)
        return false;
    if (key.kind != ItemKind::Text)
        return itemValueText(key, source) == step.key;
    if (!key.chunked) {
        const QByteArrayView content = source.payload().sliced(key.contentOffset, key.contentLength);
        if (content == step.keyUtf8)
            return true;
        if (!step.asShown && !content.contains('\\'))
            return false;
    }
    if (source.text(key, key.contentLength) == step.key)
        return true;
    constexpr qsizetype shown = 120; // what the detail tree shows of a key
    return step.asShown && elided(escaped(source.text(key, shown + 1)), shown) == step.key;
}

PathSink::PathSink(const FilterPath &path, const ItemSource &source)
    : m_path(path)
    , m_source(source)
{
    m_data.ended = true; // until the root turns out to be [type, …
}

bool PathSink::leaf(const Item &item, bool isKey)
{
    if (m_keyDepth > 0)
        return true;
    if (!isKey)
        return value(item);
    for (Tracker *tracker : {&m_whole, &m_data}) {
        if (!tracker->ended && tracker->depth == m_levels.size() && tracker->matched < m_path.size())
            tracker->keyFits = isStepsKey(m_path[tracker->matched], item, m_source);
    }
    return true;
}

bool PathSink::open(const Item &item, bool isKey)
{
    if (m_keyDepth > 0 || isKey) {
        ++m_keyDepth;
        return true;
    }
    const bool goesOn = value(item);
    m_levels.push_back({item.kind, 0});
    return goesOn;
}

bool PathSink::close(qsizetype)
{
    if (m_keyDepth > 0) {
        --m_keyDepth;
        return true;
    }
    m_levels.pop_back();
    leave(m_whole);
    leave(m_data);
    return true;
}

void PathSink::leave(Tracker &tracker) const
{
    if (tracker.depth > m_levels.size())
        tracker.ended = true;
}

// Answers whether what follows can matter.
bool PathSink::value(const Item &item)
{
    const size_t depth = m_levels.size();
    if (depth == 0) {
        m_rootIsArray = item.kind == ItemKind::Array;
        arrive(m_whole, item);
        return m_rootIsArray || !m_whole.ended;
    }
    Level &parent = m_levels.back();
    follow(m_whole, item);
    follow(m_data, item);
    if (depth == 1 && m_rootIsArray) {
        m_elements = parent.children + 1;
        if (m_elements == 1) {
            m_typeLike = item.isTypeLike();
        } else if (m_elements == 2 && m_typeLike) {
            m_data.ended = false;
            arrive(m_data, item);
        }
    }
    ++parent.children;
    if (!m_rootIsArray || !m_typeLike || m_elements > 2)
        return !m_whole.ended || (m_rootIsArray && m_elements == 0);
    const bool neither = m_whole.ended && !m_whole.has && m_data.ended && !m_data.has && m_elements == 2;
    return !neither;
}

void PathSink::follow(Tracker &tracker, const Item &item)
{
    if (tracker.ended || tracker.depth != m_levels.size())
        return;
    if (tracker.tagged) {
        arrive(tracker, item);
        return;
    }
    const FilterStep &step = m_path[tracker.matched];
    const Level &parent = m_levels.back();
    bool fits = false;
    if (parent.kind == ItemKind::Array)
        fits = step.isIndex && step.index == parent.children;
    else if (parent.kind == ItemKind::Map)
        fits = std::exchange(tracker.keyFits, false);
    else
        fits = !step.isIndex && step.key == u"value";
    if (!fits)
        return;
    ++tracker.matched;
    arrive(tracker, item);
}

void PathSink::arrive(Tracker &tracker, const Item &item)
{
    tracker.tagged = false;
    tracker.depth = m_levels.size() + 1;
    if (tracker.matched < m_path.size()) {
        tracker.ended = !item.isContainer();
        return;
    }
    tracker.has = true;
    tracker.item = item;
    tracker.tagged = item.kind == ItemKind::Tag;
    tracker.ended = !tracker.tagged;
}

std::optional<Item> PathSink::found(const ScanResult &result) const
{
    const bool cutOff = result.problem && m_elements < 2;
    const bool typed = m_typeLike && m_elements >= 1 && (m_elements == 2 || cutOff);
    const Tracker &tracker = typed ? m_data : m_whole;
    return tracker.has ? std::optional(tracker.item) : std::nullopt;
}

std::optional<QCborValue> valueBelow(QCborValue value, const FilterPath &path)
{
    for (const FilterStep &step : path) {
        if (step.isIndex) {
            if (!value.isArray() || step.index >= value.toArray().size())
                return std::nullopt;
            value = value.toArray().at(step.index);
        } else {
            if (!value.isMap() || !value.toMap().contains(step.key))
                return std::nullopt;
            value = value.toMap().value(step.key);
        }
    }
    return value;
}

} // namespace SockScope
