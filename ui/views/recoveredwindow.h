#pragma once

#include <QMainWindow>

#include "core/store/recovery.h"
#include "core/store/storestats.h"

class QLabel;
class QTimer;

namespace SockScope {

class BytesPanel;
class DecodedPanel;
class FilterBar;
class Inspection;
class LogPanel;

/*! The messages of a run that crashed, in a window and a log of their own: the live log is not touched.
 *  Path    RecoveryBar → MessageStore::adopt → [this]: a log with filter, search and detail, into which nothing comes
 *  Shape   the numbers that the messages had; the title and the line at the top say which log this is. Closing asks
 *          whether they stay on the disk; a program that ends without an answer keeps them
 *  Units   messages; bytes on disk
 *  Errors  report() says why nothing came back; spool files that somebody deletes meanwhile are said at the top
 *  Thread  the window's
 *  Source  none
 */
class RecoveredWindow : public QMainWindow
{
    Q_OBJECT
public:
    static constexpr int lookMs = 2000; ///< so often it looks whether the files are still there

    RecoveredWindow(const QString &path, StoreLimits limits, QWidget *parent = nullptr);
    ~RecoveredWindow() override;

    const RecoveryReport &report() const { return m_report; }
    Inspection *inspection() const { return m_inspection; }
    LogPanel *logPanel() const { return m_log; }
    FilterBar *filterBar() const { return m_filter; }
    DecodedPanel *decodedPanel() const { return m_decoded; }
    QString notice() const;
    /// What came back and what is lost, in a sentence or two.
    static QString describe(const RecoveryReport &report);
    /// The program ends: none of them asks.
    static void keepAll();

public Q_SLOTS:
    void lookForDeletedFiles();

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    void createMenus();
    void connectPanels();
    void showMessage(quint64 no);
    void askForNumber();
    void say(const QString &text);

    Inspection *m_inspection;
    RecoveryReport m_report;
    LogPanel *m_log;
    FilterBar *m_filter;
    DecodedPanel *m_decoded;
    BytesPanel *m_bytes;
    QLabel *m_notice;
    QTimer *m_look;
    QString m_origin; ///< what the notice says first
    bool m_linking = false;
    bool m_answered = false; ///< closing has asked
};

} // namespace SockScope
