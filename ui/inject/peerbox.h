#pragma once

#include <QComboBox>

#include <functional>

namespace SockScope {

/*! A list of peers that is read at the moment when a person opens it: a hundred thousand of them cost nothing until then.
 *  Path    PeerModel → [this] → Composer
 *  Shape   editable, so that a peer that is not there can be played
 *  Units   none
 *  Errors  none
 *  Thread  the window's
 *  Source  none
 */
class PeerBox : public QComboBox
{
    Q_OBJECT
public:
    explicit PeerBox(std::function<void()> fill, QWidget *parent = nullptr)
        : QComboBox(parent)
        , m_fill(std::move(fill))
    {
        setEditable(true);
        setInsertPolicy(QComboBox::NoInsert);
    }
    void showPopup() override
    {
        m_fill();
        QComboBox::showPopup();
    }

private:
    std::function<void()> m_fill;
};

} // namespace SockScope
