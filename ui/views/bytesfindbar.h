#pragma once

#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;

namespace SockScope {

class HexView;

/*! Finds bytes of the chosen message, given as text or as hexadecimal figures.
 *  Path    a person → [this] → HexView::find
 *  Shape   Enter finds the next, Shift+Enter the previous, Esc closes
 *  Units   none
 *  Errors  figures that are none are said beside the field
 *  Thread  the window's
 *  Source  none
 */
class BytesFindBar : public QWidget
{
    Q_OBJECT
public:
    explicit BytesFindBar(HexView *view, QWidget *parent = nullptr);

    /// What the bar says: not found, or what is wrong with the figures.
    QString message() const;

public Q_SLOTS:
    void open();
    void findNext() { find(true); }
    void findPrevious() { find(false); }

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void find(bool forward);
    std::optional<QByteArray> needle();

    HexView *m_view;
    QComboBox *m_kind;
    QLineEdit *m_field;
    QLabel *m_message;
};

} // namespace SockScope
