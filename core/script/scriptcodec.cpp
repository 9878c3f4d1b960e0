#include "core/script/scriptcodec.h"

#include <QCborValue>
#include <QThreadStorage>

#include <atomic>
#include <functional>
#include <vector>

#include "core/codec/cborcodec.h"
#include "core/codec/codectext.h"
#include "core/script/scriptruntime_p.h"
#include "core/script/scriptvalue_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

struct ScriptCodec::Program : std::enable_shared_from_this<Program>
{
    QString source;
    QString file;
    std::chrono::milliseconds limit;
    mutable std::atomic<bool> hasEnded = false;

    /// This thread's engine with the script; null when it cannot be evaluated here.
    ScriptRuntime *runtime(std::optional<ScriptError> &error) const;
    std::optional<ScriptError> run(const QString &function, const std::function<QJSValueList(QJSEngine &)> &arguments,
                                   const std::function<void(const QJSValue &)> &into) const;
};

namespace {

/// What a thread has compiled; engines of codecs that are gone leave when another one comes.
struct Compiled
{
    std::weak_ptr<const void> owner;
    const void *program = nullptr;
    std::unique_ptr<ScriptRuntime> runtime;
};

/// Not thread_local: who has waited for a QThread would still meet its engines on their way out.
std::vector<Compiled> &compiledHere()
{
    static auto *const compiled = new QThreadStorage<std::vector<Compiled>>; // threads may outlive what is static
    return compiled->localData();
}

/// "bytes" is a Uint8Array in the script.
QJSValue scriptBytes(QJSEngine &engine, QByteArrayView payload)
{
    return engine.globalObject().property(u"Uint8Array"_s).callAsConstructor({ScriptValue::toScript(engine, payload)});
}

std::optional<MessageType> typeOf(const QCborValue &value)
{
    if (value.isInteger())
        return MessageType(value.toInteger());
    if (value.isString())
        return MessageType::tryFromName(value.toString());
    return value.isUndefined() ? std::optional(MessageType(0)) : std::nullopt;
}

void forgetOffsets(FieldNode &node)
{
    node.offset = -1;
    node.length = 0;
    for (FieldNode &child : node.children)
        forgetOffsets(child);
}

} // namespace

ScriptRuntime *ScriptCodec::Program::runtime(std::optional<ScriptError> &error) const
{
    std::vector<Compiled> &compiled = compiledHere();
    for (const Compiled &each : compiled) {
        if (each.program == this && !each.owner.expired())
            return each.runtime.get();
    }
    std::erase_if(compiled, [](const Compiled &each) { return each.owner.expired(); });
    auto runtime = std::make_unique<ScriptRuntime>(source, file, limit);
    // The same script may hold handlers: what they would call is there, and does nothing while the script begins.
    runtime->engine().evaluate(uR"(var vars = {}, log = function () {}, send = log, sendRaw = log, close = log,
        peers = function () { return []; }, console = {log: log, info: log, warn: log, error: log, debug: log};)"_s);
    error = runtime->evaluate();
    if (error)
        return nullptr;
    Compiled fresh;
    fresh.owner = weak_from_this();
    fresh.program = this;
    fresh.runtime = std::move(runtime);
    compiled.push_back(std::move(fresh));
    return compiled.back().runtime.get();
}

std::optional<ScriptError> ScriptCodec::Program::run(const QString &function,
                                                     const std::function<QJSValueList(QJSEngine &)> &arguments,
                                                     const std::function<void(const QJSValue &)> &into) const
{
    const auto refuse = [this](const QString &what, const QString &remedy) {
        return ScriptError{file, 0, 0, what, remedy};
    };
    if (hasEnded)
        return refuse(u"the script was ended, it ran too long"_s, u"mend it and load it again"_s);
    std::optional<ScriptError> error;
    ScriptRuntime *here = runtime(error);
    if (!here)
        return error;
    if (!here->has(function))
        return refuse(u"the script has no function %1"_s.arg(function), u"define it"_s);
    error = here->call(function, arguments(here->engine()), into);
    if (here->hasEnded())
        hasEnded = true;
    return error;
}

ScriptCodec::ScriptCodec(std::shared_ptr<const Program> program)
    : m_program(std::move(program))
{
}

