// What the composer sends: what its fields say, what was saved, what was injected before.
#include <QCheckBox>
#include <QDateTime>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QSpinBox>

#include <algorithm>
#include <utility>

#include "core/codec/codec.h"
#include "core/simulate/brokenoutput.h"
#include "core/simulate/messagetemplate.h"
#include "core/tap/sockmonitor.h"
#include "core/types/messagetypes.h"
#include "ui/inject/composer.h"
#include "ui/inject/peerbox.h"
#include "ui/inject/savedpanel.h"
#include "ui/models/format.h"
#include "ui/models/injecthistory.h"
#include "ui/models/inspection.h"
#include "ui/models/messagetreemodel.h"
#include "ui/models/sockcontroller.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
constexpr qsizetype maximumSaved = 64 * 1024; // longer ones belong in a file
constexpr int leastStepMs = 1;                // between the messages of a sequence, so that Stop can be pressed

/// "udp://" of peers that are written with their protocol.
QString schemeOf(const QString &to)
{
    const qsizetype at = to.indexOf("://"_L1);
    return at < 0 ? QString() : to.left(at + 3);
}

} // namespace

ProjectMessage Composer::message() const
{
    ProjectMessage result;
    if (const SockController *c = controller(); c && c->spec())
        result.socket = c->spec()->name; // those without a name are whichever is chosen
    const QString peer = m_peer->currentText().trimmed();
    if (peer != m_peer->itemText(0))
        result.to = peer;
    result.asReceived = m_asReceived->isChecked();
    if (m_type->isEnabled())
        result.type = m_type->text();
    result.form = static_cast<ProjectForm>(form());
    result.stage = stage();
    result.payload = payloadText();
    return result;
}

std::optional<QString> Composer::setMessage(const ProjectMessage &message)
{
    PayloadError error;
    if (!message.socket.isEmpty()) {
        const SockController *c = controllerFor(message, &error);
        if (c)
            m_sock->setCurrentIndex(m_sock->findData(c->sockId()));
    }
    setForm(static_cast<PayloadForm>(message.form));
    m_stage->setCurrentIndex(m_stage->findData(static_cast<int>(message.stage)));
    m_asReceived->setChecked(message.asReceived);
    fillPeers();
    if (message.to.isEmpty())
        m_peer->setCurrentIndex(0);
    else
        m_peer->setEditText(message.to);
    m_type->setText(message.type);
    setText(message.payload);
    if (message.repeats()) {
        const auto fill = [](QSpinBox *box, qint64 value) {
            box->setValue(static_cast<int>(qMin<qint64>(value, box->maximum())));
        };
        fill(m_interval, message.repeatMs);
        fill(m_count, message.repeatCount);
        fill(m_jitter, message.repeatJitterMs);
        fill(m_burst, message.repeatBurst);
        fill(m_rate, message.repeatPerSecond);
    }
    return error.text.isEmpty() ? std::nullopt : std::optional(error.text);
}

SockController *Composer::controllerFor(const ProjectMessage &message, PayloadError *error) const
{
    SockController *chosen = controller();
    if (const QString scheme = schemeOf(message.to); message.socket.isEmpty() && !scheme.isEmpty()) {
        const auto fits = [&scheme](const SockController *c) { return c->snapshot().url.startsWith(scheme); };
        if (chosen && fits(chosen))
            return chosen;
        for (SockController *c : m_inspection->controllers())
            if (fits(c))
                return c;
        *error = {
            tr("There is no %1 socket that could send to %2; open one.").arg(scheme.section(u':', 0, 0), message.to),
            -1};
        return nullptr;
    }
    if (message.socket.isEmpty() || (chosen && chosen->name() == message.socket))
        return chosen;
    for (SockController *c : m_inspection->controllers())
        if (c->name() == message.socket)
            return c;
    *error = {tr("There is no socket %1; open it, or choose another one.").arg(message.socket), -1};
    return nullptr;
}

