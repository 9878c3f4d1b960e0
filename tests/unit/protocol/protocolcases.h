#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QTest>

#include "core/protocol/layoutcodec.h"
#include "core/protocol/protocoldescription.h"

namespace SockScope::Test {

/// A description from JSON that is right; the test fails with the error where it is not.
inline ProtocolDescription described(const QByteArray &json)
{
    ProtocolError error;
    const auto description = ProtocolDescription::fromText(json, &error);
    if (!description)
        QTest::qFail(qPrintable(error.toString()), __FILE__, __LINE__);
    return description.value_or(ProtocolDescription());
}

/// A protocol of one type "m" with these fields.
inline QByteArray oneType(const QByteArray &fields, const QByteArray &more = {})
{
    return R"({"fixedType":"m",)" + more + R"("types":[{"name":"m","number":1,"fields":[)" + fields + "]}]}";
}

inline std::shared_ptr<const LayoutCodec> codecOf(const QByteArray &json)
{
    ProtocolError error;
    const auto description = ProtocolDescription::fromText(json, &error);
    auto codec = description ? LayoutCodec::make(*description, &error) : nullptr;
    if (!codec)
        QTest::qFail(qPrintable(error.toString()), __FILE__, __LINE__);
    return codec;
}

struct Coded
{
    QByteArray payload;
    std::optional<SockError> error;
};

inline Coded encoded(const Codec &codec, const QCborValue &value, const MessageType &type = 1)
{
    Coded result;
    Message message;
    message.type = type;
    message.value = value;
    result.error = codec.encode(message, result.payload);
    return result;
}

struct Decoded
{
    Message message;
    std::optional<SockError> error;
    QCborMap data() const { return message.data().toMap(); }
};

inline Decoded decoded(const Codec &codec, const QByteArray &payload)
{
    Decoded result;
    result.message.payload = Bytes(payload);
    result.error = codec.decode(result.message.payload, result.message);
    return result;
}

/// The child of that key; null when there is none.
inline const FieldNode *childOf(const FieldNode &node, QStringView key)
{
    for (const FieldNode &child : node.children) {
        if (child.key == key)
            return &child;
    }
    return nullptr;
}

} // namespace SockScope::Test
