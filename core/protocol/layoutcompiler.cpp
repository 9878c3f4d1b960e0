#include "core/protocol/layoutcompiler_p.h"

#include <QSet>

#include <algorithm>

#include "core/codec/codectext.h"
#include "core/protocol/fieldcheck_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 tooMany = ProtocolDescription::maximumMessageBytes + 1;

/// No sum or product of sizes goes beyond what is refused anyhow.
qint64 saturated(qint64 bytes)
{
    return std::min(bytes, tooMany);
}

bool hasFixedSize(const LayoutField &place)
{
    const FieldDescription &field = *place.field;
    if (place.takesRest || field.array == ArrayRule::Counted || field.array == ArrayRule::Rest)
        return false;
    if (field.kind == FieldKind::Group)
        return place.group->isFixed;
    const bool isSized = field.kind == FieldKind::Text || field.kind == FieldKind::Bytes;
    return !isSized || field.sizeRule == SizeRule::Fixed;
}

/// Of all its elements.
qint64 minimumOf(const LayoutField &place)
{
    if (place.field->isBitField)
        return place.isRunStart ? place.runBytes : 0;
    switch (place.field->array) {
    case ArrayRule::None:
        return place.minimumBytes;
    case ArrayRule::Fixed:
        return saturated(place.minimumBytes * place.field->count);
    default:
        return 0;
    }
}

/// 0 to 2 of a part of the message, below 0 of a field.
int partOf(QStringView name)
{
    return name == "@header"_L1 ? 0 : name == "@body"_L1 ? 1 : name == "@trailer"_L1 ? 2 : -1;
}

/// Of a range that has nothing in it: whether that is a mistake, and not a part without fields.
bool isReversed(const FieldDescription &field, int first, int last)
{
    if (field.from.isEmpty() || field.to.isEmpty())
        return last < first - 1;
    const int from = partOf(field.from);
    const int to = partOf(field.to);
    return from < 0 || to < 0 ? last < first - 1 || (from < 0 && to < 0) : to < from;
}

} // namespace

void LayoutCompiler::Source::add(const std::vector<FieldDescription> &more, const QString &path)
{
    for (size_t i = 0; i < more.size(); ++i) {
        fields.push_back(&more[i]);
        paths.append(u"%1[%2]"_s.arg(path).arg(i));
    }
}

void LayoutCompiler::fail(const QString &path, const QString &what, const QString &remedy)
{
    if (!m_error)
        m_error = ProtocolError{path, what, remedy};
}

int LayoutCompiler::indexOf(const Source &source, QStringView name)
{
    const auto found = std::find_if(source.fields.begin(), source.fields.end(),
                                    [&](const FieldDescription *field) { return field->name == name; });
    return found == source.fields.end() ? -1 : static_cast<int>(found - source.fields.begin());
}

LayoutLevel LayoutCompiler::compile(const Source &source, int depth)
{
    LayoutLevel level;
    level.fields.resize(source.fields.size());
    QSet<QString> names;
    for (int i = 0; i < static_cast<int>(source.fields.size()) && !m_error; ++i) {
        const QString &name = source.fields[size_t(i)]->name;
        if (++m_fields > ProtocolDescription::maximumFields) {
            fail(source.paths[i], u"the type has too many fields, header and trailer included"_s,
                 u"describe at most %1"_s.arg(ProtocolDescription::maximumFields));
        }
        if (!name.isEmpty() && names.contains(name)) {
            fail(source.paths[i] + ".name"_L1, u"there is a field %1 already"_s.arg(quotedText(name, 40)),
                 u"give each field a name of its own, also beside header and trailer"_s);
        }
        names.insert(name);
        place(source, i, level, depth);
    }
    if (!m_error)
        runs(source, level);
    if (!m_error)
        measure(source, level);
    if (!m_error)
        ranges(source, level);
    if (!m_error)
        orderChecksums(source, level);
    return level;
}

void LayoutCompiler::place(const Source &source, int index, LayoutLevel &level, int depth)
{
    const FieldDescription &field = *source.fields[size_t(index)];
    LayoutField &place = level.fields[size_t(index)];
    place.field = &field;
    place.isLittle = field.byteOrder.value_or(m_order) == ByteOrder::Little;
    if (const auto error = checkField(field, DescribedForm::Layout, source.paths[index])) {
        fail(error->path, error->what, error->remedy);
        return;
    }
    element(source, index, place, depth);
    if (field.array == ArrayRule::Counted)
        counter(source, index, field.countedBy, level);
    if (field.sizeRule == SizeRule::Counted)
        counter(source, index, field.sizedBy, level);
    if (!m_error)
        repeat(source, index, place);
}

