#include "core/codec/cborimage.h"

#include <QCborArray>
#include <QCborMap>
#include <QCborStreamWriter>
#include <QIODevice>

#include <cstring>
#include <memory>

namespace SockScope {

namespace {

/// Takes what a QCborStreamWriter writes, which is two or three pieces a text: without QBuffer's work for each.
class ImageDevice : public QIODevice
{
public:
    ImageDevice() { open(WriteOnly | Unbuffered); }

    bool isSequential() const override { return true; }
    void restart() { m_used = 0; }
    void giveBack()
    {
        if (m_capacity > static_cast<size_t>(CborImage::keptBytes)) {
            m_buffer.reset();
            m_capacity = 0;
        }
    }
    QByteArrayView written() const { return {m_buffer.get(), static_cast<qsizetype>(m_used)}; }

protected:
    qint64 readData(char *, qint64) override { return -1; }
    qint64 writeData(const char *data, qint64 size) override
    {
        if (size <= 0)
            return 0; // Qt writes an empty text's null pointer
        const auto bytes = static_cast<size_t>(size);
        if (m_capacity - m_used < bytes)
            grow(bytes);
        std::memcpy(m_buffer.get() + m_used, data, bytes);
        m_used += bytes;
        return size;
    }

private:
    void grow(size_t bytes)
    {
        const size_t capacity = qMax<size_t>(4096, (m_used + bytes) * 2);
        std::unique_ptr<char[]> larger(new char[capacity]);
        if (m_used > 0)
            std::memcpy(larger.get(), m_buffer.get(), m_used);
        m_buffer = std::move(larger);
        m_capacity = capacity;
    }

    std::unique_ptr<char[]> m_buffer;
    size_t m_used = 0;
    size_t m_capacity = 0;
};

/// Making the two for each value would cost as much as a small value.
struct ThreadImage
{
    ImageDevice device;
    QCborStreamWriter writer{&device};
};

ThreadImage &threadImage()
{
    thread_local ThreadImage image;
    return image;
}

} // namespace

CborImage::CborImage(const QCborValue &value)
{
    ThreadImage &image = threadImage();
    image.device.restart();
    value.toCbor(image.writer);
    m_bytes = image.device.written();
}

CborImage::~CborImage()
{
    threadImage().device.giveBack();
}

bool holdsHalfPairs(const QCborValue &value)
{
    if (value.isString())
        return !value.toString().isValidUtf16();
    if (value.isArray()) {
        const QCborArray array = value.toArray();
        for (auto it = array.constBegin(); it != array.constEnd(); ++it) {
            if (holdsHalfPairs(*it))
                return true;
        }
    } else if (value.isMap()) {
        const QCborMap map = value.toMap();
        for (auto it = map.constBegin(); it != map.constEnd(); ++it) {
            if (holdsHalfPairs(it.key()) || holdsHalfPairs(it.value()))
                return true;
        }
    } else if (value.isTag()) {
        return holdsHalfPairs(value.taggedValue());
    }
    return false;
}

} // namespace SockScope
