// The half of jsontext.h that writes.
#include "core/project/jsontext.h"

#include <algorithm>
#include <utility>

namespace SockScope {

namespace {

constexpr qsizetype lineColumns = 120;

qsizetype columns(QByteArrayView text)
{
    return std::count_if(text.begin(), text.end(), [](char c) { return (quint8(c) & 0xc0) != 0x80; });
}

QByteArray quoted(const QByteArray &literal)
{
    return '"' + literal + '"';
}

bool hasListOfContainers(const JsonNode &node)
{
    if (node.isArray() &&
        std::any_of(node.items().begin(), node.items().end(), [](const JsonNode &item) { return item.isContainer(); }))
        return true;
    return std::any_of(node.members().begin(), node.members().end(),
                       [](const JsonMember &member) { return hasListOfContainers(member.value); });
}

/// In one line; gives up behind `room` columns. false: it is longer.
bool writeLine(const JsonNode &node, qsizetype room, QByteArray *text)
{
    if (!node.isContainer()) {
        *text += node.isText() ? quoted(node.literal()) : node.literal();
        return columns(*text) <= room;
    }
    const bool isArray = node.isArray();
    if (node.items().empty() && node.members().empty()) {
        *text += isArray ? "[]" : "{}";
        return columns(*text) <= room;
    }
    *text += isArray ? "[" : "{ ";
    bool first = true;
    const auto separate = [&] {
        if (!std::exchange(first, false))
            *text += ", ";
    };
    for (const JsonNode &item : node.items()) {
        separate();
        if (!writeLine(item, room, text))
            return false;
    }
    for (const JsonMember &member : node.members()) {
        separate();
        *text += quoted(member.literal) + ": ";
        if (!writeLine(member.value, room, text))
            return false;
    }
    *text += isArray ? "]" : " }";
    return columns(*text) <= room;
}

void write(const JsonNode &node, int level, bool mayBeLine, qsizetype used, QByteArray *text)
{
    if (!node.isContainer()) {
        *text += node.isText() ? quoted(node.literal()) : node.literal();
        return;
    }
    if (node.items().empty() && node.members().empty()) {
        *text += node.isArray() ? "[]" : "{}";
        return;
    }
    QByteArray line;
    if (mayBeLine && !hasListOfContainers(node) && writeLine(node, lineColumns - used - 1, &line)) {
        *text += line;
        return;
    }
    const QByteArray indent(2 * (level + 1), ' ');
    *text += node.isArray() ? "[\n" : "{\n";
    for (size_t i = 0; i < node.items().size(); ++i) {
        *text += indent;
        write(node.items()[i], level + 1, true, indent.size(), text);
        *text += i + 1 < node.items().size() ? ",\n" : "\n";
    }
    for (size_t i = 0; i < node.members().size(); ++i) {
        const JsonMember &member = node.members()[i];
        const QByteArray key = indent + quoted(member.literal) + ": ";
        *text += key;
        // The sections of a project always have their lines: one more item in them changes one line.
        write(member.value, level + 1, level > 0, columns(key), text);
        *text += i + 1 < node.members().size() ? ",\n" : "\n";
    }
    *text += QByteArray(2 * level, ' ') + (node.isArray() ? "]" : "}");
}

} // namespace

QByteArray writeJsonText(const JsonNode &node)
{
    QByteArray text;
    write(node, 0, false, 0, &text);
    return text + '\n';
}

} // namespace SockScope
