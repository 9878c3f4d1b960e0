#include "core/simulate/messagetemplate.h"

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/codec/codectext.h"
#include "core/framing/framing.h"
#include "core/types/messagetypes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

TemplateSyntax templateSyntax(ProjectForm form)
{
    switch (form) {
    case ProjectForm::Json:
        return TemplateSyntax::Json;
    case ProjectForm::Hex:
        return TemplateSyntax::Hex;
    case ProjectForm::Text:
        return TemplateSyntax::Text;
    case ProjectForm::File:
        break;
    }
    return TemplateSyntax::Plain;
}

std::optional<ComposedMessage> ComposedMessage::compile(const MessageTemplate &message, TemplateError *error)
{
    const auto parsed = Template::parse(message.payload, message.form, error);
    if (!parsed)
        return std::nullopt;
    ComposedMessage result;
    result.m_source = message;
    result.m_template = *parsed;
    return result;
}

std::optional<MessageType> ComposedMessage::typeFor(const MessageTypes *types) const
{
    if (m_source.type.isEmpty())
        return MessageType();
    bool isNumber = false;
    const qlonglong number = m_source.type.toLongLong(&isNumber);
    if (isNumber)
        return MessageType(number);
    if (types) {
        if (const auto defined = types->number(m_source.type))
            return MessageType(*defined);
    }
    return MessageType::tryFromName(m_source.type);
}

std::optional<QCborValue> ComposedMessage::dataFor(const Codec &itsCodec, const QByteArray &bytes, QString *why) const
{
    const QString codec = itsCodec.name();
    if (codec == "raw"_L1 || (codec == "text"_L1 && m_source.form == TemplateSyntax::Hex))
        return QCborValue(bytes);
    if (codec != "text"_L1) {
        if (m_source.form == TemplateSyntax::Hex)
            return QCborValue(bytes);
        if (m_source.form == TemplateSyntax::Json) {
            // As the codec reads it: whole numbers stay whole, and an error has its place.
            Message pair;
            const auto problem = makeCodec(u"json")->decode(Bytes("[0," + bytes + "]"), pair);
            if (problem)
                *why = u"the payload is no JSON value: %1"_s.arg(problem->what);
            return problem ? std::nullopt : std::optional(pair.data());
        }
    }
    if (firstInvalidUtf8(bytes) < 0)
        return QCborValue(utf8ToString(bytes));
    *why = u"the payload is not UTF-8 text: choose the form hex"_s;
    return std::nullopt;
}

std::optional<Message> ComposedMessage::messageFor(const Codec &codec, const MessageTypes *types,
                                                   const QByteArray &bytes, QString *why) const
{
    Message message;
    const auto type = typeFor(types);
    const auto data = dataFor(codec, bytes, why);
    if (!type)
        *why = u"the table of type names is full: %1 is not sent"_s.arg(quotedText(m_source.type, 60));
    if (!type || !data)
        return std::nullopt;
    message.type = *type;
    message.value = *data;
    return message;
}

std::optional<Message> ComposedMessage::message(const Codec &codec, const MessageTypes *types, ComposeContext &context,
                                                QString *why) const
{
    TemplateError problem;
    const auto bytes = m_template.expand(context, &problem);
    if (!bytes) {
        *why = u"payload, %1"_s.arg(problem.toString());
        return std::nullopt;
    }
    ++context.counter;
    return messageFor(codec, types, *bytes, why);
}

std::optional<QByteArray> ComposedMessage::frame(const BaseSock &sock, ComposeContext &context, QString *why) const
{
    TemplateError problem;
    const auto bytes = m_template.expand(context, &problem);
    if (!bytes) {
        *why = u"payload, %1"_s.arg(problem.toString());
        return std::nullopt;
    }
    ++context.counter;
    if (m_source.isWire)
        return bytes;
    const auto message = messageFor(*sock.codec(), sock.messageTypes().get(), *bytes, why);
    if (!message)
        return std::nullopt;
    QByteArray payload;
    QByteArray wire;
    std::optional<SockError> error = sock.codec()->encode(*message, payload);
    if (!error)
        error = sock.framing()->encode(payload, wire);
    if (!error)
        return wire;
    *why = error->toString();
    return std::nullopt;
}

std::optional<QString> ComposedMessage::send(BaseSock &sock, const std::optional<Endpoint> &to,
                                             ComposeContext &context) const
{
    context.peer = to.value_or(context.requestPeer);
    TemplateError problem;
    const auto bytes = m_template.expand(context, &problem);
    if (!bytes)
        return u"payload, %1"_s.arg(problem.toString());
    SendResult result;
    if (m_source.isWire) {
        result = sock.sendRaw(*bytes, to);
    } else {
        QString why;
        const auto message = messageFor(*sock.codec(), sock.messageTypes().get(), *bytes, &why);
        if (!message)
            return why;
        result = sock.sendMessage(*message, to);
    }
    if (!result.isOk())
        return result.error ? result.error->toString() : u"it could not be sent"_s;
    if (result.accepted == 0)
        return u"there is nobody to send it to"_s;
    ++context.counter;
    return std::nullopt;
}

} // namespace SockScope
