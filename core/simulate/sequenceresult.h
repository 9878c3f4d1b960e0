#pragma once

#include <QList>
#include <QString>

#include "core/types/endpoint.h"
#include "core/types/envelope.h"

namespace SockScope {

/// What became of one step that was run.
struct StepResult
{
    QString path;  ///< "steps[2].then[0]"
    QString title; ///< its name, or what it does
    bool passed = false;
    qint64 startedNs = 0; ///< since the run began
    qint64 endedNs = 0;
    quint64 unmatched = 0; ///< messages that came and were not the expected one
    Envelope message;      ///< of a passed expect: the one that satisfied it; of a strict one that failed: the other
    bool hasMessage = false;
    QString what; ///< why it failed
};

/// What became of a run of a sequence.
struct SequenceResult
{
    QString sequence;
    Endpoint peer; ///< null: whoever was there
    bool finished = false;
    bool passed = false;
    qint64 durationNs = 0;
    quint64 steps = 0; ///< run; more than results when there were too many to keep
    QList<StepResult> results;
    QString what; ///< why it failed: that of its last step, with the step
};

/// For continuous integration: a test suite a run, a test case a step. Well-formed whatever the messages held.
QByteArray toJUnitXml(const QList<SequenceResult> &results);

} // namespace SockScope
