#pragma once

#include "core/simulate/scriptrunner.h"

namespace SockScope {

/// A ScriptRunner with a ScriptEngine of its own, in the calling thread: a ScriptRunnerFactory.
std::unique_ptr<ScriptRunner> makeEngineRunner(const ScriptSetup &setup);

} // namespace SockScope
