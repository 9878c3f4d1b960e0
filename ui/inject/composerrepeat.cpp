// What the composer sends again and again.
#include <QComboBox>
#include <QDateTime>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

#include <utility>

#include "core/tap/sockmonitor.h"
#include "ui/icons.h"
#include "ui/inject/composer.h"
#include "ui/models/format.h"
#include "ui/models/injecthistory.h"
#include "ui/models/inspection.h"
#include "ui/models/sockcontroller.h"

namespace SockScope {

using namespace Qt::StringLiterals;

bool Composer::isRepeating() const
{
    return m_repeatId != 0 || !m_sequence.items.isEmpty();
}

void Composer::startRepeat()
{
    PayloadError error;
    SockController *c = controller();
    if (!c || isRepeating())
        return;
    if (const QString problem = paceProblem(); !problem.isEmpty())
        return showAnswer(problem, true);
    if (m_sendAs->isEnabled() && m_sendAs->currentIndex() > 0)
        return showAnswer(tr("Broken frames go one at a time: press Send, or choose to send it whole."), true);
    ProjectMessage repeated = message();
    const auto to = targets(repeated, &error);
    if (!to)
        return showError(error);
    m_values.peer = to->front().value_or(Endpoint());
    ComposeContext values = m_values;
    const auto composed = compose(repeated, c->snapshot(), values, &error);
    if (!composed)
        return showError(error);
    m_error->hide();
    repeated.socket = c->name();
    m_repeatEntry = m_history->add(repeated, QDateTime::currentDateTime());
    m_repeatSock = c->sockId();
    RepeatPlan plan{composed->content, *to, m_interval->value(), static_cast<quint64>(m_count->value())};
    plan.jitterMs = m_jitter->value();
    plan.burst = m_burst->value();
    plan.perSecond = m_rate->value();
    plan.asReceived = repeated.asReceived;
    if (plan.asReceived)
        plan.content = bytesAt(repeated.stage, composed->payload).content;
    if (repeated.form != ProjectForm::File && repeated.payload.contains(u"{{"_s)) {
        SockSnapshot spoken;
        spoken.codec = c->snapshot().codec;
        spoken.types = c->snapshot().types;
        plan.make = [repeated, spoken, values = m_values](const Endpoint &peer,
                                                          SockError *failed) mutable -> std::optional<SendContent> {
            PayloadError wrong;
            values.peer = peer;
            auto made = compose(repeated, spoken, values, &wrong);
            if (made && repeated.asReceived)
                return bytesAt(repeated.stage, made->payload).content;
            if (made)
                return std::move(made->content);
            failed->code = SockError::Code::InvalidValue;
            failed->stage = Stage::Codec;
            failed->what = wrong.text;
            return std::nullopt;
        };
    }
    m_repeatReceived = plan.asReceived;
    m_repeatId = c->startRepeat(std::move(plan));
    m_shownRepeat = m_repeatId;
    if (m_repeatId == 0)
        showResult(m_repeatEntry,
                   tr("This socket repeats %1 messages already; stop one first.").arg(SockController::maximumRepeats),
                   true);
    else
        connect(c, &SockController::repeatProgressed, this, &Composer::handleProgress, Qt::UniqueConnection);
    updateRepeat();
}

void Composer::stopRepeat()
{
    if (SockController *c = m_inspection->controller(m_repeatSock); c && m_repeatId != 0)
        c->stopRepeat(m_repeatId);
    m_repeatId = 0;
    m_stepTimer.stop();
    m_sequence = {};
    updateRepeat();
}

void Composer::handleProgress(int id, const RepeatProgress &progress)
{
    if (id != m_shownRepeat)
        return;
    QString text = (m_repeatReceived ? tr("Received %1 times") : tr("Sent %1 times")).arg(Format::count(progress.sent));
    if (progress.heldBack > 0)
        text += tr(", waited %1 times for a full send queue").arg(Format::count(progress.heldBack));
    if (progress.refused > 0)
        text += tr(", refused %1 times by a full queue").arg(Format::count(progress.refused));
    if (progress.failed > progress.refused)
        text += tr(", failed %1 times").arg(Format::count(progress.failed - progress.refused));
    if (progress.lastError)
        text += u": "_s + progress.lastError->toString();
    if (m_interval->value() > 0 && m_rate->value() > m_burst->value() * 1000LL / m_interval->value())
        text += tr(", as the interval allows: make it 0 to come to the rate");
    showResult(m_repeatEntry, text, progress.failed > 0);
    if (progress.finished)
        m_repeatId = 0;
    updateRepeat();
}

void Composer::updateRepeat()
{
    const bool repeating = isRepeating();
    m_repeat->setText(repeating ? tr("Sto&p") : tr("Re&peat"));
    m_repeat->setIcon(themeIcon(repeating ? u"stop" : u"resend"));
    for (QSpinBox *box : {m_interval, m_jitter, m_count, m_burst, m_rate})
        box->setEnabled(!repeating);
}

QString Composer::paceProblem() const
{
    if (m_interval->value() == 0 && m_rate->value() == 0)
        return tr("How often? Give milliseconds between two, or messages a second.");
    RepeatPlan plan;
    plan.intervalMs = m_interval->value();
    plan.jitterMs = m_jitter->value();
    return plan.pace().problem();
}

} // namespace SockScope
