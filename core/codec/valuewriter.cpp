#include "core/codec/valuewriter.h"

#include <QCborArray>
#include <QCborMap>

#include <algorithm>

#include "core/codec/codectext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString pathOf(const QCborValue &key)
{
    if (!key.isString())
        return key.isInteger() ? u"[%1]"_s.arg(key.toInteger()) : u"[a key]"_s;
    const QString name = key.toString();
    const bool plain =
        !name.isEmpty() && name.size() <= 60 && std::all_of(name.cbegin(), name.cend(), [](QChar character) {
            return character.isLetterOrNumber() || character == u'_' || character == u'-';
        });
    return plain ? u'.' + name : u"[%1]"_s.arg(quotedText(name, 60));
}

} // namespace

ValueWriter::ValueWriter(QByteArray &out, const CodecLimits &limits, const QString &formatName)
    : m_out(out)
    , m_start(out.size())
    , m_limits(limits)
    , m_formatName(formatName)
{
}

std::optional<SockError> ValueWriter::write(const QCborValue &data)
{
    auto problem = value(data, 1);
    if (!problem && m_out.size() - m_start > m_limits.maximumBytes) // the head of an empty list or map at the end
        problem = Problem{SockError::Code::TooLong, {}, {}};
    if (!problem)
        return std::nullopt;
    QString path = problem->path;
    path.prepend("data"_L1);
    switch (problem->code) {
    case SockError::Code::TooDeep:
        return codecError(
            problem->code,
            u"%1 nests deeper than the codec's limit of %2 levels"_s.arg(elided(path, 120)).arg(m_limits.maximumDepth),
            u"send flatter data, or raise the codec's maximumDepth"_s);
    case SockError::Code::TooLong:
        return codecError(
            problem->code,
            u"the encoded payload would be longer than the codec's limit of %1 bytes"_s.arg(m_limits.maximumBytes),
            u"send less in one message, or raise the codec's maximumBytes"_s);
    default:
        return codecError(problem->code,
                          u"%1 %2, which %3 cannot carry"_s.arg(elided(path, 400), problem->what, m_formatName),
                          u"send another value there, or choose another codec"_s);
    }
}

std::optional<ValueWriter::Problem> ValueWriter::value(const QCborValue &value, int depth)
{
    if (m_out.size() - m_start > m_limits.maximumBytes)
        return Problem{SockError::Code::TooLong, {}, {}};
    if ((value.isArray() || value.isMap()) && depth >= m_limits.maximumDepth)
        return Problem{SockError::Code::TooDeep, {}, {}};
    if (value.isArray())
        return array(value.toArray(), depth);
    if (value.isMap())
        return map(value.toMap(), depth);
    bool descend = false;
    const QString what = value.isTag() ? tag(value, descend) : leaf(value);
    if (!what.isEmpty())
        return Problem{SockError::Code::InvalidValue, what, {}};
    // A tag that the format writes as a plain value (a big integer, a MessagePack extension) is no level of its own.
    if (descend && depth >= m_limits.maximumDepth)
        return Problem{SockError::Code::TooDeep, {}, {}};
    if (descend)
        return this->value(value.taggedValue(), depth + 1);
    if (m_out.size() - m_start > m_limits.maximumBytes)
        return Problem{SockError::Code::TooLong, {}, {}};
    return std::nullopt;
}

std::optional<ValueWriter::Problem> ValueWriter::array(const QCborArray &array, int depth)
{
    beginArray(array.size());
    qsizetype index = 0;
    for (auto it = array.constBegin(); it != array.constEnd(); ++it, ++index) {
        beforeElement(index);
        if (auto problem = value(*it, depth + 1)) {
            problem->path.prepend(u"[%1]"_s.arg(index));
            return problem;
        }
    }
    endArray();
    return std::nullopt;
}

std::optional<ValueWriter::Problem> ValueWriter::map(const QCborMap &map, int depth)
{
    beginMap(map.size());
    qsizetype index = 0;
    for (auto it = map.constBegin(); it != map.constEnd(); ++it, ++index) {
        beforeElement(index);
        const QCborValue key = it.key();
        if (!acceptsKey(key))
            return Problem{SockError::Code::InvalidValue, u"has a key that is not text"_s, {}};
        if (auto problem = value(key, depth + 1)) {
            problem->path.prepend(pathOf(key));
            return problem;
        }
        beforeValue();
        if (auto problem = value(it.value(), depth + 1)) {
            problem->path.prepend(pathOf(key));
            return problem;
        }
    }
    endMap();
    return std::nullopt;
}

} // namespace SockScope
