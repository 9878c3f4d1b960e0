#pragma once

#include <QByteArrayView>

#include "core/codec/payloadcheck.h"

namespace SockScope {

/*! Goes over CBOR in one pass without making anything of it.
 *  Path    payload → [this] → CborCodec::decode; and what QCborValue wrote → [this] → CborCodec::encode
 *  Shape   value() passes one whole value; at() is then behind it
 *  Units   bytes; levels
 *  Errors  value answers false, and CborItems says why
 *  Thread  one thread at a time
 *  Source  RFC 8949 3 and appendix C
 */
class CborCheck
{
public:
    CborCheck(QByteArrayView payload, int maximumDepth);

    /// The value at an offset that is inside of so many containers.
    bool value(qsizetype offset, int depth);
    qsizetype at() const { return m_at - m_begin; }
    /// Whether integers were passed that are outside of qint64.
    bool hasBigIntegers() const { return m_bigIntegers; }
    /// Whether tags were passed that say such an integer.
    bool hasBignumTags() const { return m_bignumTags; }
    /// Whether a double was passed that is no number: Qt writes one of them for all.
    bool hasNaN() const { return m_nan; }
    /// Whether a text was passed that holds what Qt may have written for half of a surrogate pair.
    bool hasReplacements() const { return m_replacements; }

private:
    bool text(const char *content, qsizetype size);
    const char *chunks(const char *at, quint8 major);

    const char *const m_begin;
    const char *const m_end;
    const char *m_at;
    const int m_maximumDepth;
    bool m_bigIntegers = false;
    bool m_bignumTags = false;
    bool m_nan = false;
    bool m_replacements = false;
};

} // namespace SockScope
