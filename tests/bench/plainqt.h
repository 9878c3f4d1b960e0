#pragma once

#include <QHostAddress>
#include <QObject>
#include <QVariant>

namespace SockScope::Bench {

/// The signal that an application without a library emits for each message.
class PlainQtSource : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

Q_SIGNALS:
    void received(const QHostAddress &address, quint16 port, const QVariant &data);
};

} // namespace SockScope::Bench
