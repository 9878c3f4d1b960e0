#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

#include "app/common/fieldvalues.h"
#include "app/common/impairoptions.h"
#include "app/common/protocolfile.h"
#include "app/common/savedmessage.h"
#include "app/common/signalwatcher.h"
#include "app/common/standardoutput.h"
#include "core/compose/sendpace.h"
#include "core/simulate/brokenoutput.h"
#include "core/sockspec.h"

namespace SockScope {

class BaseSock;
class Codec;
class CommandLine;
class Project;
struct ProjectItem;
struct ProjectMessage;

/*! sockscope-cli send: connects, sends, waits for answers.
 *  Path    command line → [this] → a sock; answers → SockPrinter
 *  Shape   connect → send the message or the steps of a sequence, count times → all of it handed to the system →
 *          wait → stop
 *  Units   milliseconds
 *  Errors  on standard error, exit code 1; what cannot be meant is bad usage, 2
 *  Thread  the main thread
 *  Source  none
 */
class SendCommand : public QObject
{
    Q_OBJECT
public:
    explicit SendCommand(QObject *parent = nullptr);
    ~SendCommand() override;

    int run(const QStringList &arguments);

private:
    /// A thing to send, or so long a pause.
    struct Step
    {
        SavedMessage content;
        qint64 waitMs = -1; ///< below 0: it is no pause
    };

    std::optional<int> read(const QStringList &arguments);
    // sendproject.cpp, sendpayload.cpp
    std::optional<int> readProjectMessage(const CommandLine &line);
    /// "udp://127.0.0.1:9000", or several peers of one protocol with commas between them; no URL: of the spec's.
    static std::optional<UsageError> readTargets(const QString &word, bool isUrl, SockSpec *spec);
    std::optional<SockSpec> targetOf(const Project &project, const ProjectItem &item, const CommandLine &line) const;
    std::optional<int> readPayload(const CommandLine &line, const Codec &codec);
    std::optional<int> readBytes(const CommandLine &line, const QString &stage);
    std::optional<int> readFields(const CommandLine &line);
    bool readPace(const CommandLine &line, qint64 intervalMs, UsageError *usage);
    QString paceLine() const;
    bool composeNext();
    bool isStuck();
    void handlePeerAdded(const Endpoint &peer);
    void handlePeerRemoved(const Endpoint &peer, CloseReason reason);
    void handleError(const SockError &error);
    void sendNext();
    bool sendStep(const Step &step);
    std::optional<SavedPayload> made(const Step &step, const Endpoint &peer);
    bool sendTo(const Step &step, const Endpoint &peer);
    // sendbroken.cpp
    bool readBreakage(const CommandLine &line, UsageError *usage);
    bool sendBroken(const SavedPayload &saved);
    void drain();
    void end();
    void fail(const QString &what, const QString &remedy);

    StandardOutput m_output;
    std::unique_ptr<SignalWatcher> m_signals;
    SockSpec m_spec;
    ImpairRequest m_impair;
    std::vector<Step> m_steps;
    size_t m_nextStep = 0;
    std::optional<ProtocolFile> m_protocol;
    std::shared_ptr<const Codec> m_codec; ///< of a project's socket; null: that of the command line
    std::shared_ptr<const MessageTypes> m_types;
    std::optional<FieldValues> m_fields;
    ComposeContext m_context;
    bool m_keepGiven = false;
    std::unique_ptr<BaseSock> m_sock;
    QList<Endpoint> m_peers; ///< that are connected, of those to whom it goes
    QTimer m_timer;
    QTimer m_waitTimer;
    QElapsedTimer m_drainTime;
    QElapsedTimer m_stuckTime; ///< since the send queue has become shorter
    qint64 m_stuckBytes = 0;
    qint64 m_left = 0;
    QElapsedTimer m_clock; ///< since the peer was there
    std::optional<Pacer> m_pacer;
    qint64 m_sent = 0;
    qint64 m_lastSentNs = 0;
    qint64 m_heldBack = 0; ///< times
    qint64 m_unsent = 0;   ///< when it ended early
    bool m_isHeldBack = false;
    bool m_isRoundBegun = false;
    bool m_tellsPace = false;
    std::optional<Breakage> m_breakage;
    bool m_isBreaking = false; ///< parts of a broken frame are still to go
    qint64 m_waitMs = 0;
    bool m_json = false;
    bool m_isConnected = false; ///< to all of them
    int m_exitCode = 0;
};

} // namespace SockScope
