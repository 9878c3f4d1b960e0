#pragma once

#include <QByteArrayView>

#include "core/codec/codec.h"

namespace SockScope {

/// What became of a field from one message to the other.
enum class FieldChange : quint8 { Same, Changed, Added, Removed };

/*! A field of two messages at once.
 *  Path    two trees of Codec::fields → [this] → FieldTreeModel
 *  Shape   field is the later message's, or the earlier one's where it was removed (its children are empty: they are
 *          in children); was is the earlier value, empty where there was none; a container is Changed when anything in
 *          it is
 *  Units   offsets in bytes of the payload that has the field
 *  Errors  none
 *  Thread  a value
 *  Source  none
 */
struct ComparedField
{
    FieldNode field;
    QString was;
    qsizetype wasOffset = -1;
    qsizetype wasLength = 0;
    FieldChange change = FieldChange::Same;
    std::vector<ComparedField> children;

    /// Fields without fields of their own that are not Same.
    int changes() const;
};

/// One side of a comparison; the bytes decide where a value is shown shortened.
struct FieldsOfPayload
{
    const FieldNode &root;
    QByteArrayView payload;
};

/// Entries of maps are matched by their keys; elements of arrays by their place, less what begins and ends alike.
/// Fields that were left out of a tree are not compared, and its note says so.
ComparedField compareFields(const FieldsOfPayload &before, const FieldsOfPayload &after);

} // namespace SockScope
