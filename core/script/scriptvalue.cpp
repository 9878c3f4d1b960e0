#include <QCborArray>
#include <QCborMap>
#include <QDateTime>
#include <QJSEngine>
#include <QJSValueIterator>

#include <cmath>

#include "core/script/scriptvalue_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 largestExact = qint64(1) << 53;

QJSValue scriptInteger(qint64 number)
{
    if (number >= -largestExact && number <= largestExact)
        return QJSValue(static_cast<double>(number));
    return QJSValue(QString::number(number));
}

QJSValue scriptTag(QJSEngine &engine, const QCborValue &value)
{
    const QCborValue inner = value.taggedValue();
    if (value.tag() == QCborTag(QCborKnownTags::PositiveBignum) && inner.isByteArray() &&
        inner.toByteArray().size() <= 8) {
        quint64 number = 0;
        const QByteArray bytes = inner.toByteArray();
        for (const char byte : bytes)
            number = (number << 8) | static_cast<quint8>(byte);
        return number <= quint64(largestExact) ? QJSValue(static_cast<double>(number))
                                               : QJSValue(QString::number(number));
    }
    return ScriptValue::toScript(engine, inner);
}

class Reader
{
public:
    explicit Reader(QString &error)
        : m_error(error)
    {
    }

    std::optional<QCborValue> read(const QJSValue &value, const QString &path, int depth)
    {
        if (depth > ScriptValue::maximumDepth)
            return fail(
                u"%1 is nested deeper than %2 levels, or contains itself"_s.arg(path).arg(ScriptValue::maximumDepth));
        if (++m_elements > ScriptValue::maximumElements)
            return fail(u"more than %1 values"_s.arg(ScriptValue::maximumElements));
        if (value.isUndefined())
            return QCborValue(QCborValue::Undefined);
        if (value.isNull())
            return QCborValue(nullptr);
        if (value.isBool())
            return QCborValue(value.toBool());
        if (value.isNumber())
            return number(value.toNumber());
        if (value.isString())
            return QCborValue(value.toString());
        if (value.isDate())
            return QCborValue(value.toDateTime().toUTC().toString(Qt::ISODateWithMs));
        if (value.isCallable())
            return fail(path + u" is a function"_s);
        if (value.isRegExp() || value.isQObject() || value.isError())
            return fail(path + u" is neither data nor text"_s);
        if (value.isArray())
            return array(value, path, depth);
        if (const auto bytes = ScriptValue::bytesOf(value))
            return QCborValue(*bytes);
        return object(value, path, depth);
    }

private:
    std::optional<QCborValue> fail(const QString &text)
    {
        if (m_error.isEmpty())
            m_error = text;
        return std::nullopt;
    }

    static QCborValue number(double number)
    {
        if (std::trunc(number) == number && std::abs(number) <= static_cast<double>(largestExact) &&
            !(number == 0 && std::signbit(number)))
            return QCborValue(static_cast<qint64>(number));
        return QCborValue(number);
    }

    std::optional<QCborValue> array(const QJSValue &value, const QString &path, int depth)
    {
        const double length = value.property(u"length"_s).toNumber();
        if (!(length <= static_cast<double>(ScriptValue::maximumElements - m_elements)))
            return fail(u"%1 has more than %2 values"_s.arg(path).arg(ScriptValue::maximumElements));
        QCborArray array;
        for (quint32 i = 0; i < static_cast<quint32>(length); ++i) {
            const auto element = read(value.property(i), u"%1[%2]"_s.arg(path).arg(i), depth + 1);
            if (!element)
                return std::nullopt;
            array.append(*element);
        }
        return QCborValue(array);
    }

    std::optional<QCborValue> object(const QJSValue &value, const QString &path, int depth)
    {
        QCborMap map;
        QJSValueIterator each(value);
        while (each.hasNext()) {
            each.next();
            const auto element = read(each.value(), path + u'.' + each.name(), depth + 1);
            if (!element)
                return std::nullopt;
            if (!element->isUndefined()) // as JSON leaves out what is not there
                map.insert(each.name(), *element);
        }
        return QCborValue(map);
    }

    QString &m_error;
    qint64 m_elements = 0;
};

} // namespace

QJSValue ScriptValue::toScript(QJSEngine &engine, const QCborValue &value)
{
    switch (value.type()) {
    case QCborValue::Integer:
        return scriptInteger(value.toInteger());
    case QCborValue::Double:
        return QJSValue(value.toDouble());
    case QCborValue::String:
        return QJSValue(value.toString());
    case QCborValue::ByteArray:
        return toScript(engine, QByteArrayView(value.toByteArray()));
    case QCborValue::True:
    case QCborValue::False:
        return QJSValue(value.toBool());
    case QCborValue::Null:
        return QJSValue(QJSValue::NullValue);
    case QCborValue::Array: {
        const QCborArray array = value.toArray();
        QJSValue result = engine.newArray(static_cast<uint>(array.size()));
        quint32 index = 0;
        for (const QCborValue element : array)
            result.setProperty(index++, toScript(engine, element));
        return result;
    }
    case QCborValue::Map: {
        QJSValue result = engine.newObject();
        const QCborMap map = value.toMap();
        for (const auto &[key, element] : map) {
            const QCborValue name = key;
            result.setProperty(name.isString() ? name.toString() : name.toVariant().toString(),
                               toScript(engine, element));
        }
        return result;
    }
    case QCborValue::Undefined:
        return {};
    default:
        return value.isTag() ? scriptTag(engine, value) : QJSValue(value.toVariant().toString());
    }
}

QJSValue ScriptValue::toScript(QJSEngine &engine, QByteArrayView bytes)
{
    // Of a null byte array the engine makes an ArrayBuffer that throws whatever is asked of it.
    return engine.toScriptValue(bytes.isEmpty() ? QByteArray("") : bytes.toByteArray());
}

std::optional<QCborValue> ScriptValue::fromScript(const QJSValue &value, const QString &path, QString &error)
{
    error.clear();
    return Reader(error).read(value, path, 1);
}

std::optional<QByteArray> ScriptValue::bytesOf(const QJSValue &value)
{
    if (value.isString())
        return value.toString().toUtf8();
    if (!value.isObject() || value.isArray() || value.isCallable())
        return std::nullopt;
    const QVariant whole = value.toVariant(QJSValue::RetainJSObjects);
    if (whole.typeId() == QMetaType::QByteArray)
        return whole.toByteArray();
    const QJSValue buffer = value.property(u"buffer"_s);
    const QVariant bytes = buffer.isObject() ? buffer.toVariant(QJSValue::RetainJSObjects) : QVariant();
    if (bytes.typeId() != QMetaType::QByteArray)
        return std::nullopt;
    const QByteArray all = bytes.toByteArray();
    const double offset = value.property(u"byteOffset"_s).toNumber();
    const double length = value.property(u"byteLength"_s).toNumber();
    if (!(offset >= 0 && length >= 0 && offset + length <= static_cast<double>(all.size())))
        return std::nullopt;
    return all.sliced(static_cast<qsizetype>(offset), static_cast<qsizetype>(length));
}

} // namespace SockScope
