#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace SockScope {

/// Looks for bytes in bytes, 16 places at a time: where the first and the last byte fit, the rest is compared. Reads
/// nothing outside of [begin, end).
class ByteSearch
{
public:
    enum class Case : quint8 { Exact, Folded }; ///< Folded: ASCII letters whatever their case

    explicit ByteSearch(QByteArray wanted, Case letters = Case::Exact);
    /// The first place from begin on; end when there is none.
    const char *find(const char *begin, const char *end) const;
    bool isIn(QByteArrayView bytes) const { return find(bytes.begin(), bytes.end()) != bytes.end(); }
    qsizetype size() const { return m_wanted.size(); }

private:
    bool isAt(const char *place) const;

    QByteArray m_wanted; // lower case when folded
    bool m_folded;
    quint8 m_firstBit; // what makes the byte lower case; 0 when it is to be exact
    quint8 m_lastBit;
};

} // namespace SockScope
