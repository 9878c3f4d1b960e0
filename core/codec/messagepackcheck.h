#pragma once

#include <QByteArrayView>

#include "core/codec/item.h"
#include "core/codec/payloadcheck.h"

namespace SockScope {

/*! Goes over MessagePack in one pass without making anything of it.
 *  Path    payload → [this] → MessagePackCodec::decode
 *  Shape   value() passes one whole value, whatever it holds; at() is then behind it, else where the item begins that
 *          was not passed
 *  Units   bytes; levels
 *  Errors  value answers false; problem() says why, in the words and with the offset of MessagePackItems, or nothing
 *          when it was only too deep for a quick check
 *  Thread  one thread at a time
 *  Source  the MessagePack specification
 */
class MessagePackCheck
{
public:
    MessagePackCheck(QByteArrayView payload, int maximumDepth);

    /// The value at an offset that is inside of so many containers.
    bool value(qsizetype offset, int depth);
    qsizetype at() const { return m_at - m_begin; }
    std::optional<ItemProblem> problem() const;

private:
    const char *const m_begin;
    const char *const m_end;
    const char *m_at;
    const int m_maximumDepth; ///< that of the codec
    bool m_tooDeep = false;
};

} // namespace SockScope
