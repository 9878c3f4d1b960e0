#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "core/codec/codec.h"
#include "core/script/scripterror.h"

namespace SockScope {

/*! A codec whose decode and encode a person wrote in JavaScript.
 *  Path    framing → [this] → hooks; and sendMessage → [this] → framing
 *  Shape   decode(bytes: Uint8Array) answers {type, data}, encode({type, data}) a Uint8Array, an ArrayBuffer or a text.
 *          They must depend on their argument alone: each thread has an engine of its own. A script that lacks one
 *          refuses what needs it
 *  Units   as Codec
 *  Errors  InvalidPayload and InvalidValue with what the script threw, and where in it. A call over the time limit ends
 *          the codec: everything is refused from then on
 *  Thread  any; the first call in a thread compiles the script there
 *  Source  none
 */
class ScriptCodec : public Codec
{
public:
    /// Null, and why, when the script cannot be evaluated.
    static std::shared_ptr<const ScriptCodec> make(const QString &source, const QString &file,
                                                   std::chrono::milliseconds limit, std::optional<ScriptError> &error);
    ~ScriptCodec() override;

    QString name() const override;
    std::optional<SockError> decode(const Bytes &payload, Message &message) const override;
    std::optional<SockError> encode(const Message &message, QByteArray &payload) const override;
    FieldNode fields(QByteArrayView payload, qsizetype maximumNodes) const override;
    QString summary(QByteArrayView payload, qsizetype maximumCharacters) const override;
    bool carriesType() const override { return true; }

private:
    struct Program;
    std::optional<QByteArray> asCbor(QByteArrayView payload, QString &problem) const;
    explicit ScriptCodec(std::shared_ptr<const Program> program);

    std::shared_ptr<const Program> m_program;
};

} // namespace SockScope
