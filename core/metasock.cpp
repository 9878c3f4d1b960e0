#include "core/metasock.h"

#include <QThread>

#include "core/basesock_p.h"

namespace SockScope {

MetaSock::MetaSock(Mode mode, SockOptions options, QObject *parent)
    : BaseSock(std::move(options), parent)
    , m_mode(mode)
{
}

MetaSock::~MetaSock()
{
    for (const QPointer<BaseSock> &child : std::as_const(m_children)) {
        if (child && child->d->options.metaSock == this) {
            child->d->options.metaSock = nullptr;
            child->d->isChild = false;
        }
    }
}

bool MetaSock::addChild(BaseSock *child)
{
    if (!child || child == this || child->thread() != thread())
        return false;
    if (m_children.contains(child))
        return true;
    if (child->d->options.metaSock && child->d->options.metaSock != this)
        return false;
    for (const MetaSock *above = metaSock(); above; above = above->metaSock()) {
        if (above == child)
            return false;
    }
    m_children.removeIf([](const QPointer<BaseSock> &known) { return known.isNull(); });
    m_children.append(child);
    child->d->options.metaSock = this;
    child->d->isChild = true;
    Q_EMIT childAdded(child);
    return true;
}

bool MetaSock::removeChild(BaseSock *child)
{
    if (!child || m_children.removeAll(child) == 0)
        return false;
    child->d->options.metaSock = nullptr;
    child->d->isChild = false;
    Q_EMIT childRemoved(child);
    return true;
}

QList<BaseSock *> MetaSock::childSocks() const
{
    QList<BaseSock *> alive;
    for (const QPointer<BaseSock> &child : m_children) {
        if (child)
            alive.append(child);
    }
    return alive;
}

HandlerId MetaSock::addChildHandler(const MessageType &type, QObject *context, ChildCallable callable,
                                    HandlerOptions options)
{
    if (!callable)
        return 0;
    return addHandler(
        type, context,
        [this, callable = std::move(callable)](const Envelope &envelope) { callable(m_current, envelope); },
        std::move(options));
}

bool MetaSock::wouldHandleFromChild(const MessageType &type) const
{
    return d->dispatcher->wouldHandle(type) || (metaSock() && metaSock()->wouldHandleFromChild(type));
}

void MetaSock::dispatchFromChild(BaseSock *origin, const Envelope &envelope, qint64 &nowNs)
{
    const auto keep = d;
    const QPointer<MetaSock> alive(this);
    const QPointer<MetaSock> above(metaSock());
    const bool aboveHandles = above && above->wouldHandleFromChild(envelope.message.type);
    // The outermost decides first, as a MetaSock decides before its child.
    if (d->dispatcher->wouldHandle(envelope.message.type) && !(aboveHandles && above->mode() == Mode::Override)) {
        const auto hold = d->dispatcher;
        BaseSock *const before = std::exchange(m_current, origin);
        const QPointer<BaseSock> child(origin);
        hold->beginTurn();
        hold->dispatch(envelope, nowNs, origin->d->runObserver());
        if (!alive)
            return;
        m_current = before;
        if (!child)
            return;
    }
    if (aboveHandles && above)
        above->dispatchFromChild(origin, envelope, nowNs);
}

SendResult MetaSock::sendMessage(const Message &message, const std::optional<Endpoint> &to)
{
    SendResult sum;
    for (const QPointer<BaseSock> &child : QList<QPointer<BaseSock>>(m_children)) {
        if (!child)
            continue;
        const auto *nested = qobject_cast<MetaSock *>(child.data());
        if (to && !nested && !child->peers().find(*to))
            continue;
        SendResult one = child->sendMessage(message, to);
        if (to && nested && one.error && one.error->code == SockError::Code::UnknownPeer)
            continue; // not below this one
        sum.accepted += one.accepted;
        sum.failed += one.failed;
        if (!sum.error)
            sum.error = std::move(one.error);
    }
    if (to && sum.accepted == 0 && !sum.error) {
        SockError error;
        error.code = SockError::Code::UnknownPeer;
        error.stage = Stage::Send;
        error.peer = *to;
        error.what = QStringLiteral("%1 is not a peer of any child").arg(to->toString());
        error.remedy = QStringLiteral("name the child too: sendTo");
        sum.failed = 1;
        sum.error = std::move(error);
    }
    return sum;
}

SendResult MetaSock::sendTo(BaseSock *child, const Endpoint &peer, const MessageType &type, const QCborValue &data)
{
    if (child && m_children.contains(child))
        return child->sendMessage(type, data, peer);
    for (const QPointer<BaseSock> &known : std::as_const(m_children)) {
        auto *nested = qobject_cast<MetaSock *>(known.data());
        if (nested && child && child->metaSock() == nested)
            return nested->sendTo(child, peer, type, data);
    }
    SockError error;
    error.code = SockError::Code::InvalidOptions;
    error.stage = Stage::Send;
    error.what = QStringLiteral("the sock is not a child of this MetaSock");
    error.remedy = QStringLiteral("add it first");
    return {0, 1, std::move(error)};
}

} // namespace SockScope
