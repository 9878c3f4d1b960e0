#pragma once

namespace SockScope {

class TcpConnection;

/*! Connections that wait for something, in the order in which they began to: in and out in constant time.
 *  Path    TcpTransport
 *  Shape   a ring; each connection holds a Place for each list it may be in, and leaves with it
 *  Units   none
 *  Errors  none
 *  Thread  one thread
 *  Source  intrusive lists: nothing is allocated, and a thousand that leave at once search for nothing
 */
class ConnectionList
{
public:
    class Place
    {
    public:
        explicit Place(TcpConnection *connection = nullptr)
            : m_connection(connection)
        {
        }
        ~Place() { leave(); }
        Place(const Place &) = delete;
        Place &operator=(const Place &) = delete;
        bool isTaken() const { return m_next != this; }
        void leave()
        {
            m_previous->m_next = m_next;
            m_next->m_previous = m_previous;
            m_previous = m_next = this;
        }

    private:
        friend class ConnectionList;
        void enterBefore(Place &next)
        {
            leave();
            m_previous = next.m_previous;
            m_next = &next;
            m_previous->m_next = m_next->m_previous = this;
        }
        TcpConnection *m_connection;
        Place *m_previous = this;
        Place *m_next = this;
    };

    ConnectionList() = default;
    ~ConnectionList()
    {
        while (!isEmpty())
            m_ring.m_next->leave();
    }
    ConnectionList(const ConnectionList &) = delete;
    ConnectionList &operator=(const ConnectionList &) = delete;

    bool isEmpty() const { return !m_ring.isTaken(); }
    TcpConnection *first() const { return m_ring.m_next->m_connection; }
    void append(Place &place) { place.enterBefore(m_ring); }
    /// All that are in it now go to the other list, which is empty.
    void moveTo(ConnectionList &other)
    {
        if (isEmpty())
            return;
        other.m_ring.enterBefore(m_ring);
        m_ring.leave();
    }

private:
    Place m_ring;
};

} // namespace SockScope
