#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QCoreApplication>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>

#include "core/types/sockerror.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/// What the fuzz targets share. A target is a function of the input's bytes alone: no time, no randomness, no files.
namespace SockScope::Fuzz {

/// What has to hold whatever the input is; otherwise the program ends, and libFuzzer keeps the input.
inline void check(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "\nfuzz: does not hold: %s\n", what);
    std::abort();
}

/// Takes the input apart: data from its front, choices from its end, so that a mutation of one leaves the other.
class Input
{
public:
    Input(const uint8_t *data, size_t size)
        : m_rest(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size))
    {
    }

    bool isEmpty() const { return m_rest.isEmpty(); }
    QByteArrayView rest() const { return m_rest; }
    /// 0 when nothing is left, as with all that follow.
    quint8 byte()
    {
        const QByteArrayView one = bytes(1);
        return one.isEmpty() ? quint8(0) : static_cast<quint8>(one[0]);
    }
    QByteArrayView bytes(qsizetype count)
    {
        const QByteArrayView taken = m_rest.first(qMin(count, m_rest.size()));
        m_rest = m_rest.sliced(taken.size());
        return taken;
    }
    quint8 lastByte()
    {
        if (m_rest.isEmpty())
            return 0;
        const auto last = static_cast<quint8>(m_rest.back());
        m_rest.chop(1);
        return last;
    }
    quint64 number(int width)
    {
        quint64 value = 0;
        for (int i = 0; i < width; ++i)
            value = value << 8 | byte();
        return value;
    }
    /// A number of the kind that limits are broken with: ends of the range, -1, 0, 1, small, or any.
    template <typename Number>
    Number extreme()
    {
        switch (byte() % 8) {
        case 0:
            return std::numeric_limits<Number>::min();
        case 1:
            return std::numeric_limits<Number>::max();
        case 2:
            return static_cast<Number>(-1);
        case 3:
            return 0;
        case 4:
            return 1;
        case 5:
            return static_cast<Number>(byte());
        case 6:
            return static_cast<Number>(number(2));
        default:
            return static_cast<Number>(number(8));
        }
    }

private:
    QByteArrayView m_rest;
};

/// A copy with nothing behind it, so that the sanitizer sees a read beyond its end.
class Exact
{
public:
    explicit Exact(QByteArrayView bytes)
        : m_bytes(new char[static_cast<size_t>(bytes.size())])
        , m_size(bytes.size())
    {
        std::copy(bytes.begin(), bytes.end(), m_bytes.get());
    }
    QByteArrayView view() const { return {m_bytes.get(), m_size}; }

private:
    std::unique_ptr<char[]> m_bytes;
    qsizetype m_size;
};

/// An error tells a person what is wrong in a few lines, whatever the peer sent.
inline void checkError(const SockError &error)
{
    check(!error.what.isEmpty(), "an error says what is wrong");
    check(error.toString().size() <= 4000, "an error's text is bounded");
    check(error.offset >= -1, "an error's offset is -1 or a place");
}

/// Socks need an event loop; it is made once and never ended.
inline void needApplication()
{
    static int argc = 1;
    static char name[] = "fuzz";
    static char *argv[] = {name, nullptr};
    static QCoreApplication *const application = [] {
        qputenv("QT_NO_GLIB", "1"); // the plain dispatcher: one call a turn
        return new QCoreApplication(argc, argv);
    }();
    Q_UNUSED(application)
}

} // namespace SockScope::Fuzz
