#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

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

// Each visits every value of a message; the sum is there so that none is left out.

double visit(const QCborValue &value)
{
    double sum = 1;
    if (value.isArray()) {
        const QCborArray array = value.toArray();
        for (auto it = array.constBegin(); it != array.constEnd(); ++it)
            sum += visit(*it);
    } else if (value.isMap()) {
        const QCborMap map = value.toMap();
        for (auto it = map.constBegin(); it != map.constEnd(); ++it)
            sum += visit(it.key()) + visit(it.value());
    } else if (value.isString()) {
        sum += static_cast<double>(value.toString().size());
    } else {
        sum += value.toDouble();
    }
    return sum;
}

double visit(const QJsonValue &value)
{
    double sum = 1;
    if (value.isArray()) {
        const QJsonArray array = value.toArray();
        for (auto it = array.constBegin(); it != array.constEnd(); ++it)
            sum += visit(*it);
    } else if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto it = object.constBegin(); it != object.constEnd(); ++it)
            sum += static_cast<double>(it.key().size()) + visit(it.value());
    } else if (value.isString()) {
        sum += static_cast<double>(value.toString().size());
    } else {
        sum += value.toDouble();
    }
    return sum;
}

double visit(const msgpack::object &object)
{
    double sum = 1;
    switch (object.type) {
    case msgpack::type::ARRAY:
        for (const msgpack::object &element : object.via.array)
            sum += visit(element);
        break;
    case msgpack::type::MAP:
        for (const msgpack::object_kv &entry : object.via.map)
            sum += visit(entry.key) + visit(entry.val);
        break;
    case msgpack::type::STR:
        sum += static_cast<double>(object.via.str.size);
        break;
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64:
        sum += object.via.f64;
        break;
    default:
        sum += static_cast<double>(object.via.i64);
        break;
    }
    return sum;
}

/// Keeps the compiler from leaving out what nobody reads.
volatile double seen = 0;

struct Library
{
    QString codec;
    std::function<void(const QByteArray &)> decode;
    std::function<void(const QByteArray &)> decodeAndRead;
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
        // What decode leaves for whoever asks is not hidden: both build all they have to and look at each value.
        groups.push_back(
            {{{QStringLiteral("decode and read ") + name, QStringLiteral("ns"), true, {}}},
             {{QStringLiteral("ours"),
               [=] {
                   return std::vector<double>{nsEach(budget, [&] {
                       Message decoded;
                       if (codec->decode(*bytes, decoded))
                           throw CannotRun("our own message cannot be decoded");
                       seen = visit(decoded.data());
                   })};
               }},
              {bare, [=] { return std::vector<double>{nsEach(budget, [&] { library.decodeAndRead(payload); })}; }}},
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
    library.decodeAndRead = [](const QByteArray &payload) {
        seen = visit(QJsonValue(QJsonDocument::fromJson(payload).array()));
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
    library.decodeAndRead = [](const QByteArray &payload) { seen = visit(QCborValue::fromCbor(payload)); };
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
    library.decodeAndRead = [](const QByteArray &payload) {
        const msgpack::object_handle handle = msgpack::unpack(payload.constData(), static_cast<size_t>(payload.size()));
        seen = visit(handle.get());
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
