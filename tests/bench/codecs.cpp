#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QJsonDocument>

#include <memory>

#include <msgpack.hpp>

#include "core/codec/codec.h"
#include "groups.h"
#include "machine.h"

namespace SockScope::Bench {

namespace {

/// [7, {...}] of about so many bytes of JSON: numbers, names, texts, a list.
QCborArray sample(int bytes)
{
    QCborMap entry{{QStringLiteral("x"), 12.5},
                   {QStringLiteral("y"), -3},
                   {QStringLiteral("name"), QStringLiteral("alice")},
                   {QStringLiteral("alive"), true}};
    QCborMap data = entry;
    data.insert(QStringLiteral("text"), QStringLiteral("hello, world"));
    QCborArray list{1, 2, 3};
    for (int i = 0; i < (bytes - 100) / 50; ++i)
        list.append(entry);
    data.insert(QStringLiteral("list"), list);
    return {7, data};
}

double nsEach(int64_t budgetNs, const std::function<void()> &work)
{
    int done = 0;
    const int64_t start = threadCpuNs();
    int64_t passed = 0;
    do {
        for (int i = 0; i < 16; ++i)
            work();
        done += 16;
        passed = threadCpuNs() - start;
    } while (passed < budgetNs);
    return static_cast<double>(passed) / done;
}

struct Library
{
    QString codec;
    std::function<void(const QByteArray &)> decode;
    std::function<std::function<void()>(const QCborArray &, const QByteArray &)> encoder;
};

std::vector<Group> codecGroups(const Settings &settings, const Library &library)
{
    const auto codec = std::shared_ptr<const Codec>(makeCodec(library.codec));
    const auto budget = static_cast<int64_t>(settings.seconds(0.1, 0.03) * 1e9);
    const QString bare = QStringLiteral("bare-library");
    std::vector<Group> groups;
    for (const int size : {100, 10'000}) {
        const QCborArray value = sample(size);
        Message message;
        message.type = value.at(0).toInteger();
        message.value = value.at(1);
        QByteArray payload;
        if (const auto error = codec->encode(message, payload))
            throw CannotRun(error->toString().toStdString());
        const auto bytes = std::make_shared<Bytes>(payload);
        const QString name = size == 100 ? QStringLiteral("100 B") : QStringLiteral("10 kB");
        groups.push_back(
            {{{QStringLiteral("decode ") + name, QStringLiteral("ns"), true, {{bare, 1.1}}}},
             {{QStringLiteral("ours"),
               [=] {
                   return std::vector<double>{nsEach(budget, [&] {
                       Message decoded;
                       if (codec->decode(*bytes, decoded))
                           throw CannotRun("our own message cannot be decoded");
                   })};
               }},
              {bare, [=] { return std::vector<double>{nsEach(budget, [&] { library.decode(payload); })}; }}},
             0});
        groups.push_back(
            {{{QStringLiteral("encode ") + name, QStringLiteral("ns"), true, {{bare, 1.1}}}},
             {{QStringLiteral("ours"),
               [=] {
                   return std::vector<double>{nsEach(budget, [&] {
                       QByteArray out;
                       if (codec->encode(message, out))
                           throw CannotRun("cannot encode");
                   })};
               }},
              {bare, [=] { return std::vector<double>{nsEach(budget, library.encoder(value, payload))}; }}},
             0});
    }
    // Cut in the middle: the error has to be found, told and located.
    const QCborArray value = sample(10'000);
    Message message;
    message.type = 7;
    message.value = value.at(1);
    QByteArray payload;
    codec->encode(message, payload);
    payload.truncate(payload.size() * 2 / 3);
    const auto bytes = std::make_shared<Bytes>(payload);
    groups.push_back({{{QStringLiteral("malformed 7 kB"), QStringLiteral("ns"), true, {{bare, 1.1}}}},
                      {{QStringLiteral("ours"),
                        [=] {
                            return std::vector<double>{nsEach(budget, [&] {
                                Message decoded;
                                if (!codec->decode(*bytes, decoded))
                                    throw CannotRun("a broken message was decoded");
                            })};
                        }},
                       {bare, [=] { return std::vector<double>{nsEach(budget, [&] { library.decode(payload); })}; }}},
                      0});
    return groups;
}

} // namespace

std::vector<Group> json(const Settings &settings)
{
    Library library;
    library.codec = QStringLiteral("json");
    library.decode = [](const QByteArray &payload) {
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(payload, &error);
    };
    library.encoder = [](const QCborArray &, const QByteArray &payload) -> std::function<void()> {
        const QJsonDocument document = QJsonDocument::fromJson(payload);
        return [document] { const QByteArray out = document.toJson(QJsonDocument::Compact); };
    };
    return codecGroups(settings, library);
}

std::vector<Group> cbor(const Settings &settings)
{
    Library library;
    library.codec = QStringLiteral("cbor");
    library.decode = [](const QByteArray &payload) {
        QCborParserError error;
        const QCborValue value = QCborValue::fromCbor(payload, &error);
    };
    library.encoder = [](const QCborArray &value, const QByteArray &) -> std::function<void()> {
        const QCborValue whole(value);
        return [whole] { const QByteArray out = whole.toCbor(); };
    };
    return codecGroups(settings, library);
}

std::vector<Group> msgpackBench(const Settings &settings)
{
    Library library;
    library.codec = QStringLiteral("msgpack");
    library.decode = [](const QByteArray &payload) {
        try {
            const msgpack::object_handle handle =
                msgpack::unpack(payload.constData(), static_cast<size_t>(payload.size()));
        } catch (const std::exception &) {
            return; // malformed
        }
    };
    library.encoder = [](const QCborArray &, const QByteArray &payload) -> std::function<void()> {
        const auto handle = std::make_shared<msgpack::object_handle>(
            msgpack::unpack(payload.constData(), static_cast<size_t>(payload.size())));
        return [handle] {
            msgpack::sbuffer out;
            msgpack::pack(out, handle->get());
        };
    };
    return codecGroups(settings, library);
}

} // namespace SockScope::Bench
