#include <QTest>
#include <QThread>

#include <atomic>
#include <mutex>

#include "support/talk.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::block;
using Test::quiet;
using Test::Talk;

/// Handlers that do not run in the sock's thread.
class TestHandlerThreads : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void cleanup() { QCOMPARE(Test::takeLedgerFaults(), QStringList()); }

    void handlersOfAnotherThreadAreCalledThere()
    {
        Talk talk(true);
        QVERIFY(talk.ok);
        QThread thread;
        auto *receiver = new QObject;
        receiver->moveToThread(&thread);
        connect(&thread, &QThread::finished, receiver, &QObject::deleteLater);
        thread.start();
        std::mutex mutex;
        QList<qint64> got;
        std::atomic<bool> right = true;
        talk.server->addTypedHandler<qint64>(1, receiver, [&](qint64 n, const Envelope &) {
            right = right && QThread::currentThread() == &thread;
            const std::lock_guard lock(mutex);
            got.append(n);
        });
        for (int i = 0; i < 500; ++i)
            talk.client->sendMessage(1, i);
        QTRY_VERIFY(([&] {
            const std::lock_guard lock(mutex);
            return got.size() == 500;
        })());
        QVERIFY(right);
        for (int i = 0; i < 500; ++i)
            QCOMPARE(got.at(i), i); // in order
        thread.quit();
        QVERIFY(thread.wait(5000));
        talk.client->sendMessage(1, 1); // its receiver is gone: the type has no handler any more
        QTRY_COMPARE(talk.server->ledger().unhandled.messages, 1u);
    }

    void concurrentHandlersAreLimited()
    {
        SockOptions options = quiet();
        options.maxConcurrentHandlers = 3;
        Talk talk(true, options);
        QVERIFY(talk.ok);
        std::atomic<int> running = 0;
        std::atomic<int> most = 0;
        std::atomic<int> done = 0;
        HandlerOptions concurrent;
        concurrent.concurrent = true;
        talk.server->addHandler(
            1, nullptr,
            [&](const Envelope &) {
                const int now = ++running;
                int seen = most;
                while (seen < now && !most.compare_exchange_weak(seen, now)) {
                }
                block(2);
                --running;
                ++done;
            },
            concurrent);
        for (int i = 0; i < 200; ++i)
            talk.client->sendMessage(1, i);
        QTRY_COMPARE(done.load(), 200);
        QVERIFY(most <= 3);
        QVERIFY(most >= 2);
        QTRY_COMPARE(talk.server->concurrentRunning(), 0);
        QCOMPARE(talk.server->ledger().handled.messages, 200u);
    }

    void sockIsDeletedWhileConcurrentHandlersRun()
    {
        Talk talk(false);
        QVERIFY(talk.ok);
        std::atomic<int> entered = 0;
        std::atomic<int> left = 0;
        HandlerOptions concurrent;
        concurrent.concurrent = true;
        talk.server->addHandler(
            1, nullptr,
            [&](const Envelope &) {
                ++entered;
                block(50);
                ++left;
            },
            concurrent);
        for (int i = 0; i < 10; ++i)
            talk.client->sendMessage(1, i);
        QTRY_VERIFY(entered > 0);
        talk.server.reset();
        QCOMPARE(entered.load(), left.load()); // none outlives the sock
    }
};

QTEST_GUILESS_MAIN(TestHandlerThreads)
#include "test_handlerthreads.moc"
