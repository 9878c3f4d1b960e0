#include <QApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSortFilterProxyModel>
#include <QTemporaryDir>

#include <unistd.h>

#include <memory>
#include <random>

#include "core/codec/codec.h"
#include "core/filter/filter.h"
#include "core/tap/recorder.h"
#include "inspector/inspectorgroups.h"
#include "inspector/uisubjects.h"
#include "inspector/vectormodel.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/sockdirectory.h"

namespace SockScope::Bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int messageCount = 1'000'000;
constexpr int batchMessages = 100'000;
constexpr qsizetype payloadBytes = 64;

/// A million messages, of random letters or of JSON, in the store and as a baseline has them.
struct Data
{
    MessageStore store{StoreLimits{4LL * 1024 * 1024 * 1024, 0, {}}};
    VectorModel rows;
    FilterContext context;
    quint64 expected = 0; // what a filter must find, to see that it does its work
};

void fillData(Data &data, const std::function<QByteArray(int)> &payloadOf)
{
    for (int done = 0; done < messageCount; done += batchMessages) {
        MessageBatch batch;
        std::vector<VectorModel::Row> rows;
        for (int i = done; i < done + batchMessages; ++i) {
            const QByteArray payload = payloadOf(i);
            MessageHead head;
            head.wallNs = 1'700'000'000'000'000'000 + i * 1000LL;
            head.peer = Endpoint(0x7f000001, static_cast<quint16>(40'000 + i % 8));
            head.type = MessageType(i % 16);
            head.sock = 1;
            head.wireBytes = static_cast<quint32>(50 + i % 100);
            batch.add(head, payload);
            rows.push_back({head.wallNs, head.peer, head.type, 1, head.wireBytes, false, payload});
        }
        data.store.append(batch);
        data.rows.append(std::move(rows));
    }
    data.context.socks.push_back({1, u"game"_s, u"udp://127.0.0.1:9000"_s, makeCodec(u"json"), nullptr});
}

std::shared_ptr<Data> letters()
{
    auto data = std::make_shared<Data>();
    std::mt19937 random(7); // NOLINT: the same letters each time
    fillData(*data, [&random](int) {
        QByteArray payload(payloadBytes, Qt::Uninitialized);
        for (char &c : payload)
            c = static_cast<char>('a' + random() % 26);
        return payload;
    });
    return data;
}

std::shared_ptr<Data> objects()
{
    auto data = std::make_shared<Data>();
    fillData(*data, [](int i) {
        return u"[%1,{\"name\":\"player-%2\",\"seq\":%3,\"pos\":{\"x\":%4.5,\"y\":7.25,\"z\":-1},\"ok\":true,\"hp\":100}]"_s
            .arg(i % 16)
            .arg(i % 1000, 4, 10, QChar(u'0'))
            .arg(i)
            .arg(i % 500)
            .toUtf8();
    });
    return data;
}

Filter compiled(const QString &text)
{
    FilterError error;
    const std::optional<Filter> filter = Filter::compile(text, &error);
    if (!filter)
        throw CannotRun("the filter was not accepted: " + error.toString().toStdString());
    return *filter;
}

std::vector<double> scanAll(const Data &data, const QString &text, quint64 expected)
{
    const StoredChunks chunks = data.store.chunks();
    const int64_t start = nowNs();
    const Filter filter = compiled(text);
    std::vector<quint16> hits;
    quint64 found = 0;
    for (const auto &stored : chunks) {
        const std::shared_ptr<const Chunk> chunk = stored->load();
        hits.clear();
        filter.scan(*chunk, 0, chunk->count(), data.context, hits);
        found += hits.size();
    }
    const double milliseconds = static_cast<double>(nowNs() - start) / 1e6;
    if (found != expected)
        throw CannotRun("it found " + std::to_string(found) + " messages instead of " + std::to_string(expected));
    return {milliseconds};
}

class TypeAndSize : public QSortFilterProxyModel
{
protected:
    bool filterAcceptsRow(int row, const QModelIndex &) const override
    {
        const VectorModel::Row &one = static_cast<const VectorModel *>(sourceModel())->rows()[static_cast<size_t>(row)];
        return one.type == MessageType(3) && one.size > 100;
    }
};

std::vector<double> proxied(Data &data, quint64 expected)
{
    TypeAndSize proxy;
    const int64_t start = nowNs();
    proxy.setSourceModel(&data.rows);
    const int found = proxy.rowCount();
    const double milliseconds = static_cast<double>(nowNs() - start) / 1e6;
    if (static_cast<quint64>(found) != expected)
        throw CannotRun("the baseline found another number of messages");
    return {milliseconds};
}

template <typename Matches>
std::vector<double> eachRow(const Data &data, quint64 expected, const Matches &matches)
{
    const int64_t start = nowNs();
    quint64 found = 0;
    for (const VectorModel::Row &row : data.rows.rows())
        found += matches(row.payload);
    const double milliseconds = static_cast<double>(nowNs() - start) / 1e6;
    if (found != expected)
        throw CannotRun("the baseline found another number of messages");
    return {milliseconds};
}

Group columns(const std::shared_ptr<Data> &data)
{
    quint64 expected = 0;
    for (const VectorModel::Row &row : data->rows.rows())
        expected += row.type == MessageType(3) && row.size > 100;
    return {{{u"type, size"_s, u"ms"_s, true, {{u"bound"_s, 3}, {u"sort-filter-proxy"_s, 0.5}}}},
            {{u"ours"_s, [=] { return scanAll(*data, u"type == 3 && size > 100"_s, expected); }},
             {u"sort-filter-proxy"_s, [=] { return proxied(*data, expected); }}}};
}

Group contains(const std::shared_ptr<Data> &data)
{
    const QByteArray needle("abc");
    quint64 expected = 0;
    for (const VectorModel::Row &row : data->rows.rows())
        expected += row.payload.contains(needle);
    return {{{u"payload contains"_s, u"ms"_s, true, {{u"bound"_s, 15}}}},
            {{u"ours"_s, [=] { return scanAll(*data, u"payload contains \"abc\""_s, expected); }},
             {u"qbytearray-contains"_s, [=] {
                  return eachRow(*data, expected, [&](const QByteArray &bytes) { return bytes.contains(needle); });
              }}}};
}

Group decoded()
{
    const std::shared_ptr<Data> data = objects();
    const auto matches = [](const QByteArray &bytes) {
        const QJsonValue x = QJsonDocument::fromJson(bytes)[1][u"pos"][u"x"];
        return x.isDouble() && x.toDouble() < 10;
    };
    quint64 expected = 0;
    for (const VectorModel::Row &row : data->rows.rows())
        expected += matches(row.payload);
    return {{{u"data.pos.x < 10"_s, u"ms"_s, true, {{u"qjsondocument"_s, 0.5}}}},
            {{u"ours"_s, [=] { return scanAll(*data, u"data.pos.x < 10"_s, expected); }},
             {u"qjsondocument"_s, [=] { return eachRow(*data, expected, matches); }}}};
}

} // namespace

// The log with ten million messages, half of them spooled: how long until a screen of rows stands there, and all.
std::vector<double> filterLog(qint64 messages)
{
    const QTemporaryDir folder;
    RecorderLimits limits;
    limits.store.spoolFolder = folder.path();
    limits.store.memoryBytes = messages / 2 * (payloadBytes + 28);
    limits.store.diskBytes = messages * 200;
    const auto recorder = std::make_shared<Recorder>(limits);
    const SockDirectory directory;
    MessageLogModel log(recorder, &directory);
    const QByteArray payload(payloadBytes, 'x');
    for (qint64 done = 0; done < messages; done += batchMessages) {
        MessageBatch batch;
        for (qint64 i = done; i < done + batchMessages; ++i) {
            MessageHead head;
            head.wallNs = 1'700'000'000'000'000'000 + i * 1000;
            head.peer = Endpoint(0x7f000001, 40'000);
            head.type = MessageType(i % 16);
            head.sock = 1;
            head.wireBytes = static_cast<quint32>(50 + i % 100);
            batch.add(head, payload);
        }
        recorder->submit(std::move(batch));
        while (log.collect()) {
        }
    }
    const auto spooled = [&] { return static_cast<double>(recorder->store().stats().spooled) / double(messages); };
    for (int i = 0; i < 300 && spooled() < 0.4; ++i) {
        ::usleep(100'000);
        QApplication::processEvents();
    }
    const int64_t start = nowNs();
    log.setFilter(compiled(u"type == 3 && size > 100"_s));
    const auto elapsed = [&] { return static_cast<double>(nowNs() - start) / 1e6; };
    constexpr int screen = 50;
    while (log.rowCount() < screen && elapsed() < 10'000)
        turn(1);
    const double first = elapsed();
    while (log.isScanning() && elapsed() < 60'000)
        turn(1);
    const double whole = elapsed();
    qint64 expected = 0;
    for (qint64 i = 0; i < messages; ++i)
        expected += i % 16 == 3 && 50 + i % 100 > 100;
    for (int i = 0; i < 100 && log.rowCount() < expected; ++i)
        turn(1);
    if (log.rowCount() != expected)
        throw CannotRun("the log shows " + std::to_string(log.rowCount()) + " rows of " + std::to_string(expected));
    return {first, whole, spooled() * 100};
}

std::vector<Group> filterGroups(const Settings &settings)
{
    const std::shared_ptr<Data> data = letters();
    const QString many = QString::number(settings.quick ? 2'000'000 : 10'000'000);
    const Group log{{{u"first screen"_s, u"ms"_s, true, {{u"bound"_s, 33}}},
                     {u"10 M, half spooled"_s, u"ms"_s, true, {}},
                     {u"spooled"_s, u"%"_s, false, {}}},
                    {{u"ours"_s, [=] { return askUiWorker(u"ui-filter"_s, {many}, 3, anyCore); }}},
                    settings.quick ? 1 : 3};
    return {columns(data), contains(data), decoded(), log};
}

} // namespace SockScope::Bench
