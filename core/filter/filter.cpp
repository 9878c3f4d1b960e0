#include "core/filter/filter.h"

#include "core/filter/filterparser_p.h"
#include "core/filter/filterprogram_p.h"
#include "core/filter/filterstrings_p.h"

namespace SockScope {

QString FilterError::toString() const
{
    return filterTr("column %1: %2").arg(column + 1).arg(what);
}

std::optional<Filter> Filter::compile(const QString &text, FilterError *error)
{
    FilterParser parser(text);
    const auto root = parser.parse();
    if (!root) {
        if (error)
            *error = parser.error();
        return std::nullopt;
    }
    Filter filter;
    filter.m_text = text;
    if (root->kind != FilterNode::Kind::And || !root->children.empty())
        filter.m_program = std::make_shared<const Program>(*root);
    return filter;
}

bool Filter::needsPayload() const
{
    return m_program && m_program->needsPayload();
}

bool Filter::scan(const Chunk &chunk, int from, int to, const FilterContext &context, std::vector<quint16> &hits,
                  const std::atomic<bool> *cancelled) const
{
    from = qMax(from, 0);
    to = qMin(to, chunk.count());
    if (cancelled && cancelled->load(std::memory_order_relaxed))
        return false;
    if (from >= to)
        return true;
    if (!m_program) {
        for (int i = from; i < to; ++i)
            hits.push_back(static_cast<quint16>(i));
        return true;
    }
    FilterScan scan(chunk, from, to, context, cancelled);
    std::vector<quint64> masks(m_program->maskCount() * scan.words());
    m_program->run(scan, masks.data());
    if (scan.isStopped())
        return false;
    scan.forEach(masks.data(), [&](int i) { hits.push_back(static_cast<quint16>(i)); });
    return true;
}

bool Filter::matches(const Chunk &chunk, int index, const FilterContext &context) const
{
    if (index < 0 || index >= chunk.count())
        return false;
    if (!m_program)
        return true;
    FilterScan scan(chunk, index, index + 1, context, nullptr);
    constexpr size_t enough = 16; // filters of that depth cost no allocation
    std::array<quint64, enough> few;
    std::vector<quint64> many;
    quint64 *masks = few.data();
    if (m_program->maskCount() > enough) {
        many.resize(m_program->maskCount());
        masks = many.data();
    }
    m_program->run(scan, masks);
    return masks[0] != 0;
}

} // namespace SockScope
