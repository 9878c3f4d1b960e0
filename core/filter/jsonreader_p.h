#pragma once

#include <QByteArrayView>

#include "core/codec/codec.h"
#include "core/codec/item.h"

namespace SockScope {

/// Reads JSON as JsonItems does, with its leniency and its errors, but makes nothing of what is passed over.
class JsonReader
{
public:
    explicit JsonReader(QByteArrayView payload)
        : m_begin(payload.begin())
        , m_end(payload.end())
        , m_at(payload.begin())
    {
    }

    const char *at() const { return m_at; }
    bool atEnd() const { return m_at >= m_end; }
    bool isAt(char c) const { return m_at < m_end && *m_at == c; }
    void moveTo(const char *place, int depth)
    {
        m_at = place;
        m_depth = depth;
    }
    void skipBlanks()
    {
        while (m_at < m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\r' || *m_at == '\t'))
            ++m_at;
    }
    bool take(char c)
    {
        if (!isAt(c))
            return false;
        ++m_at;
        return true;
    }
    /// An opening bracket and what is blank behind it.
    bool enter(char bracket)
    {
        if (!isAt(bracket) || m_depth >= maximumDepth)
            return false;
        ++m_at;
        ++m_depth;
        skipBlanks();
        return true;
    }
    /// The head of a container or a whole leaf. false: an error, but for a text that the payload ends in, which is
    /// partial and there.
    bool readValue(Item &item);
    /// A key with its colon.
    bool readKey(Item &key);
    bool skipValue();
    /// Behind a value: whether another one follows in its container.
    bool takeComma()
    {
        skipBlanks();
        if (!take(','))
            return false;
        skipBlanks();
        return true;
    }

private:
    static constexpr int maximumDepth = CodecLimits().maximumDepth;

    bool readText(Item &item);
    bool readNumber(Item &item);
    bool readNumberExactly(Item &item, bool isInteger);
    bool readWord(Item &item);
    bool readLeaf(Item &item);

    const char *m_begin;
    const char *m_end;
    const char *m_at;
    int m_depth = 0;
};

} // namespace SockScope
