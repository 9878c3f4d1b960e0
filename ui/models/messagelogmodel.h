#pragma once

#include <QAbstractTableModel>
#include <QCache>
#include <QElapsedTimer>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

#include "core/store/storedmessage.h"
#include "core/tap/recorder.h"
#include "ui/models/annotations.h"
#include "ui/models/filterrunner.h"
#include "ui/models/findrunner.h"
#include "ui/models/latefailures.h"
#include "ui/models/logcolumns.h"
#include "ui/models/logrow.h"
#include "ui/models/logrows.h"

namespace SockScope {

class ColourRules;
class SockDirectory;

/*! The log of messages: the rows of the shared store that pass the filter.
 *  Path    Recorder → [this] → the Messages view
 *  Shape   no object a message: without a filter a row is a range of numbers, with one a list of hits, two bytes each,
 *          which FilterRunner finds beside this thread, the newest first. It is the Recorder's owner: collect() moves
 *          the inbox into the store, and lets the oldest go. Only rows that are asked for are read, once each.
 *          Roles: SortRole NumericRole SockIdRole SockNameRole EndpointRole LevelRole NoRole WallUsRole DirectionRole
 *          OutcomeRole StateRole TypeRole TypeTextRole PayloadRole SummaryRole NoteRole ErrorTextRole IsErrorRole
 *          IsUnhandledRole IsInjectedRole IsMarkedRole IsIgnoredRole IsReferenceRole CommentRole RuleNameRole
 *          RuleGroundRole RuleTextRole; FieldPathRole and KeyRole in headerData
 *  Units   numbers are the store's; times as TimeFormat says
 *  Errors  a message that cannot be read keeps its row and number, and the summary says why. What the Recorder lost is
 *          in Recorder::stats(). More than maximumRows() rows are not shown, which rowsNotShown() says
 *  Thread  the window's
 *  Source  at most one insert and one remove a frame
 */
class MessageLogModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        NoColumn,
        TimeColumn,
        DirectionColumn,
        SocketColumn,
        PeerColumn,
        TypeColumn,
        SizeColumn,
        SummaryColumn,
        ColumnCount ///< those that a person added come from here on
    };
    Q_ENUM(Column)
    enum class TimeFormat : quint8 { Absolute, Relative, Delta };
    Q_ENUM(TimeFormat)
    static constexpr int frameMs = 33;
    static constexpr int collectMs = 8;     ///< at most so long a frame for what came in
    static constexpr int firstScreenMs = 8; ///< a new filter's first rows are waited for that long
    static constexpr qint64 firstScreenHits = 200;
    static constexpr qint64 defaultMaximumRows = 50'000'000; ///< of 40 pixels each they fit a scroll bar

    MessageLogModel(std::shared_ptr<Recorder> recorder, const SockDirectory *directory, QObject *parent = nullptr);
    ~MessageLogModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    const std::shared_ptr<Recorder> &recorder() const { return m_recorder; }
    /// The message behind a row; with number 0 when there is no such row.
    StoredMessage message(int row) const;
    /// Nothing when the number has left the store.
    std::optional<StoredMessage> messageByNo(quint64 no) const { return m_recorder->store().message(no); }
    /// 0 when there is no such row.
    quint64 noOfRow(int row) const;
    /// -1 when the number is not among the rows.
    int rowOfNo(quint64 no) const;
    /// The row with the least number that is not below no; -1 when there is none.
    int rowAtOrAfterNo(quint64 no) const;

    /// Moves what waits in the inbox into the store, for at most collectMs, and shows it: at most one remove and one
    /// insert. Answers whether more waits.
    bool collect();
    void clear();
    /// What handlers threw about messages of a sock that may be in the log already.
    void noteFailures(quint32 sock, std::span<const LateFailure> failures) { m_failures.add(sock, failures); }
    const LateFailures &lateFailures() const { return m_failures; }
    /// What went wrong with a message, its own note and what handlers threw later; empty when nothing did.
    QString noteOf(const StoredMessage &message) const;
    /// Forgets all messages and shows those of a spool that a crash left; what came back and what is lost.
    RecoveryReport adopt(const QString &path);
    void setPaused(bool paused);
    bool isPaused() const { return m_paused; }
    /// Messages that were captured since the pause began.
    quint64 hiddenByPause() const;
    void setLimits(const RecorderLimits &limits);
    void setMaximumRows(qint64 rows);
    qint64 maximumRows() const { return m_maximumRows; }
    /// Messages that are stored and pass, as far as is known, but have no row because there are too many.
    quint64 rowsNotShown() const { return m_rowsNotShown; }

    void setFilter(const Filter &filter);
    const Filter &filter() const { return m_filter; }
    bool isScanning() const { return isFiltered() && m_runner.isScanning(); }
    /// A scan that is worth telling of: messages that have just arrived are always a moment behind.
    bool isCatchingUp() const { return isScanning() && m_runner.progress() < 1; }
    /// 0 to 1.
    double scanProgress() const { return isFiltered() ? m_runner.progress() : 1; }
    /// Messages that the filter could not look at, because their chunk cannot be read.
    quint64 unreadableByFilter() const { return isFiltered() ? m_runner.unreadable() : 0; }
    /// What filters know of socks and marks now; a copy that nobody changes.
    std::shared_ptr<const FilterContext> filterContext() const;

    /// What a person chose; it holds at once, references or none.
    void setTimeFormat(TimeFormat format);
    TimeFormat timeFormat() const { return m_timeFormat; }
    /// What is shown: since the reference, from the first one that is set to the last that is taken away.
    TimeFormat shownTimeFormat() const { return m_fromReference ? TimeFormat::Relative : m_timeFormat; }

    Annotations *annotations() { return &m_annotations; }
    const Annotations *annotations() const { return &m_annotations; }
    bool isMarked(int row) const { return m_annotations.isMarked(noOfRow(row)); }
    int markCount() const { return m_annotations.markCount(); }
    /// The next row with a note of that kind after (or before) row, round the end; -1 when there is none.
    int nextNoted(Annotations::Kind kind, int row) const;
    int previousNoted(Annotations::Kind kind, int row) const;

    /// The filter that a cell's message passes because of that cell; empty when there is none.
    QString cellTerm(const QModelIndex &cell) const;

    const LogColumns &fieldColumns() const { return m_fieldColumns; }
    /// What is wrong with the path; nothing when there is a new column for it, the last.
    std::optional<QString> addColumn(const QString &path, const QString &title = {});
    /// section from ColumnCount on.
    void renameColumn(int section, const QString &title);
    void removeColumn(int section);
    void setFieldColumns(const LogColumns &columns);

    /// Looks for the next message after (or before) fromNo among those that are shown; 0: from the end that the
    /// direction names. Answers with found or notFound, once; a new search or cancelFind ends the last without one.
    void startFind(const Filter &wanted, quint64 fromNo, FindRunner::Direction direction, bool wrap = true);
    void cancelFind();
    bool isFinding() const { return m_finder.isSearching(); }
    double findProgress() const { return m_finder.progress(); }

    /// Colours the rows that are seen; null: none. They must outlive the model.
    void setColourRules(const ColourRules *rules);

    /// Names, codecs or types of socks changed: what is shown is read again.
    void refreshTexts();

