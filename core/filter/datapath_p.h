#pragma once

#include <QCborValue>

#include <optional>

#include "core/codec/item.h"
#include "core/filter/filterlexer_p.h"

namespace SockScope {

/// Whether a map's key is that of a step, as the detail tree would show it.
bool isStepsKey(const FilterStep &step, const Item &key, const ItemSource &source);

/// The same in a decoded value; nothing where it is not there.
std::optional<QCborValue> valueBelow(QCborValue value, const FilterPath &path);

/// Finds the value of a path among scanned items: that of [type, data] in data, else in the whole. The first of equal
/// keys counts; what a broken payload holds before its error is found, as the detail tree shows it.
class PathSink : public ItemSink
{
public:
    PathSink(const FilterPath &path, const ItemSource &source);

    bool leaf(const Item &item, bool isKey) override;
    bool open(const Item &item, bool isKey) override;
    bool close(qsizetype end) override;
    /// After the scan: the value, when it is there. The length of a container is that of its head.
    std::optional<Item> found(const ScanResult &result) const;

private:
    // One way to read the payload: the path begins at its root, or at the second element of the root.
    struct Tracker
    {
        size_t depth = 0;   // open containers around the value that the next step is looked for in
        size_t matched = 0; // steps
        bool keyFits = false;
        bool tagged = false; // the value is what the tag that was found holds
        bool ended = false;  // nothing can change any more
        bool has = false;
        Item item;
    };
    struct Level
    {
        ItemKind kind = ItemKind::Array;
        qint64 children = 0;
    };
    bool value(const Item &item);
    void follow(Tracker &tracker, const Item &item);
    void arrive(Tracker &tracker, const Item &item);
    void leave(Tracker &tracker) const;

    const FilterPath &m_path;
    const ItemSource &m_source;
    std::vector<Level> m_levels;
    int m_keyDepth = 0; // containers open inside a key
    Tracker m_whole;
    Tracker m_data;
    bool m_rootIsArray = false;
    bool m_typeLike = false; // the root's first element can be a type
    qint64 m_elements = 0;   // of the root, an array
};

/// The same for JSON, without looking at more of the payload than it takes, and several times as fast.
class JsonPath
{
public:
    explicit JsonPath(const FilterPath &path)
        : m_path(path)
    {
    }
    std::optional<Item> find(QByteArrayView payload) const;
    /// Whether the value is there and accepted; what stands behind it is read only then.
    template <typename Accept>
    bool holds(QByteArrayView payload, Accept accept) const
    {
        Place place;
        const std::optional<Item> item = locate(payload, place);
        return item && accept(*item) && (!place.data || isTypeAndData(payload, place));
    }

private:
    /// Where the second element of the root begins; null when nobody has to look how many there are.
    struct Place
    {
        const char *data = nullptr;
    };
    std::optional<Item> locate(QByteArrayView payload, Place &place) const;
    static bool isTypeAndData(QByteArrayView payload, const Place &place);

    const FilterPath &m_path;
};

} // namespace SockScope
