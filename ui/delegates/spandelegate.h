#pragma once

#include "ui/delegates/celldelegate.h"

namespace SockScope {

/*! When a step of a trace began and how long it took, as a bar on the time of the whole.
 *  Path    TraceModel's SpanBeginRole, SpanEndRole, KindRole → [this] → the screen
 *  Shape   handlers are full bars, stages thin ones, waits hollow ones, what was sent is a tick
 *  Units   parts of the cell's width
 *  Errors  a handler that failed has the error's colour, and the row says so in words
 *  Thread  the window's
 *  Source  Gantt charts
 */
class SpanDelegate : public CellDelegate
{
    Q_OBJECT
public:
    using CellDelegate::CellDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace SockScope
