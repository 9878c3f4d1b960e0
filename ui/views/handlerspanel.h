#pragma once

#include <QWidget>

class QLabel;
class QSplitter;
class QStackedWidget;
class QTabWidget;

namespace SockScope {

class DataTable;
class HistogramView;
class Inspection;
class SlowCallModel;

/*! What each handler did, a box to switch it off, and of the chosen one how its times are spread and its longest calls.
 *  Path    HandlerStatsModel → [this] → SockController::setHandlerEnabled; TraceLog → [this] → the log
 *  Shape   a row a handler and a row a type without one; below it two tabs on the chosen handler
 *  Units   as the models
 *  Errors  what was not traced is said below the calls
 *  Thread  the window's; what is below is read again once a frame, while it is seen
 *  Source  none
 */
class HandlersPanel : public QWidget
{
    Q_OBJECT
public:
    explicit HandlersPanel(Inspection *inspection, QWidget *parent = nullptr);
    DataTable *table() const { return m_table; }
    HistogramView *histogram() const { return m_histogram; }
    DataTable *slowTable() const { return m_slowTable; }
    QTabWidget *tabs() const { return m_tabs; }

Q_SIGNALS:
    void filterRequested(const QString &term);
    /// The message of a call, by its sock and MessageHead::sequence.
    void messageRequested(quint32 sockId, quint32 sequence);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void showBelow(bool chosen);
    QWidget *createHistogramPage();
    QWidget *createSlowPage();
    void showContextMenu(QPoint position);
    void showSlowMenu(QPoint position);
    void requestMessage(const QModelIndex &index);
    void refresh();
    void showSlowCalls(quint32 sockId, quint64 handler, quint64 calls);

    Inspection *m_inspection;
    DataTable *m_table;
    QSplitter *m_splitter;
    QStackedWidget *m_below;
    QLabel *m_hint;
    QTabWidget *m_tabs;
    HistogramView *m_histogram = nullptr;
    QLabel *m_histogramText = nullptr;
    SlowCallModel *m_slowModel;
    DataTable *m_slowTable = nullptr;
    QLabel *m_slowText = nullptr;
    QString m_barText;
};

} // namespace SockScope