void LayoutCompiler::element(const Source &source, int index, LayoutField &place, int depth)
{
    const FieldDescription &field = *place.field;
    switch (field.kind) {
    case FieldKind::Integer:
    case FieldKind::Float:
    case FieldKind::Boolean:
    case FieldKind::Length:
    case FieldKind::Checksum:
        place.minimumBytes = field.isBitField ? 0 : field.bits / 8;
        place.checksum = field.kind == FieldKind::Checksum ? Checksum::find(field.algorithm) : nullptr;
        break;
    case FieldKind::Constant:
        place.minimumBytes = field.constant.size();
        break;
    case FieldKind::Text:
    case FieldKind::Bytes:
    case FieldKind::Padding:
        place.takesRest = field.sizeRule == SizeRule::Rest;
        place.minimumBytes = field.sizeRule == SizeRule::Fixed        ? field.size
                             : field.sizeRule == SizeRule::Prefixed   ? field.sizeBits / 8
                             : field.sizeRule == SizeRule::Terminated ? 1
                                                                      : 0;
        break;
    case FieldKind::Group: {
        Source inner;
        inner.add(field.fields, source.paths[index] + ".fields"_L1);
        if (depth >= ProtocolDescription::maximumDepth) {
            fail(source.paths[index], u"is nested too deep"_s,
                 u"nest at most %1 groups"_s.arg(ProtocolDescription::maximumDepth));
            return;
        }
        if (inner.fields.empty())
            fail(source.paths[index] + ".fields"_L1, u"the group has no fields"_s, u"describe at least one"_s);
        auto group = std::make_shared<LayoutLevel>(compile(inner, depth + 1));
        place.takesRest = group->takesRest;
        place.minimumBytes = group->minimumBytes;
        place.group = std::move(group);
        break;
    }
    case FieldKind::Any:
        fail(source.paths[index] + ".type"_L1, u"a layout cannot hold any value"_s, u"choose another type"_s);
        break;
    }
    if (place.minimumBytes > ProtocolDescription::maximumMessageBytes)
        fail(source.paths[index], u"it is longer than any message"_s, u"make it smaller"_s);
}

void LayoutCompiler::repeat(const Source &source, int index, LayoutField &place)
{
    if (!place.isArray())
        return;
    const QString path = source.paths[index];
    if (place.takesRest) {
        fail(path, u"only the last of the elements could take the rest of the payload"_s,
             u"give the elements a size, or leave out their count"_s);
    } else if (place.minimumBytes == 0) {
        fail(path, u"its elements may be empty, so that they cannot be counted"_s,
             u"let each element have at least one byte"_s);
    } else if (place.field->array == ArrayRule::Fixed &&
               (place.field->count < 1 || place.field->count > ProtocolDescription::maximumArrayCount)) {
        fail(path + ".count"_L1, u"%1 elements"_s.arg(place.field->count),
             u"write 1 to %1"_s.arg(ProtocolDescription::maximumArrayCount));
    }
    place.takesRest = place.field->array == ArrayRule::Rest;
}

void LayoutCompiler::counter(const Source &source, int index, const QString &name, LayoutLevel &level)
{
    const FieldDescription &field = *source.fields[size_t(index)];
    const QString path = source.paths[index] + (field.array == ArrayRule::Counted ? ".countedBy"_L1 : ".sizedBy"_L1);
    const int at = indexOf(source, name);
    const QString remedy = u"name a field of unsigned integers that stands before it, in the same group"_s;
    if (at < 0) {
        fail(path, u"there is no field %1 beside it"_s.arg(quotedText(name, 40)), remedy);
        return;
    }
    if (at >= index) {
        fail(path, u"%1 comes later"_s.arg(quotedText(name, 40)), remedy);
        return;
    }
    LayoutField &counter = level.fields[size_t(at)];
    if (counter.field->kind != FieldKind::Integer || counter.field->isSigned || counter.isArray()) {
        fail(path, u"%1 is no unsigned integer"_s.arg(quotedText(name, 40)), remedy);
        return;
    }
    if (field.array == ArrayRule::Counted && field.sizeRule == SizeRule::Counted) {
        fail(path, u"count and size of the elements are both told by other fields"_s,
             u"put the elements into a group with a size of their own"_s);
        return;
    }
    counter.isCounter = true;
    level.fields[size_t(index)].counter = at;
}

