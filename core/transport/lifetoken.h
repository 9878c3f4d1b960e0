#pragma once

// GCC 12 takes a watch's address for one that stays behind; the destructor takes it back, or the token is gone.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#endif

namespace SockScope {

/*! Tells a function whether the object it runs in was destroyed by a callback.
 *  Path    a transport's own loops around the sink's callbacks
 *  Shape   the object holds a LifeToken, each loop a Watch on its stack
 *  Units   none
 *  Errors  none
 *  Thread  one thread; watches end in the reverse order of their beginning
 *  Source  costs two pointers a loop and no atomic operation, unlike QPointer
 */
class LifeToken
{
public:
    class Watch
    {
    public:
        explicit Watch(LifeToken &token)
            : m_token(&token)
            , m_previous(token.m_last)
        {
            token.m_last = this;
        }
        ~Watch()
        {
            if (m_token)
                m_token->m_last = m_previous;
        }
        Watch(const Watch &) = delete;
        Watch &operator=(const Watch &) = delete;
        bool isAlive() const { return m_token != nullptr; }

    private:
        friend class LifeToken;
        LifeToken *m_token;
        Watch *m_previous;
    };

    LifeToken() = default;
    ~LifeToken()
    {
        for (Watch *watch = m_last; watch; watch = watch->m_previous)
            watch->m_token = nullptr;
    }
    LifeToken(const LifeToken &) = delete;
    LifeToken &operator=(const LifeToken &) = delete;
    /// Whether a watched loop is on the call stack.
    bool isWatched() const { return m_last != nullptr; }

private:
    Watch *m_last = nullptr;
};

} // namespace SockScope

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic pop
#endif
