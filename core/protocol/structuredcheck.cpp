#include "core/protocol/structuredcheck_p.h"

#include <QSet>

#include "core/codec/codectext.h"
#include "core/protocol/fieldcheck_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

std::optional<ProtocolError> checkFields(const std::vector<FieldDescription> &fields, const QString &path, int depth,
                                         qsizetype &total)
{
    if (depth > ProtocolDescription::maximumDepth)
        return ProtocolError{path, u"is nested too deep"_s,
                             u"nest at most %1 groups"_s.arg(ProtocolDescription::maximumDepth)};
    QSet<QString> names;
    for (size_t i = 0; i < fields.size(); ++i) {
        const FieldDescription &field = fields[i];
        const QString at = u"%1[%2]"_s.arg(path).arg(i);
        if (++total > ProtocolDescription::maximumFields)
            return ProtocolError{at, u"the type has too many fields"_s,
                                 u"describe at most %1"_s.arg(ProtocolDescription::maximumFields)};
        if (auto error = checkField(field, DescribedForm::Structured, at))
            return error;
        if (names.contains(field.name))
            return ProtocolError{at + ".name"_L1, u"there is a field %1 already"_s.arg(quotedText(field.name, 40)),
                                 u"give each field a name of its own"_s};
        names.insert(field.name);
        if (auto error = checkFields(field.fields, at + ".fields"_L1, depth + 1, total))
            return error;
    }
    return std::nullopt;
}

} // namespace

std::optional<ProtocolError> checkStructured(const ProtocolDescription &description)
{
    if (auto error = checkTypes(description))
        return error;
    for (size_t i = 0; i < description.types.size(); ++i) {
        qsizetype total = 0;
        if (auto error = checkFields(description.types[i].fields, u"types[%1].fields"_s.arg(i), 1, total))
            return error;
    }
    return std::nullopt;
}

} // namespace SockScope
