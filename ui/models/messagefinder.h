#pragma once

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

#include "core/store/sequencesearch.h"

namespace SockScope {

class Recorder;

/*! Finds the row of a message that a trace or an error names, a few milliseconds at a time.
 *  Path    panels → [this] → the log
 *  Shape   one search at a time: a new one takes the place of the last. It is answered by found or missed, once, and
 *          never before find has returned
 *  Units   as MessageHead::sequence
 *  Errors  missed says why there is no such row
 *  Thread  the window's
 *  Source  SequenceSearch in slices, so that a spool on a slow disk never stops the window
 */
class MessageFinder : public QObject
{
    Q_OBJECT
public:
    explicit MessageFinder(std::shared_ptr<Recorder> recorder, QObject *parent = nullptr);

    void find(quint32 sockId, quint32 sequence);
    bool isSearching() const { return m_search.has_value(); }

Q_SIGNALS:
    void found(quint64 no);
    void missed(const QString &why);

private:
    static constexpr int sliceMs = 8;

    void work();

    std::shared_ptr<Recorder> m_recorder;
    std::optional<SequenceSearch> m_search;
    QTimer m_timer;
};

} // namespace SockScope
