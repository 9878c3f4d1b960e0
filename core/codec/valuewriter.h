#pragma once

#include <QByteArray>
#include <QCborValue>
#include <QString>

#include <optional>

#include "core/codec/codec.h"

namespace SockScope {

/*! Walks a value that is to be encoded; a format says how each part is written.
 *  Path    sendMessage → [this] → payload
 *  Shape   the depth counts from the [type, data] array, which is level 1
 *  Units   levels, bytes
 *  Errors  InvalidValue naming the part ("data.pos[1]"), TooDeep, TooLong
 *  Thread  one thread
 *  Source  none
 */
class ValueWriter
{
public:
    ValueWriter(QByteArray &out, const CodecLimits &limits, const QString &formatName);
    virtual ~ValueWriter() = default;
    ValueWriter(const ValueWriter &) = delete;
    ValueWriter &operator=(const ValueWriter &) = delete;

    std::optional<SockError> write(const QCborValue &data);

protected:
    /// Answers why it cannot be written, as in "is NaN", or an empty text.
    virtual QString leaf(const QCborValue &value) = 0;
    /// The same for a tag; descend: the tagged value is still to be written.
    virtual QString tag(const QCborValue &value, bool &descend) = 0;
    virtual bool acceptsKey(const QCborValue &key) const = 0;
    virtual void beginArray(qsizetype count) = 0;
    virtual void beginMap(qsizetype count) = 0;
    virtual void beforeElement(qsizetype) {}
    virtual void beforeValue() {}
    virtual void endArray() {}
    virtual void endMap() {}

    QByteArray &m_out;

private:
    struct Problem
    {
        SockError::Code code;
        QString what;
        QString path;
    };
    std::optional<Problem> value(const QCborValue &value, int depth);
    std::optional<Problem> array(const QCborArray &array, int depth);
    std::optional<Problem> map(const QCborMap &map, int depth);

    const qsizetype m_start;
    const CodecLimits m_limits;
    const QString m_formatName;
};

} // namespace SockScope
