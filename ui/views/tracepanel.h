#pragma once

#include <QWidget>

#include <optional>

#include "core/store/storedmessage.h"

class QLabel;

namespace SockScope {

class DataTable;
class Inspection;
class TraceModel;

/*! What happened to the chosen message: each stage, each handler, what was sent meanwhile, with times and bars.
 *  Path    TraceLog → [this] → the log
 *  Shape   a row a step; a row that names another message jumps to it
 *  Units   as TraceModel
 *  Errors  a message without a trace: why it has none
 *  Thread  the window's; asked again once a frame only while a handler has not come back
 *  Source  the timing view of a browser's network panel
 */
class TracePanel : public QWidget
{
    Q_OBJECT
public:
    explicit TracePanel(Inspection *inspection, QWidget *parent = nullptr);

    /// Nothing: no message is chosen.
    void setMessage(const std::optional<StoredMessage> &message);
    DataTable *table() const { return m_table; }
    /// What stands above the table.
    QString title() const;

Q_SIGNALS:
    void messageRequested(quint32 sockId, quint32 sequence);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void refresh();
    void handleUpdated();
    void showNothing(const QString &why, bool offersTracing);
    void showContextMenu(QPoint position);
    void requestMessage(const QModelIndex &index);

    Inspection *m_inspection;
    TraceModel *m_model;
    DataTable *m_table;
    QLabel *m_title;
    std::optional<StoredMessage> m_message;
    bool m_final = false; ///< asking again would answer the same
};

} // namespace SockScope
