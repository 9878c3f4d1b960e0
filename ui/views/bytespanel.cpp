#include "ui/views/bytespanel.h"

#include <QMenu>
#include <QVBoxLayout>

#include "ui/models/byteinterpretation.h"
#include "ui/models/format.h"
#include "ui/views/bytesfindbar.h"
#include "ui/views/elidedlabel.h"
#include "ui/views/filtermenu.h"
#include "ui/views/hexview.h"

namespace SockScope {

using namespace Qt::StringLiterals;

BytesPanel::BytesPanel(QWidget *parent)
    : QWidget(parent)
    , m_view(new HexView(this))
    , m_findBar(new BytesFindBar(m_view, this))
    , m_line(new ElidedLabel(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_findBar);
    layout->addWidget(m_line);
    m_line->setMargin(4);
    m_line->setProperty("role", u"secondary"_s);
    m_line->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_line->hide();
    m_view->setEmptyText(tr("Choose a message to see its bytes."));
    connect(m_view, &HexView::selectionChanged, this, &BytesPanel::updateLine);
    connect(m_view, &HexView::menuOpening, this, &BytesPanel::fillMenu);
    connect(m_view, &HexView::findRequested, m_findBar, &BytesFindBar::open);
}

QString BytesPanel::lineText() const
{
    return m_line->text();
}

void BytesPanel::setMessage(const Bytes &payload, const QString &emptyText)
{
    m_view->setEmptyText(emptyText);
    m_view->setBytes(payload);
    m_line->setVisible(!payload.isEmpty());
    updateLine(0, 0);
}

void BytesPanel::fillMenu(QMenu *menu)
{
    menu->addSeparator();
    const qsizetype length = m_view->selectionLength();
    std::optional<QString> term;
    if (length > 0 && length <= maximumFilterBytes)
        term = filterContains(u"payload", m_view->chosen());
    addFilterMenus(menu, term, this, [this](const QString &text, FilterJoin join, bool apply) {
        Q_EMIT filterRequested(text, join, apply);
    });
    if (length > maximumFilterBytes)
        menu->addAction(tr("A filter takes at most %1 bytes").arg(Format::count(qint64(maximumFilterBytes))))
            ->setEnabled(false);
}

void BytesPanel::updateLine(qsizetype offset, qsizetype length)
{
    const qint64 size = m_view->bytes().size();
    QString text;
    if (length == 0)
        text = tr("%1 bytes").arg(Format::count(size));
    else if (length == 1)
        text = tr("byte %1 of %2").arg(Format::count(qint64(offset)), Format::count(size));
    else
        text = tr("%1 bytes from %2").arg(Format::count(qint64(length)), Format::count(qint64(offset)));
    if (const QString meaning = interpretBriefly(m_view->bytes().view().sliced(offset, length)); !meaning.isEmpty())
        text += u": "_s + meaning;
    m_line->setText(text);
}

} // namespace SockScope
