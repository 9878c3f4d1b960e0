#pragma once

#include <QtGlobal>

#include <vector>

namespace SockScope {

/*! The sizes of messages that were accepted and that the system has not wholly taken, the first one first.
 *  Path    TcpConnection
 *  Shape   runs of equal sizes: what is sent in a burst mostly is
 *  Units   bytes
 *  Errors  none
 *  Thread  one thread
 *  Source  run-length coding
 */
class InFlight
{
public:
    bool isEmpty() const { return m_first == m_runs.size(); }
    void push(qsizetype bytes)
    {
        if (!isEmpty() && m_runs.back().bytes == bytes)
            ++m_runs.back().count;
        else
            m_runs.push_back({bytes, 1});
    }
    /// The size of the first message.
    qsizetype front() const { return m_runs[m_first].bytes; }
    /// How many of that size come first.
    quint64 frontCount() const { return m_runs[m_first].count; }
    /// The first messages leave: at most frontCount.
    void pop(quint64 count = 1)
    {
        m_runs[m_first].count -= count;
        if (m_runs[m_first].count > 0)
            return;
        if (++m_first == m_runs.size())
            clear();
        else if (m_first >= 1024 && m_first * 2 >= m_runs.size())
            compact();
    }

private:
    struct Run
    {
        qsizetype bytes;
        quint64 count;
    };
    void clear()
    {
        m_first = 0;
        m_runs.clear();
        if (m_runs.capacity() > 16) // of each connection, for thousands may have sent once
            m_runs.shrink_to_fit();
    }
    void compact()
    {
        m_runs.erase(m_runs.begin(), m_runs.begin() + static_cast<std::ptrdiff_t>(m_first));
        m_first = 0;
    }

    std::vector<Run> m_runs;
    size_t m_first = 0;
};

} // namespace SockScope
