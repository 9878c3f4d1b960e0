#include "core/project/projectitem.h"

#include <algorithm>
#include <array>

#include "core/compose/sendpace.h"
#include "core/project/projectreader_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

QStringList ProjectMessage::peers() const
{
    const qsizetype scheme = to.indexOf("://"_L1);
    QStringList result = to.sliced(scheme < 0 ? 0 : scheme + 3).split(u',', Qt::SkipEmptyParts);
    for (QString &peer : result)
        peer = peer.trimmed();
    return result;
}

namespace {

using Kind = ProjectItem::Kind;
using Code = ProjectError::Code;

const std::array formNames{u"text"_s, u"json"_s, u"hex"_s, u"file"_s};
const std::array stageNames{u"message"_s, u"frame"_s, u"raw"_s};
const QStringList repeatKeys{u"everyMs"_s, u"count"_s, u"jitterMs"_s, u"burst"_s, u"perSecond"_s};
const QStringList itemKeys{u"name"_s, u"waitMs"_s,  u"socket"_s, u"to"_s,    u"asReceived"_s, u"type"_s,
                           u"form"_s, u"payload"_s, u"repeat"_s, u"items"_s, u"steps"_s,      u"stage"_s};
constexpr qsizetype maximumWord = 1024; // of names of sockets, types
constexpr qsizetype maximumTo = 8192;   // of peers

class ItemReader
{
public:
    std::optional<QList<ProjectItem>> readList(const JsonNode &node, const QString &path, std::optional<Kind> container,
                                               int depth)
    {
        if (!node.isArray())
            return fail({Code::Invalid, path, 0, 0, u"this is no list"_s, u"put the items in [ ]"_s}, node.offset());
        if (depth > ProjectItems::maximumDepth) {
            return fail({Code::LimitReached, path, 0, 0,
                         u"folders are nested deeper than %1"_s.arg(ProjectItems::maximumDepth), u"flatten them"_s},
                        node.offset());
        }
        QList<ProjectItem> items;
        items.reserve(static_cast<qsizetype>(node.items().size()));
        for (size_t i = 0; i < node.items().size(); ++i) {
            auto item = readItem(node.items()[i], path + u"[%1]"_s.arg(i), container, depth);
            if (!item)
                return std::nullopt;
            items.append(*std::move(item));
        }
        return items;
    }
    const ProjectError &error() const { return m_error; }
    qint64 offset() const { return m_offset; }

private:
    std::nullopt_t fail(const ProjectError &error, qint64 offset)
    {
        m_error = error;
        m_offset = offset;
        return std::nullopt;
    }

    std::optional<ProjectItem> readItem(const JsonNode &node, const QString &path, std::optional<Kind> container,
                                        int depth)
    {
        if (!node.isObject())
            return fail({Code::Invalid, path, 0, 0, u"this is no saved message"_s, u"put it in { }"_s}, node.offset());
        if (++m_count > ProjectItems::maximumItems) {
            return fail({Code::LimitReached, path, 0, 0,
                         u"there are more than %1 saved messages"_s.arg(ProjectItems::maximumItems),
                         u"split the project"_s},
                        node.offset());
        }
        ProjectReader reader(node, path);
        ProjectItem item;
        const JsonNode *children = nullptr;
        QString childrenKey;
        if ((children = node.find(u"items"))) {
            item.kind = Kind::Folder;
            childrenKey = u"items"_s;
        } else if ((children = node.find(u"steps"))) {
            item.kind = Kind::Sequence;
            childrenKey = u"steps"_s;
        } else if (node.find(u"waitMs")) {
            item.kind = Kind::Wait;
        }
        if (!ProjectItem::mayContain(container, item.kind)) {
            reader.fail({},
                        container ? u"a sequence holds messages and waits only"_s : u"a wait stands in no sequence"_s,
                        container ? u"move it out of \"steps\""_s : u"move it into the \"steps\" of one"_s);
        }
        item.name = reader.text(u"name"_s, ProjectItems::maximumName);
        if (const auto why = ProjectItems::refusal(item.name);
            why && !(item.name.isEmpty() && container == Kind::Sequence))
            reader.fail(reader.has(u"name"_s) ? u"name"_s : QString(), *why, u"give it another name"_s);
        if (item.kind == Kind::Wait)
            item.waitMs = reader.whole(u"waitMs"_s, 0, ProjectItems::maximumWaitMs, 0);
        else if (item.kind == Kind::Message)
            readMessage(&reader, &item.message);
        if (reader.error())
            return fail(*reader.error(), reader.offset());
        if (children) {
            auto list = readList(*children, reader.pathOf(childrenKey), item.kind, depth + 1);
            if (!list)
                return std::nullopt;
            item.items = *std::move(list);
        }
        const JsonNode *repeat = node.find(u"repeat");
        if (reader.hasUnknown(itemKeys) || (repeat && ProjectReader(*repeat, {}).hasUnknown(repeatKeys)))
            item.unknown = unknownOf(node);
        return item;
    }

