#include "core/project/project.h"

#include <QJsonArray>

#include <algorithm>
#include <utility>

#include "core/codec/codec.h"
#include "core/project/jsontext.h"
#include "core/project/projectreader_p.h"
#include "core/protocol/describedcodec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Code = ProjectError::Code;

const QString noProtocol = u"none"_s;
constexpr qsizetype maximumText = 64 * 1024; // of a filter, a path, a title

const QStringList rootKeys{u"version"_s,  u"sockets"_s, u"framings"_s,  u"codecs"_s,  u"types"_s,
                           u"messages"_s, u"rules"_s,   u"sequences"_s, u"scripts"_s, u"personas"_s,
                           u"impair"_s,   u"filters"_s, u"colours"_s,   u"columns"_s, u"layout"_s};
const QStringList socketKeys{u"name"_s,    u"kind"_s,         u"listen"_s,    u"connectTo"_s,
                             u"framing"_s, u"codec"_s,        u"protocol"_s,  u"timeoutMs"_s,
                             u"tickMs"_s,  u"reuseAddress"_s, u"broadcast"_s, u"impair"_s};
const QStringList filterKeys{u"name"_s, u"filter"_s};
const QStringList columnKeys{u"path"_s, u"title"_s};
const QStringList colourKeys{u"enabled"_s, u"rules"_s};
const QStringList ruleKeys{u"name"_s, u"filter"_s, u"enabled"_s, u"ground"_s, u"text"_s};

/// The list with the objects of fresh, each with what the object of old that is "the same" says beyond the known keys.
JsonNode keepUnknownOfList(const JsonNode *old, const JsonNode &fresh, const QString &identity,
                           const QStringList &known)
{
    JsonNode result = JsonNode::array();
    std::vector<const JsonNode *> left;
    if (old)
        for (const JsonNode &item : old->items())
            left.push_back(&item);
    const auto take = [&](const JsonNode &item) -> const JsonNode * {
        const JsonNode *name = item.find(identity);
        for (const JsonNode *&candidate : left) {
            const JsonNode *other = candidate ? candidate->find(identity) : nullptr;
            const bool bothNameless = candidate && candidate->isObject() && !other && !name;
            if (bothNameless || (other && name && other->text() == name->text()))
                return std::exchange(candidate, nullptr);
        }
        return nullptr;
    };
    for (const JsonNode &item : fresh.items()) {
        const JsonNode *same = take(item);
        result.append(same ? JsonNode::keepUnknown(*same, item, known) : item);
    }
    return result;
}

/// Puts the known keys in their order, and leaves the others where they are.
JsonNode ordered(const JsonNode &object, const QStringList &known)
{
    return object.isObject() ? JsonNode::keepUnknown(object, object, known) : object;
}

JsonNode orderedList(const JsonNode &list, const QStringList &known)
{
    JsonNode result = JsonNode::array();
    for (const JsonNode &item : list.items())
        result.append(ordered(item, known));
    return result;
}

/// Reads one file; the first thing that is wrong ends it.
class FileReader
{
public:
    FileReader(const JsonNode &root, const QByteArray &bytes, ProjectError *error)
        : m_root(root)
        , m_bytes(bytes)
        , m_error(error)
    {
    }

    bool fail(ProjectError error, qint64 offset)
    {
        locate(m_bytes, offset, &error);
        if (m_error)
            *m_error = error;
        return false;
    }

    /// Calls read(reader) for each object of a list; false when one of them, or the list, is wrong.
    template <typename Read>
    bool readList(const JsonNode *list, const QString &path, qsizetype most, Read read)
    {
        if (!list)
            return true;
        if (!list->isArray())
            return fail({Code::Invalid, path, 0, 0, u"this is no list"_s, u"put it in [ ]"_s}, list->offset());
        if (static_cast<qsizetype>(list->items().size()) > most) {
            return fail({Code::LimitReached, path, 0, 0,
                         u"there are %1, more than %2"_s.arg(list->items().size()).arg(most), u"leave some out"_s},
                        list->items().at(static_cast<size_t>(most)).offset());
        }
        for (size_t i = 0; i < list->items().size(); ++i) {
            const JsonNode &item = list->items()[i];
            ProjectReader reader(item, path + u"[%1]"_s.arg(i));
            if (!item.isObject())
                reader.fail({}, u"this is no object"_s, u"put it in { }"_s);
            else
                read(reader, item);
            if (reader.error())
                return fail(*reader.error(), reader.offset());
        }
        return true;
    }

