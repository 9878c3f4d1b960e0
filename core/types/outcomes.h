#pragma once

#include "core/types/enums.h"

namespace SockScope {

constexpr Outcome lastOutcome = Outcome::ImpairCorrupted;

/// Whether it tells what an impairment did to a message, rather than what became of one.
constexpr bool isImpairAct(Outcome outcome)
{
    return outcome >= Outcome::ImpairLost && outcome <= Outcome::ImpairCorrupted;
}

/// Whether the message is broken, dropped or not sent.
constexpr bool isFailure(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Dispatched:
    case Outcome::Unhandled:
    case Outcome::Sent:
    case Outcome::ImpairDelayed:
    case Outcome::ImpairReordered:
    case Outcome::ImpairDuplicated:
    case Outcome::ImpairCorrupted:
        return false;
    case Outcome::RejectedPeer:
    case Outcome::FramingError:
    case Outcome::DecodeError:
    case Outcome::DroppedByHook:
    case Outcome::DroppedQueueFull:
    case Outcome::DroppedAtStop:
    case Outcome::EncodeError:
    case Outcome::SendError:
    case Outcome::NoPeer:
    case Outcome::SendQueueFull:
    case Outcome::DroppedAtClose:
    case Outcome::ImpairLost:
    case Outcome::ImpairQueueFull:
        break;
    }
    return true;
}

} // namespace SockScope
