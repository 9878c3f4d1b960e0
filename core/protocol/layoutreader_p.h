#pragma once

#include <QCborMap>

#include <optional>
#include <vector>

#include "core/protocol/layout.h"
#include "core/types/sockerror.h"

namespace SockScope {

/// What was read in one place.
struct LayoutNode
{
    enum class Form : quint8 { Map, List, Whole, Real, Flag, Text, Bytes };
    const LayoutField *place = nullptr; ///< null: the message
    qint64 index = -1;                  ///< of an element of a list
    Form form = Form::Map;
    WholeNumber whole;
    double real = 0;
    QByteArrayView content; ///< of a text without padding, of bytes
    qsizetype offset = 0;
    qsizetype length = 0;
    size_t end = 0;  ///< behind its last descendant
    QString problem; ///< "bad checksum: 0x1234, computed 0xabcd"

    bool isElement() const { return index >= 0; }
    /// Whether it belongs to the message's data: padding does not.
    bool isData() const;
    QString text() const;
    QCborValue scalar() const;
};

/// All that could be read of a payload, and the first thing that is wrong with it.
struct LayoutReading
{
    std::vector<LayoutNode> nodes; ///< the message first, each before what it holds
    int type = -1;                 ///< index of the type; -1: unknown
    std::optional<qint64> typeNumber;
    std::optional<SockError> error; ///< the first
    std::optional<SockError> stop;  ///< what no field is to blame for: the payload is too short or too long
    qsizetype end = 0;              ///< where reading stopped

    QCborMap toMap() const { return mapOf(0); }

private:
    QCborMap mapOf(size_t node) const;
    QCborValue valueOf(size_t node) const;
};

/// Reads a payload by the layout of its type; goes on behind what is wrong but has its length.
class LayoutReader
{
public:
    static constexpr size_t maximumValues = 262'144; ///< in one message

    LayoutReader(const Layouts &layouts, QByteArrayView payload)
        : m_layouts(layouts)
        , m_payload(payload)
    {
    }
    LayoutReading read();

private:
    using Places = std::vector<std::pair<qsizetype, qsizetype>>;

    const LayoutLevel *findType();
    bool level(const LayoutLevel &level, qsizetype end, size_t limit);
    bool field(const LayoutLevel &level, int index, qsizetype end, Places &places);
    bool list(const LayoutField &place, qint64 count, qsizetype end);
    bool element(const LayoutField &place, qint64 index, qsizetype end, qint64 size);
    bool sized(const LayoutField &place, LayoutNode &node, qsizetype end, qint64 size);
    void scalar(const LayoutField &place, LayoutNode &node);
    void bits(const LayoutField &place, qsizetype base);
    void verify(const LayoutLevel &level, const Places &places, const std::vector<size_t> &nodes);
    quint64 number(qsizetype offset, int bytes, bool isLittle) const;
    LayoutNode &add(const LayoutField &place, qint64 index, qsizetype offset, qsizetype length);
    bool take(const LayoutField &place, qint64 bytes, qsizetype end);
    void complain(size_t node, const QString &problem, qsizetype offset, const QString &remedy);
    void fail(SockError::Code code, const QString &what, const QString &remedy, qsizetype offset);
    static QString nameOf(const LayoutField &place);

    const Layouts &m_layouts;
    const QByteArrayView m_payload;
    qsizetype m_position = 0;
    LayoutReading m_reading;
};

/// The width of a field of some bits in a run, as a number with its sign.
WholeNumber wholeOf(quint64 raw, int bits, bool isSigned);

} // namespace SockScope
