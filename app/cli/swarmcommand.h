#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

#include "app/cli/simulationfile.h"
#include "app/common/impairoptions.h"
#include "app/common/signalwatcher.h"
#include "app/common/standardoutput.h"
#include "core/simulate/swarmplan.h"

namespace SockScope {

/*! sockscope-cli swarm: many simulated peers of one persona.
 *  Path    project file → [this] → Swarm; statistics → standard output
 *  Shape   runs until all sequences have ended, the time is over or a signal comes
 *  Units   milliseconds
 *  Errors  on standard error: exit code 1 when a well-behaved peer could not connect, was lost or failed its sequence,
 *          or a ledger does not add up; 2 for bad usage or a bad file
 *  Thread  the main thread
 *  Source  none
 */
class SwarmCommand : public QObject
{
    Q_OBJECT
public:
    explicit SwarmCommand(QObject *parent = nullptr);
    ~SwarmCommand() override;

    int run(const QStringList &arguments);

private:
    std::optional<int> read(const QStringList &arguments);
    void finish();
    int report() const;
    QByteArray json(const SwarmStats &stats) const;
    QStringList lines(const SwarmStats &stats) const;

    mutable StandardOutput m_output;
    std::unique_ptr<SignalWatcher> m_signals;
    SimulationFile m_file;
    ImpairRequest m_impair;
    SwarmOptions m_options;
    std::unique_ptr<Swarm> m_swarm;
    QTimer m_timer;
    QElapsedTimer m_elapsed;
    qint64 m_forMs = 0;
    bool m_json = false;
};

} // namespace SockScope
