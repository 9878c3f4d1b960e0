#include "eventloop.h"

#include <QEventLoop>
#include <QTimer>

#include "machine.h"

namespace SockScope::Bench {

void runEventLoop(int64_t deadlineNs)
{
    const int64_t left = deadlineNs - nowNs();
    if (left <= 0)
        return;
    QEventLoop loop;
    QTimer::singleShot(std::chrono::milliseconds(left / 1'000'000 + 1), Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace SockScope::Bench
