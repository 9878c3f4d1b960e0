#pragma once

#include <QString>

#include <functional>
#include <optional>

#include "core/filter/filtertext.h"

class QMenu;
class QObject;

namespace SockScope {

/// All the ways in which a term can join what is there; use is called for the one that is chosen, while context lives.
void addFilterJoins(QMenu *menu, const QObject *context, const std::function<void(FilterJoin join)> &use);

/// "Apply as Filter" and "Prepare as Filter" with all of them. Without a term they are disabled.
void addFilterMenus(QMenu *menu, const std::optional<QString> &term, const QObject *context,
                    const std::function<void(const QString &term, FilterJoin join, bool apply)> &use);

} // namespace SockScope
