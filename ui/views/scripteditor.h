#pragma once

#include <QPlainTextEdit>

namespace SockScope {

/*! A text of code with the numbers of its lines.
 *  Path    a person ↔ [this] ↔ ScriptsPanel
 *  Shape   one line is not broken into several; Tab indents by blanks
 *  Units   lines from 1
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class ScriptEditor : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit ScriptEditor(QWidget *parent = nullptr);

    /// So wide are the numbers.
    int marginWidth() const;

protected:
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    class Margin;
    void paintNumbers(QPaintEvent *event);
    void updateMargin();

    QWidget *m_margin;
};

} // namespace SockScope
