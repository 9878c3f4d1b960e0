#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <array>

#include "core/codec/payloadcheck.h"

namespace SockScope {

/*! Goes over a JSON payload in one pass without making anything of it.
 *  Path    payload → [this] → JsonCodec::decode
 *  Shape   passes is true for [type, data] that QJsonDocument certainly reads; everything beside plain RFC 8259 is left
 *          to it, as are numbers near the ends of a double. at() and depth() then tell how far the payload is right,
 *          never inside of a text
 *  Units   bytes, UTF-8 already; levels
 *  Errors  passes answers false, and QJsonDocument says why
 *  Thread  one thread at a time
 *  Source  RFC 8259
 */
class JsonCheck
{
public:
    JsonCheck(QByteArrayView payload, int maximumDepth);

    bool passes();
    /// The type, with its quotes when it is a name.
    QByteArrayView type() const { return m_type; }
    QByteArrayView data() const { return m_data; }
    qsizetype at() const { return m_at - m_begin; }
    int depth() const { return m_depth; }
    /// The shortest text behind which the payload goes on from at() as it does behind what passed: what is wrong with
    /// it need not be looked for from the start again.
    QByteArray context() const;

private:
    enum class Expected { First, Value, Key, Colon, EndOfValue };
    void skipBlanks();
    bool take(char byte);
    bool passesAll();
    bool value();
    bool leaf();
    bool text();
    bool number();
    bool word(QByteArrayView word);

    const char *const m_begin;
    const char *const m_end;
    const char *m_at;
    const int m_maximumDepth;
    int m_depth = 0;
    Expected m_expected = Expected::First;
    const char *m_token = nullptr; // where the last key, or value that is no container, begins
    const char *m_tokenEnd = nullptr;
    std::array<bool, quickMaximumDepth + 1> m_maps; // of each open container: whether it is one
    QByteArrayView m_type;
    QByteArrayView m_data;
};

} // namespace SockScope