    bool readVersion()
    {
        const JsonNode *node = m_root.isObject() ? m_root.find(u"version") : nullptr;
        if (!node) {
            return fail({Code::Invalid,
                         {},
                         0,
                         0,
                         u"this is no SockScope project: it has no \"version\""_s,
                         u"choose a file that SockScope has saved"_s},
                        m_root.offset());
        }
        const auto number = node->integer();
        if (!number || *number < 1) {
            return fail({Code::Invalid, u"version"_s, 0, 0, u"the version is no whole number from 1 on"_s,
                         u"this SockScope writes %1"_s.arg(Project::version)},
                        node->offset());
        }
        if (*number > Project::version) {
            return fail({Code::NewerVersion, u"version"_s, 0, 0,
                         u"the project has version %1, and this SockScope reads versions up to %2"_s.arg(*number).arg(
                             Project::version),
                         u"open it with a newer SockScope"_s},
                        node->offset());
        }
        return true;
    }

    bool readObject(const QString &key)
    {
        const JsonNode *node = m_root.find(key);
        return !node || node->isObject() ||
               fail({Code::Invalid, key, 0, 0, u"this is no object"_s, u"put it in { }, or remove it"_s},
                    node->offset());
    }

    /// A described protocol, or a list of them. They are kept as they are written, and only checked here.
    bool readTypes(QList<ProtocolDescription> &protocols)
    {
        const JsonNode *node = m_root.find(u"types");
        if (!node || !node->isArray())
            return !node || readDescription(*node, u"types"_s, protocols);
        for (size_t i = 0; i < node->items().size(); ++i) {
            const JsonNode &item = node->items()[i];
            if (!readDescription(item, u"types[%1]"_s.arg(i), protocols) || !checkName(item, i, protocols))
                return false;
        }
        return true;
    }

    /// Whether the protocols that the sockets name are there.
    bool checkProtocols(const Project &project)
    {
        const QList<SockSpec> &sockets = project.sockets();
        for (qsizetype i = 0; i < sockets.size(); ++i) {
            const QString &name = sockets[i].protocol;
            if (name.isEmpty() || name == noProtocol || project.protocolOf(sockets[i]))
                continue;
            QStringList names;
            for (const ProtocolDescription &one : project.protocols())
                names.append(one.name);
            const JsonNode &item = m_root.find(u"sockets")->items().at(static_cast<size_t>(i));
            return fail({Code::Invalid, u"sockets[%1].protocol"_s.arg(i), 0, 0,
                         u"\"types\" describes no protocol \"%1\""_s.arg(name.left(80)),
                         names.isEmpty() ? u"describe it there"_s
                                         : u"choose one of %1, or none"_s.arg(names.join(u", "_s).left(400))},
                        item.find(u"protocol")->offset());
        }
        return true;
    }

private:
    /// Of several, a socket takes one by its name.
    bool checkName(const JsonNode &item, size_t place, const QList<ProtocolDescription> &protocols)
    {
        const QString name = protocols.last().name;
        const bool isLone = m_root.find(u"types")->items().size() == 1;
        const auto sameName = [&name](const ProtocolDescription &one) { return one.name == name; };
        const auto first = std::find_if(protocols.begin(), protocols.end(), sameName);
        if (isLone || (!name.isEmpty() && first == protocols.end() - 1))
            return true;
        const JsonNode *at = item.find(u"name");
        return fail({Code::Invalid, u"types[%1].name"_s.arg(place), 0, 0,
                     name.isEmpty()
                         ? u"a protocol that is not the only one needs a name"_s
                         : u"types[%1] has the name \"%2\" as well"_s.arg(first - protocols.begin()).arg(name.left(80)),
                     u"give it a name of its own"_s},
                    (at ? at : &item)->offset());
    }
    bool readDescription(const JsonNode &node, const QString &path, QList<ProtocolDescription> &protocols)
    {
        if (!node.isObject())
            return fail({Code::Invalid, path, 0, 0, u"this is no object"_s, u"put it in { }"_s}, node.offset());
        ProtocolError wrong;
        if (auto description = ProtocolDescription::fromJson(node.toJson().toObject(), &wrong)) {
            protocols.append(std::move(*description));
            return true;
        }
        const QString whole = wrong.path.isEmpty() ? path : path + u'.' + wrong.path;
        return fail({Code::Invalid, whole, 0, 0, wrong.what, wrong.remedy}, nearest(node, wrong.path).offset());
    }

    /// The value at "header[2].bits", or the last that is there on the way to it.
    static const JsonNode &nearest(const JsonNode &node, QString path)
    {
        const JsonNode *at = &node;
        const QStringList words = path.replace(u'[', u".["_s).split(u'.', Qt::SkipEmptyParts);
        for (const QString &word : words) {
            const JsonNode *next = nullptr;
            if (!word.startsWith(u'['))
                next = at->find(word);
            else if (const size_t index = word.mid(1, word.size() - 2).toULongLong(); index < at->items().size())
                next = &at->items()[index];
            if (!next)
                break;
            at = next;
        }
        return *at;
    }

