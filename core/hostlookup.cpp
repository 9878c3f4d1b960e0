#include "core/hostlookup.h"

#include <utility>

namespace SockScope {

HostLookUp::HostLookUp(const QString &host, Callback callback, QObject *parent)
    : QObject(parent)
    , m_callback(std::move(callback))
    , m_id(QHostInfo::lookupHost(host, this, SLOT(handleResult(QHostInfo))))
{
}

HostLookUp::~HostLookUp()
{
    if (m_callback)
        QHostInfo::abortHostLookup(m_id);
}

void HostLookUp::handleResult(const QHostInfo &info)
{
    if (const Callback callback = std::exchange(m_callback, nullptr))
        callback(info);
}

} // namespace SockScope
