#include "app/gui/ratesdock.h"

#include <QCoreApplication>
#include <QDockWidget>

#include "app/gui/ratespanel.h"
#include "ui/inspectorwindow.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/ratehistory.h"
#include "ui/models/timesearch.h"
#include "ui/views/filterbar.h"
#include "ui/views/logpanel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

std::unique_ptr<RateHistory> addRates(InspectorWindow &window)
{
    Inspection *inspection = window.inspection();
    const MessageStore &store = inspection->recorder()->store();
    auto history =
        std::make_unique<RateHistory>(&store, [log = inspection->messageLogModel()] { return log->filterContext(); });
    auto *panel = new RatesPanel(history.get(), &inspection->directory());
    panel->setDisplayFilter([bar = window.filterBar()] { return bar->text(); });
    panel->setIgnoredCount([log = inspection->messageLogModel()] { return log->annotations()->ignoredCount(); });
    QObject::connect(inspection, &Inspection::updated, history.get(), [inspection, rates = history.get()] {
        for (const SockController *controller : inspection->controllers())
            rates->sample(controller->snapshot());
        rates->update();
    });
    QObject::connect(panel, &RatesPanel::timeChosen, &window, [&window, &store](qint64 wallNs) {
        if (const quint64 no = numberAtTime(store, wallNs))
            window.logPanel()->goToNo(no);
    });
    window.addPanel(panel, QCoreApplication::translate("SockScope::Application", "Rates"), u"ratesDock"_s,
                    Qt::BottomDockWidgetArea);
    window.addAboutText(QCoreApplication::translate("SockScope::Application",
                                                    "The Rates panel uses QCustomPlot by Emanuel Eichhammer under the "
                                                    "GPL, version 3: this program as a whole, with "
                                                    "that panel, may be passed on under its terms. The library and the "
                                                    "window alone remain under the MIT licence."));
    return history;
}

} // namespace SockScope
