#include <QApplication>
#include <QScrollBar>
#include <QTemporaryDir>

#include <unistd.h>

#include <random>

#include "inspector/inspectorgroups.h"
#include "inspector/uisubjects.h"
#include "ui/inspectorwindow.h"
#include "ui/models/messagelogmodel.h"
#include "ui/views/datatable.h"
#include "ui/views/logpanel.h"

namespace SockScope::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int batchMessages = 100'000;

void fill(InspectorWindow &window, qint64 messages)
{
    const std::shared_ptr<Recorder> &recorder = window.inspection()->recorder();
    MessageLogModel *log = window.inspection()->messageLogModel();
    const QByteArray payload(64, 'x');
    for (qint64 done = 0; done < messages; done += batchMessages) {
        MessageBatch batch;
        for (qint64 i = done; i < done + batchMessages; ++i) {
            MessageHead head;
            head.wallNs = 1'700'000'000'000'000'000 + i * 1000;
            head.peer = Endpoint(0x7f000001, static_cast<quint16>(40'000 + i % 100));
            head.type = MessageType(i % 16);
            head.sock = 1;
            head.wireBytes = 64;
            batch.add(head, payload);
        }
        recorder->submit(std::move(batch));
        while (log->collect()) {
        }
    }
}

} // namespace

std::vector<double> scrollRows(qint64 messages)
{
    const QTemporaryDir folder;
    InspectorWindow window;
    RecorderLimits limits = window.inspection()->recorder()->limits();
    limits.store.spoolFolder = folder.path();
    // Half of them in memory.
    limits.store.memoryBytes = messages / 2 * (64 + 28);
    limits.store.diskBytes = messages * 200;
    window.inspection()->messageLogModel()->setLimits(limits);
    window.resize(1280, 800);
    window.show();
    QApplication::processEvents();
    fill(window, messages);
    const auto share = [&] {
        const StoreStats stats = window.inspection()->recorder()->store().stats();
        return static_cast<double>(stats.spooled) / static_cast<double>(messages);
    };
    for (int i = 0; i < 300 && share() < 0.4; ++i) {
        ::usleep(100'000);
        QApplication::processEvents();
    }
    const MessageLogModel *log = window.inspection()->messageLogModel();
    for (int i = 0; i < 100 && log->rowCount() < messages; ++i)
        turn(20); // rows are published once a frame
    if (log->rowCount() != messages)
        throw CannotRun("not all messages are rows: " + std::to_string(log->rowCount()));
    if (share() < 0.4 || share() > 0.6)
        throw CannotRun("not half of the messages are spooled: " + std::to_string(share()));

    DataTable *table = window.logPanel()->table();
    QScrollBar *bar = table->verticalScrollBar();
    window.logPanel()->setFollowing(false);
    const auto frame = [&](int value) {
        const int64_t start = nowNs();
        bar->setValue(value);
        table->viewport()->repaint();
        return static_cast<double>(nowNs() - start) / 1e6;
    };
    std::mt19937 random(42); // NOLINT: the same places each time
    std::vector<double> ends;
    std::vector<double> middles;
    std::vector<double> pages;
    for (int i = 0; i < 100; ++i) {
        const int place = static_cast<int>(random() % static_cast<unsigned>(bar->maximum()));
        middles.push_back(frame(place));
        for (int page = 1; page <= 10; ++page)
            pages.push_back(frame(qBound(0, place + page * bar->pageStep(), bar->maximum())));
        ends.push_back(frame(i % 2 == 0 ? bar->maximum() : 0));
    }
    return {quantile(ends, 0.99), quantile(middles, 0.99), quantile(pages, 0.99), share() * 100};
}

std::vector<Group> uiRows(const Settings &settings)
{
    const qint64 messages = settings.quick ? 2'000'000 : 10'000'000;
    const auto metric = [](const QString &name) { return Metric{name, u"ms p99"_s, true, {{u"bound"_s, 16}}}; };
    return {{{metric(u"first, last"_s), metric(u"anywhere"_s), metric(u"a page"_s), {u"spooled"_s, u"%"_s, false, {}}},
             {{u"ours"_s, [=] { return askUiWorker(u"ui-rows"_s, {QString::number(messages)}, 4, anyCore); }}},
             1}};
}

} // namespace SockScope::Bench
