#pragma once

#include <QLineEdit>

namespace SockScope {

/*! The line in which a filter is written: it underlines what is wrong, and a bar at its foot shows how far a scan is.
 *  Path    FilterBar, ColourRulesDialog → [this]
 *  Shape   a state (empty, valid, invalid), a range that is underlined, a progress
 *  Units   columns from 0; progress from 0 to 1, negative: none
 *  Errors  shown, not made
 *  Thread  the window's
 *  Source  QInputMethodEvent's text formats, the only ones that a QLineEdit has
 */
class FilterEdit : public QLineEdit
{
    Q_OBJECT
public:
    enum class Look : quint8 { Plain, Valid, Invalid };
    Q_ENUM(Look)

    explicit FilterEdit(QWidget *parent = nullptr);

    void setLook(Look look);
    Look look() const { return m_look; }
    /// length 0: at the end of the text, where the last character is underlined.
    void setWrong(int column, int length);
    void clearWrong();
    int wrongColumn() const { return m_wrongColumn; }
    void setProgress(double progress);
    double progress() const { return m_progress; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void inputMethodEvent(QInputMethodEvent *event) override;

private:
    void underline();

    Look m_look = Look::Plain;
    int m_wrongColumn = -1;
    int m_wrongLength = 0;
    double m_progress = -1;
    bool m_composing = false;
};

} // namespace SockScope
