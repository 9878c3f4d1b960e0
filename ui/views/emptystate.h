#pragma once

#include <QPointer>
#include <QWidget>

class QAbstractItemView;
class QLabel;
class QPushButton;

namespace SockScope {

/*! What an empty panel says: what would fill it, and the button for that.
 *  Path    beside a view: it lies over the viewport while the model has no rows
 *  Shape   a sentence and at most one button
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class EmptyState : public QWidget
{
    Q_OBJECT
public:
    explicit EmptyState(QAbstractItemView *view);

    void setText(const QString &text);
    QString text() const;
    /// An empty text takes the button away.
    void setButton(const QString &text, const QIcon &icon = {});
    QPushButton *button() const { return m_button; }
    /// Call it again when the view gets another model.
    void watchModel();

Q_SIGNALS:
    void buttonClicked();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void updateShown();

    QAbstractItemView *m_view;
    QLabel *m_label;
    QPushButton *m_button;
};

} // namespace SockScope
