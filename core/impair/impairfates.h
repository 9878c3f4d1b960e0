#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

#include "core/impair/impairdice.h"
#include "core/types/impairspec.h"

namespace SockScope {

/// What shall happen to one message.
struct ImpairFate
{
    quint64 number = 0; ///< among those that the description applied to, from 0
    bool lost = false;  ///< then nothing else happens
    bool duplicated = false;
    bool corrupted = false;
    bool overtakes = false; ///< it does not wait
    qint64 delayNs = 0;
    qint64 copyDelayNs = 0;
};

/// A byte that changes, and how: the bits of the mask are turned over.
struct CorruptByte
{
    qsizetype offset = 0;
    quint8 mask = 0;
    friend bool operator==(const CorruptByte &, const CorruptByte &) = default;
};

/*! Decides what happens to one message after the other.
 *  Path    ImpairSpec → [this] → Impairer
 *  Shape   next() once a message; the same seed and stream give the same fates, whatever the messages and the time are
 *  Units   nanoseconds
 *  Errors  none
 *  Thread  the sock's thread
 *  Source  tc-netem(8)
 */
class ImpairFates
{
public:
    ImpairFates(const ImpairSpec &spec, quint64 seed, quint64 stream);

    ImpairFate next();
    /// Where a message of so many bytes changes, sorted by offset; nothing when it has none.
    std::vector<CorruptByte> corruption(quint64 number, qsizetype bytes) const;
    static void apply(const std::vector<CorruptByte> &changes, char *bytes);
    /// "bit 3 of byte 7", at most some of them.
    static QString describe(const std::vector<CorruptByte> &changes, bool wholeBytes);

private:
    bool isLost(quint64 number);
    bool overtakes(quint64 number);
    qint64 delayNs(quint64 number, ImpairDice::Use use) const;

    ImpairSpec m_spec;
    ImpairDice m_dice;
    quint64 m_next = 0;
    int m_sinceReorder = 0;
    bool m_isBad = false; ///< the link, as BurstLoss has it
};

} // namespace SockScope
