#pragma once

#include <QByteArrayView>
#include <QCborValue>

namespace SockScope {

/*! A value as QCborValue itself writes it: several times as fast as walking it from outside, which makes an object of
 *  each part.
 *  Path    encode → [this] → CborCheck, CborTranscoder
 *  Shape   CBOR with definite lengths, in a buffer of the thread: one at a time in each. Not all that a value can hold
 *          is in it: what is invalid is missing, half of a surrogate pair is a '?',
 *          and all that is no number is the same NaN
 *  Units   bytes; a buffer over keptBytes is given back
 *  Errors  std::bad_alloc only; Qt warns of a container that holds an invalid value
 *  Thread  the one that made it
 *  Source  QCborValue::toCbor
 */
class CborImage
{
public:
    static constexpr qsizetype keptBytes = 1024 * 1024;

    explicit CborImage(const QCborValue &value);
    ~CborImage();
    CborImage(const CborImage &) = delete;
    CborImage &operator=(const CborImage &) = delete;

    QByteArrayView bytes() const { return m_bytes; }

private:
    QByteArrayView m_bytes;
};

/// Whether a text of it holds half of a surrogate pair; for values that an image was written of.
bool holdsHalfPairs(const QCborValue &value);

} // namespace SockScope
