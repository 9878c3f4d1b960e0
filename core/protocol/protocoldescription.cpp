#include "core/protocol/protocoldescription.h"

#include <QJsonDocument>

#include <algorithm>

#include "core/protocol/layout.h"
#include "core/protocol/protocolreader_p.h"
#include "core/protocol/structuredcheck_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

QString ProtocolError::toString() const
{
    QString text = path.isEmpty() ? what : path + u": "_s + what;
    return remedy.isEmpty() ? text : text + u": "_s + remedy;
}

SockError ProtocolError::toSockError() const
{
    SockError error;
    error.code = SockError::Code::InvalidOptions;
    error.stage = Stage::Setup;
    error.what = path.isEmpty() ? what : path + u": "_s + what;
    error.remedy = remedy;
    return error;
}

std::optional<ProtocolDescription> ProtocolDescription::fromJson(const QJsonObject &object, ProtocolError *error)
{
    ProtocolReader reader;
    ProtocolDescription description = reader.read(object);
    std::optional<ProtocolError> wrong = reader.error();
    if (!wrong)
        wrong = description.check();
    if (!wrong)
        return description;
    if (error)
        *error = *wrong;
    return std::nullopt;
}

std::optional<ProtocolDescription> ProtocolDescription::fromText(const QByteArray &text, ProtocolError *error)
{
    const auto refuse = [error](const QString &what, const QString &remedy) -> std::optional<ProtocolDescription> {
        if (error)
            *error = {QString(), what, remedy};
        return std::nullopt;
    };
    if (text.size() > maximumMessageBytes)
        return refuse(u"the description is longer than %1 bytes"_s.arg(maximumMessageBytes), u"divide it"_s);
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(text, &problem);
    if (problem.error != QJsonParseError::NoError) {
        const QByteArray before = text.left(problem.offset);
        const qsizetype line = before.count('\n') + 1;
        const qsizetype column = before.size() - (before.lastIndexOf('\n') + 1) + 1;
        return refuse(u"line %1, column %2: %3"_s.arg(line).arg(column).arg(problem.errorString()),
                      u"correct the JSON there"_s);
    }
    if (!document.isObject())
        return refuse(u"the description is no JSON object"_s, u"write {\"types\": [...]}"_s);
    return fromJson(document.object(), error);
}

std::optional<ProtocolError> ProtocolDescription::check() const
{
    if (form == DescribedForm::Structured)
        return checkStructured(*this);
    ProtocolError error;
    return compileLayouts(*this, &error) ? std::nullopt : std::optional(error);
}

const TypeDescription *ProtocolDescription::type(const MessageType &type) const
{
    const auto found = std::find_if(types.begin(), types.end(), [&](const TypeDescription &one) {
        return type.isName() ? one.name == type.name() : one.isNumbered && one.number == type.number();
    });
    return found == types.end() ? nullptr : &*found;
}

const TypeDescription *ProtocolDescription::type(QStringView typeName) const
{
    const auto found =
        std::find_if(types.begin(), types.end(), [&](const TypeDescription &one) { return one.name == typeName; });
    return found == types.end() ? nullptr : &*found;
}

std::shared_ptr<const MessageTypes> ProtocolDescription::messageTypes() const
{
    auto names = std::make_shared<MessageTypes>();
    for (const TypeDescription &one : types) {
        if (one.isNumbered)
            names->define(one.name, one.number);
    }
    return names;
}

} // namespace SockScope