ScriptCodec::~ScriptCodec() = default;

std::shared_ptr<const ScriptCodec> ScriptCodec::make(const QString &source, const QString &file,
                                                     std::chrono::milliseconds limit, std::optional<ScriptError> &error)
{
    auto program = std::make_shared<Program>();
    program->source = source;
    program->file = file;
    program->limit = limit;
    if (!program->runtime(error))
        return nullptr;
    return std::shared_ptr<const ScriptCodec>(new ScriptCodec(std::move(program)));
}

QString ScriptCodec::name() const
{
    return u"script:"_s + m_program->file;
}

std::optional<SockError> ScriptCodec::decode(const Bytes &payload, Message &message) const
{
    QString problem;
    std::optional<QCborValue> data;
    std::optional<MessageType> type;
    const auto failure = m_program->run(
        u"decode"_s, [&](QJSEngine &engine) { return QJSValueList{scriptBytes(engine, payload.view())}; },
        [&](const QJSValue &answer) {
            if (!answer.isObject() || answer.isArray()) {
                problem = u"decode answered no object {type, data}"_s;
                return;
            }
            const auto kind = ScriptValue::fromScript(answer.property(u"type"_s), u"type"_s, problem);
            if (!kind)
                return;
            type = typeOf(*kind);
            if (!type)
                problem = u"type is neither a whole number nor a name"_s;
            else
                data = ScriptValue::fromScript(answer.property(u"data"_s), u"data"_s, problem);
        });
    if (failure)
        return codecError(SockError::Code::InvalidPayload, failure->toString(),
                          u"mend the script, or what sent this"_s);
    if (!data)
        return codecError(SockError::Code::InvalidPayload, u"%1: %2"_s.arg(m_program->file, problem),
                          u"mend the script's decode"_s);
    message.type = *type;
    message.value = *data;
    return std::nullopt;
}

std::optional<SockError> ScriptCodec::encode(const Message &message, QByteArray &payload) const
{
    std::optional<QByteArray> bytes;
    const auto failure = m_program->run(
        u"encode"_s,
        [&](QJSEngine &engine) {
            QJSValue object = engine.newObject();
            object.setProperty(u"type"_s, message.type.isName() ? QJSValue(message.type.name())
                                                                : QJSValue(static_cast<double>(message.type.number())));
            object.setProperty(u"data"_s, ScriptValue::toScript(engine, message.data()));
            return QJSValueList{object};
        },
        [&](const QJSValue &answer) { bytes = ScriptValue::bytesOf(answer); });
    if (failure)
        return codecError(SockError::Code::InvalidValue, failure->toString(),
                          u"mend the script, or send another value"_s);
    if (!bytes)
        return codecError(SockError::Code::InvalidValue,
                          u"%1: encode answered neither bytes nor a text"_s.arg(m_program->file),
                          u"mend the script's encode"_s);
    payload.append(*bytes);
    return std::nullopt;
}

std::optional<QByteArray> ScriptCodec::asCbor(QByteArrayView payload, QString &problem) const
{
    Message message;
    const Bytes bytes(payload.toByteArray());
    std::optional<SockError> error = decode(bytes, message);
    QByteArray cbor;
    if (!error)
        error = CborCodec(CodecLimits()).encode(message, cbor);
    if (!error)
        return cbor;
    problem = error->what;
    return std::nullopt;
}

FieldNode ScriptCodec::fields(QByteArrayView payload, qsizetype maximumNodes) const
{
    QString problem;
    const auto cbor = asCbor(payload, problem);
    if (!cbor)
        return {QString(), u"error"_s, problem, 0, payload.size(), {}};
    FieldNode root = CborCodec(CodecLimits()).fields(*cbor, maximumNodes);
    forgetOffsets(root); // where in the payload a value came from only the script knows
    return root;
}

QString ScriptCodec::summary(QByteArrayView payload, qsizetype maximumCharacters) const
{
    QString problem;
    const auto cbor = asCbor(payload, problem);
    return cbor ? CborCodec(CodecLimits()).summary(*cbor, maximumCharacters) : rawSummary(payload, maximumCharacters);
}

} // namespace SockScope
