#include "app/common/sockprinter.h"

#include <QMetaEnum>

#include <algorithm>
#include <chrono>

#include "app/common/printer.h"
#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/time/clock.h"
#include "core/types/messagetypes.h"
#include "core/types/outcomes.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t maximumUnsettled = 10'000;
constexpr qsizetype maximumSummaryCharacters = 400;
constexpr qsizetype maximumHexShown = 64;

template <typename Enum>
QString keyOf(Enum value)
{
    const char *key = QMetaEnum::fromType<Enum>().valueToKey(static_cast<int>(value));
    return QString::fromLatin1(key ? key : "?");
}

qint64 wallNowUs()
{
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

/// Takes one that is equal out of the list.
bool take(std::vector<SockError> &list, const SockError &error)
{
    const auto found = std::find(list.begin(), list.end(), error);
    if (found == list.end())
        return false;
    list.erase(found);
    return true;
}

bool isOrdinary(Outcome outcome)
{
    return outcome == Outcome::Dispatched || outcome == Outcome::Sent;
}

} // namespace

struct SockPrinter::Line
{
    qint64 wallUs = 0;
    bool isInbound = true;
    Endpoint peer;
    MessageType type;
    QCborValue data;
    QByteArrayView payload;
    qsizetype wireBytes = 0;
    EnvelopeFlags flags;
    Outcome outcome = Outcome::Dispatched;
    const SockError *error = nullptr;
    QString note; ///< of an impairment's act

    /// What a tap was told is an error, or a note.
    void tell(const SockError *told)
    {
        if (!isImpairAct(outcome))
            error = told;
        else if (told)
            note = told->what;
    }
};

SockPrinter::SockPrinter(BaseSock *sock, Printer *printer, QObject *parent)
    : QObject(parent)
    , m_sock(sock)
    , m_printer(printer)
    , m_name(sock->options().name)
{
    sock->addTap(this);
    connect(sock, &BaseSock::peerAdded, this, [this](const Endpoint &peer) {
        ++m_peersSeen;
        printPeer(u"peer-added"_s, peer, {}, tr("peer came"));
    });
    connect(sock, &BaseSock::peerRemoved, this, [this](const Endpoint &peer, CloseReason reason) {
        printPeer(u"peer-removed"_s, peer, keyOf(reason), tr("peer went (%1)").arg(keyOf(reason)));
    });
    connect(sock, &BaseSock::peerRefused, this,
            [this](const Endpoint &peer) { printPeer(u"peer-refused"_s, peer, {}, tr("peer refused")); });
    connect(sock, &BaseSock::errorOccurred, this, &SockPrinter::handleError);
    connect(sock, &BaseSock::limitReached, this, [this](const QString &limit, quint64 count) {
        if (m_printer->options().json) {
            m_printer->writeJson(
                eventText(u"limit"_s, wallNowUs()).add("limit"_L1, limit).add("count"_L1, count).object());
        } else {
            m_printer->writeRow(wallNowUs(), m_name, {tr("limit %1 reached, %2 times so far").arg(limit).arg(count)});
        }
    });
}

SockPrinter::~SockPrinter()
{
    settleErrors();
    m_sock->removeTap(this);
}

qint64 SockPrinter::wallUsAt(qint64 steadyNs) const
{
    const qint64 nowNs = m_sock->clock()->nowNs();
    return wallNowUs() - (steadyNs > 0 ? (nowNs - steadyNs) / 1000 : 0);
}

JsonText SockPrinter::eventText(const QString &name, qint64 wallUs) const
{
    JsonText json;
    json.add("event"_L1, name).add("time"_L1, isoUtc(wallUs));
    if (m_printer->options().showSock)
        json.add("sock"_L1, m_name);
    return json;
}

