#include "core/protocol/layoutreader_p.h"

#include <QCborArray>

#include <algorithm>
#include <bit>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

WholeNumber wholeOf(quint64 raw, int bits, bool isSigned)
{
    if (!isSigned || ((raw >> (bits - 1)) & 1) == 0)
        return WholeNumber::fromUnsigned(raw);
    const quint64 above = bits == 64 ? 0 : ~quint64(0) << bits;
    return WholeNumber::fromSigned(static_cast<qint64>(raw | above));
}

bool LayoutNode::isData() const
{
    return place && place->field->kind != FieldKind::Padding;
}

QString LayoutNode::text() const
{
    return place->field->encoding == TextEncoding::Latin1 ? QString::fromLatin1(content) : utf8ToString(content);
}

QCborValue LayoutNode::scalar() const
{
    switch (form) {
    case Form::Whole:
        return whole.toCbor();
    case Form::Real:
        return QCborValue(real);
    case Form::Flag:
        return QCborValue(whole.magnitude != 0);
    case Form::Text:
        return QCborValue(text());
    default:
        return QCborValue(content.toByteArray());
    }
}

QCborMap LayoutReading::mapOf(size_t node) const
{
    QCborMap map;
    for (size_t i = node + 1; i < nodes[node].end; i = nodes[i].end) {
        if (nodes[i].isData())
            map.insert(nodes[i].place->field->name, valueOf(i));
    }
    return map;
}

QCborValue LayoutReading::valueOf(size_t node) const
{
    if (nodes[node].form == LayoutNode::Form::Map)
        return mapOf(node);
    if (nodes[node].form != LayoutNode::Form::List)
        return nodes[node].scalar();
    QCborArray array;
    for (size_t i = node + 1; i < nodes[node].end; i = nodes[i].end)
        array.append(valueOf(i));
    return array;
}

QString LayoutReader::nameOf(const LayoutField &place)
{
    return place.field->name.isEmpty() ? u"the padding"_s : place.field->name;
}

void LayoutReader::fail(SockError::Code code, const QString &what, const QString &remedy, qsizetype offset)
{
    m_reading.stop = codecError(code, what, remedy, offset);
    if (!m_reading.error)
        m_reading.error = m_reading.stop;
}

void LayoutReader::complain(size_t node, const QString &problem, qsizetype offset, const QString &remedy)
{
    LayoutNode &one = m_reading.nodes[node];
    one.problem = problem;
    if (!m_reading.error) {
        m_reading.error =
            codecError(SockError::Code::InvalidPayload, nameOf(*one.place) + u": "_s + problem, remedy, offset);
    }
}

LayoutNode &LayoutReader::add(const LayoutField &place, qint64 index, qsizetype offset, qsizetype length)
{
    LayoutNode &node = m_reading.nodes.emplace_back();
    node.place = &place;
    node.index = index;
    node.offset = offset;
    node.length = length;
    node.end = m_reading.nodes.size();
    return node;
}

// Whether so many bytes are there before the end.
bool LayoutReader::take(const LayoutField &place, qint64 bytes, qsizetype end)
{
    if (bytes <= end - m_position)
        return true;
    fail(SockError::Code::InvalidPayload,
         u"the message ends in %1: it needs %2 bytes, %3 are left"_s.arg(nameOf(place))
             .arg(bytes)
             .arg(std::max<qsizetype>(0, end - m_position)),
         u"look whether the message was cut, or the description fits it"_s, m_position);
    return false;
}

quint64 LayoutReader::number(qsizetype offset, int bytes, bool isLittle) const
{
    quint64 value = 0;
    for (int i = 0; i < bytes; ++i)
        value = value << 8 | static_cast<quint8>(m_payload[offset + (isLittle ? bytes - 1 - i : i)]);
    return value;
}

LayoutReading LayoutReader::read()
{
    m_reading.nodes.emplace_back().length = m_payload.size();
    m_reading.nodes.front().end = 1;
    const LayoutLevel *known = findType();
    const LayoutLevel &message = known ? *known : m_layouts.messages.front();
    // Of an unknown type, the header up to the type can be read.
    size_t limit = message.fields.size();
    if (!known) {
        const auto type = std::find_if(message.fields.begin(), message.fields.end(),
                                       [](const LayoutField &place) { return place.isType; });
        limit = static_cast<size_t>(type - message.fields.begin()) + 1;
    }
    const bool isWhole = level(message, m_payload.size(), limit);
    m_reading.nodes.front().end = m_reading.nodes.size();
    m_reading.end = m_position;
    if (known && isWhole && m_position < m_payload.size()) {
        fail(SockError::Code::InvalidPayload,
             u"%1 bytes are left behind the message's last field"_s.arg(m_payload.size() - m_position),
             u"look whether two messages arrived as one, or the description lacks a field"_s, m_position);
    }
    return std::move(m_reading);
}

