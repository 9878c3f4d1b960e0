#include "core/framing/framing.h"

#include <limits>
#include <utility>

#include "core/framing/cobsframing.h"
#include "core/framing/delimiterframing.h"
#include "core/framing/fixedsizeframing.h"
#include "core/framing/framingerrors.h"
#include "core/framing/lengthprefixframing.h"
#include "core/framing/slipframing.h"
#include "core/framing/wholeframing.h"

namespace SockScope {

using namespace FramingErrors;

FrameResult FrameResult::invalid(SockError error, qsizetype skip)
{
    FrameResult result;
    result.state = State::Invalid;
    result.consumed = skip;
    result.error = std::move(error);
    return result;
}

namespace {

using FramingPointer = std::shared_ptr<const Framing>;
using Prefix = LengthPrefixFraming::Prefix;
using ByteOrder = LengthPrefixFraming::ByteOrder;
using Counts = LengthPrefixFraming::Counts;

struct PrefixName
{
    QLatin1String name;
    Prefix prefix;
    ByteOrder order;
};

constexpr PrefixName prefixNames[] = {
    {QLatin1String("u8"), Prefix::U8, ByteOrder::BigEndian},
    {QLatin1String("u16"), Prefix::U16, ByteOrder::BigEndian},
    {QLatin1String("u32"), Prefix::U32, ByteOrder::BigEndian},
    {QLatin1String("u64"), Prefix::U64, ByteOrder::BigEndian},
    {QLatin1String("u16le"), Prefix::U16, ByteOrder::LittleEndian},
    {QLatin1String("u32le"), Prefix::U32, ByteOrder::LittleEndian},
    {QLatin1String("u64le"), Prefix::U64, ByteOrder::LittleEndian},
    {QLatin1String("varint"), Prefix::Varint, ByteOrder::BigEndian},
};

FramingPointer refuse(SockError *error, const QString &what, const QString &remedy)
{
    if (error) {
        *error = SockError{};
        error->code = SockError::Code::InvalidOptions;
        error->stage = Stage::Setup;
        error->what = what;
        error->remedy = remedy;
    }
    return nullptr;
}

QString allNames()
{
    return QStringLiteral("use one of %1, delim:HEX (such as delim:0a0d), fixed:N (such as fixed:16); a length that "
                          "counts itself is u32+self")
        .arg(framingNames().join(QStringLiteral(", ")));
}

/// A name as it may stand in an error text, however long it is.
QString quoted(QStringView name)
{
    constexpr qsizetype shown = 40;
    return u'"' + (name.size() > shown ? name.first(shown).toString() + u'…' : name.toString()) + u'"';
}

FramingPointer makeDelimiter(QStringView digits, SockError *error, qsizetype maximum)
{
    const QString remedy = QStringLiteral("write the delimiter's bytes as pairs of hex digits, such as delim:0a0d");
    if (digits.isEmpty())
        return refuse(error, QStringLiteral("delim: names no delimiter"), remedy);
    for (qsizetype i = 0; i < digits.size(); ++i) {
        const char16_t c = digits[i].unicode();
        if (!((c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f')))
            return refuse(error,
                          QStringLiteral("delim:%1 has %2 as digit %3, which is not a hex digit")
                              .arg(digits.first(qMin<qsizetype>(digits.size(), 40)), quoted(digits.sliced(i, 1)),
                                   QString::number(i + 1)),
                          remedy);
    }
    if (digits.size() % 2 != 0)
        return refuse(error, QStringLiteral("the delimiter has %1 hex digits, half a byte too many").arg(digits.size()),
                      remedy);
    if (digits.size() / 2 > DelimiterFraming::maximumDelimiterBytes)
        return refuse(error,
                      QStringLiteral("a delimiter of %1 bytes is over the limit of %2")
                          .arg(grouped(quint64(digits.size() / 2)))
                          .arg(DelimiterFraming::maximumDelimiterBytes),
                      QStringLiteral("choose a shorter delimiter"));
    return std::make_shared<DelimiterFraming>(QByteArray::fromHex(digits.toLatin1()), maximum);
}

FramingPointer makeFixed(QStringView digits, SockError *error, qsizetype maximum)
{
    const QString remedy = QStringLiteral("write the size in bytes, from 1 to %1, such as fixed:16")
                               .arg(grouped(quint64(boundedLimit(maximum))));
    if (digits.isEmpty())
        return refuse(error, QStringLiteral("fixed: names no size"), remedy);
    quint64 size = 0;
    for (const QChar c : digits) {
        if (c < u'0' || c > u'9')
            return refuse(
                error, QStringLiteral("fixed:%1 is not a size").arg(digits.first(qMin<qsizetype>(digits.size(), 40))),
                remedy);
        // Any number above the limit says the same as this one.
        size = qMin(size * 10 + quint64(c.unicode() - u'0'), std::numeric_limits<quint64>::max() / 16);
    }
    if (size == 0)
        return refuse(error, QStringLiteral("frames of 0 bytes never hold anything"), remedy);
    if (size > quint64(boundedLimit(maximum)))
        return refuse(
            error,
            QStringLiteral("fixed:%1 is over the limit of %2 bytes")
                .arg(digits.first(qMin<qsizetype>(digits.size(), 40)), grouped(quint64(boundedLimit(maximum)))),
            remedy);
    return std::make_shared<FixedSizeFraming>(qsizetype(size));
}

FramingPointer makePrefix(QStringView name, Counts counts, qsizetype maximum)
{
    for (const PrefixName &known : prefixNames) {
        if (name == known.name)
            return std::make_shared<LengthPrefixFraming>(known.prefix, known.order, counts, maximum);
    }
    return nullptr;
}

} // namespace

QStringList framingNames()
{
    QStringList names{QStringLiteral("datagram"), QStringLiteral("none")};
    for (const PrefixName &known : prefixNames)
        names << known.name;
    return names << QStringLiteral("line") << QStringLiteral("crlf") << QStringLiteral("slip")
                 << QStringLiteral("cobs");
}

FramingPointer makeFraming(QStringView name, SockError *error, qsizetype maximumFrameBytes)
{
    if (maximumFrameBytes < 1)
        return refuse(error, QStringLiteral("a limit of %1 bytes lets no frame through").arg(maximumFrameBytes),
                      QStringLiteral("set a limit of at least 1 byte; the default is %1")
                          .arg(grouped(quint64(Framing::defaultMaximumFrameBytes))));
    const QString text = name.trimmed().toString().toLower();
    const QStringView view(text);
    if (view.isEmpty())
        return refuse(error, QStringLiteral("no framing is named"), allNames());

    if (FramingPointer framing = makePrefix(view, Counts::Payload, maximumFrameBytes))
        return framing;
    if (view == u"datagram")
        return std::make_shared<WholeFraming>(WholeFraming::Unit::Datagram, maximumFrameBytes);
    if (view == u"none")
        return std::make_shared<WholeFraming>(WholeFraming::Unit::Read, maximumFrameBytes);
    if (view == u"line")
        return std::make_shared<DelimiterFraming>(QByteArrayLiteral("\n"), maximumFrameBytes);
    if (view == u"crlf")
        return std::make_shared<DelimiterFraming>(QByteArrayLiteral("\r\n"), maximumFrameBytes);
    if (view == u"slip")
        return std::make_shared<SlipFraming>(maximumFrameBytes);
    if (view == u"cobs")
        return std::make_shared<CobsFraming>(maximumFrameBytes);
    if (view.startsWith(u"delim:"))
        return makeDelimiter(view.sliced(6), error, maximumFrameBytes);
    if (view.startsWith(u"fixed:"))
        return makeFixed(view.sliced(6), error, maximumFrameBytes);
    if (view.endsWith(u"+self")) {
        if (FramingPointer framing = makePrefix(view.chopped(5), Counts::PrefixAndPayload, maximumFrameBytes))
            return framing;
        return refuse(error, QStringLiteral("%1 has no length that could count itself").arg(quoted(view)),
                      QStringLiteral("+self goes with u8, u16, u32, u64, u16le, u32le, u64le and varint"));
    }
    return refuse(error, QStringLiteral("there is no framing %1").arg(quoted(name.trimmed())), allNames());
}

} // namespace SockScope
