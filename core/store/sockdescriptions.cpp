#include "core/store/sockdescriptions.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <atomic>

namespace SockScope {

using namespace Qt::StringLiterals;

void SockDescriptions::set(quint32 run, const SockDescription &description)
{
    const std::pair key(run, description.id);
    if (m_socks.size() < maximum || m_socks.contains(key))
        m_socks[key] = description;
}

QByteArray SockDescriptions::toJson() const
{
    QJsonArray socks;
    for (const auto &[key, sock] : m_socks) {
        QJsonObject types;
        if (sock.types) {
            for (const QString &name : sock.types->names())
                types.insert(name, QString::number(sock.types->number(name).value_or(0))); // JSON numbers are doubles
        }
        socks.append(QJsonObject{{u"run"_s, qint64(key.first)},
                                 {u"id"_s, qint64(key.second)},
                                 {u"name"_s, sock.name},
                                 {u"url"_s, sock.url},
                                 {u"codec"_s, sock.codecName},
                                 {u"types"_s, types}});
    }
    return QJsonDocument(QJsonObject{{u"version"_s, 1}, {u"socks"_s, socks}}).toJson();
}

SockDescriptions SockDescriptions::fromJson(const QByteArray &json)
{
    SockDescriptions read;
    for (const QJsonValue value : QJsonDocument::fromJson(json).object().value("socks"_L1).toArray()) {
        const QJsonObject object = value.toObject();
        SockDescription sock;
        sock.id = static_cast<quint32>(object.value("id"_L1).toInteger());
        sock.name = object.value("name"_L1).toString();
        sock.url = object.value("url"_L1).toString();
        sock.codecName = object.value("codec"_L1).toString();
        MessageTypes types;
        const QJsonObject names = object.value("types"_L1).toObject();
        for (auto it = names.begin(); it != names.end(); ++it)
            types.define(it.key(), it.value().toString().toLongLong());
        if (types.size() > 0)
            sock.types = std::make_shared<const MessageTypes>(std::move(types));
        read.set(static_cast<quint32>(object.value("run"_L1).toInteger()), sock);
    }
    return read;
}

std::map<quint32, ChunkFile::SockIds> SockDescriptions::renumber()
{
    static std::atomic<quint32> next{firstRecoveredId};
    std::map<quint32, ChunkFile::SockIds> ids;
    for (auto &[key, sock] : m_socks) {
        sock.id = next++;
        ids[key.first].insert(key.second, sock.id);
    }
    return ids;
}

void SockDescriptions::take(const SockDescriptions &other, quint32 run, quint32 asRun)
{
    for (const auto &[key, sock] : other.m_socks) {
        if (key.first == run)
            set(asRun, sock);
    }
}

std::vector<SockDescription> SockDescriptions::all() const
{
    std::vector<SockDescription> socks;
    for (const auto &[key, sock] : m_socks)
        socks.push_back(sock);
    return socks;
}

} // namespace SockScope
