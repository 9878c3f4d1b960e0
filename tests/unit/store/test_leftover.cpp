#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include "core/store/messagestore.h"
#include "core/store/runfile.h"
#include "core/store/spool.h"
#include "support/spools.h"
#include "support/testmain.h"

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#endif

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

namespace {

StoreLimits limitsOf(const QString &folder)
{
    StoreLimits limits = smallLimits(folder);
    limits.diskBytes = 4'000'000; // segments of 500 kB
    return limits;
}

} // namespace

class TestLeftOver : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString folder() const { return m_folder->filePath(u"spool"_s); }
    QString left() const { return m_folder->filePath(u"left"_s); }

private Q_SLOTS:
    void init()
    {
        Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
    }
    void whatWasOnlyInMemoryIsCounted();
    void aRunOfWhichNothingWasSpooledIsTold();
    void keepsItsSpoolWhenAsked();
    void deletedFilesOfARecoveredSpoolAreReported();
};

#ifdef Q_OS_UNIX
namespace {

/// A program that appends so many messages, lets what it counts reach its file, and is killed.
bool runAndKill(const StoreLimits &limits, int messages, int cleared = 0)
{
    const pid_t child = fork();
    if (child == 0) {
        MessageStore store(limits);
        fill(store, cleared);
        store.clear();
        fill(store, messages);
        const quint64 stored = store.stats().stored;
        while (store.stats().inFlightBytes > 0 || RunFile::read(runFolder(limits.spoolFolder)) != stored)
            std::this_thread::yield();
        std::raise(SIGKILL);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}

} // namespace
#endif

void TestLeftOver::whatWasOnlyInMemoryIsCounted()
{
#ifndef Q_OS_UNIX
    QSKIP("needs fork");
#else
    QVERIFY(runAndKill(limitsOf(folder()), 6000));
    const std::vector<AbandonedSpool> found = Spool::abandoned(folder());
    QCOMPARE(found.size(), size_t(1));
    QVERIFY(found[0].messages > 0 && found[0].messages < 6000);
    QVERIFY(found[0].lostInMemory);
    QCOMPARE(found[0].messages + *found[0].lostInMemory, 6000u);
    MessageStore store(limitsOf(folder()));
    const RecoveryReport report = store.adopt(found[0].path);
    QVERIFY(!report.error);
    QVERIFY(report.lostInMemory);
    QCOMPARE(report.recoveredMessages + *report.lostInMemory, 6000u);
#endif
}

void TestLeftOver::aRunOfWhichNothingWasSpooledIsTold()
{
#ifndef Q_OS_UNIX
    QSKIP("needs fork");
#else
    QVERIFY(runAndKill(limitsOf(folder()), 70, 30));
    std::vector<AbandonedSpool> found = Spool::abandoned(folder());
    QCOMPARE(found.size(), size_t(1));
    QCOMPARE(found[0].messages, 0u);
    QCOMPARE(found[0].lostInMemory.value_or(0), 70u); // what was cleared by hand is not missed
    QVERIFY(found[0].lastWritten.isValid());
    QVERIFY(!Spool::discard(found[0].path));
    QVERIFY(runFolder(folder()).isEmpty());
    QVERIFY(runAndKill(limitsOf(folder()), 0, 30));
    QVERIFY2(Spool::abandoned(folder()).empty(), "there is nothing to tell");
    QVERIFY(runFolder(folder()).isEmpty());
#endif
}

void TestLeftOver::keepsItsSpoolWhenAsked()
{
    quint64 spooled = 0;
    {
        MessageStore store(limitsOf(folder()));
        fill(store, 6000);
        QVERIFY(waitForSpool(store));
        spooled = store.stats().spooled;
        crashCopy(folder(), left());
    }
    const std::vector<AbandonedSpool> found = Spool::abandoned(left());
    QCOMPARE(found.size(), size_t(1));
    {
        MessageStore store(limitsOf(left()));
        QVERIFY(!store.adopt(found[0].path).error);
        store.keepSpool();
    }
    const std::vector<AbandonedSpool> again = Spool::abandoned(left());
    QCOMPARE(again.size(), size_t(1));
    QCOMPARE(again[0].messages, spooled);
    {
        MessageStore store(limitsOf(left()));
        QVERIFY(!store.adopt(again[0].path).error);
        store.keepSpool();
        store.keepSpool(false);
    }
    QVERIFY(runFolder(left()).isEmpty());
}

void TestLeftOver::deletedFilesOfARecoveredSpoolAreReported()
{
#ifndef Q_OS_UNIX
    QSKIP("an open file cannot be deleted here");
#else
    {
        MessageStore store(limitsOf(folder()));
        fill(store, 6000);
        QVERIFY(waitForSpool(store));
        crashCopy(folder(), left());
    }
    const std::vector<AbandonedSpool> found = Spool::abandoned(left());
    MessageStore store(limitsOf(left()));
    QVERIFY(!store.adopt(found[0].path).error);
    store.lookForDeletedFiles();
    QVERIFY(!store.stats().spoolError);
    QVERIFY(QDir(found[0].path).removeRecursively());
    store.lookForDeletedFiles();
    QVERIFY(store.stats().spoolError);
    QVERIFY(store.stats().spoolError->what.contains(u"deleted"_s));
    QCOMPARE(Filled::compare(store, 1, Filled::Lost::MayNotBe, 1), QString());
#endif
}

QTEST_GUILESS_MAIN(TestLeftOver)
#include "test_leftover.moc"
