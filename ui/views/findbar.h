#pragma once

#include <QWidget>

#include <optional>

#include "core/filter/filter.h"
#include "ui/models/filterhistory.h"
#include "ui/models/findrunner.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QMenu;
class QSettings;
class QToolButton;

namespace SockScope {

class FilterEdit;
class MessageLogModel;

/*! The bar under the log that looks for the next message: by a filter, a text, bytes or a regular expression.
 *  Path    a person → Filter → [this] → MessageLogModel::startFind → the log's current message
 *  Shape   one search at a time, beside the window's thread; the last texts and the kind are remembered
 *  Units   none
 *  Errors  what cannot be read, a search without a hit, one that went round the end, and messages that could not be
 *          looked at are said in the bar
 *  Thread  the window's
 *  Source  Wireshark's find bar
 */
class FindBar : public QWidget
{
    Q_OBJECT
public:
    enum class Kind : quint8 { Filter, Text, Hex, Regex };
    Q_ENUM(Kind)

    explicit FindBar(MessageLogModel *log, QWidget *parent = nullptr);

    void open();
    Kind kind() const;
    void setKind(Kind kind);
    QString text() const;
    QString message() const;
    bool isSearching() const;
    FilterEdit *field() const { return m_field; }
    /// Where the search starts; the panel keeps it up to date.
    void setCurrentNo(quint64 no) { m_currentNo = no; }
    /// What is looked for; nothing, and why, when it cannot be read.
    static std::optional<Filter> filterFor(Kind kind, const QString &text, bool caseSensitive, FilterError *error);
    void loadSettings(const QSettings &settings);
    void saveSettings(QSettings &settings) const;

public Q_SLOTS:
    void findNext();
    void findPrevious();

Q_SIGNALS:
    void found(quint64 no);
    void closed();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void build();
    void search(FindRunner::Direction direction);
    void check();
    void close();
    void showKind();
    void showMessage(const QString &text, bool wrong);
    void handleFound(quint64 no, bool wrapped);
    void handleNotFound(quint64 unreadable);
    void showProgress(double fraction);
    void fillHistory();

    MessageLogModel *m_log;
    QComboBox *m_kind;
    FilterEdit *m_field;
    QCheckBox *m_case;
    QLabel *m_message;
    QMenu *m_historyMenu;
    FilterHistory m_history{QStringLiteral("find/history")};
    quint64 m_currentNo = 0;
    FindRunner::Direction m_direction = FindRunner::Direction::Forward;
    bool m_searching = false;
};

} // namespace SockScope
