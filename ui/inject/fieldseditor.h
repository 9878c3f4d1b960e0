#pragma once

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

#include "core/protocol/protocoldescription.h"

class QCborValue;
class QFormLayout;

namespace SockScope {

class Codec;

/*! The fields of a described message, each with what suits it: a choice for names, a box for yes and no, a line else.
 *  Path    ProtocolDescription → [this] → JSON text → Composer
 *  Shape   header, the type's fields, trailer, without those that are computed on sending; a group's fields are
 *          "group.field", lists are JSON. What is empty is left out and has its default
 *  Units   as described
 *  Errors  what is no value of a field stands in the JSON as text, so that the codec names the field
 *  Thread  the window's
 *  Source  none
 */
class FieldsEditor : public QWidget
{
    Q_OBJECT
public:
    explicit FieldsEditor(QWidget *parent = nullptr);
    ~FieldsEditor() override;

    /// What a codec was described with; null when it was not.
    static const ProtocolDescription *descriptionOf(const Codec *codec);

    /// Makes the rows anew, empty. Null: none.
    void setType(const ProtocolDescription *protocol, const TypeDescription *type);
    bool isEmpty() const { return m_rows.empty(); }
    QString json() const;
    /// False when the text is no object (or list) of fields that are shown: they stay as they are.
    bool setJson(const QString &text);

Q_SIGNALS:
    /// A person has changed a value.
    void changed();

private:
    struct Row;
    void addRows(const std::vector<FieldDescription> &fields, const QStringList &path, bool listed);
    QWidget *makeEditor(Row &row);

    QFormLayout *m_layout;
    std::vector<std::unique_ptr<Row>> m_rows;
    QString m_typeField;
    bool m_isList = false;
    bool m_filling = false;
};

} // namespace SockScope