const LayoutLevel *LayoutReader::findType()
{
    if (m_layouts.fixedType >= 0) {
        m_reading.type = m_layouts.fixedType;
        m_reading.typeNumber = m_layouts.description.types[size_t(m_layouts.fixedType)].number;
        return &m_layouts.messages[size_t(m_layouts.fixedType)];
    }
    const LayoutField &place = *m_layouts.typeField;
    const int bytes = place.field->isBitField ? place.runBytes : place.field->bits / 8;
    const auto offset = static_cast<qsizetype>(m_layouts.typeOffset);
    if (m_payload.size() < offset + bytes) {
        fail(SockError::Code::InvalidPayload,
             u"the message ends before its type: it has %1 bytes, %2 are needed"_s.arg(m_payload.size())
                 .arg(offset + bytes),
             u"look whether the message was cut, or the description fits it"_s, m_payload.size());
        return nullptr;
    }
    quint64 raw = number(offset, bytes, place.isLittle);
    if (place.field->isBitField)
        raw = (raw >> place.shift) & WholeNumber::highest(place.field->bits, false).magnitude;
    const WholeNumber whole = wholeOf(raw, place.field->bits, place.field->isSigned);
    const QCborValue value = whole.toCbor();
    const auto found = value.isInteger() ? m_layouts.byNumber.constFind(value.toInteger()) : m_layouts.byNumber.cend();
    if (value.isInteger())
        m_reading.typeNumber = value.toInteger();
    if (found == m_layouts.byNumber.cend()) {
        fail(SockError::Code::UnknownType, u"the message type %1 is not described"_s.arg(whole.toString()),
             u"describe it, or look whether the description fits the sender"_s, offset);
        return nullptr;
    }
    m_reading.type = *found;
    return &m_layouts.messages[size_t(*found)];
}

bool LayoutReader::level(const LayoutLevel &level, qsizetype end, size_t limit)
{
    Places places(level.fields.size());
    std::vector<size_t> nodes;
    const bool computes = !level.lengths.empty() || !level.checksums.empty();
    if (computes)
        nodes.reserve(level.fields.size());
    for (size_t i = 0; i < limit; ++i) {
        nodes.push_back(m_reading.nodes.size());
        if (!field(level, static_cast<int>(i), end, places))
            return false;
    }
    if (computes && limit == level.fields.size())
        verify(level, places, nodes);
    return true;
}

bool LayoutReader::field(const LayoutLevel &level, int index, qsizetype end, Places &places)
{
    const LayoutField &place = level.fields[size_t(index)];
    const FieldDescription &field = *place.field;
    auto &[first, last] = places[size_t(index)];
    first = m_position;
    if (field.isBitField) {
        if (place.isRunStart && !take(place, place.runBytes, end))
            return false;
        bits(place, m_position);
        last = m_position + place.runBytes;
        if (place.isRunEnd)
            m_position = last;
        return true;
    }
    const qsizetype fieldEnd =
        place.takesRest ? std::max(m_position, end - static_cast<qsizetype>(place.fixedAfter)) : end;
    if (place.takesRest && !take(place, place.fixedAfter, end))
        return false;
    quint64 counted = 0;
    if (place.counter >= 0) {
        const LayoutField &counter = level.fields[size_t(place.counter)];
        const qsizetype at = places[size_t(place.counter)].first;
        if (counter.field->isBitField)
            counted = (number(at, counter.runBytes, counter.isLittle) >> counter.shift) &
                      WholeNumber::highest(counter.field->bits, false).magnitude;
        else
            counted = number(at, counter.field->bits / 8, counter.isLittle);
    }
    const auto size = static_cast<qint64>(std::min<quint64>(counted, quint64(1) << 40)); // more than any payload has
    bool isGood = false;
    if (place.isArray()) {
        const qint64 count = field.array == ArrayRule::Fixed     ? field.count
                             : field.array == ArrayRule::Counted ? size
                                                                 : -1;
        isGood = list(place, count, fieldEnd);
    } else {
        isGood = element(place, -1, fieldEnd, size);
    }
    last = m_position;
    return isGood;
}