void SockPrinter::inbound(const Envelope &envelope, Outcome outcome, const SockError *error)
{
    const bool decoded = outcome != Outcome::FramingError && outcome != Outcome::DecodeError;
    const bool counts = decoded && !isImpairAct(outcome);
    if (decoded && m_muted) {
        m_mutedMessages += counts ? 1 : 0;
        return;
    }
    Line line;
    line.wallUs = wallUsAt(envelope.receivedNs);
    line.peer = envelope.peer;
    line.type = envelope.message.type;
    line.data = envelope.message.data();
    line.payload = envelope.message.payload;
    line.wireBytes = envelope.wireBytes;
    line.flags = envelope.flags;
    line.outcome = outcome;
    line.tell(error);
    if (counts)
        ++m_messagesIn;
    if (m_printer->options().inbound || line.error)
        print(line);
    if (counts)
        Q_EMIT messagePrinted();
}

void SockPrinter::outbound(const Endpoint &peer, const MessageType &type, QByteArrayView payload, qsizetype wireBytes,
                           qint64 nowNs, Outcome outcome, const SockError *error)
{
    const bool isAct = isImpairAct(outcome);
    m_messagesOut += isAct ? 0 : 1;
    if (!m_printer->options().outbound && (!error || isAct))
        return;
    Line line;
    line.wallUs = wallUsAt(nowNs);
    line.isInbound = false;
    line.peer = peer;
    line.type = type;
    line.payload = payload;
    line.wireBytes = wireBytes;
    line.outcome = outcome;
    line.tell(error);
    // A tap gets what is on the wire, not what was meant; reading it back shows what the peer will see.
    Message message;
    message.payload = Bytes(payload);
    if (m_printer->options().json && m_sock->codec() && !m_sock->codec()->decode(message.payload, message))
        line.data = message.data();
    else
        line.data = QCborValue(payload.toByteArray());
    print(line);
}

void SockPrinter::print(const Line &line)
{
    if (line.error) {
        ++m_errors;
        if (!take(m_toldBySignal, *line.error) && m_toldByTap.size() < maximumUnsettled)
            m_toldByTap.push_back(*line.error);
        if (!std::exchange(m_settleScheduled, true))
            QMetaObject::invokeMethod(this, &SockPrinter::settleErrors, Qt::QueuedConnection);
    }
    if (m_printer->options().json)
        printAsJson(line);
    else
        printAsText(line);
}

void SockPrinter::printAsJson(const Line &line)
{
    JsonText json;
    if (line.error)
        json.add("event"_L1, u"error"_s);
    json.add("no"_L1, m_printer->nextNumber());
    json.add("time"_L1, isoUtc(line.wallUs));
    if (m_printer->options().showSock)
        json.add("sock"_L1, m_name);
    json.add("dir"_L1, line.isInbound ? u"in"_s : u"out"_s);
    json.add("peer"_L1, line.peer.toString());
    if (!line.error) {
        if (line.type.isName()) {
            json.add("type"_L1, line.type.name());
        } else {
            json.add("type"_L1, line.type.number());
            const auto types = m_sock->messageTypes();
            if (const auto name = types ? types->name(line.type.number()) : std::nullopt)
                json.add("typeName"_L1, *name);
        }
    }
    json.add("size"_L1, static_cast<qint64>(line.payload.size()));
    if (!line.error)
        json.add("data"_L1, line.data);
    json.addJson("raw"_L1, '"' + line.payload.toByteArray().toHex() + '"');
    json.add("wire"_L1, static_cast<qint64>(line.wireBytes));
    if (!isOrdinary(line.outcome))
        json.add("outcome"_L1, keyOf(line.outcome));
    if (!line.note.isEmpty())
        json.add("note"_L1, line.note);
    if (line.flags.testFlag(EnvelopeFlag::Truncated))
        json.add("truncated"_L1, true);
    if (line.flags.testFlag(EnvelopeFlag::Injected))
        json.add("injected"_L1, true);
    if (line.error) {
        json.add("stage"_L1, keyOf(line.error->stage)).add("code"_L1, keyOf(line.error->code));
        json.add("what"_L1, line.error->what).add("remedy"_L1, line.error->remedy);
        if (line.error->offset >= 0)
            json.add("offset"_L1, line.error->offset);
    }
    m_printer->writeJson(json.object());
}

