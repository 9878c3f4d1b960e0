#include "core/peers/endpointindex.h"

#include <utility>

namespace SockScope {

namespace {

constexpr size_t fewestPlaces = 16;

}

void EndpointIndex::insert(const Endpoint &endpoint, quint32 number)
{
    if ((m_size + 1) * 4 > m_places.size() * 3)
        grow();
    place({number, hashOf(endpoint)});
    ++m_size;
}

void EndpointIndex::remove(const Endpoint &endpoint, quint32 number)
{
    if (m_places.empty())
        return;
    size_t gap = hashOf(endpoint) & m_mask;
    while (m_places[gap].number != number) {
        if (m_places[gap].number == 0)
            return;
        gap = (gap + 1) & m_mask;
    }
    // What follows moves into the gap unless that lies before the place where it is looked for first.
    for (size_t at = (gap + 1) & m_mask; m_places[at].number != 0; at = (at + 1) & m_mask) {
        const size_t home = m_places[at].hash & m_mask;
        if (((at - home) & m_mask) < ((at - gap) & m_mask))
            continue;
        m_places[gap] = m_places[at];
        gap = at;
    }
    m_places[gap] = {};
    --m_size;
}

void EndpointIndex::clear()
{
    m_places = std::vector<Place>();
    m_mask = 0;
    m_size = 0;
}

void EndpointIndex::grow()
{
    const size_t places = m_places.empty() ? fewestPlaces : m_places.size() * 2;
    const std::vector<Place> before = std::exchange(m_places, std::vector<Place>(places));
    m_mask = places - 1;
    for (const Place &each : before) {
        if (each.number != 0)
            place(each);
    }
}

void EndpointIndex::place(Place what)
{
    size_t at = what.hash & m_mask;
    while (m_places[at].number != 0)
        at = (at + 1) & m_mask;
    m_places[at] = what;
}

} // namespace SockScope
