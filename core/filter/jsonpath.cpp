#include "core/codec/jsonitems.h"
#include "core/filter/datapath_p.h"
#include "core/filter/jsonreader_p.h"

namespace SockScope {

namespace {

bool isKeyOf(const FilterStep &step, const Item &key, QByteArrayView payload)
{
    const QByteArrayView content = payload.sliced(key.contentOffset, key.contentLength);
    if (content == step.keyUtf8)
        return true;
    if (!step.asShown && !content.contains('\\'))
        return false;
    return isStepsKey(step, key, JsonItems(payload));
}

/// Goes from a value to the one that the path names below it.
bool follow(JsonReader &reader, const FilterPath &path, QByteArrayView payload)
{
    for (const FilterStep &step : path) {
        if (!reader.enter(step.isIndex ? '[' : '{') || reader.isAt(step.isIndex ? ']' : '}'))
            return false;
        Item key;
        for (qint64 index = 0;; ++index) {
            if (!step.isIndex && !reader.readKey(key))
                return false;
            if (step.isIndex ? index == step.index : isKeyOf(step, key, payload))
                break;
            if (!reader.skipValue() || !reader.takeComma())
                return false;
        }
    }
    return true;
}

} // namespace

std::optional<Item> JsonPath::find(QByteArrayView payload) const
{
    std::optional<Item> found;
    const bool there = holds(payload, [&found](const Item &item) {
        found = item;
        return true;
    });
    return there ? found : std::nullopt;
}

std::optional<Item> JsonPath::locate(QByteArrayView payload, Place &place) const
{
    if (payload.isEmpty())
        return std::nullopt;
    JsonReader reader(payload);
    const char *root = payload.begin() + JsonItems(payload).start();
    reader.moveTo(root, 0);
    Item item;
    const auto below = [&](const char *start, int depth) -> std::optional<Item> {
        reader.moveTo(start, depth);
        Item found;
        if (follow(reader, m_path, payload) && (reader.readValue(found) || found.partial))
            return found;
        return std::nullopt;
    };
    // [type, … is a message, unless it is over behind the type or has a third element.
    if (!reader.enter('[') || reader.isAt('[') || reader.isAt('{'))
        return below(root, 0);
    if (!reader.readValue(item))
        return item.partial ? std::nullopt : below(root, 0);
    if (!item.isTypeLike())
        return below(root, 0);
    if (!reader.takeComma()) {
        if (!reader.take(']'))
            return std::nullopt;
        reader.skipBlanks(); // [type] and something behind it: a message that was cut off, as the detail tree has it
        return reader.atEnd() ? below(root, 0) : std::nullopt;
    }
    const Place second{reader.at()};
    if (m_path.empty() || m_path.front().isIndex)
        return isTypeAndData(payload, second) ? below(second.data, 1) : below(root, 0);
    place = second; // a key can only be meant below it: how many elements there are matters when it is found
    return below(second.data, 1);
}

bool JsonPath::isTypeAndData(QByteArrayView payload, const Place &place)
{
    JsonReader reader(payload);
    reader.moveTo(place.data, 1);
    Item third;
    if (!reader.skipValue() || !reader.takeComma())
        return true;
    return !reader.readValue(third) && !third.partial;
}

} // namespace SockScope
