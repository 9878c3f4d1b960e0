#include "app/gui/ratesdock.h"

#include <QCoreApplication>
#include <QDockWidget>
#include <QSettings>

#include <unordered_set>

#include "app/gui/ratespanel.h"
#include "ui/inspectorwindow.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/peermodel.h"
#include "ui/models/ratehistory.h"
#include "ui/models/timesearch.h"
#include "ui/views/filterbar.h"
#include "ui/views/logpanel.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// What may be chosen: more would not be read by anyone, and what is beyond is among the busiest or typed into a
/// filter.
constexpr int maximumCandidates = 100'000;
constexpr size_t newestChunks = 64;

std::vector<RateKey> candidates(const Inspection &inspection, const MessageStore &store, RateSplit split)
{
    std::vector<RateKey> keys;
    if (split == RateSplit::Socket) {
        for (const SockInfo &sock : inspection.directory().present())
            keys.emplace_back(sock.sockId);
    } else if (split == RateSplit::Peer) {
        std::unordered_set<RateKey, RateKeyHash> seen; // one peer may talk to several sockets
        for (const SockInfo &sock : inspection.directory().present())
            for (const Endpoint &peer : inspection.peerModel()->peersOf(sock.sockId, maximumCandidates))
                if (keys.size() < maximumCandidates && seen.insert(peer).second)
                    keys.emplace_back(peer);
    } else if (split == RateSplit::Type) {
        std::unordered_set<RateKey, RateKeyHash> seen;
        const StoredChunks chunks = store.chunks();
        const size_t first = chunks.size() - qMin(chunks.size(), newestChunks);
        for (size_t i = chunks.size(); i > first; --i)
            if (const auto chunk =
                    chunks[i - 1]->isSpooled() ? nullptr : chunks[i - 1]->load(StoredChunk::Parts::Columns))
                for (const MessageType &type : chunk->typeTable())
                    if (keys.size() < maximumCandidates && seen.insert(type).second)
                        keys.emplace_back(type);
    }
    return keys;
}

} // namespace

std::unique_ptr<RateHistory> addRates(InspectorWindow &window)
{
    Inspection *inspection = window.inspection();
    const MessageStore &store = inspection->recorder()->store();
    auto history =
        std::make_unique<RateHistory>(&store, [log = inspection->messageLogModel()] { return log->filterContext(); });
    auto *panel = new RatesPanel(history.get(), &inspection->directory());
    panel->setDisplayFilter([bar = window.filterBar()] { return bar->text(); });
    panel->setIgnoredCount([log = inspection->messageLogModel()] { return log->annotations()->ignoredCount(); });
    panel->setCandidates([inspection, &store](RateSplit split) { return candidates(*inspection, store, split); });
    panel->loadSettings(*InspectorWindow::openSettings());
    QObject::connect(&window, &InspectorWindow::settingsSaved, panel, &RatesPanel::saveSettings);
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
