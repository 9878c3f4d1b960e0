#pragma once

#include <QAction>
#include <QBoxLayout>
#include <QToolButton>

namespace SockScope {

/// A flat tool button for each action, named as it is. The children of parent, in the layout's order.
inline void addActionButtons(QBoxLayout *layout, QWidget *parent, std::initializer_list<QAction *> actions)
{
    for (QAction *action : actions) {
        auto *button = new QToolButton(parent);
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setObjectName(action->objectName());
        button->setAccessibleName(action->text().remove(u'&'));
        layout->addWidget(button);
    }
}

} // namespace SockScope