bool LayoutReader::list(const LayoutField &place, qint64 count, qsizetype end)
{
    const size_t own = m_reading.nodes.size();
    add(place, -1, m_position, 0).form = LayoutNode::Form::List;
    const auto finish = [&](bool isGood) {
        m_reading.nodes[own].length = m_position - m_reading.nodes[own].offset;
        m_reading.nodes[own].end = m_reading.nodes.size();
        return isGood;
    };
    if (count > 0 && !take(place, count * place.minimumBytes, end))
        return finish(false);
    for (qint64 i = 0; count < 0 ? m_position < end : i < count; ++i) {
        if (i >= ProtocolDescription::maximumArrayCount || m_reading.nodes.size() >= maximumValues) {
            fail(SockError::Code::LimitReached,
                 u"%1 has more than %2 elements, or the message more than %3 values"_s.arg(place.field->name)
                     .arg(ProtocolDescription::maximumArrayCount)
                     .arg(maximumValues),
                 u"describe it as bytes"_s, m_position);
            return finish(false);
        }
        if (!element(place, i, end, 0))
            return finish(false);
    }
    return finish(true);
}

bool LayoutReader::element(const LayoutField &place, qint64 index, qsizetype end, qint64 size)
{
    const FieldDescription &field = *place.field;
    if (field.kind == FieldKind::Group) {
        const size_t own = m_reading.nodes.size();
        add(place, index, m_position, 0);
        const bool isGood = level(*place.group, end, place.group->fields.size());
        m_reading.nodes[own].length = m_position - m_reading.nodes[own].offset;
        m_reading.nodes[own].end = m_reading.nodes.size();
        return isGood;
    }
    if (!take(place, place.minimumBytes, end))
        return false;
    LayoutNode node;
    node.place = &place;
    node.index = index;
    node.offset = m_position;
    if (field.kind == FieldKind::Text || field.kind == FieldKind::Bytes) {
        if (!sized(place, node, end, size))
            return false;
    } else {
        node.length = static_cast<qsizetype>(place.minimumBytes);
        scalar(place, node);
    }
    m_position = node.offset + node.length;
    m_reading.nodes.push_back(node);
    const size_t own = m_reading.nodes.size() - 1;
    m_reading.nodes[own].end = own + 1;
    if (field.kind == FieldKind::Constant && node.content != QByteArrayView(field.constant)) {
        complain(own,
                 u"it is %1 instead of %2"_s.arg(hexText(node.content, node.content.size(), 80),
                                                 hexText(field.constant, field.constant.size(), 80)),
                 node.offset, u"look whether the description fits the sender"_s);
    }
    if (field.kind == FieldKind::Text && field.encoding == TextEncoding::Utf8) {
        const qsizetype wrong = firstInvalidUtf8(node.content);
        if (wrong >= 0) {
            complain(own, u"the text is not UTF-8"_s, node.content.data() - m_payload.data() + wrong,
                     u"describe it as bytes, or with the encoding latin-1"_s);
        }
    }
    return true;
}

// Where a text or bytes end.
bool LayoutReader::sized(const LayoutField &place, LayoutNode &node, qsizetype end, qint64 size)
{
    const FieldDescription &field = *place.field;
    qsizetype head = 0;
    switch (field.sizeRule) {
    case SizeRule::Fixed:
        size = field.size;
        break;
    case SizeRule::Prefixed:
        head = field.sizeBits / 8;
        size = static_cast<qint64>(number(m_position, field.sizeBits / 8, place.isLittle));
        break;
    case SizeRule::Terminated: {
        const qsizetype zero = m_payload.sliced(m_position, end - m_position).indexOf('\0');
        if (zero < 0) {
            fail(SockError::Code::InvalidPayload, u"no zero byte ends %1"_s.arg(place.field->name),
                 u"look whether the message was cut, or the description fits it"_s, m_position);
            return false;
        }
        node.content = m_payload.sliced(m_position, zero);
        node.length = zero + 1;
        node.form = LayoutNode::Form::Text;
        return true;
    }
    case SizeRule::Rest:
        size = end - m_position;
        break;
    case SizeRule::Counted:
        break;
    }
    if (!take(place, head + size, end))
        return false;
    node.content = m_payload.sliced(m_position + head, static_cast<qsizetype>(size));
    node.length = head + static_cast<qsizetype>(size);
    node.form = field.kind == FieldKind::Text ? LayoutNode::Form::Text : LayoutNode::Form::Bytes;
    if (field.kind == FieldKind::Text && field.sizeRule == SizeRule::Fixed) {
        while (!node.content.isEmpty() && static_cast<quint8>(node.content.back()) == field.pad)
            node.content.chop(1);
    }
    return true;
}

