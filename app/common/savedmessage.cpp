#include "app/common/savedmessage.h"

#include "core/project/project.h"
#include "core/types/messagetypes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

std::optional<SavedMessage> SavedMessage::read(const ProjectMessage &message, const Codec &codec,
                                               const MessageTypes *types, const QString &folder, UsageError *error)
{
    SavedMessage result;
    if (result.readValues(message, error))
        return result;
    if (!error->what.isEmpty())
        return std::nullopt;
    auto payload = PayloadReader::saved(message, codec, folder, error);
    if (!payload)
        return std::nullopt;
    if (types && payload->message.type.isName()) {
        const auto number = types->number(payload->message.type.name());
        if (!number) {
            *error = {tr("the message type %1 is not described").arg(payload->message.type.name().left(80)),
                      tr("choose one of %1").arg(types->names().join(u", "_s).left(400))};
            return std::nullopt;
        }
        payload->message.type = *number;
    }
    result.m_payload = *std::move(payload);
    return result;
}

/// Whether the payload has values in it; if so, they are kept, or error says what is wrong with them.
bool SavedMessage::readValues(const ProjectMessage &message, UsageError *error)
{
    if (message.form == ProjectForm::File || !message.payload.contains(u"{{"_s))
        return false;
    const TemplateSyntax syntax = templateSyntax(message.form);
    TemplateError wrong;
    m_payload.isRaw = message.stage == ProjectStage::Raw;
    if (syntax == TemplateSyntax::Hex || message.stage != ProjectStage::Message)
        m_bytes = Template::parse(message.payload, syntax, &wrong);
    else
        m_composed = ComposedMessage::compile({message.type, syntax, message.payload, false}, &wrong);
    if (m_bytes || m_composed)
        return true;
    *error = {tr("the payload is wrong: %1").arg(wrong.toString()), tr("{{counter}}, for one, is a value")};
    return false;
}

std::optional<SavedPayload> SavedMessage::make(const Codec &codec, const MessageTypes *types, ComposeContext &context,
                                               UsageError *error) const
{
    if (!m_composed && !m_bytes)
        return m_payload;
    SavedPayload result;
    QString why;
    if (m_composed) {
        if (const auto message = m_composed->message(codec, types, context, &why)) {
            result.message = *message;
            return result;
        }
    } else {
        TemplateError problem;
        result.isRaw = m_payload.isRaw;
        result.payload = m_bytes->expand(context, &problem);
        ++context.counter;
        if (result.payload)
            return result;
        why = tr("payload, %1").arg(problem.toString());
    }
    *error = {why, tr("see which values a payload may have")};
    return std::nullopt;
}

} // namespace SockScope
