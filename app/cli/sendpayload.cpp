// What sockscope-cli send sends when it stands on the command line.
#include "app/cli/commands.h"
#include "app/cli/sendcommand.h"
#include "app/cli/session.h"
#include "app/common/commandline.h"
#include "app/common/payload.h"
#include "core/codec/codec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

/// What goes past the codec, and with the stage raw past the framing, too.
std::optional<int> SendCommand::readBytes(const CommandLine &line, const QString &stage)
{
    UsageError usage;
    SavedPayload &payload = m_steps.front().content.constant();
    payload.isRaw = stage == u"raw"_s;
    if (!payload.isRaw && stage != u"frame"_s)
        return badUsage(tr("%1 is no stage").arg(stage.left(80)), tr("there are message, frame and raw"));
    if (line.isSet(u"type"_s))
        return badUsage(tr("--type does not fit --stage %1").arg(stage), tr("the type is in the bytes"));
    if (payload.isRaw && m_breakage)
        return badUsage(tr("--break needs a frame, and --stage raw makes none"), tr("leave one of them out"));
    if (line.isSet(u"text"_s)) {
        payload.payload = line.value(u"text"_s).toUtf8();
    } else if (line.isSet(u"json-data"_s)) {
        payload.payload = line.value(u"json-data"_s).toUtf8();
    } else if (line.isSet(u"hex"_s)) {
        payload.payload = PayloadReader::hex(line.value(u"hex"_s), &usage);
        if (!payload.payload)
            return badUsage(usage.what, usage.remedy);
    } else {
        payload.payload = PayloadReader::input(line.value(u"file"_s), &usage);
        if (!payload.payload) {
            printFailure(usage.what, usage.remedy);
            return ExitFailed;
        }
    }
    return std::nullopt;
}

std::optional<int> SendCommand::readPayload(const CommandLine &line, const Codec &codec)
{
    UsageError usage;
    const bool isStandardInput = line.words().value(1) == u"-"_s;
    if (line.words().size() > (isStandardInput ? 2 : 1)) {
        return badUsage(tr("%1 is one word too many").arg(line.words().at(isStandardInput ? 2 : 1).left(80)),
                        tr("write the message behind --text, in quotes when it contains blanks"));
    }
    const int sources = int(line.isSet(u"text"_s)) + int(line.isSet(u"hex"_s)) + int(line.isSet(u"json-data"_s)) +
                        int(line.isSet(u"file"_s)) + int(isStandardInput);
    if (sources != 1) {
        return badUsage(sources == 0 ? tr("nothing to send") : tr("more than one thing to send"),
                        tr("write one of --text, --hex, --json-data, --file and -"));
    }

    const QString stage = line.value(u"stage"_s, u"message"_s);
    if (stage != u"message"_s)
        return readBytes(line, stage);
    std::optional<QCborValue> value;
    if (line.isSet(u"text"_s)) {
        value = PayloadReader::text(line.value(u"text"_s), codec);
    } else if (line.isSet(u"hex"_s)) {
        if (const auto bytes = PayloadReader::hex(line.value(u"hex"_s), &usage))
            value = codec.name() == u"text"_s ? PayloadReader::bytesFor(*bytes, codec, &usage) : QCborValue(*bytes);
    } else if (line.isSet(u"json-data"_s)) {
        value = PayloadReader::jsonFor(line.value(u"json-data"_s).toUtf8(), codec, &usage);
    } else {
        const auto bytes = PayloadReader::input(isStandardInput ? QString() : line.value(u"file"_s), &usage);
        if (!bytes) {
            printFailure(usage.what, usage.remedy);
            return ExitFailed;
        }
        value = PayloadReader::bytesFor(*bytes, codec, &usage);
    }
    if (!value)
        return badUsage(usage.what, usage.remedy);
    Message &message = m_steps.front().content.constant().message;
    message.value = *value;
    QByteArray encoded;
    if (const auto error = codec.encode(message, encoded)) {
        printFailure(error->what, error->remedy);
        return ExitFailed;
    }
    return std::nullopt;
}

std::optional<int> SendCommand::readFields(const CommandLine &line)
{
    UsageError usage;
    for (const auto &source : {u"text"_s, u"hex"_s, u"json-data"_s, u"file"_s, u"stage"_s}) {
        if (line.isSet(source)) {
            return badUsage(tr("--%1 does not fit --types").arg(source),
                            tr("write the fields: FIELD=VALUE, in quotes when it contains blanks"));
        }
    }
    m_keepGiven = line.isSet(u"keep-given"_s);
    m_protocol = ProtocolFile::read(line.value(u"types"_s), line.value(u"codec"_s), &usage);
    const TypeDescription *type = m_protocol ? m_protocol->type(line.value(u"type"_s), &usage) : nullptr;
    if (!type)
        return badUsage(usage.what, usage.remedy);
    m_steps.front().content.constant().message.type =
        type->isNumbered ? MessageType(type->number) : MessageType(type->name);
    m_fields = FieldValues::parse(line.words().mid(1), m_protocol->description(), *type, &usage);
    if (!m_fields)
        return badUsage(usage.what, usage.remedy);
    if (!composeNext())
        return m_exitCode;
    return std::nullopt;
}

// The next message's data; what cannot be sent is said once.
bool SendCommand::composeNext()
{
    UsageError usage;
    const auto data = m_fields->data(m_context, &usage);
    if (!data) {
        fail(usage.what, usage.remedy);
        return false;
    }
    m_steps.front().content.constant().message.value = *data;
    ++m_context.counter;
    QByteArray encoded;
    if (const auto error =
            m_protocol->codec(m_keepGiven)->encode(m_steps.front().content.constant().message, encoded)) {
        fail(error->what, error->remedy);
        return false;
    }
    return true;
}

} // namespace SockScope
