#pragma once

#include <QHash>
#include <QStyledItemDelegate>

#include <functional>

#include "ui/delegates/celltext.h"

namespace SockScope {

/*! How a cell of any table looks: numbers to the right, levels in their colour with an icon, plain otherwise.
 *  Path    models' raw roles → [this] → the screen
 *  Shape   NumericRole aligns, and widens a column whose number would be cut; LevelRole colours the text, and adds an
 *          icon in the column that wantsLevelIcon names
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  never colour alone: who cannot tell red from green reads the icon
 */
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    /// The column in which a level shows its icon; -1: none.
    void setLevelIconColumn(int column) { m_levelIconColumn = column; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    /// The column of addresses, which give way at their beginning: the port at the end tells them apart; -1: none.
    void setAddressColumn(int column) { m_addressColumn = column; }
    /// Has an icon before its text where IsImpairedRole is true.
    void setImpairedColumn(int column) { m_impairedColumn = column; }
    /// What does not fit is said in a tool tip.
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;
    /// The ground of a cell, selected or not, without its text.
    static void drawGround(QPainter *painter, const QStyleOptionViewItem &option);

private:
    void widenFor(const QStyleOptionViewItem &option, const QModelIndex &index, int margins) const;

    int m_levelIconColumn = -1;
    mutable QHash<int, int> m_widened; // column → width, so that a hand that narrows it is obeyed
    mutable CellText m_text;           // no state that shows: what it knows of fonts
    int m_addressColumn = -1;
    int m_impairedColumn = -1;
};

/*! A cell of the message log: marked and broken rows have their ground, the direction is an arrow.
 *  Path    MessageLogModel → [this] → the screen
 *  Shape   DirectionColumn: arrow in (left) or out (right); a bolt of text "inj" would be noise, so an injected message
 *          has a hollow ground
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class LogDelegate : public CellDelegate
{
    Q_OBJECT
public:
    using CellDelegate::CellDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;
};

/*! The last minute of a peer as a line.
 *  Path    PeerModel's HistoryRole → [this] → the screen
 *  Shape   one point a second, the newest at the right; the height is the row's own maximum
 *  Units   messages a second
 *  Errors  none
 *  Thread  the window's
 *  Source  E. Tufte's sparklines
 */
class SparklineDelegate : public CellDelegate
{
    Q_OBJECT
public:
    using CellDelegate::CellDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

/*! The time that a silent peer has left: the text, and under it a bar that empties.
 *  Path    PeerModel's SecondsLeftRole → [this] → the screen
 *  Shape   the bar is full when the peer has just been heard, and of the warning's colour in its last quarter
 *  Units   seconds
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class CountdownDelegate : public CellDelegate
{
    Q_OBJECT
public:
    using CellDelegate::CellDelegate;
    /// The time-out of a sock, in seconds; 0: none.
    void setTimeoutSeconds(std::function<double(quint32 sockId)> function) { m_timeoutSeconds = std::move(function); }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    std::function<double(quint32 sockId)> m_timeoutSeconds;
};

} // namespace SockScope