    const JsonNode &m_root;
    const QByteArray &m_bytes;
    ProjectError *m_error;
};

/// Which member a SockSpec is wrong in: the first that is wrong alone.
QString wrongKeyOf(const JsonNode &item)
{
    for (const QString &key : socketKeys) {
        if (const JsonNode *value = item.find(key))
            if (!SockSpec::fromJson({{key, value->toJson()}}))
                return key;
    }
    return {};
}

/// Of one whose members are right each: the name that nobody has.
QString wrongNameOf(const SockSpec &spec)
{
    SockSpec other = spec;
    other.framing.clear();
    if (other.toOptions())
        return u"framing"_s;
    other = spec;
    other.codec = u"raw"_s;
    return other.toOptions() ? u"codec"_s : QString();
}

} // namespace

Project::Project()
    : m_root(JsonNode::object())
{
    m_root.set(u"version"_s, JsonNode::ofInteger(version));
}

std::optional<Project> Project::fromBytes(const QByteArray &bytes, ProjectError *error)
{
    JsonLimits limits;
    limits.bytes = maximumBytes;
    const auto root = parseJsonText(bytes, error, limits);
    if (!root)
        return std::nullopt;
    FileReader reader(*root, bytes, error);
    if (!reader.readVersion())
        return std::nullopt;

    Project project;
    project.m_root = ordered(*root, rootKeys);
    const bool socketsRead = reader.readList(
        root->find(u"sockets"), u"sockets"_s, maximumSockets, [&project](ProjectReader &item, const JsonNode &node) {
            SockError reason;
            const auto spec = SockSpec::fromJson(node.toJson().toObject(), &reason);
            if (!spec || !spec->toOptions(&reason))
                return item.fail(spec ? wrongNameOf(*spec) : wrongKeyOf(node), reason.what, reason.remedy);
            project.m_sockets.append(*spec);
        });
    const bool filtersRead =
        socketsRead && reader.readList(root->find(u"filters"), u"filters"_s, maximumFilters,
                                       [&project](ProjectReader &item, const JsonNode &) {
                                           project.m_filters.append({item.text(filterKeys.at(0), maximumText),
                                                                     item.text(filterKeys.at(1), maximumText)});
                                       });
    const bool columnsRead =
        filtersRead && reader.readList(root->find(u"columns"), u"columns"_s, maximumColumns,
                                       [&project](ProjectReader &item, const JsonNode &) {
                                           project.m_columns.append({item.text(columnKeys.at(0), maximumText),
                                                                     item.text(columnKeys.at(1), maximumText)});
                                       });
    if (!columnsRead || !reader.readTypes(project.m_protocols) || !reader.checkProtocols(project) ||
        !reader.readObject(u"colours"_s) || !reader.readObject(u"layout"_s))
        return std::nullopt;
    const JsonNode *colours = root->find(u"colours");
    const bool rulesRead =
        reader.readList(colours ? colours->find(u"rules") : nullptr, u"colours.rules"_s, maximumColours,
                        [](ProjectReader &item, const JsonNode &) { item.text(u"filter"_s, maximumText); });
    if (!rulesRead)
        return std::nullopt;
    if (const JsonNode *messages = root->find(u"messages")) {
        ProjectError reason;
        qint64 offset = -1;
        const auto items = ProjectItems::fromNode(*messages, u"messages"_s, &offset, &reason);
        if (!items) {
            reader.fail(reason, offset);
            return std::nullopt;
        }
        project.m_items = *items;
        project.m_root.set(u"messages"_s, JsonNode::array());
    }

    const std::pair<QString, QStringList> lists[] = {
        {u"sockets"_s, socketKeys}, {u"filters"_s, filterKeys}, {u"columns"_s, columnKeys}};
    for (const auto &[key, known] : lists)
        if (const JsonNode *list = project.m_root.find(key))
            project.m_root.set(key, orderedList(*list, known));
    if (colours) {
        JsonNode inOrder = ordered(*colours, colourKeys);
        if (const JsonNode *rules = inOrder.find(u"rules"))
            inOrder.set(u"rules"_s, orderedList(*rules, ruleKeys));
        project.m_root.set(u"colours"_s, inOrder);
    }
    return project;
}

std::optional<ProjectError> Project::setTypes(const JsonNode &types, const QByteArray &text)
{
    JsonNode root = JsonNode::object();
    root.set(u"types"_s, types);
    ProjectError error;
    QList<ProtocolDescription> protocols;
    if (!FileReader(root, text, &error).readTypes(protocols))
        return error;
    m_protocols = std::move(protocols);
    m_root.set(u"types"_s, types);
    return std::nullopt;
}

