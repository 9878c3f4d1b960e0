#pragma once

#include <QWidget>

#include "core/filter/filtertext.h"
#include "core/types/bytes.h"

class QMenu;

namespace SockScope {

class BytesFindBar;
class ElidedLabel;
class HexView;

/*! The chosen message as bytes.
 *  Path    a payload → [this] ↔ DecodedPanel
 *  Shape   the hex view, a line that says what is selected and what it means, and a bar to find bytes (Ctrl+F)
 *  Units   bytes of the payload
 *  Errors  none
 *  Thread  the window's
 *  Source  Wireshark's packet bytes
 */
class BytesPanel : public QWidget
{
    Q_OBJECT
public:
    static constexpr qsizetype maximumFilterBytes = 1024;

    explicit BytesPanel(QWidget *parent = nullptr);

    HexView *hexView() const { return m_view; }
    BytesFindBar *findBar() const { return m_findBar; }
    QString lineText() const;
    void setMessage(const Bytes &payload, const QString &emptyText);

Q_SIGNALS:
    /// `payload contains` the selected bytes, to be applied at once, or only written.
    void filterRequested(const QString &term, SockScope::FilterJoin join, bool apply);

private:
    void fillMenu(QMenu *menu);
    void updateLine(qsizetype offset, qsizetype length);

    HexView *m_view;
    BytesFindBar *m_findBar;
    ElidedLabel *m_line;
};

} // namespace SockScope
