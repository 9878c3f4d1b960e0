#include "core/simulate/simulatereader_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

const QStringList &formNames()
{
    static const QStringList names{u"plain"_s, u"text"_s, u"hex"_s, u"json"_s};
    return names;
}

} // namespace

std::optional<SimulateError> simulateError(const ProjectReader &reader)
{
    if (!reader.error())
        return std::nullopt;
    return SimulateError{reader.error()->path, -1, reader.error()->what, reader.error()->remedy, reader.offset()};
}

qint64 offsetOf(const JsonNode &root, const QString &rootPath, const QString &path)
{
    const JsonNode *node = &root;
    QString rest = path.mid(rootPath.size());
    rest.replace(u'[', u".["_s);
    for (const QString &step : rest.split(u'.', Qt::SkipEmptyParts)) {
        const JsonNode *next = nullptr;
        if (step.startsWith(u'[')) {
            const auto index = step.mid(1).chopped(1).toULongLong();
            next = index < node->items().size() ? &node->items()[index] : nullptr;
        } else {
            next = node->find(step);
        }
        if (!next)
            break;
        node = next;
    }
    return node->offset();
}

int readChoice(ProjectReader &reader, const QString &key, const QStringList &words, int otherwise)
{
    if (!reader.has(key))
        return otherwise;
    const QString word = reader.text(key, 100);
    const auto index = static_cast<int>(words.indexOf(word));
    if (index < 0)
        reader.fail(key, u"this is none of %1"_s.arg(words.join(u", "_s)), u"write one of them"_s);
    return index;
}

MessageTemplate readMessage(ProjectReader &reader)
{
    MessageTemplate message;
    const JsonNode *type = reader.find(u"type"_s);
    if (type && type->integer())
        message.type = QString::number(*type->integer());
    else
        message.type = reader.text(u"type"_s, 1024);
    message.form = static_cast<TemplateSyntax>(qMax(0, readChoice(reader, u"form"_s, formNames(), 1)));
    message.payload = reader.text(u"payload"_s, maximumSimulateText);
    message.isWire = reader.boolean(u"wire"_s, false);
    return message;
}

void writeMessage(JsonNode *node, const MessageTemplate &message)
{
    if (!message.type.isEmpty())
        node->set(u"type"_s, JsonNode::ofText(message.type));
    if (message.form != TemplateSyntax::Text)
        node->set(u"form"_s, JsonNode::ofText(formNames().at(static_cast<int>(message.form))));
    node->set(u"payload"_s, JsonNode::ofText(message.payload));
    if (message.isWire)
        node->set(u"wire"_s, JsonNode::ofBool(true));
}

QStringList messageKeys()
{
    return {u"type"_s, u"form"_s, u"payload"_s, u"wire"_s};
}

} // namespace SockScope