    void readMessage(ProjectReader *reader, ProjectMessage *message)
    {
        message->socket = reader->text(u"socket"_s, maximumWord);
        message->to = reader->text(u"to"_s, maximumTo);
        message->asReceived = reader->boolean(u"asReceived"_s, false);
        const JsonNode *type = reader->find(u"type"_s);
        message->type = type && type->kind() == JsonNode::Kind::Number ? QString::fromLatin1(type->literal())
                                                                       : reader->text(u"type"_s, maximumWord);
        message->payload = reader->text(u"payload"_s, ProjectItems::maximumPayload);
        const QString form = reader->text(u"form"_s, maximumWord, formNames.front());
        const auto found = std::find(formNames.begin(), formNames.end(), form);
        if (found == formNames.end())
            reader->fail(u"form"_s, u"%1 is no way to write a payload"_s.arg(shortQuote(form)),
                         u"there are text, json, hex and file"_s);
        else
            message->form = static_cast<ProjectForm>(found - formNames.begin());
        const QString stage = reader->text(u"stage"_s, maximumWord, stageNames.front());
        const auto level = std::find(stageNames.begin(), stageNames.end(), stage);
        if (level == stageNames.end())
            reader->fail(u"stage"_s, u"%1 is no stage"_s.arg(shortQuote(stage)), u"there are message, frame and raw"_s);
        else
            message->stage = static_cast<ProjectStage>(level - stageNames.begin());
        if (const JsonNode *repeat = reader->find(u"repeat"_s)) {
            ProjectReader inner(*repeat, reader->pathOf(u"repeat"_s));
            if (!repeat->isObject())
                inner.fail({}, u"this is no object"_s, u"write { \"everyMs\": 1000, \"count\": 10 }"_s);
            message->repeatPerSecond = inner.whole(u"perSecond"_s, 0, SendPace::maximumPerSecond, 0);
            const bool hasRate = message->repeatPerSecond > 0;
            message->repeatMs =
                inner.whole(u"everyMs"_s, hasRate ? 0 : 1, ProjectItems::maximumWaitMs, hasRate ? 0 : 1000);
            message->repeatCount = inner.whole(u"count"_s, 0, ProjectItems::maximumCount, 0);
            message->repeatJitterMs = inner.whole(u"jitterMs"_s, 0, ProjectItems::maximumWaitMs, 0);
            message->repeatBurst = inner.whole(u"burst"_s, 1, SendPace::maximumBurst, 1);
            if (inner.error())
                reader->fail(*inner.error(), inner.offset());
        }
    }

    /// The places of the known keys, whose values come from the item, and the others whole.
    static std::shared_ptr<const JsonNode> unknownOf(const JsonNode &node)
    {
        auto kept = std::make_shared<JsonNode>(JsonNode::object());
        for (const JsonMember &member : node.members()) {
            const bool known = itemKeys.contains(member.key) && member.key != u"repeat"_s;
            kept->append(JsonMember{member.key, member.literal, known ? JsonNode() : member.value});
        }
        return kept;
    }

