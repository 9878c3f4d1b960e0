#include "ui/models/sockdirectory.h"

#include "core/codec/codec.h"
#include "core/types/messagetypes.h"
#include "ui/models/format.h"

namespace SockScope {

using namespace Qt::StringLiterals;

bool SockDirectory::update(const SockSnapshot &snapshot)
{
    const auto found = m_infos.constFind(snapshot.sockId);
    if (found != m_infos.cend() && !found->removed && found->name == snapshot.name && found->url == snapshot.url &&
        found->codec == snapshot.codec && found->types == snapshot.types && found->stream == snapshot.stream) {
        return false;
    }
    if (found == m_infos.cend() || found->removed) {
        m_removed.removeOne(snapshot.sockId);
        m_order.append(snapshot.sockId);
    }
    m_infos.insert(snapshot.sockId, {snapshot.sockId, snapshot.name, snapshot.url, snapshot.stream, false,
                                     snapshot.codec, snapshot.types});
    return true;
}

void SockDirectory::remove(quint32 sockId)
{
    const auto found = m_infos.find(sockId);
    if (found == m_infos.end() || found->removed)
        return;
    found->removed = true;
    m_order.removeOne(sockId);
    m_removed.append(sockId);
    if (m_removed.size() > maximumRemoved)
        m_infos.remove(m_removed.takeFirst());
}

void SockDirectory::addRecovered(const SockDescription &description)
{
    if (m_infos.contains(description.id))
        return;
    const bool stream = description.url.startsWith("tcp"_L1) || description.url.startsWith("tls"_L1);
    const auto codec = description.codecName.isEmpty() ? nullptr : makeCodec(description.codecName);
    m_infos.insert(description.id,
                   {description.id, description.name, description.url, stream, true, codec, description.types});
    m_removed.append(description.id);
    if (m_removed.size() > maximumRemoved)
        m_infos.remove(m_removed.takeFirst());
}

const SockInfo &SockDirectory::info(quint32 sockId) const
{
    const auto found = m_infos.constFind(sockId);
    if (found != m_infos.cend())
        return *found;
    m_unknown = {};
    m_unknown.sockId = sockId;
    m_unknown.name = QStringLiteral("#%1").arg(sockId);
    m_unknown.removed = true;
    return m_unknown;
}

QString SockDirectory::name(quint32 sockId) const
{
    const SockInfo &known = info(sockId);
    return known.name.isEmpty() ? known.url : known.name;
}

QString SockDirectory::typeText(quint32 sockId, const MessageType &type) const
{
    if (type.isName())
        return type.name();
    const SockInfo &known = info(sockId);
    const QString number = QString::number(type.number());
    if (!known.types)
        return number;
    const std::optional<QString> defined = known.types->name(type.number());
    return defined ? QStringLiteral("%1 (%2)").arg(*defined, number) : number;
}

QString SockDirectory::typeLabel(quint32 sockId, const MessageType &type) const
{
    const SockInfo &known = info(sockId);
    return known.types ? known.types->label(type) : type.toString();
}

QString SockDirectory::summary(quint32 sockId, QByteArrayView payload, qsizetype maximumCharacters) const
{
    const SockInfo &known = info(sockId);
    if (known.codec)
        return known.codec->summary(payload, maximumCharacters);
    return Format::hex(payload, qMax<qsizetype>(0, (maximumCharacters - 2) / 3));
}

QList<SockInfo> SockDirectory::present() const
{
    QList<SockInfo> infos;
    infos.reserve(m_order.size());
    for (const quint32 id : m_order)
        infos.append(info(id));
    return infos;
}

} // namespace SockScope
