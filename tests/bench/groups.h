#pragma once

#include "suite.h"

namespace SockScope::Bench {

std::vector<Group> udpReceive(const Settings &settings);
std::vector<Group> udpReceiveRate(const Settings &settings);
std::vector<Group> tcpReceive(const Settings &settings);
std::vector<Group> dispatch(const Settings &settings);
std::vector<Group> peers(const Settings &settings);
std::vector<Group> udpSend(const Settings &settings);
std::vector<Group> udpEcho(const Settings &settings);
std::vector<Group> tcpSend(const Settings &settings);
std::vector<Group> json(const Settings &settings);
std::vector<Group> msgpackBench(const Settings &settings);
std::vector<Group> cbor(const Settings &settings);
std::vector<Group> tick(const Settings &settings);
std::vector<Group> broadcast(const Settings &settings);
std::vector<Group> connections(const Settings &settings);
std::vector<Group> idle(const Settings &settings);

} // namespace SockScope::Bench
