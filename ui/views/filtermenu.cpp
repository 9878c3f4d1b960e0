#include "ui/views/filtermenu.h"

#include <QCoreApplication>
#include <QMenu>

#include "ui/icons.h"

namespace SockScope {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::FilterMenu", text);
}

} // namespace

void addFilterJoins(QMenu *menu, const QObject *context, const std::function<void(FilterJoin join)> &use)
{
    const std::pair<QString, FilterJoin> joins[] = {
        {tr("&Selected"), FilterJoin::Replace},         {tr("&Not Selected"), FilterJoin::ReplaceNot},
        {tr("…&and Selected"), FilterJoin::And},        {tr("…&or Selected"), FilterJoin::Or},
        {tr("…and no&t Selected"), FilterJoin::AndNot}, {tr("…or not Se&lected"), FilterJoin::OrNot}};
    for (const auto &[text, join] : joins)
        menu->addAction(text, context, [use, how = join] { use(how); });
}

void addFilterMenus(QMenu *menu, const std::optional<QString> &term, const QObject *context,
                    const std::function<void(const QString &term, FilterJoin join, bool apply)> &use)
{
    for (const bool apply : {true, false}) {
        QMenu *sub = menu->addMenu(themeIcon(u"filter"), apply ? tr("Apply as &Filter") : tr("Pr&epare as Filter"));
        sub->setObjectName(apply ? QStringLiteral("applyAsFilter") : QStringLiteral("prepareAsFilter"));
        sub->setEnabled(term.has_value());
        addFilterJoins(sub, context,
                       [use, term, apply](FilterJoin join) { use(term.value_or(QString()), join, apply); });
    }
}

} // namespace SockScope
