#pragma once

#include <QCborValue>
#include <QCoreApplication>

#include <optional>
#include <vector>

#include "app/common/commandline.h"
#include "core/compose/template.h"
#include "core/protocol/protocoldescription.h"

namespace SockScope {

/*! Fields as a person writes them, name=value, made into a message's data.
 *  Path    command line → [this] → sendMessage
 *  Shape   group.name=value for what lies in groups; a value is read as its field's type wants it: a text is as it
 *          stands, lists and maps are JSON; {{counter}} and the like are different in each message
 *  Units   none
 *  Errors  UsageError naming the field
 *  Thread  one thread
 *  Source  none
 */
class FieldValues
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::FieldValues)
public:
    static std::optional<FieldValues> parse(const QStringList &words, const ProtocolDescription &protocol,
                                            const TypeDescription &type, UsageError *error);
    std::optional<QCborValue> data(ComposeContext &context, UsageError *error) const;
    /// Whether each message gets the same.
    bool isConstant() const;

private:
    struct Value
    {
        QStringList path;
        Template text;
        std::optional<FieldDescription> field;
    };
    static std::optional<QCborValue> read(const QString &text, const std::optional<FieldDescription> &field,
                                          UsageError *error);

    std::vector<Value> m_values;
    bool m_isStructured = false;
    TypeDescription m_type;
};

} // namespace SockScope
