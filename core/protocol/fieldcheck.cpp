#include "core/protocol/fieldcheck_p.h"

#include <QHash>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

bool isIdentifier(QStringView name)
{
    const QChar first = name.front();
    if (!first.isLetter() && first != u'_')
        return false;
    for (const QChar c : name) {
        if (!c.isLetterOrNumber() && c != u'_' && c != u'-')
            return false;
    }
    return true;
}

std::optional<ProtocolError> checkName(const FieldDescription &field, DescribedForm form, const QString &path)
{
    if (field.name.isEmpty() && field.kind == FieldKind::Padding)
        return std::nullopt;
    const QString at = path + ".name"_L1;
    if (field.name.isEmpty())
        return ProtocolError{at, u"is empty"_s, u"name the field"_s};
    if (form == DescribedForm::Layout && !isIdentifier(field.name)) {
        return ProtocolError{at, u"%1 is no name of a field"_s.arg(quotedText(field.name, 40)),
                             u"begin with a letter; letters, digits, _ and - may follow"_s};
    }
    return std::nullopt;
}

std::optional<ProtocolError> checkWhole(const FieldDescription &field, const QString &path)
{
    const WholeNumber lowest = WholeNumber::lowest(field.bits, field.isSigned);
    const WholeNumber highest = WholeNumber::highest(field.bits, field.isSigned);
    const auto outside = [&](const WholeNumber &number, const QString &key) -> std::optional<ProtocolError> {
        if (number >= lowest && number <= highest)
            return std::nullopt;
        return ProtocolError{
            path + key, u"%1 does not fit into %2 bits"_s.arg(number.toString()).arg(field.bits),
            u"write %1 to %2, or give the field more bits"_s.arg(lowest.toString(), highest.toString())};
    };
    for (const auto &[value, key] : {std::pair(&field.minimum, u".min"_s), std::pair(&field.maximum, u".max"_s),
                                     std::pair(&field.defaultValue, u".default"_s)}) {
        const auto number = WholeNumber::fromCbor(*value);
        if (!value->isUndefined() && !number)
            return ProtocolError{path + key, u"is no whole number"_s, u"write one"_s};
        if (number) {
            if (auto error = outside(*number, key))
                return error;
        }
    }
    for (const EnumName &one : field.names) {
        if (auto error = outside(one.value, u".values."_s + one.name))
            return error;
    }
    return std::nullopt;
}

std::optional<ProtocolError> checkRange(const FieldDescription &field, const QString &path)
{
    if (field.minimum.isUndefined() || field.maximum.isUndefined())
        return std::nullopt;
    const QString complaint = field.rangeComplaint(field.minimum);
    if (complaint.isEmpty())
        return std::nullopt;
    return ProtocolError{path + ".min"_L1, complaint + u", the maximum"_s, u"write the smaller number as min"_s};
}

} // namespace

QString sizeComplaint(const FieldDescription &field, const QCborValue &value)
{
    QByteArray bytes = value.toByteArray();
    if (value.isString()) {
        const QString text = value.toString();
        if (field.encoding == TextEncoding::Latin1) {
            for (const QChar c : text) {
                if (c.unicode() > 0xff)
                    return u"%1 is no character of Latin-1"_s.arg(quotedText(QString(c), 4));
            }
            bytes = text.toLatin1();
        } else {
            bytes = text.toUtf8();
        }
    }
    if (field.sizeRule == SizeRule::Fixed && bytes.size() > field.size)
        return u"%1 bytes do not fit into %2"_s.arg(bytes.size()).arg(field.size);
    if (field.sizeRule == SizeRule::Fixed && value.isByteArray() && bytes.size() != field.size)
        return u"it has %1 bytes instead of %2"_s.arg(bytes.size()).arg(field.size);
    if (field.sizeRule == SizeRule::Terminated && bytes.contains('\0'))
        return u"it contains the zero byte that would end it"_s;
    if (field.sizeRule == SizeRule::Prefixed &&
        static_cast<quint64>(bytes.size()) > WholeNumber::highest(field.sizeBits, false).magnitude)
        return u"%1 bytes do not fit behind a length of %2 bits"_s.arg(bytes.size()).arg(field.sizeBits);
    if (bytes.size() > ProtocolDescription::maximumMessageBytes)
        return u"%1 bytes are too many"_s.arg(bytes.size());
    return {};
}

std::optional<ProtocolError> checkField(const FieldDescription &field, DescribedForm form, const QString &path)
{
    if (auto error = checkName(field, form, path))
        return error;
    if (field.kind == FieldKind::Integer) {
        if (auto error = checkWhole(field, path))
            return error;
    }
    if (auto error = checkRange(field, path))
        return error;
    if (form == DescribedForm::Layout && field.kind == FieldKind::Constant &&
        (field.constant.isEmpty() || field.constant.size() > 65536)) {
        return ProtocolError{path + ".bytes"_L1, u"a constant of %1 bytes"_s.arg(field.constant.size()),
                             u"write 1 to 65536 bytes in hexadecimal digits"_s};
    }
    if (field.defaultValue.isUndefined())
        return std::nullopt;
    const bool isNumber = field.kind == FieldKind::Integer || field.kind == FieldKind::Float;
    if (const QString complaint = isNumber ? field.rangeComplaint(field.defaultValue) : QString(); !complaint.isEmpty())
        return ProtocolError{path + ".default"_L1, complaint, u"choose a default within min and max"_s};
    const bool isSized =
        form == DescribedForm::Layout && (field.kind == FieldKind::Text || field.kind == FieldKind::Bytes);
    if (const QString complaint = isSized ? sizeComplaint(field, field.defaultValue) : QString(); !complaint.isEmpty())
        return ProtocolError{path + ".default"_L1, complaint, u"write a default that fits"_s};
    return std::nullopt;
}

std::optional<ProtocolError> checkTypes(const ProtocolDescription &description)
{
    QHash<QString, size_t> names;
    QHash<qint64, size_t> numbers;
    if (description.types.empty() || description.types.size() > size_t(ProtocolDescription::maximumTypes)) {
        return ProtocolError{u"types"_s, u"%1 message types"_s.arg(description.types.size()),
                             u"describe 1 to %1"_s.arg(ProtocolDescription::maximumTypes)};
    }
    for (size_t i = 0; i < description.types.size(); ++i) {
        const TypeDescription &type = description.types[i];
        const QString path = u"types[%1]"_s.arg(i);
        if (type.name.isEmpty())
            return ProtocolError{path + ".name"_L1, u"is empty"_s, u"name the type"_s};
        const auto name = names.constFind(type.name);
        if (name != names.cend()) {
            return ProtocolError{path + ".name"_L1,
                                 u"types[%1] is named %2 already"_s.arg(*name).arg(quotedText(type.name, 40)),
                                 u"give each type a name of its own"_s};
        }
        const auto number = numbers.constFind(type.number);
        if (type.isNumbered && number != numbers.cend()) {
            return ProtocolError{path + ".number"_L1,
                                 u"types[%1] has the number %2 already"_s.arg(*number).arg(type.number),
                                 u"give each type a number of its own"_s};
        }
        names.insert(type.name, i);
        if (type.isNumbered)
            numbers.insert(type.number, i);
    }
    return std::nullopt;
}

} // namespace SockScope
