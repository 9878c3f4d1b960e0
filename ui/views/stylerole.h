#pragma once

#include <QStyle>
#include <QVariant>
#include <QWidget>

namespace SockScope {

/// What a widget says: "error", "secondary", … The style sheet's rules for it apply at once.
inline void setRole(QWidget *widget, const QString &role)
{
    if (widget->property("role").toString() == role)
        return;
    widget->setProperty("role", role);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

} // namespace SockScope
