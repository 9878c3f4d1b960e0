#pragma once

#include <QString>
#include <QStringList>

#include <functional>
#include <stdexcept>
#include <vector>

namespace SockScope::Bench {

/// What one run of the program was asked for.
struct Settings
{
    bool quick = false;
    bool json = false;
    int rounds = 5;
    QString only; ///< this subject alone, for a profiler
    /// Seconds of one measurement, shortened when quick.
    double seconds(double full, double quickSeconds) const { return quick ? quickSeconds : full; }
};

/// Something that this machine cannot run; its text says why.
class CannotRun : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Ours divided by the baseline, at most (lower is better) or at least (higher is better) this. The baseline "bound"
/// is no program but a number: ours itself is compared with it.
struct Goal
{
    QString baseline;
    double ratio = 1.0;
};

/// One figure of a measurement.
struct Metric
{
    QString name; ///< the case: "32", "p99"
    QString unit;
    bool lowerIsBetter = true;
    std::vector<Goal> goals;
};

/// One way to do the work; a measurement answers a number for each metric of its group.
struct Subject
{
    QString name; ///< the first of a group is ours
    std::function<std::vector<double>()> measure;
};

/// Subjects that run in turn, round after round.
struct Group
{
    std::vector<Metric> metrics;
    std::vector<Subject> subjects;
    int rounds = 0; ///< 0: those of the settings
};

/*! A named benchmark: its groups are made when it runs.
 *  Path    beside the product: tests/bench only
 *  Shape   name, one line of what it measures, a function from settings to groups
 *  Units   each metric's own
 *  Errors  CannotRun from make or from a measurement: printed, and the benchmark does not count as met
 *  Thread  the main thread
 *  Source  interleaved A/B measurement: what the machine does meanwhile meets every subject alike
 */
struct Benchmark
{
    QString name;
    QString what;
    std::function<std::vector<Group>(const Settings &)> make;
};

std::vector<Benchmark> benchmarks();

/// Runs and prints; true when every goal was met and nothing was left out.
bool runBenchmark(const Benchmark &benchmark, const Settings &settings);

/// The q-quantile of the values, by rank; 0 when there are none.
double quantile(std::vector<double> values, double q);
inline double median(std::vector<double> values)
{
    return quantile(std::move(values), 0.5);
}

} // namespace SockScope::Bench
