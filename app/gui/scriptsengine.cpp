#include "app/gui/scriptsengine.h"

#include "core/script/enginerunner.h"
#include "ui/inspectorwindow.h"
#include "ui/models/scripts.h"
#include "ui/views/personaspanel.h"

namespace SockScope {

void addScripts(InspectorWindow &window)
{
    window.scripts()->setFactory(makeEngineRunner);
    window.personasPanel()->setScriptFactory(makeEngineRunner);
}

} // namespace SockScope
