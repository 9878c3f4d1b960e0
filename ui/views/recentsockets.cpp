#include "ui/views/recentsockets.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSettings>

namespace SockScope {

using namespace Qt::StringLiterals;

void RecentSockets::load(const QSettings &settings)
{
    m_specs.clear();
    const QByteArray stored = settings.value("recentSockets"_L1).toString().toUtf8();
    const QJsonArray array = QJsonDocument::fromJson(stored).array();
    for (const QJsonValue &value : array) {
        if (m_specs.size() == maximum)
            break;
        const auto spec = SockSpec::fromJson(value.toObject());
        const bool usable = spec && (spec->listen || !spec->connectTo.isEmpty());
        if (usable && !m_specs.contains(*spec))
            m_specs.append(*spec);
    }
}

void RecentSockets::save(QSettings &settings) const
{
    QJsonArray array;
    for (const SockSpec &spec : m_specs)
        array.append(spec.toJson());
    settings.setValue("recentSockets"_L1, QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact)));
}

void RecentSockets::add(const SockSpec &spec)
{
    m_specs.removeAll(spec);
    m_specs.prepend(spec);
    if (m_specs.size() > maximum)
        m_specs.removeLast();
}

QString RecentSockets::label(const SockSpec &spec)
{
    QStringList parts;
    if (!spec.name.isEmpty())
        parts += spec.name;
    if (spec.listen)
        parts += SockUrl{spec.kind, *spec.listen}.toString();
    for (const HostPort &peer : spec.connectTo)
        parts += u"→ "_s + SockUrl{spec.kind, peer}.toString();
    parts += spec.framingOrDefault() + u" · "_s + spec.codec;
    return parts.join(u"   "_s);
}

} // namespace SockScope
