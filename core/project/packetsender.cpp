#include "core/project/packetsender.h"

#include <QHostAddress>
#include <QSet>

#include <algorithm>
#include <cmath>

#include "core/project/jsontext.h"
#include "core/project/projectreader_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// It writes numbers as texts, and some versions as numbers.
QString word(const JsonNode &packet, QStringView key)
{
    const JsonNode *value = packet.find(key);
    if (!value)
        return {};
    return (value->isText() ? value->text() : QString::fromLatin1(value->literal())).trimmed();
}

/// Pairs of digits with anything between them; nothing when there is half a byte.
std::optional<QByteArray> bytesOf(const QString &hex)
{
    QString digits;
    for (const QChar c : hex) {
        const bool digit = (c >= u'0' && c <= u'9') || (c.toLower() >= u'a' && c.toLower() <= u'f');
        if (digit)
            digits += c;
        else if (!c.isSpace() && !u",.:;"_s.contains(c))
            return std::nullopt;
    }
    if (digits.size() % 2 != 0)
        return std::nullopt;
    return QByteArray::fromHex(digits.toLatin1());
}

void setPayload(const QByteArray &bytes, ProjectMessage *message)
{
    const bool isText = std::all_of(bytes.begin(), bytes.end(), [](char c) {
        return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
    });
    if (!isText) {
        message->form = ProjectForm::Hex;
        message->payload = QString::fromLatin1(bytes.toHex(' '));
        return;
    }
    QString text = QString::fromLatin1(bytes);
    text.replace(u'\\', u"\\\\"_s).replace(u'\n', u"\\n"_s).replace(u'\r', u"\\r"_s).replace(u'\t', u"\\t"_s);
    message->form = ProjectForm::Text;
    message->payload = text;
}

class Importer
{
public:
    void add(const JsonNode &packet, size_t number)
    {
        QString name = word(packet, u"name");
        m_name = name.isEmpty() ? u"packet %1"_s.arg(number + 1) : name;
        if (!packet.isObject())
            return leave(u"this is no packet"_s);
        const QString kind = word(packet, u"tcporudp").toLower();
        if (kind.contains(u"http"))
            return leave(u"HTTP requests are not taken over"_s);
        const auto bytes = bytesOf(word(packet, u"hexstring"));
        if (!bytes)
            return leave(u"its hexstring is not whole bytes in hexadecimal digits"_s);
        ProjectItem item;
        item.name = freeName();
        setPayload(*bytes, &item.message);
        const bool secure = kind.contains(u"ssl") || kind.contains(u"dtls") || kind.contains(u"tls");
        const bool udp = kind.contains(u"udp") || kind.contains(u"dtls");
        if (secure)
            note(u"it goes out without encryption"_s);
        else if (!udp && kind != u"tcp"_s)
            note(u"%1 is no transport here; it goes over TCP"_s.arg(shortQuote(kind)));
        setTarget(packet, udp, &item.message);
        setRepeat(packet, &item.message);
        if (const QString port = word(packet, u"fromport"); port.toInt() > 0)
            note(u"its local port %1 is not taken over"_s.arg(port));
        if (word(packet, u"sendresponse").toInt() > 0)
            note(u"it does not answer by itself here"_s);
        m_result.items.append(item);
    }
    ImportedPackets result() { return std::move(m_result); }

private:
    void note(const QString &text) { m_result.notes.append(m_name.left(80) + u": "_s + text); }
    void leave(const QString &why)
    {
        ++m_result.left;
        note(why);
    }
    QString freeName()
    {
        QString name = m_name;
        if (name.contains(u'/')) {
            name.replace(u'/', u'-');
            note(u"it is named %1 here"_s.arg(shortQuote(name)));
        }
        constexpr qsizetype roomForNumber = 8;
        name.truncate(ProjectItems::maximumName - roomForNumber);
        const QString base = name;
        for (int number = 2; m_names.contains(name); ++number)
            name = base + u' ' + QString::number(number);
        m_names.insert(name);
        return name;
    }
    void setTarget(const JsonNode &packet, bool udp, ProjectMessage *message)
    {
        QString host = word(packet, u"toip");
        bool ok = false;
        const quint16 port = word(packet, u"port").toUShort(&ok);
        if (host.isEmpty() || !ok || port == 0)
            return note(u"it has no address and port to go to"_s);
        if (QHostAddress(host).protocol() == QAbstractSocket::IPv6Protocol)
            host = u'[' + host + u']';
        message->to = (udp ? u"udp://%1:%2"_s : u"tcp://%1:%2"_s).arg(host).arg(port);
    }
    void setRepeat(const JsonNode &packet, ProjectMessage *message)
    {
        const double seconds = word(packet, u"repeat").toDouble();
        if (!(seconds > 0))
            return;
        const double ms = std::min(std::round(seconds * 1000), double(ProjectItems::maximumWaitMs));
        message->repeatMs = std::max<qint64>(1, static_cast<qint64>(ms));
    }

    ImportedPackets m_result;
    QSet<QString> m_names;
    QString m_name;
};

} // namespace

std::optional<ImportedPackets> importPacketSender(const QByteArray &json, ProjectError *error)
{
    const auto root = parseJsonText(json, error);
    if (!root)
        return std::nullopt;
    if (!root->isArray()) {
        *error = {ProjectError::Code::Invalid,
                  {},
                  1,
                  1,
                  u"this is no list of packets"_s,
                  u"export them from Packet Sender as JSON"_s};
        return std::nullopt;
    }
    if (root->items().size() > size_t(ProjectItems::maximumItems)) {
        *error = {ProjectError::Code::LimitReached,
                  {},
                  0,
                  0,
                  u"there are %1 packets, more than %2"_s.arg(root->items().size()).arg(ProjectItems::maximumItems),
                  u"export fewer"_s};
        return std::nullopt;
    }
    Importer importer;
    for (size_t i = 0; i < root->items().size(); ++i)
        importer.add(root->items()[i], i);
    return importer.result();
}

} // namespace SockScope
