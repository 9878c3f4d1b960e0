#pragma once

#include <QFrame>

#include <functional>
#include <vector>

#include "core/store/recovery.h"

class QLabel;
class QPushButton;

namespace SockScope {

/*! Offers the messages that a crash left on the disk: open them, keep them for later, or delete them.
 *  Path    Spool::abandoned → [this] → RecoveredWindow or Spool::discard
 *  Shape   a bar above the log, one left-over after the other, the newest first; it blocks nothing and takes no focus.
 *          A run of which nothing reached the disk is told once, and forgotten when the bar is closed
 *  Units   messages; bytes on disk
 *  Errors  what could not be opened or deleted, and what was lost at the end, is said in the bar until it is closed
 *  Thread  the window's
 *  Source  none
 */
class RecoveryBar : public QFrame
{
    Q_OBJECT
public:
    using Open = std::function<RecoveryReport(const QString &path)>;
    using Discard = std::function<std::optional<SockError>(const QString &path)>;

    RecoveryBar(Open open, Discard discard, QWidget *parent = nullptr);

    /// Shows the bar unless there are none.
    void offer(std::vector<AbandonedSpool> spools);
    QString text() const;

private:
    void showNext();
    void showQuestion();
    void showResult(const QString &text);
    void openSpool();
    void keep();
    void discard();
    void closeResult();

    Open m_openSpool;
    Discard m_discardSpool;
    std::vector<AbandonedSpool> m_spools;
    size_t m_current = 0;
    bool m_sure = false; ///< the person has asked to delete once
    QLabel *m_icon;
    QLabel *m_text;
    QPushButton *m_open;
    QPushButton *m_keep;
    QPushButton *m_delete;
    QPushButton *m_close;
};

} // namespace SockScope
