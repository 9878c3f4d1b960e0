#pragma once

#include <QString>

#include "core/codec/codec.h"

namespace SockScope {

/*! What a filter calls a field of a payload: "data.pos.x", "data[3].name", "type".
 *  Path    FieldTreeModel → [this] → "apply as filter", "apply as column"
 *  Shape   descend from the root to the field, one node after the other; of [type, data] what is in data begins with
 *          "data", of anything else the whole value is "data"
 *  Units   none
 *  Errors  an empty text: the filter has no name for it (a key that is shown shortened or escaped, an error, a note)
 *  Thread  a value
 *  Source  core/filter
 */
class FieldPath
{
public:
    void descend(const FieldNode &node, QStringView parentKind);
    QString toString() const;

private:
    enum class State : quint8 { Nothing, Root, Inside, Nameless };
    QString m_text;
    State m_state = State::Nothing;
};

} // namespace SockScope
