#pragma once

#include <QString>

#include <optional>

#include "core/compose/template.h"
#include "core/project/projectitem.h"
#include "core/types/endpoint.h"
#include "core/types/message.h"

namespace SockScope {

class BaseSock;
class Codec;
class MessageTypes;

/// What a rule or a step sends, as a person writes it.
struct MessageTemplate
{
    QString type; ///< a number or a name; empty: 0, or that of the only type
    TemplateSyntax form = TemplateSyntax::Text;
    QString payload;
    bool isWire = false; ///< the bytes are sent without codec and framing
    friend bool operator==(const MessageTemplate &, const MessageTemplate &) = default;
};

/// How the payload of a saved message is written; a file has no values in it.
TemplateSyntax templateSyntax(ProjectForm form);

/*! A message with values in it, ready to be made again and again.
 *  Path    MessageTemplate → [this] → BaseSock::sendMessage, sendRaw
 *  Shape   parsed once. The codecs raw and text send the text's bytes; for the others the form json is the data, text
 *          a text and hex bytes
 *  Units   columns in characters from 0
 *  Errors  compile answers nothing and where the payload is wrong; send answers what hindered it
 *  Thread  immutable; send in the sock's thread
 *  Source  none
 */
class ComposedMessage
{
public:
    static std::optional<ComposedMessage> compile(const MessageTemplate &message, TemplateError *error);

    /// To one peer, or to all. Nothing, or why it was not sent; the counter grows with each that was.
    std::optional<QString> send(BaseSock &sock, const std::optional<Endpoint> &to, ComposeContext &context) const;
    /// The message that send would send, with that codec and those types (null: none); nothing, and why. The counter
    /// grows.
    std::optional<Message> message(const Codec &codec, const MessageTypes *types, ComposeContext &context,
                                   QString *why) const;
    /// The frame that send would hand over, for those who send it otherwise; nothing, and why. The counter grows.
    std::optional<QByteArray> frame(const BaseSock &sock, ComposeContext &context, QString *why) const;

private:
    std::optional<Message> messageFor(const Codec &codec, const MessageTypes *types, const QByteArray &bytes,
                                      QString *why) const;
    std::optional<MessageType> typeFor(const MessageTypes *types) const;
    std::optional<QCborValue> dataFor(const Codec &codec, const QByteArray &bytes, QString *why) const;

    MessageTemplate m_source;
    Template m_template;
};

} // namespace SockScope