void LayoutReader::scalar(const LayoutField &place, LayoutNode &node)
{
    const FieldDescription &field = *place.field;
    const int bytes = static_cast<int>(node.length);
    switch (field.kind) {
    case FieldKind::Constant:
    case FieldKind::Padding:
        node.form = LayoutNode::Form::Bytes;
        node.content = m_payload.sliced(node.offset, node.length);
        return;
    case FieldKind::Float: {
        const quint64 raw = number(node.offset, bytes, place.isLittle);
        node.form = LayoutNode::Form::Real;
        node.real = field.bits == 32 ? static_cast<double>(std::bit_cast<float>(static_cast<quint32>(raw)))
                                     : std::bit_cast<double>(raw);
        return;
    }
    default:
        node.form = field.kind == FieldKind::Boolean ? LayoutNode::Form::Flag : LayoutNode::Form::Whole;
        node.whole = wholeOf(number(node.offset, bytes, place.isLittle), field.bits, field.isSigned);
    }
}

void LayoutReader::bits(const LayoutField &place, qsizetype base)
{
    const FieldDescription &field = *place.field;
    const quint64 run = number(base, place.runBytes, place.isLittle);
    const quint64 raw = (run >> place.shift) & WholeNumber::highest(field.bits, false).magnitude;
    const int fromStart = place.isLittle ? place.shift : place.runBytes * 8 - place.shift - field.bits;
    const int firstByte = fromStart / 8;
    const int lastByte = (fromStart + field.bits - 1) / 8;
    LayoutNode &node = add(place, -1, base + firstByte, lastByte - firstByte + 1);
    node.form = field.kind == FieldKind::Boolean ? LayoutNode::Form::Flag : LayoutNode::Form::Whole;
    node.whole = wholeOf(raw, field.bits, field.isSigned);
}

void LayoutReader::verify(const LayoutLevel &level, const Places &places, const std::vector<size_t> &nodes)
{
    const auto range = [&](const LayoutField &place) -> std::pair<qsizetype, qsizetype> {
        if (place.last < place.first)
            return {0, 0};
        return {places[size_t(place.first)].first, places[size_t(place.last)].second};
    };
    for (const int index : level.lengths) {
        const LayoutField &place = level.fields[size_t(index)];
        const auto [first, last] = range(place);
        const auto expected = WholeNumber::fromSigned(last - first + place.field->adjust);
        const LayoutNode &node = m_reading.nodes[nodes[size_t(index)]];
        if (node.whole != expected) {
            complain(nodes[size_t(index)],
                     u"bad length: %1, counted %2"_s.arg(node.whole.toString(), expected.toString()), node.offset,
                     u"look whether the message was cut, or the description fits it"_s);
        }
    }
    for (const int index : level.checksums) {
        const LayoutField &place = level.fields[size_t(index)];
        const auto [first, last] = range(place);
        const LayoutNode &node = m_reading.nodes[nodes[size_t(index)]];
        QByteArrayView bytes = m_payload.sliced(first, last - first);
        QByteArray copy;
        if (place.field->zeroed) {
            copy = bytes.toByteArray();
            std::fill_n(copy.begin() + (node.offset - first), node.length, '\0');
            bytes = copy;
        }
        const quint64 computed = place.checksum->compute(bytes);
        if (node.whole.magnitude != computed) {
            const auto hex = [&](quint64 value) {
                return u"0x%1"_s.arg(value, place.field->bits / 4, 16, QLatin1Char('0'));
            };
            complain(nodes[size_t(index)],
                     u"bad checksum: %1, computed %2"_s.arg(hex(node.whole.magnitude), hex(computed)), node.offset,
                     u"look whether the message was damaged, or the algorithm and range fit the sender"_s);
        }
    }
}

} // namespace SockScope
