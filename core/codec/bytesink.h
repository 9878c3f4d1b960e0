#pragma once

#include <QByteArray>
#include <QtEndian>

#include <cstring>

namespace SockScope {

/*! Appends to a QByteArray through a plain pointer: looking at its size for each byte costs more than the byte.
 *  Path    beside encode
 *  Shape   room before bytes; finish, or the array is longer than what was written
 *  Units   bytes
 *  Errors  std::bad_alloc only
 *  Thread  one thread
 *  Source  none
 */
class ByteSink
{
public:
    explicit ByteSink(QByteArray &out)
        : m_out(out)
        , m_size(out.size())
    {
        m_out.resize(qMax(m_out.capacity(), m_size));
        point(m_size);
    }
    ByteSink(const ByteSink &) = delete;
    ByteSink &operator=(const ByteSink &) = delete;
    ~ByteSink() { m_out.truncate(m_size); }

    /// So many bytes may follow.
    void room(qsizetype bytes)
    {
        if (m_end - m_at < bytes) [[unlikely]]
            grow(bytes);
    }
    void byte(char byte) { *m_at++ = byte; }
    void bytes(const char *bytes, qsizetype size)
    {
        if (size > 0)
            std::memcpy(m_at, bytes, static_cast<size_t>(size));
        m_at += size;
    }
    template <typename Number>
    void bigEndian(Number number)
    {
        number = qToBigEndian(number);
        std::memcpy(m_at, &number, sizeof number);
        m_at += sizeof number;
    }
    qsizetype size() const { return m_at - m_out.constData(); }
    /// Keeps what was written; without it nothing was.
    void finish() { m_size = size(); }

private:
    void point(qsizetype size)
    {
        m_at = m_out.data() + size;
        m_end = m_out.data() + m_out.size();
    }
    void grow(qsizetype bytes)
    {
        const qsizetype used = size();
        m_out.resize(qMax<qsizetype>(128, (used + bytes) + used / 2));
        m_out.resize(m_out.capacity());
        point(used);
    }

    QByteArray &m_out;
    qsizetype m_size;
    char *m_at = nullptr;
    char *m_end = nullptr;
};

} // namespace SockScope
