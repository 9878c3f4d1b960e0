#pragma once

#include <QLabel>

namespace SockScope {

/*! A line of plain text that gives way where there is no room: it ends in "…", and its tool tip says it whole.
 *  Path    beside the views
 *  Shape   text() is always whole
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class ElidedLabel : public QLabel
{
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget *parent = nullptr);

    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
};

} // namespace SockScope
