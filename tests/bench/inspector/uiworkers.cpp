// What runs in a process of its own with a QApplication, and how it is asked.
#include <unistd.h>

#include <cstdio>

#include "inspector/inspectorgroups.h"
#include "inspector/uisubjects.h"

namespace SockScope::Bench {

namespace {

constexpr double thousandths = 1000;
enum Done : uint64_t { Succeeded = 1, Failed = 2 };

} // namespace

int runUiWorker(const QStringList &arguments, SharedCounters &shared)
{
    const QString name = arguments.value(0);
    const auto report = [&shared](const std::vector<double> &figures) {
        for (size_t i = 0; i < figures.size(); ++i)
            shared.value[i] = static_cast<int64_t>(figures[i] * thousandths);
        shared.received = Succeeded;
        return 0;
    };
    try {
        if (name == QLatin1String("ui-window"))
            return report(showSocket(arguments.value(1), shared));
        shared.ready = 1;
        if (name == QLatin1String("ui-append"))
            return report(appendRows(arguments.value(1), arguments.value(2).toInt()));
        if (name == QLatin1String("ui-memory"))
            return report(storeMemory(arguments.value(1).toInt()));
        if (name == QLatin1String("ui-filter"))
            return report(filterLog(arguments.value(1).toLongLong()));
        if (name == QLatin1String("ui-stop"))
            return report(stopRepeats());
        if (name == QLatin1String("ui-rows"))
            return report(scrollRows(arguments.value(1).toLongLong()));
    } catch (const std::exception &exception) {
        std::fprintf(stderr, "sockscope-bench: %s: %s\n", qPrintable(name), exception.what());
    }
    shared.received = Failed;
    return 1;
}

std::vector<double> askUiWorker(const QString &name, const QStringList &arguments, int count, int core,
                                int timeoutSeconds)
{
    Worker worker(name, arguments, core);
    SharedCounters &shared = worker.shared();
    worker.go();
    for (int i = 0; i < timeoutSeconds * 1000 && shared.received == 0; ++i)
        ::usleep(1000);
    if (shared.received != Succeeded)
        throw CannotRun(shared.received == Failed ? "it failed, see above" : "it did not end in time");
    return uiFigures(shared, 0, count);
}

std::vector<double> uiFigures(SharedCounters &shared, int first, int count)
{
    std::vector<double> figures;
    for (int i = first; i < first + count; ++i)
        figures.push_back(static_cast<double>(shared.value[i]) / thousandths);
    return figures;
}

} // namespace SockScope::Bench
