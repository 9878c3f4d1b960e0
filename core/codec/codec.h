#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

#include "core/types/message.h"
#include "core/types/sockerror.h"

namespace SockScope {

/*! Limits that a codec checks while it reads.
 *  Path    codec
 *  Shape   nesting depth and payload size
 *  Units   levels; bytes
 *  Errors  TooDeep, TooLong
 *  Thread  a value
 *  Source  CVE-class bugs of recursive parsers: a bomb of 100,000 brackets must be an error, not a crash
 */
struct CodecLimits
{
    int maximumDepth = 128;
    qsizetype maximumBytes = 16 * 1024 * 1024;
};

/*! A decoded field with the bytes it came from, for the detail tree.
 *  Path    codec → models
 *  Shape   key ("[0]", "x", empty for the root), the kind of value ("integer", "text", "map", …), the value as short
 *          text, children; offset -1 where the codec cannot tell
 *  Units   offset and length in bytes of the payload
 *  Errors  none
 *  Thread  a value
 *  Source  Wireshark's detail tree
 */
struct FieldNode
{
    QString key;
    QString kind;
    QString value;
    qsizetype offset = -1;
    qsizetype length = 0;
    std::vector<FieldNode> children;
};

/*! Turns a frame's payload into a message and back.
 *  Path    framing → [this] → hooks; and sendMessage → [this] → framing
 *  Shape   decode: payload in, message.type and message.value out (payload is already set); it looks at every byte, but
 *          the value is built when somebody asks for it. encode: appends to payload
 *  Units   offsets in bytes from the start of the payload
 *  Errors  InvalidPayload, InvalidValue, TooDeep, TooLong, UnknownType, with Stage::Codec and the offset
 *  Thread  immutable: any thread, without locks
 *  Source  each codec names its own
 */
class Codec
{
public:
    virtual ~Codec() = default;
    /// "raw" "text" "json" "msgpack" "cbor"; makeCodec reads it back.
    virtual QString name() const = 0;
    virtual std::optional<SockError> decode(const Bytes &payload, Message &message) const = 0;
    virtual std::optional<SockError> encode(const Message &message, QByteArray &payload) const = 0;
    /// The payload as a tree with byte ranges; a payload that does not decode answers what could be read and a node of
    /// kind "error". At most maximumNodes nodes; what is left out is said in a node of kind "note".
    virtual FieldNode fields(QByteArrayView payload, qsizetype maximumNodes = 10000) const = 0;
    /// One line for a list, at most maximumCharacters long; "…" at its end when it shows less than all.
    virtual QString summary(QByteArrayView payload, qsizetype maximumCharacters = 200) const = 0;
    /// Whether the type travels in the payload, so that a person may choose it.
    virtual bool carriesType() const = 0;
};

std::shared_ptr<const Codec> makeCodec(QStringView name, SockError *error = nullptr, CodecLimits limits = {});
QStringList codecNames();

} // namespace SockScope
