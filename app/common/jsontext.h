#pragma once

#include <QByteArray>
#include <QCborValue>
#include <QDateTime>
#include <QString>

namespace SockScope {

/*! A JSON object on one line, written member by member.
 *  Path    Printer → [this] → StandardOutput
 *  Shape   keys in the order of the calls. A QCborValue becomes JSON without losing anything: bytes that are not UTF-8
 *          text {"hex":"…"}, NaN and infinities {"float":"nan"}, a map with keys that are not text {"map":[[k,v],…]},
 *          another tag {"tag":n,"value":…}; integers of any size stay exact
 *  Units   none
 *  Errors  none: every value has a form; deeper than maximumDepth it is the text of its diagnostic notation
 *  Thread  a value
 *  Source  RFC 8259
 */
class JsonText
{
public:
    static constexpr int maximumDepth = 512;

    JsonText &add(QLatin1StringView key, const QString &text);
    JsonText &add(QLatin1StringView key, qint64 number);
    JsonText &add(QLatin1StringView key, quint64 number);
    JsonText &add(QLatin1StringView key, bool flag);
    JsonText &add(QLatin1StringView key, const QCborValue &value);
    /// Something that is JSON already.
    JsonText &addJson(QLatin1StringView key, QByteArrayView json);
    QByteArray object() const { return m_members.isEmpty() ? "{}" : '{' + m_members + '}'; }

    static QByteArray fromText(QStringView text);
    static QByteArray fromValue(const QCborValue &value);

private:
    void key(QLatin1StringView key);
    QByteArray m_members;
};

/// "2026-01-02T03:04:05.678901Z"
QString isoUtc(qint64 wallUs);

} // namespace SockScope
