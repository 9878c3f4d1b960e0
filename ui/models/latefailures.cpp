#include "ui/models/latefailures.h"

#include <QElapsedTimer>

#include <algorithm>
#include <iterator>

#include "core/store/sequencesearch.h"
#include "core/tap/recorder.h"

namespace SockScope {

void LateFailures::add(quint32 sock, std::span<const LateFailure> failures)
{
    for (const LateFailure &failure : failures) {
        if (m_waiting.size() < maximumWaiting)
            m_waiting.push_back({sock, failure});
        else
            ++m_lost;
    }
}

std::vector<quint64> LateFailures::resolve(const Recorder &recorder)
{
    std::vector<quint64> found;
    if (m_waiting.empty())
        return found;
    QElapsedTimer passed;
    passed.start();
    const StoredChunks chunks = recorder.store().chunks();
    while (!m_waiting.empty() && passed.elapsed() < sliceMs) {
        Waiting &next = m_waiting.front();
        SequenceSearch search(chunks, next.sock, next.failure.sequence);
        while (!search.step()) {
        }
        if (search.state() == SequenceSearch::State::Missing && recorder.stats().waiting > 0)
            break; // its batch waits in the inbox
        if (search.state() != SequenceSearch::State::Found) {
            ++m_lost;
        } else if (QString &text = m_found[search.no()]; !text.isEmpty()) {
            text += QStringLiteral("; ") + next.failure.text;
        } else if (m_found.size() > maximumKept) {
            m_found.erase(search.no());
            ++m_lost;
        } else {
            text = std::move(next.failure.text);
            found.push_back(search.no());
        }
        m_waiting.pop_front();
    }
    return found;
}

QString LateFailures::text(quint64 no) const
{
    const auto found = m_found.find(no);
    return found == m_found.end() ? QString() : found->second;
}

std::vector<quint64> LateFailures::numbers() const
{
    std::vector<quint64> numbers;
    numbers.reserve(m_found.size());
    std::transform(m_found.begin(), m_found.end(), std::back_inserter(numbers),
                   [](const auto &pair) { return pair.first; });
    return numbers;
}

void LateFailures::clear()
{
    m_waiting.clear();
    m_found.clear();
    m_lost = 0;
}

} // namespace SockScope