std::optional<ComposedPayload> Composer::compose(const ProjectMessage &message, const SockSnapshot &snapshot,
                                                 ComposeContext &context, PayloadError *error)
{
    const bool encoded = message.stage == ProjectStage::Message &&
                         (message.form == ProjectForm::Text || message.form == ProjectForm::Json);
    MessageType type;
    if (encoded && snapshot.codec && snapshot.codec->carriesType()) {
        const auto parsed = parseMessageType(message.type, snapshot.types.get(), error);
        if (!parsed) {
            error->text = tr("Type: %1").arg(error->text);
            error->position = -1;
            return std::nullopt;
        }
        type = *parsed;
    }
    if (message.form == ProjectForm::File || !message.payload.contains(u"{{"_s))
        return composePayload(static_cast<PayloadForm>(message.form), message.stage, message.payload, type,
                              snapshot.codec.get(), error);

    const TemplateSyntax syntax = templateSyntax(message.form);
    TemplateError wrong;
    const auto parsed = Template::parse(message.payload, syntax, &wrong);
    const auto refuse = [error](const TemplateError &problem) {
        *error = {problem.what, problem.column};
        return std::nullopt;
    };
    if (!parsed)
        return refuse(wrong);
    if (!encoded) {
        const auto bytes = parsed->expand(context, &wrong);
        if (!bytes)
            return refuse(wrong);
        ++context.counter;
        return bytesAt(message.stage, *bytes);
    }
    const auto made = ComposedMessage::compile({message.type, syntax, message.payload, false}, &wrong);
    if (!made)
        return refuse(wrong);
    const auto codec = snapshot.codec ? snapshot.codec : makeCodec(u"raw");
    QString why;
    auto content = made->message(*codec, snapshot.types.get(), context, &why);
    if (!content) {
        *error = {why, -1};
        return std::nullopt;
    }
    content->type = type;
    QByteArray payload;
    if (const auto failed = codec->encode(*content, payload)) {
        *error = {failed->toString(), -1};
        return std::nullopt;
    }
    return ComposedPayload{std::move(*content), std::move(payload)};
}

std::optional<SendTargets> Composer::targets(const ProjectMessage &message, PayloadError *error)
{
    const auto refuse = [error](const QString &why) {
        *error = {why, -1};
        return std::nullopt;
    };
    const QStringList names = message.peers();
    if (names.isEmpty() && !message.asReceived)
        return SendTargets{std::nullopt};
    if (names.isEmpty())
        return refuse(tr("From whom? Choose a peer, or write one, as in 127.0.0.1:40001."));
    if (names.size() > ProjectMessage::maximumPeers)
        return refuse(
            tr("These are more than %1 peers; send to fewer at once, or to all.").arg(ProjectMessage::maximumPeers));
    SendTargets result;
    for (const QString &name : names) {
        const auto peer = Endpoint::fromString(name);
        if (!peer)
            return refuse(tr("%1 is not a peer; write an address and a port, as in 127.0.0.1:40001 or [::1]:40001, "
                             "and commas between several.")
                              .arg(name));
        if (std::find(result.begin(), result.end(), peer) != result.end())
            return refuse(tr("%1 is there twice; name each peer once.").arg(name));
        result.push_back(*peer);
    }
    return result;
}

std::optional<std::vector<ComposedPayload>> Composer::composeFor(const SendTargets &targets,
                                                                 const ProjectMessage &message,
                                                                 const SockSnapshot &snapshot, PayloadError *error)
{
    std::vector<ComposedPayload> result;
    const bool hasValues = message.form != ProjectForm::File && message.payload.contains(u"{{"_s);
    for (const std::optional<Endpoint> &peer : targets) {
        m_values.peer = peer.value_or(Endpoint());
        auto made = compose(message, snapshot, m_values, error);
        if (!made)
            return std::nullopt;
        result.push_back(*std::move(made));
        if (!hasValues)
            break;
    }
    return result;
}

void Composer::send()
{
    if (!controller())
        return;
    QString breakage;
    if (m_sendAs->isEnabled())
        breakage = m_sendAs->currentData().toString();
    if (!breakage.isEmpty() && m_breakBy->isEnabled())
        breakage += u':' + QString::number(m_breakBy->value());
    transmit(message(), breakage);
}

void Composer::setBreakage(const QString &breakage)
{
    m_sendAs->setCurrentIndex(qMax(0, m_sendAs->findData(breakage.section(u':', 0, 0))));
    if (breakage.contains(u':'))
        m_breakBy->setValue(breakage.section(u':', 1).toInt());
}

bool Composer::sendMessage(const ProjectMessage &message)
{
    return transmit(message, {});
}

bool Composer::transmit(const ProjectMessage &message, const QString &breakageText)
{
    PayloadError error;
    SockError wrong; // the names are our own
    const std::optional<Breakage> breakage =
        breakageText.isEmpty() ? std::nullopt : Breakage::fromText(breakageText, &wrong);
    SockController *c = controllerFor(message, &error);
    if (!c) {
        showError(error.text.isEmpty() ? PayloadError{tr("There is no socket yet; open one first."), -1} : error);
        return false;
    }
    const auto to = targets(message, &error);
    const auto composed = to ? composeFor(*to, message, c->snapshot(), &error) : std::nullopt;
    if (!composed) {
        showAnswer({}, false); // it was of something else
        showError(error);
        return false;
    }
    if (breakage && composed->size() > 1) {
        showError({tr("Values such as {{peer}} differ from peer to peer: break them one at a time."), -1});
        return false;
    }
    m_error->hide();
    ProjectMessage injected = message;
    injected.socket = c->name();
    const int entry = m_history->add(injected, QDateTime::currentDateTime(), breakageText);
    const auto madeFor = [&composed](size_t target) { return composed->at(composed->size() == 1 ? 0 : target); };
    if (message.asReceived) {
        for (size_t i = 0; i < to->size(); ++i) {
            const Endpoint from = to->at(i).value();
            const auto received = [self = QPointer<Composer>(this), from, count = to->size(),
                                   entry](const std::optional<SockError> &failed) {
                if (self && (failed || count == 1))
                    self->showResult(entry,
                                     failed ? failed->toString() : tr("Received as if from %1.").arg(from.toString()),
                                     failed.has_value());
                else if (self)
                    self->showResult(entry, tr("Received as if from %1 peers.").arg(count), false);
            };
            if (message.stage == ProjectStage::Raw)
                c->injectRaw(from, madeFor(i).payload, received);
            else
                c->injectPayload(from, madeFor(i).payload, received);
        }
        return true;
    }
    const auto answer = [self = QPointer<Composer>(this), entry,
                         broken = breakage.has_value()](const SendResult &result) {
        if (self)
            self->showSendResult(entry, result, broken);
    };
    if (breakage) {
        c->sendBroken(composed->front().payload, *breakage, *to, answer);
        return true;
    }
    std::vector<AddressedContent> contents;
    for (size_t i = 0; i < to->size(); ++i)
        contents.push_back({madeFor(i).content, to->at(i)});
    c->send(contents, answer);
    return true;
}

