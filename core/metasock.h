#pragma once

#include <QPointer>

#include "core/basesock.h"

namespace SockScope {

/*! Many socks as one: handlers that see the messages of all children, and sends that reach all their peers.
 *  Path    children's dispatch → [this] → its handlers; sendMessage → each child
 *  Shape   children are added and removed at any time and are not owned; a child belongs to one MetaSock; a MetaSock
 *          may be a child of another
 *  Units   as BaseSock
 *  Errors  add answers false for itself, for an ancestor, for a child of another thread or of another MetaSock
 *  Thread  that of all its children
 *  Source  the original's meta_sock: one set of handlers for sockets of several kinds
 */
class MetaSock : public BaseSock
{
    Q_OBJECT
public:
    /// Override: a type that this MetaSock handles is not handled by the child. Observe: the child's handlers run
    /// first.
    enum class Mode : quint8 { Override, Observe };
    Q_ENUM(Mode)
    using ChildCallable = std::function<void(BaseSock *child, const Envelope &envelope)>;

    explicit MetaSock(Mode mode = Mode::Override, SockOptions options = {}, QObject *parent = nullptr);
    ~MetaSock() override;

    Mode mode() const { return m_mode; }
    bool addChild(BaseSock *child);
    bool removeChild(BaseSock *child);
    QList<BaseSock *> childSocks() const;
    /// The handler gets the sock that the message arrived at (the innermost child), so that it can answer there.
    HandlerId addChildHandler(const MessageType &type, QObject *context, ChildCallable callable,
                              HandlerOptions options = {});
    /// While a handler of this MetaSock runs: the sock that the message arrived at; null otherwise.
    BaseSock *currentChild() const { return m_current; }
    using BaseSock::sendMessage;
    /// To all peers of all children; to one peer: through the children that know it.
    SendResult sendMessage(const Message &message, const std::optional<Endpoint> &to = std::nullopt) override;
    /// To one peer of one child.
    SendResult sendTo(BaseSock *child, const Endpoint &peer, const MessageType &type, const QCborValue &data);

Q_SIGNALS:
    void childAdded(SockScope::BaseSock *child);
    void childRemoved(SockScope::BaseSock *child);

private:
    friend class BaseSockPrivate;
    /// Whether this MetaSock or one above it handles the type.
    bool wouldHandleFromChild(const MessageType &type) const;
    /// A message of a child, for this MetaSock and those above it.
    void dispatchFromChild(BaseSock *origin, const Envelope &envelope, qint64 &nowNs);

    const Mode m_mode;
    QList<QPointer<BaseSock>> m_children;
    BaseSock *m_current = nullptr;
};

} // namespace SockScope
