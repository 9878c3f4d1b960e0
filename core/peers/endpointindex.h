#pragma once

#include <QHashFunctions>

#include <vector>

#include "core/types/endpoint.h"

namespace SockScope {

/*! Finds the number that an endpoint has in a table.
 *  Path    inside PeerTable
 *  Shape   places of eight bytes in one block, half of each the number (1 and up), half the hash; the endpoints
 *          themselves stay in the table, which is asked only where the hash fits; at most three quarters full
 *  Units   none
 *  Errors  0: not there
 *  Thread  the sock's thread
 *  Source  open addressing with linear probing; removal moves what follows back, so that nothing is left behind
 */
class EndpointIndex
{
public:
    int size() const { return static_cast<int>(m_size); }
    /// is(number): whether the endpoint with that number is the one that is looked for.
    template <typename Is>
    quint32 find(const Endpoint &endpoint, Is &&is) const
    {
        if (m_places.empty())
            return 0;
        const quint32 hash = hashOf(endpoint);
        for (size_t at = hash & m_mask; m_places[at].number != 0; at = (at + 1) & m_mask) {
            if (m_places[at].hash == hash && is(m_places[at].number))
                return m_places[at].number;
        }
        return 0;
    }
    /// The endpoint must not be there yet.
    void insert(const Endpoint &endpoint, quint32 number);
    void remove(const Endpoint &endpoint, quint32 number);
    void clear();

private:
    struct Place
    {
        quint32 number = 0; // 0: empty
        quint32 hash = 0;
    };
    /// With the process's secret, so that nobody can choose endpoints that all meet in one place.
    quint32 hashOf(const Endpoint &endpoint) const { return static_cast<quint32>(qHash(endpoint, m_seed)); }
    void grow();
    void place(Place what);

    const size_t m_seed = QHashSeed::globalSeed();
    std::vector<Place> m_places; // a power of two
    size_t m_mask = 0;
    size_t m_size = 0;
};

} // namespace SockScope
