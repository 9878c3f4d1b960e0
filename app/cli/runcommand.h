#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

#include "app/cli/scriptfile.h"
#include "app/cli/simulationfile.h"
#include "app/common/impairoptions.h"
#include "app/common/savedmessage.h"
#include "app/common/signalwatcher.h"
#include "app/common/standardoutput.h"
#include "core/simulate/ruleengine.h"
#include "core/simulate/sequencerunner.h"

namespace SockScope {

class BaseSock;

/*! sockscope-cli run: opens a project's sockets, lets its rules answer, runs its sequences and a script.
 *  Path    project file → [this] → socks, RuleEngine, SequenceRun; results → standard output, JUnit XML
 *  Shape   a sequence by hand begins when all that is connected to is there, on the first socket; one that starts as a
 *          peer joins, with the first peer of any socket. Without a sequence the rules answer until time or a signal
 *          ends it
 *  Units   milliseconds
 *  Errors  on standard error: exit code 1 when the sequence failed, 2 for bad usage or a bad file
 *  Thread  the main thread
 *  Source  none
 */
class RunCommand : public QObject
{
    Q_OBJECT
public:
    explicit RunCommand(QObject *parent = nullptr);
    ~RunCommand() override;

    int run(const QStringList &arguments);

private:
    /// A message of the project that comes in as if somebody had sent it.
    struct Received
    {
        QString name;
        size_t sock = 0;
        QList<Endpoint> from;
        SavedMessage content;
    };

    std::optional<int> read(const QStringList &arguments);
    std::optional<int> chooseSequence(const QString &name);
    // runreceive.cpp
    std::optional<int> chooseReceived(const QStringList &names);
    void receiveAll();
    std::optional<int> makeSocks();
    std::optional<int> startSocks();
    void handlePeerAdded(BaseSock *sock);
    SequenceRunOptions runOptions() const;
    void startSequence();
    void awaitPeer(BaseSock *sock);
    bool end(const QString &why);
    void printStep(const StepResult &step);
    void handleFinished(const SequenceResult &result);
    void fail(const QString &what, const QString &remedy);
    void finish();
    void drain();
    void reportRules() const;

    StandardOutput m_output;
    std::unique_ptr<SignalWatcher> m_signals;
    SimulationFile m_file;
    std::optional<Sequence> m_sequence;
    QStringList m_names;
    std::unique_ptr<ScriptFile> m_script;
    std::unique_ptr<RuleEngine> m_engine;
    std::vector<std::unique_ptr<BaseSock>> m_socks;
    std::vector<Received> m_received;
    ComposeContext m_values;
    std::unique_ptr<SequenceRun> m_run;
    std::vector<std::unique_ptr<SequenceRunner>> m_runners;
    Endpoint m_peer; ///< whose run is printed
    QTimer m_timer;
    QElapsedTimer m_drainTime;
    QString m_junitPath;
    ImpairRequest m_impair;
    quint64 m_seed = 0;
    qint64 m_forMs = 0;
    int m_connecting = 0;
    bool m_withRules = false;
    bool m_allowPrograms = false;
    bool m_isFinished = false;
    int m_exitCode = 0;
};

} // namespace SockScope
