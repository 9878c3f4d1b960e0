#include "core/codec/codec.h"

#include "core/codec/cborcodec.h"
#include "core/codec/codectext.h"
#include "core/codec/jsoncodec.h"
#include "core/codec/messagepackcodec.h"
#include "core/codec/rawcodec.h"
#include "core/codec/textcodec.h"

namespace SockScope {

using namespace Qt::StringLiterals;

std::shared_ptr<const Codec> makeCodec(QStringView name, SockError *error, CodecLimits limits)
{
    limits.maximumDepth = qBound(1, limits.maximumDepth, hardMaximumDepth);
    limits.maximumBytes = qMax(qsizetype(0), limits.maximumBytes);
    if (name == "raw"_L1)
        return std::make_shared<RawCodec>(limits);
    if (name == "text"_L1)
        return std::make_shared<TextCodec>(limits);
    if (name == "json"_L1)
        return std::make_shared<JsonCodec>(limits);
    if (name == "msgpack"_L1)
        return std::make_shared<MessagePackCodec>(limits);
    if (name == "cbor"_L1)
        return std::make_shared<CborCodec>(limits);
    if (error) {
        *error = codecError(SockError::Code::InvalidOptions, u"there is no codec named %1"_s.arg(quotedText(name, 60)),
                            u"choose one of %1"_s.arg(codecNames().join(", "_L1)));
    }
    return nullptr;
}

QStringList codecNames()
{
    return {u"raw"_s, u"text"_s, u"json"_s, u"msgpack"_s, u"cbor"_s};
}

} // namespace SockScope
