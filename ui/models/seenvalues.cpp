#include "ui/models/seenvalues.h"

#include <QElapsedTimer>

#include <algorithm>

#include "core/filter/filtertext.h"
#include "core/types/messagetypes.h"
#include "ui/models/sockdirectory.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype chunksLookedAt = 2;
constexpr qsizetype nodesOfAMessage = 300;
constexpr qsizetype longestValue = 80;

void addOnce(QStringList &list, const QString &text)
{
    if (!text.isEmpty() && list.size() < SeenValues::maximumNames && !list.contains(text))
        list.append(text);
}

void addTables(SeenValues &seen, const Chunk &chunk, const QList<SockInfo> &socks)
{
    const auto types = chunk.typeTable();
    for (size_t i = types.size(); i-- > 0 && seen.types.size() < SeenValues::maximumNames;) {
        QString label;
        for (const SockInfo &sock : socks) {
            if (label.isEmpty() && sock.types && sock.types->label(types[i]) != types[i].toString())
                label = filterQuoted(sock.types->label(types[i]));
        }
        addOnce(seen.types, !label.isEmpty()    ? label
                            : types[i].isName() ? filterQuoted(types[i].name())
                                                : types[i].toString());
    }
    const auto peers = chunk.peerTable();
    for (size_t i = peers.size(); i-- > 0 && seen.peers.size() < SeenValues::maximumNames;) {
        if (peers[i].isNull())
            continue;
        addOnce(seen.peers, peers[i].toString());
        addOnce(seen.addresses, peers[i].addressString());
        addOnce(seen.ports, QString::number(peers[i].port()));
    }
}

class FieldCollector
{
public:
    FieldCollector(SeenValues &seen, const Codec &codec, QByteArrayView payload)
        : m_seen(seen)
        , m_codec(codec)
        , m_payload(payload)
    {
    }
    void add(const FieldNode &node)
    {
        m_path.push_back(&node);
        const bool leaf = node.children.empty();
        // The element that holds the type is the field `type`, and known already.
        if (const auto name = filterFieldOf(m_path); name && name->startsWith("data"_L1))
            note(*name, node, leaf);
        for (const FieldNode &child : node.children)
            add(child);
        m_path.pop_back();
    }

private:
    void note(const QString &name, const FieldNode &node, bool leaf)
    {
        auto known = std::find_if(m_seen.fields.begin(), m_seen.fields.end(),
                                  [&](const SeenField &field) { return field.path == name; });
        if (known == m_seen.fields.end()) {
            if (m_seen.fields.size() >= static_cast<size_t>(SeenValues::maximumNames))
                return;
            known = m_seen.fields.insert(known, {name, node.kind, {}});
        }
        if (!leaf || known->values.size() >= SeenValues::maximumValues)
            return;
        const auto term = filterTermOf(m_path, m_codec, m_payload);
        const QString start = name + u" == "_s;
        if (term && term->startsWith(start) && term->size() - start.size() <= longestValue)
            addOnce(known->values, term->mid(start.size()));
    }

    SeenValues &m_seen;
    const Codec &m_codec;
    QByteArrayView m_payload;
    std::vector<const FieldNode *> m_path;
};

} // namespace

SeenValues SeenValues::collect(const SockDirectory &directory, const StoredChunks &chunks)
{
    SeenValues seen;
    const QList<SockInfo> socks = directory.present();
    for (const SockInfo &sock : socks) {
        addOnce(seen.socks, filterQuoted(sock.name));
        if (!sock.types)
            continue;
        const QStringList names = sock.types->names();
        for (const QString &name : names.first(std::min(names.size(), maximumNames)))
            addOnce(seen.types, filterQuoted(name));
    }
    QElapsedTimer timer;
    timer.start();
    int decoded = 0;
    qsizetype looked = 0;
    for (auto stored = chunks.rbegin(); stored != chunks.rend() && looked < chunksLookedAt; ++stored, ++looked) {
        if ((*stored)->isSpooled())
            break; // the disk is not worth a list of suggestions
        const auto chunk = (*stored)->load();
        if (!chunk)
            break;
        addTables(seen, *chunk, socks);
        for (int i = chunk->count(); i-- > 0 && decoded < maximumDecoded && timer.elapsed() < maximumDecodeMs;) {
            const SockInfo &info = directory.info(chunk->sock(i));
            const QByteArrayView payload = chunk->payload(i);
            if (!info.codec || payload.isEmpty() || payload.size() > maximumPayloadBytes)
                continue;
            FieldCollector(seen, *info.codec, payload).add(info.codec->fields(payload, nodesOfAMessage));
            ++decoded;
        }
    }
    for (QStringList *list : {&seen.socks, &seen.types})
        std::sort(list->begin(), list->end());
    std::sort(seen.fields.begin(), seen.fields.end(),
              [](const SeenField &a, const SeenField &b) { return a.path < b.path; });
    return seen;
}

const SeenField *SeenValues::field(QStringView path) const
{
    const auto found =
        std::find_if(fields.begin(), fields.end(), [path](const SeenField &field) { return field.path == path; });
    return found == fields.end() ? nullptr : &*found;
}

} // namespace SockScope
