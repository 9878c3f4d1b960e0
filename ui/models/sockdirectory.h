#pragma once

#include <QHash>
#include <QList>
#include <QString>

#include <memory>

#include "core/store/sockdescription.h"
#include "core/tap/sockmonitor.h"

namespace SockScope {

/// What the models must know of a sock to write its name, a type and a summary.
struct SockInfo
{
    quint32 sockId = 0;
    QString name;
    QString url;
    bool stream = false;
    bool removed = false; ///< gone from the list of sockets; its records may still be shown
    std::shared_ptr<const Codec> codec;
    std::shared_ptr<const MessageTypes> types;
};

/*! Names, codecs and type names of all socks that have rows, by number.
 *  Path    SockSnapshot → [this] → every model
 *  Shape   one entry a sock; removed ones stay for the log's sake, at most maximumRemoved of them
 *  Units   none
 *  Errors  an unknown number answers an entry without codec, named "#number"
 *  Thread  the window's
 *  Source  none
 */
class SockDirectory
{
public:
    static constexpr qsizetype maximumRemoved = 4096;

    /// Answers whether anything that is shown changed.
    bool update(const SockSnapshot &snapshot);
    void remove(quint32 sockId);
    /// A sock of an earlier run, whose messages are shown again.
    void addRecovered(const SockDescription &description);
    bool contains(quint32 sockId) const { return m_infos.contains(sockId); }
    const SockInfo &info(quint32 sockId) const;
    QString name(quint32 sockId) const;
    /// "move (3)" for a defined type, "move" for a type that is a name, "3" for others.
    QString typeText(quint32 sockId, const MessageType &type) const;
    /// The name, or the number in decimal: what `type:` in a filter takes.
    QString typeLabel(quint32 sockId, const MessageType &type) const;
    QString summary(quint32 sockId, QByteArrayView payload, qsizetype maximumCharacters = 200) const;
    QList<SockInfo> present() const;
    /// Removed ones too, in no order.
    QList<SockInfo> all() const { return m_infos.values(); }

private:
    QHash<quint32, SockInfo> m_infos;
    QList<quint32> m_order;   // present socks in order of arrival
    QList<quint32> m_removed; // oldest first
    mutable SockInfo m_unknown;
};

} // namespace SockScope
