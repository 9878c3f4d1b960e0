#include "ui/views/docktitle.h"

#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/icons.h"

namespace SockScope {

using namespace Qt::StringLiterals;

DockTitle::DockTitle(QDockWidget *dock)
    : QWidget(dock)
{
    setObjectName(u"dockTitle"_s);
    setAttribute(Qt::WA_StyledBackground);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 2, 3, 2);
    layout->setSpacing(1);
    auto *label = new QLabel(dock->windowTitle(), this);
    label->setProperty("role", u"title"_s);
    layout->addWidget(label, 1);
    const auto button = [&](QStringView icon, const QString &text, auto slot) {
        auto *tool = new QToolButton(this);
        tool->setIcon(themeIcon(icon));
        tool->setIconSize(QSize(14, 14));
        tool->setAutoRaise(true);
        tool->setToolTip(text);
        tool->setAccessibleName(tr("%1: %2").arg(dock->windowTitle(), text));
        tool->setFocusPolicy(Qt::NoFocus); // the View menu does the same by key
        connect(tool, &QToolButton::clicked, dock, slot);
        layout->addWidget(tool);
    };
    button(u"float", tr("Float or dock"), [dock] { dock->setFloating(!dock->isFloating()); });
    button(u"close", tr("Close (View menu opens it again)"), [dock] { dock->close(); });
}

} // namespace SockScope
