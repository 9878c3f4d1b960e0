#pragma once

#include <QString>

#include <array>
#include <optional>

#include "core/types/impairspec.h"

namespace SockScope {

/*! The parts of an impairment as a person types them, each with netem's units.
 *  Path    ImpairSpec ↔ [this] ↔ ImpairDialog
 *  Shape   a text a field; an empty one does nothing. Loss is a share, or "gemodel" with its numbers
 *  Units   those in the texts: 100ms, 1%, 10mbit
 *  Errors  read() names the field and what is wrong in it
 *  Thread  a value
 *  Source  tc-netem(8)
 */
struct ImpairFields
{
    enum Field : quint8 {
        Peer,
        Type,
        FilterField,
        Delay,
        Jitter,
        Loss,
        Burst, ///< how many are lost in a row
        Duplicate,
        Corrupt,
        Places,
        Reorder,
        Gap,
        Rate,
        Limit,
        Seed,
        FieldCount
    };
    struct Error
    {
        Field field = FieldCount;
        QString text;
    };

    std::array<QString, FieldCount> texts;
    bool inbound = true;
    bool outbound = true;
    JitterShape jitterShape = JitterShape::Uniform;
    bool corruptBytes = false;

    static ImpairFields of(const ImpairSpec &spec);
    std::optional<ImpairSpec> read(Error *error) const;
    /// The netem word of a field; empty for those that have none of their own.
    static QString word(Field field);
};

} // namespace SockScope
