#pragma once

#include <QCoreApplication>

#include <optional>

#include "app/common/payload.h"
#include "core/compose/template.h"
#include "core/simulate/messagetemplate.h"

namespace SockScope {

class MessageTypes;

/*! A message that a project keeps, ready to be made again and again.
 *  Path    project → [this] → sendMessage, sendRaw, inject…
 *  Shape   read once, made for each message; where nothing in it changes it is the same each time
 *  Units   bytes
 *  Errors  read answers what is wrong with it, make which value could not be had
 *  Thread  one thread
 *  Source  none
 */
class SavedMessage
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::SavedMessage)
public:
    /// types: those of the codec's protocol, or null. folder: where relative paths begin.
    static std::optional<SavedMessage> read(const ProjectMessage &message, const Codec &codec,
                                            const MessageTypes *types, const QString &folder, UsageError *error);
    /// The context's counter grows where the message has values.
    std::optional<SavedPayload> make(const Codec &codec, const MessageTypes *types, ComposeContext &context,
                                     UsageError *error) const;
    SavedPayload &constant() { return m_payload; }

private:
    bool readValues(const ProjectMessage &message, UsageError *error);

    SavedPayload m_payload;
    std::optional<ComposedMessage> m_composed; ///< instead of the payload: other values in each
    std::optional<Template> m_bytes;           ///< instead of both: a frame's bytes, or the wire's
};

} // namespace SockScope
