#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "core/tap/messagetrace.h"
#include "core/types/enums.h"
#include "ui/models/roles.h"

namespace SockScope {

class SockDirectory;

/*! What happened to one message, step by step.
 *  Path    TraceLog → [this] → the Trace panel
 *  Shape   a row a stage, a wait, a run of a handler, a message sent meanwhile; in order of their beginning. Roles:
 *          SortRole NumericRole SockIdRole SequenceRole (of the message that a row names, 0: none) LevelRole KindRole
 *          (an untranslated name of the kind of row) SpanBeginRole SpanEndRole
 *  Units   nanoseconds in SortRole, since the message arrived; spans in parts of the whole, 0 to 1
 *  Errors  handlers that failed are of Level::Error, those that have not come back of Level::Warning
 *  Thread  the window's
 *  Source  Gantt charts
 */
class TraceModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { StepColumn, AtColumn, TookColumn, SpanColumn, ColumnCount };
    Q_ENUM(Column)

    explicit TraceModel(const SockDirectory *directory, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// closed: the sock is gone, so that what is open stays open. The rows that stay keep their place.
    void set(quint32 sockId, const MessageTrace &trace, Outcome outcome, bool closed);
    void clear();
    /// From its arrival to the end of the last handler that ended; 0 when nothing is shown.
    qint64 totalNs() const { return m_totalNs; }

private:
    struct Row
    {
        const char *kind = "";
        QString text;
        qint64 atNs = -1; ///< since the arrival; -1: not known
        qint64 tookNs = -1;
        qint64 beginNs = 0; ///< of the bar
        qint64 endNs = 0;
        quint32 sequence = 0;
        Level level = Level::Good;
        QString tip;
        friend bool operator==(const Row &, const Row &) = default;
    };
    std::vector<Row> rowsOf(const MessageTrace &trace, Outcome outcome, bool closed) const;
    static QString impairText(Outcome act);
    void addStages(std::vector<Row> &rows, const MessageTrace &trace, Outcome outcome) const;
    void addRun(std::vector<Row> &rows, const TracedRun &run, qint64 zeroNs, bool closed) const;
    void addSends(std::vector<Row> &rows, const TracedRun &run, qint64 zeroNs) const;
    QVariant text(const Row &row, int column) const;

    const SockDirectory *m_directory;
    quint32 m_sockId = 0;
    std::vector<Row> m_rows;
    qint64 m_totalNs = 0;
};

} // namespace SockScope