void LayoutCompiler::runs(const Source &source, LayoutLevel &level)
{
    int first = -1;
    int bits = 0;
    const int count = static_cast<int>(level.fields.size());
    for (int i = 0; i <= count && !m_error; ++i) {
        const FieldDescription *field = i < count ? level.fields[size_t(i)].field : nullptr;
        const bool isBits = field && field->isBitField;
        const bool anew = isBits && field->bitPosition == 0 && bits % 8 == 0;
        if (first >= 0 && (!isBits || anew)) {
            endRun(source, level, first, i, bits);
            first = -1;
        }
        if (!isBits || m_error)
            continue;
        LayoutField &place = level.fields[size_t(i)];
        if (first < 0) {
            first = i;
            bits = 0;
        } else if (place.isLittle != level.fields[size_t(first)].isLittle) {
            fail(source.paths[i] + ".byteOrder"_L1, u"it differs from the bit fields beside it"_s,
                 u"give bit fields that lie together one byte order, or begin anew with \"bit\": 0"_s);
        }
        if (field->bitPosition >= 0 && field->bitPosition < bits) {
            fail(source.paths[i] + ".bit"_L1, u"bit %1 belongs to the field before it"_s.arg(field->bitPosition),
                 u"write %1 or more, or leave it out"_s.arg(bits));
        }
        place.shift = std::max(field->bitPosition, bits); // its first bit, until the run's length is known
        bits = place.shift + field->bits;
        if (bits > 64) {
            fail(source.paths[i] + ".bits"_L1, u"the bit fields together have %1 bits"_s.arg(bits),
                 u"64 are the most; \"bit\": 0 begins anew at the end of a byte"_s);
        }
    }
}

void LayoutCompiler::endRun(const Source &source, LayoutLevel &level, int first, int end, int bits)
{
    if (bits % 8 != 0) {
        fail(source.paths[end - 1] + ".bits"_L1,
             u"the bit fields end in the middle of a byte, after %1 bits"_s.arg(bits),
             u"add bit fields with %1 bits more"_s.arg(8 - bits % 8));
        return;
    }
    for (int i = first; i < end; ++i) {
        LayoutField &place = level.fields[size_t(i)];
        place.runBytes = bits / 8;
        place.isRunStart = i == first;
        place.isRunEnd = i == end - 1;
        if (!place.isLittle) // counted from the highest bit
            place.shift = bits - place.shift - place.field->bits;
    }
}

void LayoutCompiler::measure(const Source &source, LayoutLevel &level)
{
    qint64 fixedAfter = 0;
    bool isFixed = true;
    for (size_t i = level.fields.size(); i-- > 0;) {
        LayoutField &place = level.fields[i];
        if (place.takesRest) {
            if (!isFixed) {
                fail(source.paths[qsizetype(i)],
                     u"it takes the rest of the payload, but what follows has no fixed size"_s,
                     u"let only fields of a fixed size follow"_s);
                return;
            }
            place.fixedAfter = fixedAfter;
            level.takesRest = true;
        }
        isFixed = isFixed && hasFixedSize(place);
        fixedAfter = saturated(fixedAfter + minimumOf(place));
    }
    level.isFixed = isFixed;
    level.minimumBytes = fixedAfter;
    if (fixedAfter == tooMany && !source.paths.isEmpty()) {
        fail(source.paths.first(), u"the fields from here on are longer than %1 bytes"_s.arg(tooMany - 1),
             u"make them smaller"_s);
    }
}