void SockPrinter::printAsText(const Line &line)
{
    m_printer->nextNumber();
    QStringList cells{line.isInbound ? tr("in") : tr("out"), line.peer.isNull() ? u"-"_s : line.peer.toString()};
    if (line.error) {
        const QByteArray hex = line.payload.first(std::min(line.payload.size(), maximumHexShown)).toByteArray().toHex();
        cells += tr("error");
        cells += tr("%1 B").arg(line.payload.size());
        cells += line.error->toString();
        cells += u"["_s + QString::fromLatin1(hex) + (line.payload.size() > maximumHexShown ? u"…]"_s : u"]"_s);
    } else {
        const auto types = m_sock->messageTypes();
        cells += types ? types->label(line.type) : line.type.toString();
        cells += tr("%1 B").arg(line.payload.size());
        const auto codec = m_sock->codec();
        cells += codec ? codec->summary(line.payload, maximumSummaryCharacters) : QString();
        if (!isOrdinary(line.outcome))
            cells += u'(' + (line.note.isEmpty() ? keyOf(line.outcome) : line.note) + u')';
        if (line.flags.testFlag(EnvelopeFlag::Truncated))
            cells += tr("(truncated)");
        if (line.flags.testFlag(EnvelopeFlag::Injected))
            cells += tr("(injected)");
    }
    m_printer->writeRow(line.wallUs, m_name, cells);
}

void SockPrinter::printPeer(const QString &name, const Endpoint &peer, const QString &reason, const QString &text)
{
    if (!m_printer->options().peers)
        return;
    const qint64 now = wallNowUs();
    if (!m_printer->options().json) {
        m_printer->writeRow(now, m_name, {u"--"_s, peer.toString(), text});
        return;
    }
    JsonText json = eventText(name, now);
    json.add("peer"_L1, peer.toString());
    if (!reason.isEmpty())
        json.add("reason"_L1, reason);
    m_printer->writeJson(json.object());
}

void SockPrinter::handleError(const SockError &error)
{
    const bool mayBeOfAMessage = error.stage == Stage::Framing || error.stage == Stage::Codec ||
                                 error.stage == Stage::Send || error.stage == Stage::Transport ||
                                 error.stage == Stage::Hook || error.stage == Stage::Dispatch;
    if (!mayBeOfAMessage) {
        printError(error);
        return;
    }
    if (take(m_toldByTap, error))
        return;
    if (m_toldBySignal.size() >= maximumUnsettled)
        settleErrors();
    m_toldBySignal.push_back(error);
    if (!std::exchange(m_settleScheduled, true))
        QMetaObject::invokeMethod(this, &SockPrinter::settleErrors, Qt::QueuedConnection);
}

void SockPrinter::settleErrors()
{
    m_settleScheduled = false;
    m_toldByTap.clear();
    for (const SockError &error : std::exchange(m_toldBySignal, {}))
        printError(error);
}

void SockPrinter::printError(const SockError &error)
{
    ++m_errors;
    const qint64 now = wallNowUs();
    if (!m_printer->options().json) {
        QStringList cells{u"!!"_s, error.peer.isNull() ? u"-"_s : error.peer.toString(), tr("error")};
        cells += keyOf(error.stage);
        cells += error.toString();
        m_printer->writeRow(now, m_name, cells);
        return;
    }
    JsonText json = eventText(u"error"_s, now);
    json.add("stage"_L1, keyOf(error.stage)).add("code"_L1, keyOf(error.code));
    json.add("what"_L1, error.what).add("remedy"_L1, error.remedy);
    if (error.offset >= 0)
        json.add("offset"_L1, error.offset);
    if (!error.peer.isNull())
        json.add("peer"_L1, error.peer.toString());
    m_printer->writeJson(json.object());
}

} // namespace SockScope
