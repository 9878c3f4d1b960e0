#pragma once

#include <QWidget>

#include <functional>
#include <optional>

#include "core/filter/filtertext.h"
#include "core/store/messagestore.h"
#include "ui/models/detailmessage.h"
#include "ui/models/latestjob.h"
#include "ui/models/messagediff.h"
#include "ui/models/previousmessage.h"

class QAction;
class QLabel;
class QMenu;
class QToolButton;

namespace SockScope {

class ElidedLabel;
class EmptyState;
class FieldTreeView;
class FieldTreeModel;

/*! The chosen message as a tree of fields, and on request what changed in it since the last of its kind.
 *  Path    DetailMessage → [this] ↔ BytesPanel; "apply as filter" → the filter bar
 *  Shape   a field knows its bytes where the codec can tell. Beyond smallBytes a payload is decoded on another thread,
 *          and the panel says so meanwhile; the next message cancels it. firstNodes fields are shown, ten times as many
 *          whenever a person asks, up to mostNodes
 *  Units   bytes of the payload
 *  Errors  a payload that cannot be decoded shows what could be read and why not the rest
 *  Thread  the window's
 *  Source  Wireshark's packet details
 */
class DecodedPanel : public QWidget
{
    Q_OBJECT
public:
    static constexpr qsizetype smallBytes = 64 * 1024;
    static constexpr qsizetype firstNodes = 10'000;
    static constexpr qsizetype mostNodes = 100'000;
    static constexpr quint64 nearMessages = 16'384; ///< searched at once for the last of a kind, before a thread does

    explicit DecodedPanel(QWidget *parent = nullptr);

    FieldTreeView *tree() const { return m_tree; }
    FieldTreeModel *model() const { return m_model; }
    /// Where the last message of a kind is looked for.
    void setStore(std::function<StoredChunks()> chunks) { m_chunks = std::move(chunks); }
    void setMessage(const DetailMessage &message);
    void clear(const QString &text = {});
    /// Checkable: what changed since the last of this type from this peer.
    QAction *changesAction() const { return m_changes; }
    QAction *previousAction() const { return m_goToPrevious; }
    /// While it decodes, the tree is empty.
    bool isDecoding() const { return m_job.isRunning(); }
    QString statusText() const;

public Q_SLOTS:
    void chooseOffset(qsizetype offset);
    /// The mouse is over a byte elsewhere; -1: over none.
    void hoverOffset(qsizetype offset);
    /// What these bytes mean is shown below the fields; length 0 takes it away.
    void setChosenBytes(qsizetype offset, qsizetype length);
    void showMoreFields();

Q_SIGNALS:
    /// Length 0: the field's bytes are not known.
    void fieldChosen(qsizetype offset, qsizetype length);
    /// Length 0: the mouse is over no field.
    void fieldHovered(qsizetype offset, qsizetype length);
    void messageRequested(quint64 no);
    /// A term for the filter: to be applied at once, or only written.
    void filterRequested(const QString &term, SockScope::FilterJoin join, bool apply);
    void columnRequested(const QString &path, const QString &title);

private:
    struct Result
    {
        FieldNode root;
        std::optional<ComparedField> compared;
        std::optional<PreviousMessage> previous;
    };
    static Result decode(const DetailMessage &message, qsizetype maximumNodes, std::optional<PreviousMessage> previous);
    void refresh();
    void present(Result &&result);
    void showNothing(const QString &status);
    void updateStatus(const std::optional<PreviousMessage> &previous, int changes);
    QStringList chosenKeys() const;
    void chooseKeys(const QStringList &keys);
    void updateInterpretation();
    void fillMenu(QMenu *menu, const QModelIndex &index);

    FieldTreeModel *m_model;
    FieldTreeView *m_tree;
    QLabel *m_note;
    QWidget *m_strip;
    ElidedLabel *m_status;
    QToolButton *m_goButton;
    QAction *m_changes;
    QAction *m_goToPrevious;
    EmptyState *m_emptyState;
    LatestJob m_job;
    std::function<StoredChunks()> m_chunks;
    DetailMessage m_message;
    QStringList m_keptKeys; ///< the field that was chosen before the message changed
    qsizetype m_chosenOffset = 0;
    qsizetype m_chosenLength = 0;
    qsizetype m_nodes = firstNodes;
    quint64 m_previousNo = 0;
    bool m_choosing = false;
};

} // namespace SockScope
