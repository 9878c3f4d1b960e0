#include "ui/views/filtermenu.h"

#include <QCoreApplication>
#include <QMenu>

#include "ui/icons.h"

namespace SockScope {

void addFilterMenus(QMenu *menu, const std::optional<QString> &term, const QObject *context,
                    const std::function<void(const QString &term, FilterJoin join, bool apply)> &use)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("SockScope::FilterMenu", text); };
    const std::pair<QString, FilterJoin> joins[] = {
        {tr("&Selected"), FilterJoin::Replace},         {tr("&Not Selected"), FilterJoin::ReplaceNot},
        {tr("…&and Selected"), FilterJoin::And},        {tr("…&or Selected"), FilterJoin::Or},
        {tr("…and no&t Selected"), FilterJoin::AndNot}, {tr("…or not Se&lected"), FilterJoin::OrNot}};
    for (const bool apply : {true, false}) {
        QMenu *sub = menu->addMenu(themeIcon(u"filter"), apply ? tr("Apply as &Filter") : tr("Pr&epare as Filter"));
        sub->setObjectName(apply ? QStringLiteral("applyAsFilter") : QStringLiteral("prepareAsFilter"));
        sub->setEnabled(term.has_value());
        for (const auto &[text, join] : joins)
            sub->addAction(text, context,
                           [use, term, how = join, apply] { use(term.value_or(QString()), how, apply); });
    }
}

} // namespace SockScope
