#pragma once

#include <QList>

#include "core/sockspec.h"

class QSettings;

namespace SockScope {

/*! The sockets that were opened before, the newest first.
 *  Path    OpenSocketDialog ↔ [this] ↔ settings
 *  Shape   at most maximum specs, each once
 *  Units   none
 *  Errors  entries of the settings that cannot be read are left out
 *  Thread  the window's
 *  Source  none
 */
class RecentSockets
{
public:
    static constexpr qsizetype maximum = 12;

    void load(const QSettings &settings);
    void save(QSettings &settings) const;
    void add(const SockSpec &spec);
    const QList<SockSpec> &specs() const { return m_specs; }
    void clear() { m_specs.clear(); }
    /// One line for a list: "udp://127.0.0.1:9000  json".
    static QString label(const SockSpec &spec);

private:
    QList<SockSpec> m_specs;
};

} // namespace SockScope
