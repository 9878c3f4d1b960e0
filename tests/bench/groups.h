#pragma once

#include "suite.h"

namespace SockScope::Bench {

std::vector<Group> udpReceive(const Settings &settings);
std::vector<Group> udpReceiveRate(const Settings &settings);
std::vector<Group> tcpReceive(const Settings &settings);
std::vector<Group> dispatch(const Settings &settings);
std::vector<Group> peers(const Settings &settings);

} // namespace SockScope::Bench
