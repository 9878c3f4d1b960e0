// sockscope-soak [--minutes 30] [--rate 20000] [--seed 1]: UDP and TCP peers that come, talk and go, from a child
// process; whether memory stays level and the ledgers add up. Exit code 1 when not. Fit for nice 19 beside other work:
// the sender keeps its rate on average.

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTimer>

#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include "bench/soak/sender.h"
#include "core/codec/codec.h"
#include "core/peers/peertable.h"
#include "core/tap/ledger.h"
#include "core/tcpsock.h"
#include "core/udpsock.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

constexpr double tolerance = 0.02;
constexpr int answerEvery = 50;

double residentMiB()
{
    QFile file(u"/proc/self/statm"_s);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toDouble() * double(::sysconf(_SC_PAGESIZE)) / 1048576.0;
}

/// What is in use of the heap, in all that the allocator got from the system: it tells a leak from a high-water mark.
double heapMiB()
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    const struct mallinfo2 info = ::mallinfo2();
    return double(info.uordblks + info.hblkhd) / 1048576.0;
#else
    return std::nan("");
#endif
}

/// Receives, answers some, ticks, forgets who is silent.
template <typename Sock>
std::unique_ptr<Sock> makeSock()
{
    SockOptions options;
    options.bind = HostPort{u"127.0.0.1"_s, 0};
    options.codec = makeCodec(u"raw");
    options.timeout = std::chrono::seconds(5);
    options.logger = [](int, const QString &) {};
    auto sock = std::make_unique<Sock>(options);
    sock->addHandler(0, sock.get(), [sock = sock.get(), count = 0](const Envelope &envelope) mutable {
        if (++count % answerEvery == 0)
            sock->sendMessage(0, envelope.message.data(), envelope.peer);
    });
    if (const auto error = sock->start()) {
        std::fprintf(stderr, "%s\n", qPrintable(error->toString()));
        return nullptr;
    }
    return sock;
}

struct Sample
{
    double seconds = 0;
    double mebibytes = 0;
    double heapMebibytes = 0;
};

double meanOf(const std::vector<Sample> &samples, double Sample::*value, double from, double to)
{
    double sum = 0;
    int count = 0;
    for (const Sample &sample : samples) {
        if (sample.seconds >= from && sample.seconds <= to) {
            sum += sample.*value;
            ++count;
        }
    }
    return count > 0 ? sum / count : std::nan("");
}

/// Whether the sums hold, and no message is missing: the sender's number is this ledger's.
bool isComplete(const char *kind, const BaseSock &sock, qint64 sent)
{
    const Ledger ledger = sock.ledger();
    const quint64 arrived = ledger.received.messages + ledger.kernelDrops;
    const bool good = ledger.isBalanced() && arrived == quint64(sent) && ledger.stillQueued.messages == 0;
    std::printf(
        "%s: %lld sent, %llu received, %llu handled, %llu dropped by the system, %llu answers, %llu peers silent; "
        "ledger %s%s\n",
        kind, sent, ledger.received.messages, ledger.handled.messages, ledger.kernelDrops, ledger.sent.messages,
        ledger.closedSilent, ledger.isBalanced() ? "balanced" : "NOT BALANCED",
        arrived == quint64(sent) ? "" : ", MESSAGES MISSING");
    for (const LedgerNote &note : ledger.notes()) {
        if (note.count > 0)
            std::printf("     %s: %llu\n", qPrintable(note.label), note.count);
    }
    return good;
}

