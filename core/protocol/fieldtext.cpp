#include "core/protocol/fieldtext.h"

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

QString describedNumber(const FieldDescription &field, const QCborValue &number, const QString &shown)
{
    QString text = shown;
    const auto whole = field.names.empty() ? std::nullopt : WholeNumber::fromCbor(number);
    if (whole) {
        const QString name = field.nameOf(*whole);
        text = name.isEmpty() ? whole->toString() + u" (no name)"_s : escaped(name) + u" (%1)"_s.arg(whole->toString());
    }
    if (!field.unit.isEmpty())
        text += u' ' + escaped(field.unit);
    const QString complaint = field.rangeComplaint(number);
    return complaint.isEmpty() ? text : text + u": "_s + complaint;
}

} // namespace SockScope
