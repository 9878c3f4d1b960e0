#include "app/common/protocolfile.h"

#include "app/common/payload.h"
#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/protocol/layoutcodec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

std::optional<ProtocolFile> ProtocolFile::read(const QString &path, const QString &codecName, UsageError *error)
{
    const auto text = PayloadReader::input(path, error);
    if (!text)
        return std::nullopt;
    ProtocolFile file;
    ProtocolError wrong;
    const auto description = ProtocolDescription::fromText(*text, &wrong);
    if (description && description->form == DescribedForm::Layout && !codecName.isEmpty()) {
        *error = {path +
                      tr(" describes the bytes themselves: there is no place for the codec %1").arg(codecName.left(40)),
                  tr("leave out --codec")};
        return std::nullopt;
    }
    if (description) {
        file.m_description = *description;
        file.m_codec = makeProtocolCodec(*description, makeCodec(codecName.isEmpty() ? u"raw"_s : codecName), &wrong);
    }
    if (file.m_codec)
        return file;
    *error = {path + u": "_s + (wrong.path.isEmpty() ? wrong.what : wrong.path + u": "_s + wrong.what), wrong.remedy};
    return std::nullopt;
}

std::shared_ptr<const Codec> ProtocolFile::codec(bool keepGiven) const
{
    if (!keepGiven || m_description.form != DescribedForm::Layout)
        return m_codec;
    return std::static_pointer_cast<const LayoutCodec>(m_codec)->withGivenKept();
}

void ProtocolFile::applyTo(BaseSock *sock, bool keepGiven) const
{
    sock->setCodec(codec(keepGiven));
    sock->setMessageTypes(m_description.messageTypes());
}

const TypeDescription *ProtocolFile::type(const QString &named, UsageError *error) const
{
    QStringList names;
    for (const TypeDescription &one : m_description.types)
        names += one.name;
    if (named.isEmpty() && names.size() == 1)
        return &m_description.types.front();
    const QString remedy = tr("choose one of %1").arg(names.join(u", "_s).left(400));
    if (named.isEmpty()) {
        *error = {tr("nothing says which type of message to send"), remedy + tr(" with --type")};
        return nullptr;
    }
    bool isNumber = false;
    const qint64 number = named.toLongLong(&isNumber, 0);
    const TypeDescription *type = m_description.type(QStringView(named));
    if (!type && isNumber)
        type = m_description.type(MessageType(number));
    if (!type)
        *error = {tr("the message type %1 is not described").arg(named.left(80)), remedy};
    return type;
}

} // namespace SockScope
