#pragma once

#include <QCborValue>
#include <QCoreApplication>

#include <optional>

#include "app/common/commandline.h"
#include "core/types/message.h"

namespace SockScope {

class Codec;
struct ProjectMessage;

/// A saved message, ready to be sent.
struct SavedPayload
{
    Message message;
    std::optional<QByteArray> payload; ///< instead of the message: a frame's, whatever the codec says
    bool isRaw = false;                ///< the payload is what the wire carries: no framing either
};

/*! What a person wrote, made into a message's type and data.
 *  Path    command line → [this] → sendMessage
 *  Shape   hex tolerates 0x, \x, blanks, commas and colons; JSON and files become values for a codec that carries a
 *          type, and stay the bytes that they are for raw and text
 *  Units   bytes
 *  Errors  UsageError with the place
 *  Thread  any
 *  Source  none
 */
class PayloadReader
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::PayloadReader)
public:
    static std::optional<QByteArray> hex(QStringView text, UsageError *error);
    /// What is in a file, or with an empty path on standard input: at most what one message may hold.
    static std::optional<QByteArray> input(const QString &path, UsageError *error);
    /// As the codec json reads it: whole numbers are exact within 64 bits with a sign.
    static std::optional<QCborValue> json(const QByteArray &text, UsageError *error);
    /// A number when it looks like one, else a name.
    static std::optional<MessageType> type(const QString &text, UsageError *error);
    static QCborValue text(const QString &text, const Codec &codec);
    static std::optional<QCborValue> jsonFor(const QByteArray &text, const Codec &codec, UsageError *error);
    static std::optional<QCborValue> bytesFor(const QByteArray &bytes, const Codec &codec, UsageError *error);
    /// At the stage of messages text and JSON pass the codec; hex and files are bytes already, at the other stages all
    /// are. folder: where relative paths begin.
    static std::optional<SavedPayload> saved(const ProjectMessage &message, const Codec &codec, const QString &folder,
                                             UsageError *error);
};

} // namespace SockScope
