#include <QTest>
#include <QThread>

#include <condition_variable>
#include <limits>
#include <mutex>

#include "core/dispatch/dispatcher.h"
#include "core/time/steadyclock.h"
#include "support/testmain.h"

using namespace SockScope;

namespace {
Envelope envelopeOf(const MessageType &type)
{
    Envelope envelope;
    envelope.message.type = type;
    return envelope;
}

/// Holds whoever waits until it is opened.
class Gate
{
public:
    void wait()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_open; });
    }
    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_open = false;
};
} // namespace

class TestDispatcher : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        Test::failOnWarnings();
        m_dispatcher = std::make_shared<Dispatcher>(SteadyClock::instance(), 1000, 2);
        m_dispatcher->setHome(this);
        m_calls.clear();
    }
    void cleanup() { m_dispatcher.reset(); }

    void callsInOrderOfAddition()
    {
        for (int i = 0; i < 3; ++i)
            add(5, i);
        dispatch(5);
        QCOMPARE(m_calls, (QList<int>{0, 1, 2}));
        dispatch(6);
        QCOMPARE(m_calls.size(), 3);
    }

    void typesOfAllKindsAreTold()
    {
        const QList<MessageType> types{MessageType(0),
                                       MessageType(255),
                                       MessageType(256),
                                       MessageType(-1),
                                       MessageType(std::numeric_limits<qint64>::min()),
                                       MessageType(std::numeric_limits<qint64>::max()),
                                       MessageType(u"join"),
                                       MessageType(u"0")};
        for (int i = 0; i < types.size(); ++i)
            add(types.at(i), i);
        for (int i = 0; i < types.size(); ++i) {
            m_calls.clear();
            dispatch(types.at(i));
            QCOMPARE(m_calls, QList<int>{i});
        }
    }

    void catchAllGetsOnlyTypesWithoutHandler()
    {
        add(1, 1);
        m_dispatcher->add(
            {}, nullptr, [this](const Envelope &) { m_calls.append(99); }, {}, true);
        dispatch(1);
        dispatch(2);
        QCOMPARE(m_calls, (QList<int>{1, 99}));
    }

    void removedDuringDispatchIsNotCalled()
    {
        HandlerId second = 0;
        m_dispatcher->add(
            1, nullptr, [&](const Envelope &) { m_dispatcher->remove(second); }, {}, false);
        second = add(1, 2);
        dispatch(1);
        QVERIFY(m_calls.isEmpty());
        QCOMPARE(m_dispatcher->stats().size(), size_t(1));
    }

    void addedDuringDispatchGetsTheNextMessage()
    {
        m_dispatcher->add(
            1, nullptr, [&](const Envelope &) { add(1, 2); }, {}, false);
        dispatch(1);
        QVERIFY(m_calls.isEmpty());
        dispatch(1);
        QCOMPARE(m_calls, QList<int>{2});
    }

    void handlerMayRemoveItself()
    {
        HandlerId id = 0;
        id = m_dispatcher->add(
            1, nullptr,
            [&](const Envelope &) {
                m_calls.append(1);
                m_dispatcher->remove(id);
            },
            {}, false);
        dispatch(1);
        dispatch(1);
        QCOMPARE(m_calls, QList<int>{1});
        QVERIFY(!m_dispatcher->wouldHandle(1));
    }

    void diesWithItsContext()
    {
        auto context = std::make_unique<QObject>();
        m_dispatcher->add(
            1, context.get(), [this](const Envelope &) { m_calls.append(1); }, {}, false);
        dispatch(1);
        context.reset();
        QVERIFY(!m_dispatcher->wouldHandle(1));
        dispatch(1);
        QCOMPARE(m_calls, QList<int>{1});
        QTRY_COMPARE(m_dispatcher->stats().size(), size_t(0));
    }

    void contextInAnotherThreadIsCalledThere()
    {
        QThread thread;
        auto *context = new QObject;
        context->moveToThread(&thread);
        connect(&thread, &QThread::finished, context, &QObject::deleteLater);
        thread.start();
        std::atomic<QThread *> ranIn{nullptr};
        const HandlerId id = m_dispatcher->add(
            1, context, [&ranIn](const Envelope &) { ranIn = QThread::currentThread(); }, {}, false);
        dispatch(1);
        QTRY_COMPARE(statsOf(id).run.count(), quint64(1));
        QCOMPARE(ranIn.load(), &thread);
        thread.quit();
        QVERIFY(thread.wait());
        dispatch(1); // its context is gone: nothing happens
    }

    void everyKindOfExceptionIsContained()
    {
        QStringList errors;
        Dispatcher::Hooks hooks;
        hooks.failed = [&](HandlerId, const QString &, const Endpoint &, const QString &what) { errors.append(what); };
        m_dispatcher->setHooks(hooks);
        const HandlerId id = m_dispatcher->add(
            1, nullptr, [](const Envelope &) { throw std::runtime_error("boom"); }, {}, false);
        m_dispatcher->add(
            1, nullptr, [](const Envelope &) { throw 42; }, {}, false);
        m_dispatcher->add(
            1, nullptr, [](const Envelope &) { throw QStringLiteral("text"); }, {}, false);
        add(1, 4);
        dispatch(1);
        QCOMPARE(errors.size(), 3);
        QCOMPARE(errors.first(), QStringLiteral("boom"));
        QCOMPARE(m_calls, QList<int>{4});
        QCOMPARE(statsOf(id).errors, quint64(1));
        QCOMPARE(statsOf(id).lastError, QStringLiteral("boom"));
    }

    void disabledHandlerIsSkippedAndCounted()
    {
        const HandlerId id = add(1, 1);
        add(1, 2);
        QVERIFY(m_dispatcher->setEnabled(id, false));
        dispatch(1);
        QCOMPARE(m_calls, QList<int>{2});
        QCOMPARE(statsOf(id).skipped, quint64(1));
        QVERIFY(m_dispatcher->setEnabled(id, true));
        dispatch(1);
        QCOMPARE(m_calls, (QList<int>{2, 1, 2}));
        QVERIFY(!m_dispatcher->setEnabled(9999, true));
    }

    void concurrentHandlersAreLimited()
    {
        auto gate = std::make_shared<Gate>();
        int finished = 0;
        Dispatcher::Hooks hooks;
        hooks.concurrentFinished = [&finished] { ++finished; };
        m_dispatcher->setHooks(hooks);
        HandlerOptions options;
        options.concurrent = true;
        m_dispatcher->add(
            1, nullptr, [gate](const Envelope &) { gate->wait(); }, options, false);
        dispatch(1);
        QVERIFY(!m_dispatcher->wouldStall(1));
        dispatch(1);
        QCOMPARE(m_dispatcher->concurrentRunning(), 2);
        QVERIFY(m_dispatcher->wouldStall(1));
        QVERIFY(!m_dispatcher->wouldStall(2));
        gate->open();
        QTRY_COMPARE(finished, 2);
        QVERIFY(!m_dispatcher->wouldStall(1));
    }

    void fullTableRefuses()
    {
        m_dispatcher->setLimits(2, 1);
        QVERIFY(add(1, 1));
        QVERIFY(add(2, 2));
        QCOMPARE(add(3, 3), HandlerId(0));
    }

    void unhandledTypesAreListedUpToALimit()
    {
        for (int i = 0; i < Dispatcher::unhandledTypesLimit + 10; ++i)
            m_dispatcher->countUnhandled(i);
        m_dispatcher->countUnhandled(3);
        const std::vector<HandlerStats> rows = m_dispatcher->stats();
        QCOMPARE(rows.size(), size_t(Dispatcher::unhandledTypesLimit) + 1);
        QCOMPARE(rows.back().calls, quint64(10));
        quint64 sum = 0;
        for (const HandlerStats &row : rows)
            sum += row.calls;
        QCOMPARE(sum, quint64(Dispatcher::unhandledTypesLimit) + 11);
    }

    void handlerMayDestroyTheDispatcher()
    {
        m_dispatcher->add(
            1, nullptr,
            [this](const Envelope &) {
                m_dispatcher->shutdown();
                m_dispatcher.reset();
            },
            {}, false);
        add(1, 2);
        dispatch(1);
        QVERIFY(m_calls.isEmpty());
    }

private:
    HandlerId add(const MessageType &type, int mark)
    {
        return m_dispatcher->add(
            type, nullptr, [this, mark](const Envelope &) { m_calls.append(mark); }, {}, false);
    }
    void dispatch(const MessageType &type)
    {
        const auto hold = m_dispatcher;
        qint64 now = SteadyClock::instance()->nowNs();
        hold->dispatch(envelopeOf(type), now);
    }
    HandlerStats statsOf(HandlerId id) const
    {
        for (const HandlerStats &row : m_dispatcher->stats()) {
            if (row.id == id)
                return row;
        }
        return {};
    }

    std::shared_ptr<Dispatcher> m_dispatcher;
    QList<int> m_calls;
};

QTEST_GUILESS_MAIN(TestDispatcher)
#include "test_dispatcher.moc"
