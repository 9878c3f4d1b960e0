#pragma once

#include <QObject>

#include <vector>

#include "core/tap/ledger.h"

namespace SockScope {

class Inspection;

/// Messages that are not in the log, for one reason.
struct Loss
{
    const char *key = nullptr; ///< "droppedOldest"
    QString what;              ///< "left because the disk did not keep up"
    QString remedy;            ///< empty when there is none
    quint64 count = 0;
};

/*! What was lost between the network and the log, by reason.
 *  Path    StoreStats, Recorder, the monitors and the ledgers of all socks → [this] → StatusPanel
 *  Shape   one entry a reason, those without a loss too; what a removed sock had lost stays counted
 *  Units   messages
 *  Errors  none
 *  Thread  the window's
 *  Source  the house rule that nothing is hidden
 */
class Losses : public QObject
{
    Q_OBJECT
public:
    explicit Losses(Inspection *inspection, QObject *parent = nullptr);

    std::vector<Loss> reasons() const;
    static quint64 total(const std::vector<Loss> &reasons);

private:
    struct OfSocks
    {
        quint64 monitor = 0;
        quint64 kernel = 0;
        quint64 queue = 0;
        void add(quint64 lostRecords, const Ledger &ledger);
    };

    Inspection *m_inspection;
    OfSocks m_removed;
};

} // namespace SockScope
