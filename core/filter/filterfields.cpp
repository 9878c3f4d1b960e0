#include "core/filter/filterfields.h"

#include <QMetaEnum>

#include <array>

#include "core/filter/filterstrings_p.h"
#include "core/types/enums.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

struct Entry
{
    FilterField field;
    FilterKind kind;
    QLatin1String name;
    const char *help;
};

constexpr std::array entries{
    Entry{FilterField::No, FilterKind::Number, "no"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Number of the message")},
    Entry{FilterField::Time, FilterKind::Seconds, "time"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Seconds since the time reference")},
    Entry{FilterField::Dir, FilterKind::Direction, "dir"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Direction: in or out")},
    Entry{FilterField::Sock, FilterKind::Text, "sock"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Name or address of the socket")},
    Entry{FilterField::Peer, FilterKind::Peer, "peer"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "The other side: 127.0.0.1:9000, 127.0.0.1 or 10.0.0.0/8")},
    Entry{FilterField::PeerAddress, FilterKind::Address, "peer.address"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Address of the other side, without its port")},
    Entry{FilterField::PeerPort, FilterKind::Number, "peer.port"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Port of the other side")},
    Entry{FilterField::Type, FilterKind::Type, "type"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Message type: its name or number")},
    Entry{FilterField::Size, FilterKind::Number, "size"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Bytes on the wire")},
    Entry{FilterField::Length, FilterKind::Number, "length"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Bytes of the payload")},
    Entry{FilterField::Payload, FilterKind::Bytes, "payload"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "The payload's bytes")},
    Entry{FilterField::Text, FilterKind::Text, "text"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "The payload as text")},
    Entry{FilterField::Note, FilterKind::Text, "note"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "What was noted: why it failed, who answered")},
    Entry{FilterField::Outcome, FilterKind::Outcome, "outcome"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "What became of the message")},
    Entry{FilterField::Seq, FilterKind::Number, "seq"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Number among what its socket received")},
    Entry{FilterField::Data, FilterKind::Data, "data"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Decoded data, and any path below it: data.pos.x, data[0]")},
    Entry{FilterField::Error, FilterKind::Flag, "error"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "It failed or was dropped")},
    Entry{FilterField::Unhandled, FilterKind::Flag, "unhandled"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "No handler for its type")},
    Entry{FilterField::Injected, FilterKind::Flag, "injected"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Put in by hand, never on the wire")},
    Entry{FilterField::Truncated, FilterKind::Flag, "truncated"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "Longer than the receive buffer")},
    Entry{FilterField::Marked, FilterKind::Flag, "marked"_L1, QT_TRANSLATE_NOOP("SockScope::Filter", "You marked it")},
    Entry{FilterField::Commented, FilterKind::Flag, "commented"_L1,
          QT_TRANSLATE_NOOP("SockScope::Filter", "You wrote a comment on it")},
};

FilterFieldInfo infoOf(const Entry &entry)
{
    return {entry.field, entry.kind, QString(entry.name), filterTr(entry.help)};
}

} // namespace

std::vector<FilterFieldInfo> filterFields()
{
    std::vector<FilterFieldInfo> fields;
    fields.reserve(entries.size());
    for (const Entry &entry : entries)
        fields.push_back(infoOf(entry));
    return fields;
}

std::optional<FilterFieldInfo> filterField(QStringView name)
{
    for (const Entry &entry : entries) {
        if (entry.name == name)
            return infoOf(entry);
    }
    return std::nullopt;
}

QStringList filterOperators(FilterKind kind)
{
    switch (kind) {
    case FilterKind::Number:
    case FilterKind::Seconds:
        return {u"=="_s, u"!="_s, u">"_s, u">="_s, u"<"_s, u"<="_s, u"in"_s};
    case FilterKind::Direction:
    case FilterKind::Outcome:
        return {u"=="_s, u"!="_s, u"in"_s};
    case FilterKind::Text:
    case FilterKind::Peer:
    case FilterKind::Address:
    case FilterKind::Bytes:
        return {u"=="_s, u"!="_s, u"contains"_s, u"matches"_s, u"in"_s};
    case FilterKind::Type:
    case FilterKind::Data:
        return {u"=="_s, u"!="_s, u">"_s, u">="_s, u"<"_s, u"<="_s, u"contains"_s, u"matches"_s, u"in"_s};
    case FilterKind::Flag:
        break;
    }
    return {};
}

QString filterOperatorHelp(QStringView op)
{
    if (op == u"==")
        return filterTr("is the same as");
    if (op == u"!=")
        return filterTr("is there, and differs from");
    if (op == u">")
        return filterTr("is more than");
    if (op == u">=")
        return filterTr("is at least");
    if (op == u"<")
        return filterTr("is less than");
    if (op == u"<=")
        return filterTr("is at most");
    if (op == u"contains")
        return filterTr("has this text or these bytes in it");
    if (op == u"matches")
        return filterTr("fits this regular expression");
    if (op == u"in")
        return filterTr("is one of {a, b, 1..5}");
    return {};
}

QStringList filterOutcomes()
{
    static const QStringList names = [] {
        QStringList keys;
        const auto outcomes = QMetaEnum::fromType<Outcome>();
        for (int i = 0; i < outcomes.keyCount(); ++i)
            keys += QString::fromLatin1(outcomes.key(i));
        return keys;
    }();
    return names;
}

} // namespace SockScope
