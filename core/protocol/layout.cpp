#include "core/protocol/layout.h"

#include "core/codec/codectext.h"
#include "core/protocol/fieldcheck_p.h"
#include "core/protocol/layoutcompiler_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// Finds the field that the type stands in; its place must be known before the type is.
std::optional<ProtocolError> findType(Layouts &layouts)
{
    const ProtocolDescription &description = layouts.description;
    const QString &name = description.typeField;
    const LayoutLevel &level = layouts.messages.front(); // the header is the same in all
    LayoutCompiler::Source header;
    header.add(description.header, u"header"_s);
    const int at = LayoutCompiler::indexOf(header, name);
    if (at < 0) {
        return ProtocolError{u"typeField"_s, u"the header has no field %1"_s.arg(quotedText(name, 40)),
                             u"name the field of the header that the type's number stands in"_s};
    }
    const LayoutField &place = level.fields[size_t(at)];
    if (place.field->kind != FieldKind::Integer || place.isArray()) {
        return ProtocolError{u"typeField"_s, u"%1 is no integer"_s.arg(quotedText(name, 40)),
                             u"name a field of the type u8, u16, bits, ..."_s};
    }
    qint64 offset = 0;
    for (int i = 0; i < at; ++i) {
        const LayoutField &earlier = level.fields[size_t(i)];
        if (earlier.field->isBitField) {
            offset += earlier.isRunEnd ? earlier.runBytes : 0;
            continue;
        }
        const bool isSized = earlier.field->kind == FieldKind::Text || earlier.field->kind == FieldKind::Bytes;
        const bool isFixed = !earlier.takesRest && earlier.counter < 0 &&
                             (!isSized || earlier.field->sizeRule == SizeRule::Fixed) &&
                             (!earlier.group || earlier.group->isFixed);
        if (!isFixed) {
            return ProtocolError{u"header[%1]"_s.arg(i), u"its size is not fixed, but the type stands behind it"_s,
                                 u"put the type's field before it"_s};
        }
        offset += earlier.minimumBytes * (earlier.isArray() ? earlier.field->count : 1);
    }
    layouts.typeField = &place;
    layouts.typeOffset = offset;
    for (size_t i = 0; i < description.types.size(); ++i) {
        if (!description.types[i].isNumbered) {
            return ProtocolError{u"types[%1].number"_s.arg(i), u"is missing"_s,
                                 u"write the number that %1 has in such a message"_s.arg(name)};
        }
        const WholeNumber number = WholeNumber::fromSigned(description.types[i].number);
        if (number < WholeNumber::lowest(place.field->bits, place.field->isSigned) ||
            number > WholeNumber::highest(place.field->bits, place.field->isSigned)) {
            return ProtocolError{
                u"types[%1].number"_s.arg(i),
                u"%1 does not fit into the field %2 of %3 bits"_s.arg(number.toString(), name).arg(place.field->bits),
                u"choose a smaller number, or give the field more bits"_s};
        }
    }
    for (LayoutLevel &message : layouts.messages) {
        LayoutField &own = message.fields[size_t(at)];
        own.isType = true;
        if (own.isCounter) {
            return ProtocolError{u"typeField"_s, u"%1 counts something already"_s.arg(quotedText(name, 40)),
                                 u"let another field count"_s};
        }
    }
    return std::nullopt;
}

} // namespace

std::shared_ptr<const Layouts> compileLayouts(const ProtocolDescription &description, ProtocolError *error)
{
    const auto refuse = [error](const ProtocolError &wrong) -> std::shared_ptr<const Layouts> {
        if (error)
            *error = wrong;
        return nullptr;
    };
    if (description.form != DescribedForm::Layout)
        return refuse({u"payload"_s, u"the description is that of a structured payload"_s,
                       u"write \"layout\", or choose the codec json, msgpack or cbor"_s});
    if (const auto wrong = checkTypes(description))
        return refuse(*wrong);
    if (description.typeField.isEmpty() == description.fixedType.isEmpty()) {
        return refuse({u"typeField"_s,
                       description.typeField.isEmpty() ? u"nothing says how the type of a message is found"_s
                                                       : u"there are two ways to find the type"_s,
                       u"write either typeField, a field of the header, or fixedType, the name of the only type"_s});
    }
    if (!description.fixedType.isEmpty() &&
        (description.types.size() != 1 || description.types.front().name != description.fixedType)) {
        return refuse({u"fixedType"_s, u"%1 is not the only type"_s.arg(quotedText(description.fixedType, 40)),
                       u"describe exactly this one type, or write typeField"_s});
    }

    auto layouts = std::make_shared<Layouts>(description);
    const ProtocolDescription &own = layouts->description;
    for (size_t i = 0; i < own.types.size(); ++i) {
        LayoutCompiler compiler(own.byteOrder);
        LayoutCompiler::Source source;
        source.isMessage = true;
        source.headerCount = static_cast<int>(own.header.size());
        source.trailerCount = static_cast<int>(own.trailer.size());
        source.add(own.header, u"header"_s);
        source.add(own.types[i].fields, u"types[%1].fields"_s.arg(i));
        source.add(own.trailer, u"trailer"_s);
        if (source.fields.empty())
            compiler.fail(u"types[%1].fields"_s.arg(i), u"the message has no fields at all"_s,
                          u"describe at least one"_s);
        LayoutLevel level = compiler.compile(source);
        if (compiler.error())
            return refuse(*compiler.error());
        layouts->messages.push_back(std::move(level));
        layouts->byNumber.insert(own.types[i].number, static_cast<int>(i));
    }
    if (own.typeField.isEmpty()) {
        layouts->fixedType = 0;
    } else if (const auto wrong = findType(*layouts)) {
        return refuse(*wrong);
    }
    return layouts;
}

} // namespace SockScope
