#pragma once

#include <QDialog>

#include <functional>
#include <vector>

#include "ui/models/ratecounts.h"

class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QPushButton;

namespace SockScope {

/*! Which sockets, peers or types have a line in the plot: a list to search and to check.
 *  Path    RatesPanel → [this] → a person → RatesPanel
 *  Shape   the checked stand first; at most maximumRows are listed, the search finds the others; at most
 *          RateSpec::maximumSeries are checked. None checked: the busiest
 *  Units   none
 *  Errors  one too many is refused and said below the list
 *  Thread  the window's
 *  Source  none
 */
class RatesChoice : public QDialog
{
    Q_OBJECT
public:
    static constexpr int maximumRows = 500;
    struct Entry
    {
        RateKey key;
        QString name;
    };
    using Chosen = std::function<void(const std::vector<RateKey> &keys)>;

    RatesChoice(const QString &title, std::vector<Entry> entries, const std::vector<RateKey> &checked, Chosen chosen,
                QWidget *parent = nullptr);

    QListWidget *list() const { return m_list; }
    QLineEdit *search() const { return m_search; }
    QString noteText() const;
    void accept() override;

private:
    void fill();
    void take(QListWidgetItem *item);
    void say(const QString &text = {});

    std::vector<Entry> m_entries;
    std::vector<bool> m_checked; ///< of each entry
    Chosen m_chosen;
    QLineEdit *m_search;
    QListWidget *m_list;
    QLabel *m_note;
    bool m_filling = false;
    int m_left = 0; ///< matches that are not listed
};

} // namespace SockScope
