#include <QApplication>
#include <QHeaderView>
#include <QNetworkDatagram>
#include <QTableView>
#include <QTimer>
#include <QUdpSocket>

#include <unistd.h>

#include <algorithm>

#include "core/sockspec.h"
#include "inspector/heartbeat.h"
#include "inspector/inspectorgroups.h"
#include "inspector/uisubjects.h"
#include "inspector/vectormodel.h"
#include "ui/inspectorwindow.h"
#include "ui/models/sockcontroller.h"

namespace SockScope::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int figureCount = 10;

// Turns the event loop until the other end says stop, and a while longer for what is on its way.
void runUntilStopped(SharedCounters &shared)
{
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, qApp, [&shared] {
        if (shared.stop != 0)
            QApplication::quit();
    });
    look.start(5);
    QApplication::exec();
}

std::vector<double> gapFigures(const Heartbeat &heartbeat)
{
    const std::vector<double> &gaps = heartbeat.gaps();
    return {quantile(gaps, 0.5), quantile(gaps, 0.99), gaps.empty() ? 0 : *std::max_element(gaps.begin(), gaps.end())};
}

std::vector<double> inspectorWindow(SharedCounters &shared)
{
    InspectorWindow window;
    window.resize(1280, 800);
    window.show();
    SockSpec spec;
    spec.kind = TransportKind::Udp;
    spec.listen = HostPort{u"127.0.0.1"_s, 0};
    SockController *opened = nullptr;
    QString failure;
    window.openSock(spec, [&](SockController *controller, const std::optional<SockError> &error) {
        opened = controller;
        if (error)
            failure = error->toString();
    });
    for (int i = 0; i < 1000 && failure.isEmpty() && !(opened && opened->snapshot().localEndpoint.port()); ++i)
        turn(10);
    if (!opened || opened->snapshot().localEndpoint.port() == 0)
        throw CannotRun("the socket did not open: " + failure.toStdString());
    turn(300);
    Heartbeat heartbeat;
    shared.value[0] = opened->snapshot().localEndpoint.port() * 1000;
    shared.ready = 1;
    heartbeat.begin();
    runUntilStopped(shared);
    std::vector<double> figures{static_cast<double>(opened->snapshot().localEndpoint.port())};
    for (const double figure : gapFigures(heartbeat))
        figures.push_back(figure);
    turn(500);
    const SockSnapshot &snapshot = opened->snapshot();
    const RecorderStats recorded = window.inspection()->recorderStats();
    figures.push_back(static_cast<double>(snapshot.ledger.received.messages + snapshot.ledger.kernelDrops));
    figures.push_back(static_cast<double>(recorded.captured()));
    figures.push_back(static_cast<double>(recorded.lostInbox + snapshot.lostRecords));
    figures.push_back(static_cast<double>(snapshot.ledger.kernelDrops));
    figures.push_back(snapshot.receiveBufferBytes / 1024.0);
    figures.push_back(snapshot.ledger.isBalanced() && snapshot.ledger.received.messages == recorded.captured() +
                                                                                               recorded.lostInbox +
                                                                                               snapshot.lostRecords
                          ? 1
                          : 0);
    return figures;
}

// What one writes first: a QUdpSocket in the window's thread, a row a datagram, the view scrolled to the end.
std::vector<double> plainWindow(SharedCounters &shared)
{
    VectorModel model;
    QTableView view;
    view.setModel(&model);
    view.resize(1280, 800);
    view.show();
    QUdpSocket socket;
    socket.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 4 * 1024 * 1024);
    if (!socket.bind(QHostAddress::LocalHost, 0))
        throw CannotRun("the baseline's socket did not open");
    QObject::connect(&socket, &QUdpSocket::readyRead, &view, [&] {
        while (socket.hasPendingDatagrams()) {
            const QNetworkDatagram datagram = socket.receiveDatagram();
            std::vector<VectorModel::Row> rows(1);
            rows[0].payload = datagram.data();
            rows[0].size = static_cast<quint32>(rows[0].payload.size());
            rows[0].peer = Endpoint(datagram.senderAddress(), static_cast<quint16>(datagram.senderPort()));
            model.append(std::move(rows));
            view.scrollToBottom();
            if (shared.stop != 0)
                break;
        }
    });
    turn(300);
    Heartbeat heartbeat;
    shared.value[0] = socket.localPort() * 1000;
    shared.ready = 1;
    heartbeat.begin();
    runUntilStopped(shared);
    std::vector<double> figures{static_cast<double>(socket.localPort())};
    for (const double figure : gapFigures(heartbeat))
        figures.push_back(figure);
    const double stored = model.rowCount();
    for (const double figure : {stored, stored, 0.0, 0.0, 0.0, 0.0})
        figures.push_back(figure);
    return figures;
}

