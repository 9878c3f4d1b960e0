#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include <optional>

#include "core/filter/filter.h"
#include "core/filter/filtertext.h"
#include "ui/models/filterhistory.h"
#include "ui/models/savedfilters.h"
#include "ui/models/seenvalues.h"

class QAction;
class QLabel;
class QMenu;

namespace SockScope {

class CompletionPopup;
class FilterEdit;
class Inspection;
class MessageLogModel;
class SavedFilterRow;

/*! The filter of the log: a field that is green when its filter can be read, red and with the reason when it cannot.
 *  Path    a person → Filter → [this] → MessageLogModel
 *  Shape   what can be read is in force after a short pause, at once with Enter; what cannot leaves the last good one
 *          in force. A prepared text waits for Enter. The list of completions, the last texts, the saved filters
 *  Units   pauseMs
 *  Errors  stand beside the field, with the column; colour, underline, icon and words say the same
 *  Thread  the window's
 *  Source  Wireshark's display filter field
 */
class FilterBar : public QWidget
{
    Q_OBJECT
public:
    enum class State : quint8 {
        Empty,
        Pending,  ///< readable, and not in force yet: the pause is not over
        Prepared, ///< readable, and waits for Enter
        Valid,
        Scanning,
        Invalid
    };
    Q_ENUM(State)
    static constexpr int pauseMs = 350;

    explicit FilterBar(Inspection *inspection, QWidget *parent = nullptr);

    QString text() const;
    /// In force at once when it can be read.
    void setText(const QString &text);
    State state() const { return m_state; }
    QString message() const;
    FilterEdit *field() const { return m_field; }
    SavedFilters *savedFilters() { return &m_saved; }
    SavedFilterRow *savedRow() const { return m_savedRow; }
    CompletionPopup *popup() const { return m_popup; }
    const FilterHistory &history() const { return m_history; }
    void loadSettings(const QSettings &settings);
    void saveSettings(QSettings &settings) const;

Q_SIGNALS:
    /// The text cannot be read, and so the rows are still those of another filter; empty when they are the text's.
    void staleChanged(const QString &what);

public Q_SLOTS:
    void focusField();
    void clear();
    /// The term joined with what stands there, in force at once.
    void applyTerm(const QString &term, SockScope::FilterJoin join = SockScope::FilterJoin::And);
    /// The same, in force with Enter.
    void prepareTerm(const QString &term, SockScope::FilterJoin join);

private:
    void createField();
    void showText(const QString &text, bool prepared);
    void handleEdited();
    void applyNow();
    void compile();
    void showState();
    void complete(bool asked);
    void fillHistory();
    bool handleKey(int key, Qt::KeyboardModifiers modifiers);
    bool eventFilter(QObject *watched, QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showMessage(const QString &text, bool wrong);
    void tellWhatIsShown(bool stale);

    Inspection *m_inspection;
    MessageLogModel *m_log;
    FilterEdit *m_field;
    QAction *m_icon = nullptr;
    QLabel *m_label;
    QMenu *m_historyMenu;
    CompletionPopup *m_popup;
    SavedFilters m_saved;
    SavedFilterRow *m_savedRow;
    FilterHistory m_history{QStringLiteral("filters/history")};
    QTimer m_pause;
    SeenValues m_seen;
    QElapsedTimer m_seenSince;
    std::optional<Filter> m_filter; ///< what the text says; nothing when it cannot be read
    FilterError m_error;
    QString m_message;
    QString m_stale; ///< said last
    State m_state = State::Empty;
    bool m_prepared = false;
};

} // namespace SockScope
