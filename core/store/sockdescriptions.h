#pragma once

#include <QByteArray>

#include <map>
#include <utility>
#include <vector>

#include "core/store/chunkfile.h"
#include "core/store/sockdescription.h"

namespace SockScope {

/*! What socks.json in a spool says: the socks of each program run that wrote into it.
 *  Path    MessageStore → [this] → socks.json → [this] → MessageStore::adopt
 *  Shape   by run and id, at most maximum of them
 *  Units   none
 *  Errors  beyond maximum a sock is not described, and its recovered messages have no name; what cannot be read is
 *          passed over
 *  Thread  a value
 *  Source  none
 */
class SockDescriptions
{
public:
    static constexpr size_t maximum = 10'000;
    /// Ids of recovered socks begin here; running ones count from 1.
    static constexpr quint32 firstRecoveredId = 0x80000000;

    void set(quint32 run, const SockDescription &description);
    QByteArray toJson() const;
    static SockDescriptions fromJson(const QByteArray &json);
    /// Gives each a number that no other sock of this process has.
    std::map<quint32, ChunkFile::SockIds> renumber();
    /// Takes over what another says of one run, as another run.
    void take(const SockDescriptions &other, quint32 run, quint32 asRun);
    std::vector<SockDescription> all() const;

private:
    std::map<std::pair<quint32, quint32>, SockDescription> m_socks; // run and id as the files have them
};

} // namespace SockScope
