#pragma once

#include <QtGlobal>

#include <algorithm>
#include <vector>

namespace SockScope {

/*! An ordered set of message numbers at eight bytes each: a node a number, as std::set has, costs six times as much.
 *  Path    a person → Annotations → [this]
 *  Shape   a sorted vector: numbers mostly come in order, behind the last one
 *  Units   numbers of messages; memoryBytes in bytes
 *  Errors  none: whoever inserts has a limit
 *  Thread  a value
 *  Source  none
 */
class NumberSet
{
public:
    using const_iterator = std::vector<quint64>::const_iterator;

    bool empty() const { return m_numbers.empty(); }
    size_t size() const { return m_numbers.size(); }
    const_iterator begin() const { return m_numbers.begin(); }
    const_iterator end() const { return m_numbers.end(); }
    const_iterator lower_bound(quint64 no) const { return std::lower_bound(begin(), end(), no); }
    const_iterator upper_bound(quint64 no) const { return std::upper_bound(begin(), end(), no); }
    bool contains(quint64 no) const
    {
        const const_iterator at = lower_bound(no);
        return at != end() && *at == no;
    }
    void insert(quint64 no)
    {
        if (const const_iterator at = lower_bound(no); at == end() || *at != no)
            m_numbers.insert(at, no);
    }
    void erase(quint64 no)
    {
        if (const const_iterator at = lower_bound(no); at != end() && *at == no)
            m_numbers.erase(at);
    }
    void erase(const_iterator first, const_iterator last) { m_numbers.erase(first, last); }
    void clear() { m_numbers = {}; }
    qsizetype memoryBytes() const { return static_cast<qsizetype>(m_numbers.capacity() * sizeof(quint64)); }

private:
    std::vector<quint64> m_numbers;
};

} // namespace SockScope