const ProtocolDescription *Project::protocolOf(const SockSpec &spec) const
{
    if (spec.protocol.isEmpty())
        return m_protocols.size() == 1 ? &m_protocols.first() : nullptr;
    const auto found = std::find_if(m_protocols.begin(), m_protocols.end(),
                                    [&spec](const ProtocolDescription &one) { return one.name == spec.protocol; });
    return found == m_protocols.end() ? nullptr : &*found;
}

std::shared_ptr<const Codec> Project::codecOf(const SockSpec &spec, SockError *error) const
{
    auto plain = makeCodec(spec.codec.isEmpty() ? u"raw"_s : spec.codec, error);
    const ProtocolDescription *protocol = protocolOf(spec);
    if (!plain || !protocol)
        return plain;
    ProtocolError wrong;
    auto codec = makeProtocolCodec(*protocol, std::move(plain), &wrong);
    if (!codec && error) {
        *error = wrong.toSockError();
        error->what = u"the protocol %1: %2"_s.arg(protocol->name, error->what);
        error->remedy += u"; or write \"protocol\": \"none\" where the socket does not speak it"_s;
    }
    return codec;
}

QByteArray Project::toBytes() const
{
    JsonNode root = m_root;
    if (!m_items.isEmpty() || root.find(u"messages"))
        root.set(u"messages"_s, ProjectItems::toNode(m_items));
    return writeJsonText(ordered(root, rootKeys));
}

void Project::setSockets(QList<SockSpec> sockets)
{
    const QList<SockSpec> before = std::exchange(m_sockets, std::move(sockets));
    const JsonNode *old = m_root.find(u"sockets");
    JsonNode fresh = JsonNode::array();
    for (const SockSpec &spec : std::as_const(m_sockets)) {
        const qsizetype same = before.indexOf(spec);
        if (same >= 0 && old) { // as it was written
            fresh.append(old->items().at(static_cast<size_t>(same)));
            continue;
        }
        QJsonObject object = spec.toJson();
        for (const QString &key : {u"name"_s, u"framing"_s, u"protocol"_s}) // empty: the default
            if (object.value(key).toString().isEmpty())
                object.remove(key);
        for (const QString &key : {u"reuseAddress"_s, u"broadcast"_s})
            if (!object.value(key).toBool())
                object.remove(key);
        fresh.append(ordered(JsonNode::fromJson(object), socketKeys));
    }
    m_root.set(u"sockets"_s, keepUnknownOfList(old, fresh, u"name"_s, socketKeys));
}

void Project::setFilters(const QList<NamedFilter> &filters)
{
    m_filters = filters;
    JsonNode fresh = JsonNode::array();
    for (const NamedFilter &one : filters) {
        JsonNode node = JsonNode::object();
        node.set(filterKeys.at(0), JsonNode::ofText(one.name));
        node.set(filterKeys.at(1), JsonNode::ofText(one.filter));
        fresh.append(std::move(node));
    }
    m_root.set(u"filters"_s, keepUnknownOfList(m_root.find(u"filters"), fresh, filterKeys.at(0), filterKeys));
}

void Project::setColumns(const QList<NamedColumn> &columns)
{
    m_columns = columns;
    JsonNode fresh = JsonNode::array();
    for (const NamedColumn &one : columns) {
        JsonNode node = JsonNode::object();
        node.set(columnKeys.at(0), JsonNode::ofText(one.path));
        node.set(columnKeys.at(1), JsonNode::ofText(one.title));
        fresh.append(std::move(node));
    }
    m_root.set(u"columns"_s, keepUnknownOfList(m_root.find(u"columns"), fresh, columnKeys.at(0), columnKeys));
}

QJsonObject Project::colours() const
{
    const JsonNode *node = m_root.find(u"colours");
    return node ? node->toJson().toObject() : QJsonObject();
}

void Project::setColours(const QJsonObject &colours)
{
    JsonNode fresh = JsonNode::fromJson(colours);
    const JsonNode *old = m_root.find(u"colours");
    if (const JsonNode *rules = fresh.find(u"rules")) {
        const JsonNode *oldRules = old ? old->find(u"rules") : nullptr;
        fresh.set(u"rules"_s, keepUnknownOfList(oldRules, orderedList(*rules, ruleKeys), u"name"_s, ruleKeys));
    }
    m_root.set(u"colours"_s, JsonNode::keepUnknown(old ? *old : JsonNode::object(), fresh, colourKeys));
}

QJsonObject Project::layout() const
{
    const JsonNode *node = m_root.find(u"layout");
    return node ? node->toJson().toObject() : QJsonObject();
}

void Project::setLayout(const QJsonObject &layout)
{
    const JsonNode *old = m_root.find(u"layout");
    m_root.set(u"layout"_s, JsonNode::keepUnknown(old ? *old : JsonNode::object(), JsonNode::fromJson(layout)));
}

} // namespace SockScope