// Figures of the metrics below.
std::vector<double> flood(const QString &subject, int rate, double seconds)
{
    Worker window(u"ui-window"_s, {subject}, anyCore);
    const auto port = static_cast<int>(uiFigures(window.shared(), 0, 1)[0]);
    Worker sender(u"udp-pace"_s, {QString::number(port), u"64"_s, QString::number(rate)}, anyCore);
    sender.go();
    const int64_t start = nowNs();
    while (static_cast<double>(nowNs() - start) < seconds * 1e9)
        ::usleep(10'000);
    sender.finish();
    const auto sent = static_cast<double>(sender.shared().sent);
    ::usleep(500'000);
    window.shared().stop = 1;
    for (int i = 0; i < 20'000 && window.shared().received == 0; ++i)
        ::usleep(1000);
    if (window.shared().received != 1)
        throw CannotRun("the window did not come back within 20 s");
    const std::vector<double> figures = uiFigures(window.shared(), 0, figureCount);
    const double p50 = figures[1];
    const double p99 = figures[2];
    const double longest = figures[3];
    const double stored = figures[5];
    // Sent by the sender's count: what is not stored is lost, whoever lost it.
    return {p50, p99, longest, sent, stored, sent - stored, figures[6], figures[7], figures[8], figures[9]};
}

} // namespace

std::vector<double> showSocket(const QString &subject, SharedCounters &shared)
{
    return subject == u"ours"_s ? inspectorWindow(shared) : plainWindow(shared);
}

std::vector<Group> uiFlood(const Settings &settings)
{
    std::vector<Group> groups;
    const double seconds = settings.seconds(20, 2);
    for (const int rate : {10'000, 50'000, 100'000, 200'000}) {
        const auto metric = [rate](const QString &what, const QString &unit, std::vector<Goal> goals,
                                   bool lower = true) {
            return Metric{u"%1/s %2"_s.arg(rate).arg(what), unit, lower, std::move(goals)};
        };
        const bool atHundred = rate == 100'000;
        std::vector<Goal> p99;
        if (rate >= 100'000)
            p99 = {{u"bound"_s, atHundred ? 20.0 : 33.0}};
        const std::vector<Goal> none;
        const std::vector<Goal> nothing{{u"bound"_s, 0}};
        groups.push_back({{metric(u"turn p50"_s, u"ms"_s, none), metric(u"turn p99"_s, u"ms"_s, p99),
                           metric(u"turn longest"_s, u"ms"_s, atHundred ? std::vector<Goal>{{u"bound"_s, 50}} : none),
                           metric(u"sent"_s, u"msg"_s, none, false), metric(u"stored"_s, u"msg"_s, none, false),
                           metric(u"lost in all"_s, u"msg"_s, atHundred ? nothing : none),
                           metric(u"lost inside"_s, u"msg"_s, atHundred ? nothing : none),
                           metric(u"kernel drops"_s, u"msg"_s, atHundred ? nothing : none),
                           metric(u"receive buffer"_s, u"KiB"_s, none, false),
                           metric(u"balanced"_s, u"yes = 1"_s, {{u"bound"_s, 1}}, false)},
                          {{u"ours"_s, [=] { return flood(u"ours"_s, rate, seconds); }},
                           {u"plain-qt"_s, [=] { return flood(u"plain-qt"_s, rate, qMin(seconds, 5.0)); }}},
                          1});
    }
    return groups;
}

} // namespace SockScope::Bench
