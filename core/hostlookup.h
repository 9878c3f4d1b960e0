#pragma once

#include <QHostInfo>
#include <QObject>

#include <functional>

namespace SockScope {

/*! One look-up of a host's name that can be given up.
 *  Path    connectTo → [this] → transport
 *  Shape   calls back once, from the event loop; destroyed before that, it never does
 *  Units   none
 *  Errors  those of QHostInfo
 *  Thread  the sock's thread
 *  Source  QHostInfo; in Qt 6.4 a look-up with a functor leaks it when it is given up, one with a slot has none
 */
class HostLookUp : public QObject
{
    Q_OBJECT
public:
    using Callback = std::function<void(const QHostInfo &)>;

    HostLookUp(const QString &host, Callback callback, QObject *parent);
    ~HostLookUp() override;

private Q_SLOTS:
    void handleResult(const QHostInfo &info);

private:
    Callback m_callback;
    int m_id = -1;
};

} // namespace SockScope
