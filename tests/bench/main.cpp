#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdio>

#ifdef SOCKSCOPE_HAVE_UI
#include <QApplication>
#include <QTemporaryDir>

#include "inspector/inspectorgroups.h"
#endif
#include "groups.h"
#include "machine.h"
#include "suite.h"

using namespace Qt::StringLiterals;
using namespace SockScope::Bench;

namespace {

void print(const QString &text)
{
    std::fputs((text + u'\n').toUtf8().constData(), stdout);
}

int fail(const QString &text)
{
    std::fputs((u"sockscope-bench: "_s + text + u'\n').toUtf8().constData(), stderr);
    return 2;
}

} // namespace

int main(int argc, char *argv[])
{
#ifdef SOCKSCOPE_HAVE_UI
    // Those that show a window are told by their names, for it takes another application object.
    if (argc > 2 && qstrcmp(argv[1], "--worker") == 0 && qstrncmp(argv[2], "ui-", 3) == 0) {
        if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
            qputenv("QT_QPA_PLATFORM", "offscreen");
        const QTemporaryDir home; // nobody's settings are read or changed
        qputenv("XDG_CONFIG_HOME", home.path().toLocal8Bit());
        qputenv("XDG_CACHE_HOME", home.path().toLocal8Bit());
        QApplication application(argc, argv);
        return runWorker(QCoreApplication::arguments().mid(2));
    }
#endif
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"sockscope-bench"_s);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == u"--worker")
        return runWorker(arguments.mid(2));

    QCommandLineParser parser;
    parser.setApplicationDescription(u"Measures SockScope beside its baselines, in the same run."_s);
    parser.addHelpOption();
    const QCommandLineOption list(u"list"_s, u"Name the benchmarks."_s);
    const QCommandLineOption run(u"run"_s, u"Run these only, separated by commas."_s, u"names"_s);
    const QCommandLineOption quick(u"quick"_s, u"At most 10 s a benchmark."_s);
    const QCommandLineOption json(u"json"_s, u"One JSON object a line."_s);
    const QCommandLineOption only(u"only"_s, u"Run this subject alone, for a profiler: ours, or a baseline."_s,
                                  u"name"_s);
    parser.addOptions({list, run, quick, json, only});
    parser.process(application);
    if (!parser.positionalArguments().isEmpty())
        return fail(
            u"unexpected argument '%1'; benchmarks are chosen with --run"_s.arg(parser.positionalArguments()[0]));

    const std::vector<Benchmark> all = benchmarks();
    if (parser.isSet(list)) {
        for (const Benchmark &benchmark : all)
            print(u"%1 %2"_s.arg(benchmark.name, -18).arg(benchmark.what));
        return 0;
    }
    std::vector<Benchmark> chosen;
    if (parser.isSet(run)) {
        const QStringList names = parser.value(run).split(u',', Qt::SkipEmptyParts);
        for (const QString &name : names) {
            const auto found = std::find_if(all.begin(), all.end(),
                                            [&](const Benchmark &each) { return each.name == name.trimmed(); });
            if (found == all.end())
                return fail(u"there is no benchmark '%1'; --list names them"_s.arg(name));
            chosen.push_back(*found);
        }
        if (chosen.empty())
            return fail(u"--run names no benchmark; --list names them"_s);
    } else {
        chosen = all;
    }

    Settings settings;
    settings.quick = parser.isSet(quick);
    settings.json = parser.isSet(json);
    settings.only = parser.value(only);
    if (coreCount() < 2)
        std::fputs("sockscope-bench: one core only: sender and receiver share it, and rates mean little\n", stderr);
    pinTo(ownCore);
    bool met = true;
    for (const Benchmark &benchmark : chosen)
        met = runBenchmark(benchmark, settings) && met;
    return met ? 0 : 1;
}
