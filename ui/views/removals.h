#pragma once

#include <utility>
#include <vector>

namespace SockScope {

/// What a person has removed from a list, and where it was: the last one comes back first; at most maximum wait.
template <typename Item>
class Removals
{
public:
    static constexpr size_t maximum = 100;

    void add(int row, Item item)
    {
        if (m_items.size() == maximum)
            m_items.erase(m_items.begin());
        m_items.emplace_back(row, std::move(item));
    }
    bool isEmpty() const { return m_items.empty(); }
    const std::pair<int, Item> &last() const { return m_items.back(); }
    void dropLast() { m_items.pop_back(); }

private:
    std::vector<std::pair<int, Item>> m_items;
};

} // namespace SockScope
