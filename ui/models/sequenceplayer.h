#pragma once

#include <QList>
#include <QObject>

#include "core/simulate/sequence.h"
#include "core/simulate/sequenceresult.h"
#include "ui/models/networkhost.h"

class QSettings;

namespace SockScope {

/*! The sequences of a project, run on a sock that the window has opened.
 *  Path    SequencesPanel → [this] → SequenceRun, SequenceRunner in the network thread → SequenceResult
 *  Shape   one at a time; one that starts as a peer joins runs with each until stop. Steps come in batches, at most
 *          every reportMs and maximumBatch a batch; those beyond are in the result
 *  Units   milliseconds
 *  Errors  the sequences must have been read by sequencesFromJson; a sock that goes fails its run
 *  Thread  the window's
 *  Source  none
 */
class SequencePlayer : public QObject
{
    Q_OBJECT
public:
    static constexpr int reportMs = 100;
    static constexpr qsizetype maximumBatch = 1000;

    explicit SequencePlayer(Inspection *inspection, QObject *parent = nullptr);
    ~SequencePlayer() override;

    void setSequences(const QList<Sequence> &sequences);
    const QList<Sequence> &sequences() const { return m_sequences; }
    /// As the project writes them.
    static JsonNode toJson(const QList<Sequence> &sequences);
    /// Settings that cannot be read leave none.
    void load(const QSettings &settings);
    void save(QSettings &settings) const;

    /// False when one runs already, or the sock is none that the window has opened.
    bool run(const Sequence &sequence, const SockController *controller);
    void stop();
    bool isRunning() const { return m_running; }

Q_SIGNALS:
    void sequencesChanged();
    void runningChanged(bool running);
    /// The steps of the run that is on; with several peers those of all.
    void stepsEnded(const QList<SockScope::StepResult> &steps);
    void finished(const SockScope::SequenceResult &result);

private:
    struct Host;

    void handleEnded(int run);

    NetworkHost<SequencePlayer, Host> m_host;
    QList<Sequence> m_sequences;
    int m_run = 0; ///< counts: news of an earlier one is not taken
    bool m_running = false;
};

} // namespace SockScope
