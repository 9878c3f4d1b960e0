#pragma once

#include <memory>
#include <optional>

#include "core/project/project.h"
#include "core/simulate/swarm.h"
#include "core/types/sockoptions.h"

namespace SockScope {

/// A sock as the project describes it, with its protocol; null and *error when it cannot be.
std::unique_ptr<BaseSock> makeProjectSock(const Project &project, const SockSpec &spec, SockError *error);

/*! A swarm of one of a project's personas.
 *  Path    project file, command line, window → [this] → Swarm
 *  Shape   options() finds the persona, its socket, rules, sequence and script; socks are made like that socket,
 *          without its listening side, and with its ticks only for a script; makeScript is whoever's who has an engine
 *  Units   none
 *  Errors  options answers what is missing, and where in the project
 *  Thread  a value; the options keep a copy of the project, which the swarm's thread uses
 *  Source  none
 */
struct SwarmPlan
{
    Project project;
    QString persona;
    int count = 1;
    quint64 seed = 0;
    std::optional<HostPort> to;        ///< instead of where the socket connects
    QList<ImpairSpec> impairments;     ///< before those of the socket
    std::optional<quint64> impairSeed; ///< of all that have none of their own

    std::optional<SwarmOptions> options(SimulateError *error) const;
};

/// Each peer has descriptors of its own: as many as the system allows this user. Answers how many, 0 when nobody
/// counts.
quint64 allowDescriptors();

} // namespace SockScope
