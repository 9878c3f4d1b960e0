#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/basesock.h"

namespace SockScope {

class Alarm;

/// What is wrong, on purpose, with a frame that is sent.
struct Breakage
{
    enum class Kind : quint8 {
        Length,   ///< the length says argument bytes more than there are, or fewer
        Cut,      ///< only the first argument bytes go; by default half of them
        Checksum, ///< a bit of each checksum is turned
        Pause,    ///< argument milliseconds pass in the middle
        ByteWise  ///< one byte at a time, argument milliseconds apart
    };

    Kind kind = Kind::Cut;
    std::optional<qint64> argument; ///< nothing: the kind's default

    /// "length:-1" "cut:3" "checksum" "pause:500" "bytes:20"; nothing and *error when it is none of these.
    static std::optional<Breakage> fromText(QStringView text, SockError *error);
};

/// Bytes of a frame, and how long to wait before them.
struct WirePart
{
    QByteArray bytes;
    qint64 waitMs = 0;
};

/// Whether frames of that framing begin with their length.
bool hasLengthPrefix(const Framing &framing);
/// Half of a frame, and then nothing.
QByteArray halfOf(const QByteArray &frame);
/// A frame as its single bytes.
std::vector<WirePart> byteWise(const QByteArray &frame, qint64 waitMs);

/// The payload's frame, broken; nothing and *error where this sock's framing, codec or transport has nothing that could
/// be broken so.
std::optional<std::vector<WirePart>> brokenFrame(const BaseSock &sock, const QByteArray &payload,
                                                 const Breakage &breakage, SockError *error);

/*! Sends the parts of a frame one after the other.
 *  Path    brokenFrame → [this] → BaseSock::sendRaw
 *  Shape   each part is a message of raw bytes for taps and ledger; the first one that is not accepted ends it. done is
 *          called once, also when the sock goes first; then it destroys itself
 *  Units   milliseconds on the sock's clock
 *  Errors  what sendRaw answers; WrongState when the sock went
 *  Thread  lives in the sock's thread, as its child
 *  Source  none
 */
class BrokenSend : public QObject
{
    Q_OBJECT
public:
    using Done = std::function<void(const SendResult &)>;
    static constexpr qsizetype maximumParts = 65'536;

    BrokenSend(BaseSock *sock, std::vector<WirePart> parts, std::optional<Endpoint> to, Done done);
    ~BrokenSend() override;
    void start();

private:
    void handleAlarm();
    void finish(const SendResult &result);

    BaseSock *const m_sock;
    const std::vector<WirePart> m_parts;
    const std::optional<Endpoint> m_to;
    Done m_done;
    std::shared_ptr<Clock> m_clock;
    std::unique_ptr<Alarm> m_alarm;
    size_t m_next = 0;
};

} // namespace SockScope
