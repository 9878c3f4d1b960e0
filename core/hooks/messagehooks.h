#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/types/envelope.h"

namespace SockScope {

/*! Functions that see every decoded message before its handlers, in the order in which they were added.
 *  Path    codec → [this] → dispatch
 *  Shape   a hook may change the envelope; false drops the message (counted as droppedByHook); at most maximum hooks
 *  Units   none
 *  Errors  add answers 0 when there are maximum hooks; what a hook throws is caught by the sock and drops the message
 *  Thread  the sock's thread; a hook may add and remove hooks
 *  Source  the original's handle_all
 */
class MessageHooks
{
public:
    using Hook = std::function<bool(Envelope &)>;
    static constexpr size_t maximum = 64;

    int add(Hook hook);
    bool remove(int id);
    bool isEmpty() const { return m_hooks.empty(); }
    bool run(Envelope &envelope);

private:
    std::vector<std::pair<int, std::shared_ptr<Hook>>> m_hooks;
    int m_nextId = 1;
};

} // namespace SockScope
