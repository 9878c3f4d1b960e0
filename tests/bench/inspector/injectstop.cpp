#include <QCoreApplication>

#include <algorithm>

#include "core/sockspec.h"
#include "inspector/inspectorgroups.h"
#include "inspector/uisubjects.h"
#include "ui/models/inspection.h"
#include "ui/models/sockcontroller.h"

namespace SockScope::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int stops = 20;
constexpr int longestTurns = 1000;
constexpr int64_t rates[] = {1000, 100'000, SendPace::maximumPerSecond};

/// Runs the event loop until it holds; false when it does not for seconds.
template <typename Condition>
bool wait(Condition holds)
{
    for (int i = 0; i < longestTurns && !holds(); ++i)
        turn(1);
    return holds();
}

} // namespace

std::vector<double> stopRepeats()
{
    Inspection inspection;
    SockSpec spec;
    spec.kind = TransportKind::Udp;
    spec.listen = {u"127.0.0.1"_s, 0};
    SockController *controller = nullptr;
    inspection.open(spec, [&](SockController *opened, const std::optional<SockError> &) { controller = opened; });
    if (!wait([&] { return controller && controller->snapshot().active; }))
        throw CannotRun("the socket could not be opened");
    RepeatProgress progress;
    int64_t heardNs = 0;
    QObject::connect(controller, &SockController::repeatProgressed, controller, [&](int, const RepeatProgress &each) {
        progress = each;
        heardNs = nowNs();
    });
    std::vector<double> figures;
    for (const int64_t rate : rates) {
        double longest = 0;
        for (int i = 0; i < stops; ++i) {
            progress = {};
            RepeatPlan plan{PayloadBytes{"x"}, {Endpoint(0x7f000001, 9)}, 0, 0};
            plan.asReceived = true;
            plan.perSecond = rate;
            const int id = controller->startRepeat(std::move(plan));
            if (!wait([&] { return progress.sent >= 20; }))
                throw CannotRun("the repeat did not begin");
            const int64_t askedNs = nowNs();
            controller->stopRepeat(id);
            if (!wait([&] { return progress.finished; }))
                throw CannotRun("the repeat did not stop");
            longest = std::max(longest, static_cast<double>(heardNs - askedNs) / 1e6);
        }
        figures.push_back(longest);
    }
    return figures;
}

std::vector<Group> injectStop(const Settings &)
{
    const auto metric = [](const QString &name) { return Metric{name, u"ms longest"_s, true, {{u"bound"_s, 100}}}; };
    return {{{metric(u"1000/s"_s), metric(u"100000/s"_s), metric(u"any rate"_s)},
             {{u"ours"_s, [] { return askUiWorker(u"ui-stop"_s, {}, 3, anyCore); }}},
             0}};
}

} // namespace SockScope::Bench
