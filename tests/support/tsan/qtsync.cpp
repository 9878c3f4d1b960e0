// ThreadSanitizer sees what a program's own code and the C library do, not what a QtCore does that was built without
// it: there, mutexes and queues are a futex and a few unseen instructions. Every message that goes through an event
// queue or a thread pool would look as if two threads had met. So the calls with which our code hands something to
// another thread are defined here once more, before QtCore's: each says what it hands over, then calls QtCore's.
//
// An edge belongs to one posted function, one event, one pool or one thread, and is no wider than what Qt's
// documentation promises. What happens beside such a call is still a race, and still reported.

#include <QCoreApplication>
#include <QEvent>
#include <QReadWriteLock>
#include <QThread>
#include <QThreadPool>
#include <QThreadStorage>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

namespace {

template <typename Function>
Function *next(const char *symbol)
{
    auto *const found = reinterpret_cast<Function *>(dlsym(RTLD_NEXT, symbol));
    if (!found)
        qFatal("tests/support/tsan: QtCore has no %s; it has another name in this Qt", symbol);
    return found;
}

/// Stands for a function that is posted: what its poster did before is seen by it, and what it did by who waits for it.
class Handed : public QtPrivate::QSlotObjectBase
{
public:
    Handed(QtPrivate::QSlotObjectBase *slot, std::shared_ptr<char> waiting)
        : QSlotObjectBase(&Handed::run)
        , m_slot(slot)
        , m_waiting(std::move(waiting))
    {
        __tsan_release(this);
    }

private:
    static void run(int which, QSlotObjectBase *base, QObject *receiver, void **arguments, bool *)
    {
        auto *const self = static_cast<Handed *>(base);
        __tsan_acquire(self);
        if (which == Call) {
            self->m_slot->call(receiver, arguments);
            __tsan_release(self->m_waiting.get());
            __tsan_release(self); // the poster may be the one who lets go last
        } else if (which == Destroy) {
            self->m_slot->destroyIfLastRef();
            __tsan_release(self->m_waiting.get());
            delete self;
        }
    }

    QtPrivate::QSlotObjectBase *m_slot;
    std::shared_ptr<char> m_waiting;
};

struct PoolJob
{
    QThreadPool *pool;
    std::function<void()> function;
    void run()
    {
        function();
        function = nullptr; // what it holds dies here, before who waits for the pool goes on
        __tsan_release(pool);
    }
};

/// What a pool is given for a function. Its own members are read before anything can be said of their order.
struct PoolCall
{
    std::shared_ptr<PoolJob> job;
    [[gnu::no_sanitize_thread, gnu::noinline]] void operator()() const
    {
        PoolJob *found = nullptr;
        __builtin_memcpy(&found, &job, sizeof found); // shared_ptr::get() would be instrumented
        __tsan_acquire(found);
        found->run();
    }
};

/// Dies in a thread as late as something can that Qt keeps for it: after what is deleted later.
struct Ending
{
    explicit Ending(QThread *thread)
        : m_thread(thread)
    {
    }
    ~Ending() { __tsan_release(m_thread); }
    Q_DISABLE_COPY_MOVE(Ending)

private:
    QThread *m_thread;
};

QThreadStorage<Ending *> &endings()
{
    static auto *const storage = new QThreadStorage<Ending *>;
    return *storage;
}

/// An event reaches its receiver: what its poster did is seen, or who asked for a deletion later.
bool arrives(void **data)
{
    __tsan_acquire(data[1]);
    __tsan_acquire(data[0]);
    return false;
}

const bool registered = QInternal::registerCallback(QInternal::EventNotifyCallback, &arrives);

} // namespace

/// QThreadPool::~QThreadPool(), which waits for what runs.
extern "C" [[gnu::visibility("default")]] void sockscopePoolGoes(QThreadPool *pool) __asm__("_ZN11QThreadPoolD1Ev");
void sockscopePoolGoes(QThreadPool *pool)
{
    static auto *const real = next<void(QThreadPool *)>("_ZN11QThreadPoolD1Ev");
    real(pool);
    __tsan_acquire(pool);
}

