#include <QApplication>
#include <QHeaderView>
#include <QScrollBar>
#include <QTableView>

#include <malloc.h>

#include <algorithm>
#include <random>

#include "core/tap/recorder.h"
#include "inspector/inspectorgroups.h"
#include "inspector/uisubjects.h"
#include "inspector/vectormodel.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/sockdirectory.h"
#include "ui/views/logtable.h"

namespace SockScope::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int payloadBytes = 64;
constexpr int frameMessages = 100'000; // what arrives in a frame of 10 ms at ten million a second
constexpr int batchMessages = 25'000;
const QByteArray payload(payloadBytes, 'x');

// A view as the window has it: rows of one height, no vertical header.
void prepare(QTableView &view, QAbstractItemModel *model)
{
    view.setModel(model);
    view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view.verticalHeader()->setDefaultSectionSize(20);
    view.verticalHeader()->hide();
    view.setWordWrap(false);
    view.resize(1000, 700);
    view.show();
    QApplication::processEvents();
}

MessageHead headOf(int i)
{
    MessageHead head;
    head.wallNs = 1'700'000'000'000'000'000 + i * 1000LL;
    head.peer = Endpoint(0x7f000001, static_cast<quint16>(40'000 + i % 8));
    head.type = MessageType(i % 16);
    head.sock = 1;
    head.sequence = static_cast<quint32>(i);
    head.wireBytes = payloadBytes;
    return head;
}

void fillBatch(MessageBatch &batch, int first, int count)
{
    for (int i = first; i < first + count; ++i)
        batch.add(headOf(i), payload);
}

template <typename Feed>
double appendFrames(QTableView &view, int messages, const Feed &feed)
{
    const int64_t start = nowNs();
    for (int done = 0; done < messages; done += frameMessages) {
        feed(done, frameMessages);
        view.scrollToBottom();
        view.viewport()->repaint();
        QApplication::processEvents();
    }
    return messages / (static_cast<double>(nowNs() - start) / 1e9);
}

} // namespace

std::vector<double> appendRows(const QString &subject, int messages)
{
    if (subject != u"ours"_s) {
        QTableView view;
        VectorModel model;
        prepare(view, &model);
        return {appendFrames(view, messages, [&model](int first, int count) {
            std::vector<VectorModel::Row> rows(static_cast<size_t>(count));
            for (int i = 0; i < count; ++i) {
                const MessageHead head = headOf(first + i);
                rows[static_cast<size_t>(i)] = {head.wallNs,
                                                head.peer,
                                                head.type,
                                                head.sock,
                                                head.wireBytes,
                                                false,
                                                QByteArray(payload.constData(), payloadBytes)};
            }
            model.append(std::move(rows));
        })};
    }
    RecorderLimits limits;
    limits.store.memoryBytes = 8LL * 1024 * 1024 * 1024;
    const auto recorder = std::make_shared<Recorder>(limits);
    const SockDirectory directory;
    MessageLogModel model(recorder, &directory);
    LogTable view(u"Messages"_s); // the QTableView that the window has
    prepare(view, &model);
    view.setFollowing(true);
    MessageBatch batch;
    const double rate = appendFrames(view, messages, [&](int first, int count) {
        for (int done = 0; done < count; done += batchMessages) {
            fillBatch(batch, first + done, batchMessages);
            recorder->submit(std::move(batch)); // and may get an empty one back, as a tap does
        }
        while (model.collect()) { // on a busy machine a frame's share of time may end before the messages do
        }
    });
    if (recorder->stats().captured() != static_cast<quint64>(messages))
        throw CannotRun("not every message came into the store");
    return {rate};
}

std::vector<double> storeMemory(int messages)
{
    StoreLimits limits;
    limits.memoryBytes = 8LL * 1024 * 1024 * 1024;
    MessageStore store(limits);
    const int64_t before = residentBytes();
    for (int done = 0; done < messages; done += batchMessages) {
        MessageBatch batch;
        fillBatch(batch, done, batchMessages);
        store.append(batch);
    }
    ::malloc_trim(0); // the batches' memory is not the store's
    const auto resident = static_cast<double>(residentBytes() - before);
    return {static_cast<double>(store.stats().memoryBytes) / messages, resident / messages};
}

std::vector<Group> logAppend(const Settings &settings)
{
    const int messages = settings.quick ? 1'000'000 : 4'000'000;
    const auto subject = [messages](const QString &name) {
        return askUiWorker(u"ui-append"_s, {name, QString::number(messages)}, 1, anyCore);
    };
    return {{{{u"64 B"_s, u"msg/s"_s, false, {{u"bound"_s, 1e7}, {u"vector-model"_s, 1.0}}}},
             {{u"ours"_s, [=] { return subject(u"ours"_s); }},
              {u"vector-model"_s, [=] { return subject(u"vector-model"_s); }}}}};
}

std::vector<Group> logMemory(const Settings &)
{
    return {{{{u"64 B, as counted"_s, u"B/msg"_s, true, {{u"bound"_s, 104}}},
              {u"64 B, resident"_s, u"B/msg"_s, true, {{u"bound"_s, 104}}}},
             {{u"ours"_s, [] { return askUiWorker(u"ui-memory"_s, {u"1000000"_s}, 2, ownCore); }}}}};
}

} // namespace SockScope::Bench
