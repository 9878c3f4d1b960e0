#pragma once

#include <QCborValue>

#include <atomic>
#include <concepts>
#include <type_traits>
#include <utility>

#include "core/types/bytes.h"

namespace SockScope {

/*! Reads the value out of bytes that a codec found to be right.
 *  Path    codec → [this] → MessageValue
 *  Shape   in: the bytes that the codec gave to MessageValue; out: their value
 *  Units   none
 *  Errors  none: the codec has looked at every byte
 *  Thread  immutable: any thread, without locks; lives as long as the program
 *  Source  each codec has its own
 */
class ValueSource
{
public:
    constexpr ValueSource() = default;
    ValueSource(const ValueSource &) = delete;
    ValueSource &operator=(const ValueSource &) = delete;
    virtual QCborValue value(const Bytes &bytes) const = 0;

protected:
    ~ValueSource() = default;
};

/*! A message's value: one that was set, or bytes that become a value when somebody asks for it.
 *  Path    codec → [this] → Message::data()
 *  Shape   a codec checks a payload but builds no tree: most messages are dropped, forwarded, counted or listed, and
 *          never looked into. get() builds it at the first call and keeps it; copies made later share it
 *  Units   none
 *  Errors  none
 *  Thread  a value: any thread. Const calls on one object from several threads are safe: the first one builds and
 *          keeps, who comes while it does builds one of his own, nobody waits
 *  Source  none
 */
class MessageValue
{
public:
    /// Absent: get() answers Undefined.
    MessageValue() noexcept = default;
    /// Of anything that a QCborValue is made of; Undefined is absent.
    template <typename Value>
    requires(std::convertible_to<Value, QCborValue> && !std::same_as<std::remove_cvref_t<Value>, MessageValue>)
        MessageValue(Value &&value) // NOLINT(google-explicit-constructor): message.value = 7 is the point
        : m_value(std::forward<Value>(value))
        , m_state(m_value.isUndefined() ? State::Absent : State::Kept)
    {
    }
    /// What source reads from bytes, an Undefined that they say too.
    MessageValue(Bytes bytes, const ValueSource &source) noexcept
        : m_bytes(std::move(bytes))
        , m_source(&source)
        , m_state(State::Unread)
    {
    }
    MessageValue(const MessageValue &other);
    MessageValue(MessageValue &&other) noexcept;
    MessageValue &operator=(const MessageValue &other);
    MessageValue &operator=(MessageValue &&other) noexcept;
    ~MessageValue() = default;

    bool isAbsent() const { return m_state.load(std::memory_order_relaxed) == State::Absent; }
    QCborValue get() const { return m_state.load(std::memory_order_acquire) == State::Kept ? m_value : read(); }
    operator QCborValue() const { return get(); } // NOLINT(google-explicit-constructor)
    void clear()
    {
        if (!isAbsent())
            *this = MessageValue();
    }
    /// What it is, or would be, read from; none when it was set.
    const Bytes &bytes() const { return m_bytes; }
    const ValueSource *source() const { return m_source; }

private:
    enum class State : quint8 {
        Absent,
        Kept,    ///< m_value is it
        Unread,  ///< m_bytes hold it
        Reading, ///< a thread writes m_value
    };
    QCborValue read() const;

    mutable QCborValue m_value = QCborValue(QCborValue::Undefined);
    Bytes m_bytes;
    const ValueSource *m_source = nullptr;
    mutable std::atomic<State> m_state = State::Absent;
};

} // namespace SockScope