void LayoutCompiler::ranges(const Source &source, LayoutLevel &level)
{
    const int count = static_cast<int>(level.fields.size());
    for (int i = 0; i < count && !m_error; ++i) {
        LayoutField &place = level.fields[size_t(i)];
        const bool isLength = place.field->kind == FieldKind::Length;
        if (!isLength && place.field->kind != FieldKind::Checksum)
            continue;
        const QString &path = source.paths[i];
        const auto first = place.field->from.isEmpty() ? 0 : edge(source, i, place.field->from, "from"_L1, true);
        const auto last = place.field->to.isEmpty() ? (isLength ? count - 1 : i - 1)
                                                    : edge(source, i, place.field->to, "to"_L1, false);
        if (!first || !last)
            return;
        place.first = *first;
        place.last = *last;
        if (place.last < place.first && isReversed(*place.field, *first, *last)) {
            fail(path + ".to"_L1, u"the range ends before it begins"_s, u"name a field behind that of from"_s);
            return;
        }
        const auto inside = [&](int field) {
            return field >= 0 && field < count && level.fields[size_t(field)].field->isBitField;
        };
        if (place.first <= place.last && inside(place.first) && !level.fields[size_t(place.first)].isRunStart)
            fail(path + ".from"_L1, u"the range begins in the middle of bit fields"_s, u"name the first of them"_s);
        if (place.first <= place.last && inside(place.last) && !level.fields[size_t(place.last)].isRunEnd)
            fail(path + ".to"_L1, u"the range ends in the middle of bit fields"_s, u"name the last of them"_s);
        if (isLength) {
            level.lengths.push_back(i);
            checkLength(path, level, place);
            continue;
        }
        level.checksums.push_back(i);
        const bool hasItself = place.first <= i && i <= place.last;
        if (place.first > place.last) {
            fail(path, u"there is nothing before it to make the checksum of"_s, u"say which fields with from and to"_s);
        } else if (hasItself && !place.field->zeroed) {
            fail(path + ".to"_L1, u"the range includes the checksum itself, which cannot be known before"_s,
                 u"end it before, begin it behind, or say \"zeroed\": true"_s);
        } else if (!hasItself && place.field->zeroed) {
            fail(path + ".zeroed"_L1, u"the range does not include the checksum"_s, u"leave zeroed out"_s);
        }
    }
}

std::optional<int> LayoutCompiler::edge(const Source &source, int index, const QString &name, QLatin1StringView key,
                                        bool isFirst)
{
    const int count = static_cast<int>(source.fields.size());
    if (source.isMessage && name.startsWith(u'@')) {
        const int body = source.headerCount;
        const int trailer = count - source.trailerCount;
        if (name == "@header"_L1)
            return isFirst ? 0 : body - 1;
        if (name == "@body"_L1)
            return isFirst ? body : trailer - 1;
        if (name == "@trailer"_L1)
            return isFirst ? trailer : count - 1;
    }
    const int at = indexOf(source, name);
    if (at >= 0)
        return at;
    fail(source.paths[index] + u'.' + key,
         u"there is no field %1 beside it, so that the range lies outside"_s.arg(quotedText(name, 40)),
         source.isMessage ? u"name a field of the message, @header, @body or @trailer"_s
                          : u"name a field of the same group"_s);
    return std::nullopt;
}

void LayoutCompiler::checkLength(const QString &path, const LayoutLevel &level, const LayoutField &place)
{
    qint64 least = place.field->adjust;
    bool isFixed = true;
    for (int i = place.first; i <= place.last; ++i) {
        least = saturated(least + minimumOf(level.fields[size_t(i)]));
        isFixed = isFixed && hasFixedSize(level.fields[size_t(i)]);
    }
    const WholeNumber highest = WholeNumber::highest(place.field->bits, false);
    if (least < 0 && isFixed) {
        fail(path + ".adjust"_L1, u"the length becomes %1"_s.arg(least), u"subtract less"_s);
    } else if (least > 0 && static_cast<quint64>(least) > highest.magnitude) {
        fail(path + ".bits"_L1,
             u"the length is at least %1, and %2 bits hold at most %3"_s.arg(least)
                 .arg(place.field->bits)
                 .arg(highest.toString()),
             u"give it more bits"_s);
    }
}

void LayoutCompiler::orderChecksums(const Source &source, LayoutLevel &level)
{
    std::vector<int> waiting = std::move(level.checksums);
    level.checksums.clear();
    while (!waiting.empty()) {
        const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](int one) {
            const LayoutField &place = level.fields[size_t(one)];
            return std::none_of(waiting.begin(), waiting.end(),
                                [&](int other) { return other != one && place.first <= other && other <= place.last; });
        });
        if (ready == waiting.end()) {
            fail(source.paths[waiting.front()] + ".to"_L1,
                 u"the range includes another checksum that includes this one: neither can be known first"_s,
                 u"leave one of them out of the other's range"_s);
            return;
        }
        level.checksums.push_back(*ready);
        waiting.erase(ready);
    }
}

} // namespace SockScope
