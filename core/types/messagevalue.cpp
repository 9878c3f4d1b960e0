#include "core/types/messagevalue.h"

namespace SockScope {

MessageValue::MessageValue(const MessageValue &other)
    : m_bytes(other.m_bytes)
    , m_source(other.m_source)
{
    const State state = other.m_state.load(std::memory_order_acquire);
    if (state == State::Kept)
        m_value = other.m_value;
    m_state.store(state == State::Reading ? State::Unread : state, std::memory_order_relaxed);
}

// Nobody else may use an object that is moved from or assigned to: Reading is then what a failed build left.
MessageValue::MessageValue(MessageValue &&other) noexcept
    : m_value(std::move(other.m_value))
    , m_bytes(std::move(other.m_bytes))
    , m_source(std::exchange(other.m_source, nullptr))
    , m_state(other.m_state.load(std::memory_order_relaxed))
{
    other.m_value = QCborValue(QCborValue::Undefined);
    other.m_state.store(State::Absent, std::memory_order_relaxed);
}

MessageValue &MessageValue::operator=(const MessageValue &other)
{
    if (this != &other)
        *this = MessageValue(other);
    return *this;
}

MessageValue &MessageValue::operator=(MessageValue &&other) noexcept
{
    m_value.swap(other.m_value);
    std::swap(m_bytes, other.m_bytes);
    std::swap(m_source, other.m_source);
    const State state = m_state.load(std::memory_order_relaxed);
    m_state.store(other.m_state.load(std::memory_order_relaxed), std::memory_order_relaxed);
    other.m_state.store(state, std::memory_order_relaxed);
    return *this;
}

QCborValue MessageValue::read() const
{
    State state = State::Unread;
    if (m_state.compare_exchange_strong(state, State::Reading, std::memory_order_acquire)) {
        // A build that throws leaves Reading behind: every later call builds one of its own.
        m_value = m_source->value(m_bytes);
        m_state.store(State::Kept, std::memory_order_release);
        return m_value;
    }
    if (state == State::Reading)
        return m_source->value(m_bytes);
    return state == State::Kept ? m_value : QCborValue(QCborValue::Undefined);
}

} // namespace SockScope
