#include "ui/models/latestjob.h"

#include <QSemaphore>
#include <QTest>
#include <QThread>

#include "support/testmain.h"

using namespace SockScope;

class TestLatestJob : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void answersInItsOwnThread()
    {
        LatestJob job;
        int result = 0;
        QThread *where = nullptr;
        bool elsewhere = false;
        job.start(
            [&elsewhere, here = QThread::currentThread()](const LatestJob::Cancelled &) {
                elsewhere = QThread::currentThread() != here;
                return 42;
            },
            [&](int answer) {
                result = answer;
                where = QThread::currentThread();
            });
        QVERIFY(job.isRunning());
        QTRY_COMPARE(result, 42);
        QVERIFY(elsewhere);
        QCOMPARE(where, QThread::currentThread());
        QVERIFY(!job.isRunning());
    }

    void onlyTheLatestAnswers()
    {
        LatestJob job;
        QSemaphore running;
        std::atomic<bool> told = false;
        QList<int> answers;
        job.start(
            [&](const LatestJob::Cancelled &cancelled) {
                running.release();
                while (!cancelled)
                    QThread::yieldCurrentThread();
                told = true;
                return 1;
            },
            [&](int answer) { answers.append(answer); });
        running.acquire();
        std::atomic<bool> waitingRan = false;
        job.start(
            [&](const LatestJob::Cancelled &) {
                waitingRan = true;
                return 2;
            },
            [&](int answer) { answers.append(answer); });
        job.start([](const LatestJob::Cancelled &) { return 3; }, [&](int answer) { answers.append(answer); });
        QTRY_COMPARE(answers, QList<int>{3});
        QVERIFY(told);
    }

    void aCancelledOneIsSilent()
    {
        LatestJob job;
        bool answered = false;
        QSemaphore done;
        job.start(
            [&](const LatestJob::Cancelled &) {
                done.release();
                return 1;
            },
            [&](int) { answered = true; });
        done.acquire();
        job.cancel();
        QVERIFY(!job.isRunning());
        bool next = false;
        job.start([](const LatestJob::Cancelled &) { return 2; }, [&](int) { next = true; });
        QTRY_VERIFY(next);
        QVERIFY(!answered);
    }

    void dyingWaitsForTheWork()
    {
        std::atomic<bool> ended = false;
        {
            LatestJob job;
            QSemaphore running;
            job.start(
                [&](const LatestJob::Cancelled &cancelled) {
                    running.release();
                    while (!cancelled)
                        QThread::yieldCurrentThread();
                    ended = true;
                    return 0;
                },
                [](int) { QFAIL("nobody is there"); });
            running.acquire();
        }
        QVERIFY(ended);
    }
};

QTEST_GUILESS_MAIN(TestLatestJob)
#include "test_latestjob.moc"