Q_SIGNALS:
    void pausedChanged(bool paused);
    void filterChanged();
    /// fraction 0 to 1; 1 when the scan is complete.
    void scanProgressed(double fraction);
    void timeFormatChanged();
    void marksChanged();
    void found(quint64 no, bool wrapped);
    /// unreadable: messages that could not be looked at.
    void notFound(quint64 unreadable);
    void findProgressed(double fraction);

private:
    // messagelogmodel.cpp
    bool isFiltered() const { return !m_filter.isEmpty(); }
    quint64 visibleEnd() const;
    StoredChunks chunksOf(quint64 from, quint64 to) const;
    FilterInput filterInput(const Filter &filter) const;
    void extendScan();
    void takeResults();
    void pump();
    void publish();
    bool publishFiltered();
    bool publishRange();
    void removeBefore(quint64 no);
    void removeFirstRows(qint64 count);
    void resetRows();
    void refilter(const Filter &filter);
    void dropOldest();
    void forgetMessages();
    // messagelogdata.cpp
    const LogRow &rowOf(quint64 no) const;
    LogRow readRow(quint64 no) const;
    QVariant text(const LogRow &data, int row, int column) const;
    QVariant ruleValue(const LogRow &data, int role) const;
    QString summaryText(const LogRow &data) const;
    QVariant toolTip(const LogRow &data, int column) const;
    QVariant sortValue(const LogRow &data, int column) const;
    QString timeText(const LogRow &data, int row) const;
    void forgetTexts();
    // messagelogsearch.cpp
    void handleAnnotationChanged(Annotations::Kind kind, quint64 no);
    void handleReferencesChanged();
    void showTimesAgain();
    void settleFailures();
    void handleFindFinished(const FindRunner::Answer &answer);
    using NotedStep = quint64 (Annotations::*)(Annotations::Kind, quint64) const;
    int notedRow(quint64 start, NotedStep step, Annotations::Kind kind) const;

    std::shared_ptr<Recorder> m_recorder;
    const SockDirectory *m_directory;
    const ColourRules *m_rules = nullptr;
    Annotations m_annotations;
    LateFailures m_failures;
    LogColumns m_fieldColumns;
    Filter m_filter;
    FilterRunner m_runner;
    FindRunner m_finder;
    TimeFormat m_timeFormat = TimeFormat::Absolute;
    int m_ignoredCount = 0; // when the last of them changed
    bool m_hadReferences = false;
    bool m_fromReference = false; // nobody chose it: it ends with the references
    quint64 m_rangeFirst = 1;     // rows without a filter: [m_rangeFirst, m_rangeEnd)
    quint64 m_rangeEnd = 1;
    LogRows m_rows;                   // rows with a filter
    std::vector<LogHits> m_frontHits; // found and not rows yet: the newest first …
    std::vector<LogHits> m_backHits;  // … and the oldest first
    quint64 m_extendedTo = 1;         // messages below are scanned or on their way
    bool m_frontTurn = false;         // front and back take turns when both have rows
    qint64 m_maximumRows = defaultMaximumRows;
    quint64 m_rowsNotShown = 0;
    bool m_paused = false;
    quint64 m_pausedAt = 0;
    qint64 m_firstWallNs = 0; // of the first message since the last clear
    bool m_wasScanning = false;
    QTimer m_frameTimer;
    QTimer m_refilterTimer;
    QTimer m_findTimer;
    QElapsedTimer m_published;
    mutable QCache<quint64, LogRow> m_readRows{4096};
    mutable std::shared_ptr<const FilterContext> m_context; // null: to be made anew
};

} // namespace SockScope
