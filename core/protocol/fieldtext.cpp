#include "core/protocol/fieldtext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

QString describedNumber(const FieldDescription &field, const QCborValue &number, const QString &shown)
{
    QString text = shown;
    const auto whole = field.names.empty() ? std::nullopt : WholeNumber::fromCbor(number);
    if (whole) {
        const QString name = field.nameOf(*whole);
        text = name.isEmpty() ? whole->toString() + u" (no name)"_s : u"%1 (%2)"_s.arg(name, whole->toString());
    }
    if (!field.unit.isEmpty())
        text += u' ' + field.unit;
    const QString complaint = field.rangeComplaint(number);
    return complaint.isEmpty() ? text : text + u": "_s + complaint;
}

} // namespace SockScope