int soak(const QString &program, double minutes, int rate, quint32 seed)
{
    const auto udp = makeSock<UdpSock>();
    const auto tcp = makeSock<TcpSock>();
    if (!udp || !tcp)
        return 2;
    const int seconds = qMax(1, int(std::lround(minutes * 60)));
    QProcess sender;
    sender.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    sender.start(program, {u"--send"_s, QString::number(udp->localEndpoint().port()),
                           QString::number(tcp->localEndpoint().port()), QString::number(seconds),
                           QString::number(rate), QString::number(seed)});
    QElapsedTimer timer;
    timer.start();
    std::vector<Sample> samples;
    QTimer sampling;
    const int sampleMs = qMin(10'000, seconds * 1000 / 12);
    QObject::connect(&sampling, &QTimer::timeout, &sampling, [&] {
        samples.push_back({double(timer.elapsed()) / 1000.0, residentMiB(), heapMiB()});
        std::printf("%7.0f s  %.2f MiB, heap %.3f  %llu messages  %d + %d peers\n", samples.back().seconds,
                    samples.back().mebibytes, samples.back().heapMebibytes,
                    udp->ledger().received.messages + tcp->ledger().received.messages, udp->peers().size(),
                    tcp->peers().size());
        std::fflush(stdout);
    });
    sampling.start(sampleMs);
    QObject::connect(&sender, &QProcess::finished, qApp, [&] {
        sampling.stop();
        QTimer::singleShot(2000, qApp, [] { QCoreApplication::quit(); }); // what is on its way
    });
    QCoreApplication::exec();
    const double total = double(timer.elapsed()) / 1000.0 - 2.0;
    const QList<QByteArray> words = sender.readAllStandardOutput().simplified().split(' ');
    if (sender.exitStatus() != QProcess::NormalExit || words.size() != 6) {
        std::fprintf(stderr, "the sender failed\n");
        return 2;
    }
    const qint64 udpSent = words.value(1).toLongLong();
    const qint64 tcpSent = words.value(3).toLongLong();
    const double window = qMin(300.0, total / 3);
    const double first = meanOf(samples, &Sample::mebibytes, 0, window);
    const double last = meanOf(samples, &Sample::mebibytes, total - window, total + 1);
    const double ratio = last / first;
    std::printf("first %.0f s: %.3f MiB; last %.0f s: %.3f MiB; ratio %.4f\n", window, first, window, last, ratio);
    std::printf("heap in use: first %.3f MiB, last %.3f MiB\n", meanOf(samples, &Sample::heapMebibytes, 0, window),
                meanOf(samples, &Sample::heapMebibytes, total - window, total + 1));
    std::printf("%lld messages in %.0f s: %.0f a second; %s peers of each kind joined and left\n", udpSent + tcpSent,
                total, double(udpSent + tcpSent) / total, words.value(5).constData());
    const bool complete = isComplete("UDP", *udp, udpSent) & isComplete("TCP", *tcp, tcpSent);
    const bool level = std::abs(ratio - 1) <= tolerance;
    std::printf("memory %s, ledgers %s\n", level ? "level" : "NOT LEVEL", complete ? "complete" : "NOT COMPLETE");
    return level && complete ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 7 && arguments.at(1) == u"--send"_s) {
        Soak::SenderPlan plan;
        plan.udpPort = arguments.at(2).toUShort();
        plan.tcpPort = arguments.at(3).toUShort();
        plan.seconds = arguments.at(4).toInt();
        plan.messagesASecond = arguments.at(5).toInt();
        plan.seed = arguments.at(6).toUInt();
        return Soak::runSender(plan);
    }
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Whether memory stays level while peers come, talk and go."_s);
    parser.addHelpOption();
    const QCommandLineOption minutes(u"minutes"_s, u"How long (30)."_s, u"N"_s, u"30"_s);
    const QCommandLineOption rate(u"rate"_s, u"Messages a second in total (20000)."_s, u"N"_s, u"20000"_s);
    const QCommandLineOption seed(u"seed"_s, u"Of the sender's random numbers (1)."_s, u"N"_s, u"1"_s);
    parser.addOptions({minutes, rate, seed});
    parser.process(app);
    return soak(QCoreApplication::applicationFilePath(), parser.value(minutes).toDouble(), parser.value(rate).toInt(),
                parser.value(seed).toUInt());
}
