#pragma once

#include <QAbstractTableModel>
#include <QElapsedTimer>
#include <QTimer>

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/tap/recorder.h"
#include "ui/models/findpattern.h"
#include "ui/models/messagefilter.h"

namespace SockScope {

class SockDirectory;

/*! The log of messages: the rows of the shared Recorder that pass the filter.
 *  Path    Recorder → [this] → the Messages view
 *  Shape   no object a message: without a filter a row is a range of numbers, with one an ordered list of numbers. It
 *          is the Recorder's owner: collect() moves the inbox into the store. Roles: SortRole NumericRole SockIdRole
 *          SockNameRole EndpointRole LevelRole NoRole WallUsRole DirectionRole OutcomeRole TypeRole TypeTextRole
 *          PayloadRole SummaryRole NoteRole IsErrorRole IsUnhandledRole IsInjectedRole IsMarkedRole
 *  Units   numbers are StoredMessage::no; times as TimeFormat says
 *  Errors  none; what the Recorder lost is in Recorder::stats()
 *  Thread  the window's
 *  Source  a scan gets sliceMs of each turn of the event loop; rows are published at most once a frame
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
        ColumnCount
    };
    Q_ENUM(Column)
    enum class TimeFormat : quint8 { Absolute, Relative, Delta };
    Q_ENUM(TimeFormat)
    enum class Search : quint8 { Forward, Backward };

    /// What a search found. When it ran out of time, row is -1, complete is false, and it goes on at resumeRow.
    struct FindResult
    {
        int row = -1;
        bool complete = true;
        bool wrapped = false;
        int resumeRow = 0;
        int rowsLeft = 0;
    };
    static constexpr int sliceMs = 8;
    static constexpr int frameMs = 33;

    MessageLogModel(std::shared_ptr<Recorder> recorder, const SockDirectory *directory, QObject *parent = nullptr);
    ~MessageLogModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    const std::shared_ptr<Recorder> &recorder() const { return m_recorder; }
    /// The message behind a row; one without a number when there is no such row.
    StoredMessage message(int row) const;
    /// Nothing when the number has left the store.
    std::optional<StoredMessage> messageByNo(quint64 no) const;
    /// 0 when there is no such row.
    quint64 noOfRow(int row) const;
    /// -1 when the number is not among the rows.
    int rowOfNo(quint64 no) const;
    /// The row with the least number that is not below no; -1 when there is none.
    int rowAtOrAfterNo(quint64 no) const;

    /// Moves what waits in the inbox into the store, and shows it: at most one remove and one insert. Answers whether
    /// more waits.
    bool collect(qsizetype maximum = 100'000);
    void clear();
    void setPaused(bool paused);
    bool isPaused() const { return m_paused; }
    /// Messages that were captured since the pause began.
    quint64 hiddenByPause() const;
    void setLimits(const RecorderLimits &limits);

    void setFilter(const MessageFilter &filter);
    const MessageFilter &filter() const { return m_filter; }
    bool isScanning() const;
    /// 0 to 1.
    double scanProgress() const;

    void setTimeFormat(TimeFormat format);
    TimeFormat timeFormat() const { return m_timeFormat; }

    void setMarked(int row, bool marked);
    bool isMarked(int row) const;
    int markCount() const { return static_cast<int>(m_marks.size()); }
    void clearMarks();
    /// The next marked row after (or before) row, round the end; -1 when there is none.
    int nextMark(int row) const;
    int previousMark(int row) const;

    /// The first hit after (or before) fromRow; -1 as fromRow starts at an end. budgetMs 0: until it is found. To go
    /// on, call again with the last answer.
    FindResult find(const FindPattern &pattern, int fromRow, Search search, bool wrap, int budgetMs = 0) const;
    FindResult findOn(const FindPattern &pattern, const FindResult &last, Search search, bool wrap,
                      int budgetMs = 0) const;
    int findNext(const FindPattern &pattern, int fromRow, bool wrap = true) const;
    int findPrevious(const FindPattern &pattern, int fromRow, bool wrap = true) const;

    /// Names, codecs or types of socks changed: what is shown is read again.
    void refreshTexts();

Q_SIGNALS:
    void pausedChanged(bool paused);
    void filterChanged();
    /// fraction 0 to 1; 1 when the scan is complete.
    void scanProgressed(double fraction);
    void timeFormatChanged();
    void marksChanged();

private:
    bool isFiltered() const { return !m_filter.isEmpty(); }
    quint64 visibleEnd() const;
    bool scanSlice(qint64 budgetNs);
    void publish();
    void pump();
    void dropOldest();
    void removeBefore(quint64 firstNo);
    void resetRows();
    QVariant text(const StoredMessage &message, int row, int column) const;
    QVariant sortValue(const StoredMessage &message, int column) const;
    QString timeText(const StoredMessage &message, int row) const;

    std::shared_ptr<Recorder> m_recorder;
    const SockDirectory *m_directory;
    MessageFilter m_filter;
    TimeFormat m_timeFormat = TimeFormat::Absolute;
    quint64 m_rangeFirst = 1; // rows without a filter: [m_rangeFirst, m_rangeEnd)
    quint64 m_rangeEnd = 1;
    std::deque<quint64> m_rows;     // rows with a filter
    std::vector<quint64> m_pending; // hits of the scan that are not rows yet
    quint64 m_scanned = 1;          // the scan goes on here
    quint64 m_scanStart = 1;
    bool m_paused = false;
    quint64 m_pausedAt = 0;
    std::set<quint64> m_marks;
    qint64 m_firstWallUs = 0; // of the first message since the last clear
    QTimer m_sliceTimer;
    QElapsedTimer m_published;
};

} // namespace SockScope
