#pragma once

#include <QJsonArray>
#include <QJsonValue>
#include <QStringList>

#include "core/protocol/protocoldescription.h"

namespace SockScope {

/// Reads a description member by member; the first that is wrong is remembered with its path.
class ProtocolReader
{
public:
    ProtocolDescription read(const QJsonObject &object);
    const std::optional<ProtocolError> &error() const { return m_error; }

private:
    /// An object whose members are taken one after the other; what nobody took is unknown.
    struct Object
    {
        QJsonObject rest;
        QString path;
        QString at(QLatin1StringView key) const { return path.isEmpty() ? QString(key) : path + u'.' + key; }
        QJsonValue take(QLatin1StringView key)
        {
            const QJsonValue value = rest.value(key);
            rest.remove(key);
            return value;
        }
    };

    void fail(const QString &path, const QString &what, const QString &remedy);
    QString text(Object &object, QLatin1StringView key, qsizetype maximum, bool needed = false);
    qint64 integer(Object &object, QLatin1StringView key, qint64 minimum, qint64 maximum, qint64 otherwise,
                   bool needed = false);
    bool boolean(Object &object, QLatin1StringView key);
    /// The index of the word among the choices; -1 when it is left out.
    int choice(Object &object, QLatin1StringView key, const QStringList &choices);
    QByteArray hex(const QJsonValue &value, const QString &path);
    std::optional<Object> object(const QJsonValue &value, const QString &path);
    QJsonArray array(Object &object, QLatin1StringView key, qsizetype maximum);

    TypeDescription type(const QJsonValue &value, const QString &path);
    std::vector<FieldDescription> fields(Object &object, QLatin1StringView key, int depth);
    FieldDescription field(const QJsonValue &value, const QString &path, int depth);
    void kind(Object &object, FieldDescription &field);
    void number(Object &object, FieldDescription &field);
    void names(Object &object, FieldDescription &field);
    void sized(Object &object, FieldDescription &field);
    void computed(Object &object, FieldDescription &field);
    void repeated(Object &object, FieldDescription &field);
    QCborValue limit(Object &object, QLatin1StringView key, const FieldDescription &field);
    QCborValue defaultOf(const QJsonValue &value, const FieldDescription &field, const QString &path);

    DescribedForm m_form = DescribedForm::Layout;
    std::optional<ProtocolError> m_error;
};

/// How the JSON names a field's kind: "u16", "bits", "text", …
QString fieldTypeName(const FieldDescription &field, DescribedForm form);

} // namespace SockScope