void Composer::showSendResult(int entry, const SendResult &result, bool broken)
{
    if (result.error && result.accepted > 0)
        return showResult(entry,
                          tr("Sent to %1, failed for %2: %3")
                              .arg(Format::count(qint64(result.accepted)), Format::count(qint64(result.failed)),
                                   result.error->toString()),
                          true);
    if (result.error)
        return showResult(entry, result.error->toString(), true);
    if (result.accepted == 0)
        return showResult(entry, tr("Nobody is there to send it to."), true);
    const QString text = result.accepted == 1 ? tr("Sent to 1 peer.")
                                              : tr("Sent to %1 peers.").arg(Format::count(qint64(result.accepted)));
    showResult(entry, broken ? tr("Broken on purpose. %1").arg(text) : text, false);
}

void Composer::showResult(int entry, const QString &text, bool failed)
{
    showAnswer(text, failed);
    m_history->setResult(entry, text, failed);
}

void Composer::sendItem(const ProjectItem &item)
{
    if (item.kind == ProjectItem::Kind::Message && !item.message.repeats()) {
        sendMessage(item.message);
        return;
    }
    if (isRepeating())
        return showAnswer(tr("Something is being repeated; stop it first."), true);
    if (item.kind == ProjectItem::Kind::Message) {
        if (const auto why = setMessage(item.message))
            return showAnswer(*why, true);
        return startRepeat();
    }
    m_sequence = item;
    m_step = 0;
    m_stepSent = 0;
    runStep();
    updateRepeat();
}

void Composer::runStep()
{
    if (m_step >= m_sequence.items.size()) {
        showAnswer(tr("%1: all %2 steps are done.").arg(m_sequence.name, Format::count(qint64(m_step))), false);
        return stopRepeat();
    }
    const ProjectItem &step = m_sequence.items.at(m_step);
    if (step.kind == ProjectItem::Kind::Wait) {
        ++m_step;
        m_stepTimer.start(static_cast<int>(step.waitMs));
        return;
    }
    if (!sendMessage(step.message)) {
        showAnswer(tr("%1 stopped at step %2.").arg(m_sequence.name, Format::count(qint64(m_step + 1))), true);
        return stopRepeat();
    }
    const ProjectMessage &message = step.message;
    ++m_stepSent;
    if (message.repeats() && (message.repeatCount == 0 || m_stepSent < message.repeatCount)) {
        const qint64 byRate = message.repeatPerSecond > 0 ? 1000 / message.repeatPerSecond : 0;
        m_stepTimer.start(static_cast<int>(std::max({message.repeatMs, byRate, qint64(leastStepMs)})));
        return;
    }
    m_stepSent = 0;
    ++m_step;
    m_stepTimer.start(leastStepMs);
}

void Composer::keepMessage(const QModelIndex &replaced, bool withRepeat)
{
    ProjectMessage kept = message();
    if (kept.payload.isEmpty())
        return showAnswer(tr("There is nothing to save yet; write a payload first."), true);
    if (kept.payload.size() > maximumSaved)
        return showAnswer(tr("Too long to be saved; write it to a file and send that."), true);
    if (const QString problem = withRepeat ? paceProblem() : QString(); !problem.isEmpty())
        return showAnswer(problem, true);
    if (withRepeat) {
        kept.repeatMs = m_interval->value();
        kept.repeatCount = m_count->value();
        kept.repeatJitterMs = m_jitter->value();
        kept.repeatBurst = m_burst->value();
        kept.repeatPerSecond = m_rate->value();
    }
    if (replaced.isValid())
        m_saved->setMessage(replaced, kept);
    else
        m_savedPanel->add(kept);
}

} // namespace SockScope
