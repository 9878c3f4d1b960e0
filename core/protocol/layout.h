#pragma once

#include <QHash>

#include <memory>
#include <vector>

#include "core/protocol/checksum.h"
#include "core/protocol/protocoldescription.h"

namespace SockScope {

struct LayoutLevel;

/// A field in its place: what the description says by names, by indices into its level.
struct LayoutField
{
    const FieldDescription *field = nullptr;
    bool isLittle = false;
    bool isType = false;    ///< the message's type stands in it
    bool isCounter = false; ///< a later field's count or size stands in it
    bool takesRest = false; ///< it ends where the payload does, less fixedAfter
    int counter = -1;       ///< of its count or size
    int first = 0;          ///< the range of a length or checksum; empty when last is less
    int last = -1;
    qint64 minimumBytes = 0; ///< of one element
    qint64 fixedAfter = 0;   ///< bytes of all that follows in the level, where it takes the rest
    int runBytes = 0;        ///< of the bit fields that lie together
    int shift = 0;           ///< of a bit field in the number that its run is
    bool isRunStart = false;
    bool isRunEnd = false;
    const Checksum *checksum = nullptr;
    std::shared_ptr<const LayoutLevel> group;

    bool isComputed() const
    {
        return isType || isCounter || field->kind == FieldKind::Length || field->kind == FieldKind::Checksum;
    }
    bool isArray() const { return field->array != ArrayRule::None; }
};

/// Fields one behind the other.
struct LayoutLevel
{
    std::vector<LayoutField> fields;
    qint64 minimumBytes = 0;
    bool isFixed = true;
    bool takesRest = false;
    std::vector<int> lengths;
    std::vector<int> checksums; ///< in an order in which each covers only what is known
};

/*! The layouts of a protocol, ready to be read and written.
 *  Path    ProtocolDescription → [this] → LayoutCodec
 *  Shape   a level of fields for each type: header, its own, trailer. It owns the description that its fields point
 *          into
 *  Units   bytes
 *  Errors  none: compileLayouts made it
 *  Thread  immutable: any thread
 *  Source  none
 */
class Layouts
{
public:
    explicit Layouts(const ProtocolDescription &protocol)
        : description(protocol)
    {
    }
    Layouts(const Layouts &) = delete;
    Layouts &operator=(const Layouts &) = delete;

    const ProtocolDescription description;
    std::vector<LayoutLevel> messages; ///< as description.types
    QHash<qint64, int> byNumber;
    int fixedType = -1;
    qint64 typeOffset = 0;
    const LayoutField *typeField = nullptr; ///< in the first of messages
};

/// Nothing and *error when something contradicts itself.
std::shared_ptr<const Layouts> compileLayouts(const ProtocolDescription &description, ProtocolError *error = nullptr);

} // namespace SockScope