bool QMetaObject::invokeMethodImpl(QObject *object, QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type,
                                   void *result)
{
    static auto *const real = next<bool(QObject *, QtPrivate::QSlotObjectBase *, Qt::ConnectionType, void *)>(
        "_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv");
    const auto waiting = std::make_shared<char>();
    const bool invoked = real(object, new Handed(slot, waiting), type, result);
    if (type == Qt::BlockingQueuedConnection)
        __tsan_acquire(waiting.get());
    return invoked;
}

/// A function that is connected to an object of another thread. Slots that are members are compared by their address,
/// and have nothing of their own.
QMetaObject::Connection QObject::connectImpl(const QObject *sender, void **signal, const QObject *receiver, void **slot,
                                             QtPrivate::QSlotObjectBase *slotObject, Qt::ConnectionType type,
                                             const int *types, const QMetaObject *metaObject)
{
    static auto *const real = next<QMetaObject::Connection(const QObject *, void **, const QObject *, void **,
                                                           QtPrivate::QSlotObjectBase *, Qt::ConnectionType,
                                                           const int *, const QMetaObject *)>(
        "_ZN7QObject11connectImplEPKS_PPvS1_S3_PN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPKiPK11QMetaObject");
    if (!slot)
        slotObject = new Handed(slotObject, std::make_shared<char>());
    return real(sender, signal, receiver, slot, slotObject, type, types, metaObject);
}

void QCoreApplication::postEvent(QObject *receiver, QEvent *event, int priority)
{
    static auto *const real =
        next<void(QObject *, QEvent *, int)>("_ZN16QCoreApplication9postEventEP7QObjectP6QEventi");
    __tsan_release(event);
    real(receiver, event, priority);
}

void QObject::deleteLater()
{
    static auto *const real = next<void(QObject *)>("_ZN7QObject11deleteLaterEv");
    __tsan_release(this);
    real(this);
}

void QThreadPool::start(std::function<void()> function, int priority)
{
    static auto *const real =
        next<void(QThreadPool *, std::function<void()>, int)>("_ZN11QThreadPool5startESt8functionIFvvEEi");
    const auto job = std::make_shared<PoolJob>(PoolJob{this, std::move(function)});
    std::function<void()> call = PoolCall{job};
    __tsan_release(job.get()); // all of it has been written
    real(this, std::move(call), priority);
}

bool QThreadPool::waitForDone(int ms)
{
    static auto *const real = next<bool(QThreadPool *, int)>("_ZN11QThreadPool11waitForDoneEi");
    const bool done = real(this, ms);
    if (done)
        __tsan_acquire(this);
    return done;
}

void QThread::start(Priority priority)
{
    static auto *const real = next<void(QThread *, Priority)>("_ZN7QThread5startENS_8PriorityE");
    QObject::connect(
        this, &QThread::finished, this, [this] { endings().setLocalData(new Ending(this)); },
        Qt::ConnectionType(Qt::DirectConnection));
    real(this, priority);
}

bool QThread::wait(QDeadlineTimer deadline)
{
    static auto *const real = next<bool(QThread *, QDeadlineTimer)>("_ZN7QThread4waitE14QDeadlineTimer");
    const bool ended = real(this, deadline);
    if (ended)
        __tsan_acquire(this);
    return ended;
}

void QReadWriteLock::lockForRead()
{
    static auto *const real = next<void(QReadWriteLock *)>("_ZN14QReadWriteLock11lockForReadEv");
    real(this);
    __tsan_acquire(this);
}

void QReadWriteLock::lockForWrite()
{
    static auto *const real = next<void(QReadWriteLock *)>("_ZN14QReadWriteLock12lockForWriteEv");
    real(this);
    __tsan_acquire(this);
}

void QReadWriteLock::unlock()
{
    static auto *const real = next<void(QReadWriteLock *)>("_ZN14QReadWriteLock6unlockEv");
    __tsan_release(this);
    real(this);
}