    int m_count = 0;
    ProjectError m_error;
    qint64 m_offset = -1;
};

JsonNode nodeOf(const ProjectItem &item)
{
    JsonNode node = JsonNode::object();
    const auto text = [&node](const QString &key, const QString &value) {
        if (!value.isEmpty())
            node.set(key, JsonNode::ofText(value));
    };
    text(u"name"_s, item.name);
    switch (item.kind) {
    case Kind::Message: {
        const ProjectMessage &message = item.message;
        text(u"socket"_s, message.socket);
        text(u"to"_s, message.to);
        if (message.asReceived)
            node.set(u"asReceived"_s, JsonNode::ofBool(true));
        text(u"type"_s, message.type);
        node.set(u"form"_s, JsonNode::ofText(projectFormName(message.form)));
        if (message.stage != ProjectStage::Message)
            node.set(u"stage"_s, JsonNode::ofText(projectStageName(message.stage)));
        node.set(u"payload"_s, JsonNode::ofText(message.payload));
        if (message.repeats()) {
            JsonNode repeat = JsonNode::object();
            repeat.set(repeatKeys.at(0), JsonNode::ofInteger(message.repeatMs));
            repeat.set(repeatKeys.at(1), JsonNode::ofInteger(message.repeatCount));
            if (message.repeatJitterMs > 0)
                repeat.set(repeatKeys.at(2), JsonNode::ofInteger(message.repeatJitterMs));
            if (message.repeatBurst != 1)
                repeat.set(repeatKeys.at(3), JsonNode::ofInteger(message.repeatBurst));
            if (message.repeatPerSecond > 0)
                repeat.set(repeatKeys.at(4), JsonNode::ofInteger(message.repeatPerSecond));
            const JsonNode *old = item.unknown ? item.unknown->find(u"repeat") : nullptr;
            node.set(u"repeat"_s, old ? JsonNode::keepUnknown(*old, repeat, repeatKeys) : repeat);
        }
        break;
    }
    case Kind::Folder:
        node.set(u"items"_s, ProjectItems::toNode(item.items));
        break;
    case Kind::Sequence:
        node.set(u"steps"_s, ProjectItems::toNode(item.items));
        break;
    case Kind::Wait:
        node.set(u"waitMs"_s, JsonNode::ofInteger(item.waitMs));
        break;
    }
    return item.unknown ? JsonNode::keepUnknown(*item.unknown, node, itemKeys) : node;
}

ProjectError notFound(const QString &path, const QString &why, const QString &remedy)
{
    return {Code::NotFound, {}, 0, 0, u"%1 is not among the saved messages: %2"_s.arg(shortQuote(path), why), remedy};
}

} // namespace

QString projectFormName(ProjectForm form)
{
    return formNames.at(static_cast<size_t>(form));
}

QString projectStageName(ProjectStage stage)
{
    return stageNames.at(static_cast<size_t>(stage));
}

bool ProjectItem::mayContain(std::optional<Kind> container, Kind kind)
{
    if (container == Kind::Sequence)
        return kind == Kind::Message || kind == Kind::Wait;
    return (!container || container == Kind::Folder) && kind != Kind::Wait;
}

bool operator==(const ProjectItem &a, const ProjectItem &b)
{
    const bool sameUnknown = a.unknown == b.unknown || (a.unknown && b.unknown && *a.unknown == *b.unknown);
    return a.kind == b.kind && a.name == b.name && a.message == b.message && a.waitMs == b.waitMs &&
           a.items == b.items && sameUnknown;
}

std::optional<QString> ProjectItems::refusal(const QString &name)
{
    if (name.trimmed().isEmpty())
        return u"it needs a name"_s;
    if (name.size() > maximumName)
        return u"the name has more than %1 characters"_s.arg(maximumName);
    if (name.contains(u'/'))
        return u"a name has no slash, which stands between folder and name"_s;
    return std::nullopt;
}

std::optional<QList<ProjectItem>> ProjectItems::fromNode(const JsonNode &node, const QString &path, qint64 *offset,
                                                         ProjectError *error)
{
    ItemReader reader;
    auto items = reader.readList(node, path, std::nullopt, 0);
    if (!items) {
        *error = reader.error();
        *offset = reader.offset();
    }
    return items;
}

JsonNode ProjectItems::toNode(const QList<ProjectItem> &items)
{
    JsonNode list = JsonNode::array();
    for (const ProjectItem &item : items)
        list.append(nodeOf(item));
    return list;
}

int ProjectItems::count(const QList<ProjectItem> &items)
{
    int result = 0;
    for (const ProjectItem &item : items)
        result += 1 + count(item.items);
    return result;
}

const ProjectItem *ProjectItems::find(const QList<ProjectItem> &items, const QString &path, ProjectError *error)
{
    const QList<ProjectItem> *level = &items;
    const ProjectItem *found = nullptr;
    const QStringList names = path.split(u'/');
    for (const QString &name : names) {
        found = nullptr;
        QStringList there;
        for (const ProjectItem &item : *level) {
            if (item.name != name) {
                there.append(item.name);
                continue;
            }
            if (found) {
                *error = notFound(path, u"there is more than one %1"_s.arg(shortQuote(name)), u"rename one of them"_s);
                return nullptr;
            }
            found = &item;
        }
        if (!found) {
            constexpr qsizetype named = 10;
            *error = notFound(path, u"there is no %1"_s.arg(shortQuote(name)),
                              there.isEmpty() ? u"that folder is empty"_s
                                              : u"there are %1"_s.arg(there.mid(0, named).join(u", "_s)) +
                                                    (there.size() > named ? u", …"_s : QString()));
            return nullptr;
        }
        level = &found->items;
    }
    return found;
}

} // namespace SockScope
