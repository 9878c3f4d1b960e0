#pragma once

#include <QTimer>
#include <QWidget>

#include <memory>
#include <optional>

#include "core/compose/composecontext.h"
#include "core/project/projectitem.h"
#include "core/store/storedmessage.h"
#include "ui/inject/payloadtext.h"
#include "ui/models/repeatedsend.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSettings;
class QSpinBox;
class QStringListModel;
class QScrollArea;
class QTabWidget;
class QToolButton;

namespace SockScope {

class Codec;
class FieldsEditor;
class HistoryPanel;
class Inspection;
class InjectHistory;
class JsonHighlighter;
class MessageTreeModel;
class PeerBox;
class SavedPanel;
class SockController;
struct RepeatProgress;
struct SendResult;
struct SockSnapshot;

/*! Where a person writes a message and sends it, or lets it be received; saved ones, and what was injected before.
 *  Path    a person, MessageTreeModel, InjectHistory → payload text → [this] → SockController
 *  Shape   what is written is read and encoded as it is typed; what cannot be is said below the field, with the place
 *  Units   milliseconds between repeats and of their jitter, messages a burst and a second (0: no limit); a count of
 *          0 repeats until Stop
 *  Errors  stand below the payload; so does what the sock answered
 *  Thread  the window's
 *  Source  none
 */
class Composer : public QWidget
{
    Q_OBJECT
public:
    explicit Composer(Inspection *inspection, QWidget *parent = nullptr);

    /// No peer: all peers.
    void setTarget(quint32 sockId, const QList<Endpoint> &peers, bool asReceived);
    /// Besides those that are chosen; alone where those are of another socket, or all.
    void addTarget(quint32 sockId, const Endpoint &peer);
    void setForm(PayloadForm form);
    void setText(const QString &text);
    /// Fills the fields from a message of the log.
    void edit(const StoredMessage &stored);
    void focusPayload();
    QString errorText() const;
    QString answerText() const;
    bool isRepeating() const;

    MessageTreeModel *savedMessages() const { return m_saved; }
    InjectHistory *history() const { return m_history; }
    /// What the fields say.
    ProjectMessage message() const;
    /// Fills the fields; answers what of it they cannot say.
    std::optional<QString> setMessage(const ProjectMessage &message);
    /// Whatever the fields say; what is wrong with it is shown.
    bool sendMessage(const ProjectMessage &message);
    /// A message, again and again if it says so, or the steps of a sequence.
    void sendItem(const ProjectItem &item);

    void loadSettings(const QSettings &settings);
    void saveSettings(QSettings &settings) const;

public Q_SLOTS:
    void send();
    void startRepeat();
    void stopRepeat();

private:
    void build();
    QWidget *buildRepeatRow();
    QWidget *buildLists();
    void fillSockets();
    void fillPeers();
    void updateForm();
    void updateFields();
    void validate();
    void showError(const PayloadError &error);
    void showAnswer(const QString &text, bool failed);
    SockController *controller() const;
    SockController *controllerFor(const ProjectMessage &message, PayloadError *error) const;
    /// The values in it are those of context, whose counter grows.
    static std::optional<ComposedPayload> compose(const ProjectMessage &message, const SockSnapshot &snapshot,
                                                  ComposeContext &context, PayloadError *error);
    /// Nothing, and why, when what the message says cannot be meant.
    static std::optional<SendTargets> targets(const ProjectMessage &message, PayloadError *error);
    /// For each target what goes there: one for all where no value in it could differ.
    std::optional<std::vector<ComposedPayload>> composeFor(const SendTargets &targets, const ProjectMessage &message,
                                                           const SockSnapshot &snapshot, PayloadError *error);
    QString payloadText() const;
    PayloadForm form() const;
    ProjectStage stage() const;
    void updateBreakage();
    /// breakage: how its frame is broken, as Breakage reads it; empty: it is not.
    bool transmit(const ProjectMessage &message, const QString &breakageText);
    void setBreakage(const QString &breakage);
    void showSendResult(int entry, const SendResult &result, bool broken);
    void showResult(int entry, const QString &text, bool failed);
    void runStep();
    void handleProgress(int id, const RepeatProgress &progress);
    void updateRepeat();
    /// Why what the fields say is no pace; empty where it is one.
    QString paceProblem() const;
    void browse();
    void keepMessage(const QModelIndex &replaced, bool withRepeat);

    Inspection *m_inspection;
    MessageTreeModel *m_saved;
    InjectHistory *m_history;
    QComboBox *m_sock = nullptr;
    QLabel *m_peerLabel = nullptr;
    PeerBox *m_peer = nullptr;
    QCheckBox *m_asReceived = nullptr;
    QLineEdit *m_type = nullptr;
    QStringListModel *m_typeNames = nullptr; ///< that are offered
    QComboBox *m_form = nullptr;
    QComboBox *m_stage = nullptr;
    QLabel *m_size = nullptr;
    QToolButton *m_asFields = nullptr;
    QPlainTextEdit *m_text = nullptr;
    JsonHighlighter *m_highlighter = nullptr;
    FieldsEditor *m_fields = nullptr;
    QScrollArea *m_fieldsArea = nullptr;
    const void *m_fieldsType = nullptr; ///< of m_codec's description
    QLineEdit *m_path = nullptr;
    QToolButton *m_browse = nullptr;
    QLabel *m_error = nullptr;
    QLabel *m_answer = nullptr;
    QPushButton *m_send = nullptr;
    QComboBox *m_sendAs = nullptr; ///< whole, or broken in a way
    QSpinBox *m_breakBy = nullptr; ///< that way's number
    QSpinBox *m_interval = nullptr;
    QSpinBox *m_jitter = nullptr;
    QSpinBox *m_count = nullptr;
    QSpinBox *m_burst = nullptr;
    QSpinBox *m_rate = nullptr;
    QPushButton *m_repeat = nullptr;
    QTabWidget *m_lists = nullptr;
    SavedPanel *m_savedPanel = nullptr;
    std::shared_ptr<const Codec> m_codec; ///< what the fields were checked with
    quint32 m_repeatSock = 0;
    int m_repeatId = 0;
    int m_shownRepeat = 0;         ///< the last one, also after Stop: its counts are still to come
    bool m_repeatReceived = false; ///< it comes in, rather than goes out
    int m_repeatEntry = 0;         ///< of the history
    ProjectItem m_sequence;        ///< that is being sent
    qsizetype m_step = 0;
    qint64 m_stepSent = 0;
    QTimer m_stepTimer;
    ComposeContext m_values; ///< of {{counter}} and the like in what is sent
};

} // namespace SockScope
