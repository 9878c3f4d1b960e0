#include "ui/models/messagefinder.h"

#include <QElapsedTimer>

#include "core/tap/recorder.h"

namespace SockScope {

MessageFinder::MessageFinder(std::shared_ptr<Recorder> recorder, QObject *parent)
    : QObject(parent)
    , m_recorder(std::move(recorder))
{
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &MessageFinder::work);
}

void MessageFinder::find(quint32 sockId, quint32 sequence)
{
    m_search.emplace(m_recorder->store().chunks(), sockId, sequence);
    m_timer.start();
}

void MessageFinder::work()
{
    QElapsedTimer passed;
    passed.start();
    while (!m_search->step()) {
        if (passed.elapsed() >= sliceMs)
            return;
    }
    const SequenceSearch search = *std::exchange(m_search, std::nullopt);
    m_timer.stop();
    switch (search.state()) {
    case SequenceSearch::State::Searching:
        break;
    case SequenceSearch::State::Found:
        Q_EMIT found(search.no());
        break;
    case SequenceSearch::State::Left:
        Q_EMIT missed(tr("The message has left the log: only newer ones of its socket are kept"));
        break;
    case SequenceSearch::State::Missing:
        Q_EMIT missed(tr("The message is not in the log: it was lost on the way to it, or has not come in yet"));
        break;
    case SequenceSearch::State::Unreadable:
        Q_EMIT missed(tr("The message cannot be read back from the disk"));
        break;
    }
}

} // namespace SockScope
