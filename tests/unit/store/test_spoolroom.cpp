#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include "core/store/messagestore.h"
#include "support/spools.h"
#include "support/testmain.h"

#ifdef Q_OS_LINUX
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestSpoolRoom : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString folder() const { return m_folder->filePath(u"spool"_s); }

private Q_SLOTS:
    void init()
    {
        Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
    }
    void aFileSystemWithoutRoomIsReported();
    void readingBackStaysInTheBudget();
};

#ifdef Q_OS_LINUX
namespace {

/// What is wrong; empty when all is well. In a process of its own, whose mounts nobody else sees.
QByteArray fillSmallFileSystem(const QString &folder)
{
    constexpr const char *skip = "SKIP";
    const QByteArray path = QFile::encodeName(folder);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", path.constData(), "tmpfs", 0, "size=2m") != 0)
        return skip;
    StoreLimits limits = smallLimits(folder);
    MessageStore store(limits);
    Filled filled;
    for (int i = 0; i < 2000 && !store.stats().spoolError; ++i) {
        filled.add(store, 200);
        store.dropBefore(store.toDrop());
        while (store.stats().inFlightBytes > 0)
            std::this_thread::yield();
    }
    filled.add(store, 4000);
    store.dropBefore(store.toDrop());
    const StoreStats full = store.stats();
    if (!full.spoolError || !full.isSpoolFailing)
        return "a full disk was not reported";
    if (full.spoolError->code != SockError::Code::LimitReached ||
        !full.spoolError->what.contains(u"the disk is full"_s))
        return "other words: " + full.spoolError->toString().toUtf8();
    if (full.memoryBytes > limits.memoryBytes)
        return "memory over its budget: " + QByteArray::number(full.memoryBytes);
    if (!addsUp(full))
        return "the counts do not add up";
    const QString wrong = filled.compare(store, store.firstNo(), Filled::Lost::MayBe);
    return wrong.toUtf8();
}

} // namespace
#endif

void TestSpoolRoom::aFileSystemWithoutRoomIsReported()
{
#ifndef Q_OS_LINUX
    QSKIP("needs a mount namespace");
#elif defined(__SANITIZE_THREAD__)
    QSKIP("ThreadSanitizer takes threads that begin after a fork for others");
#else
    QVERIFY(QDir().mkpath(folder()));
    int ends[2];
    QCOMPARE(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const QByteArray wrong = fillSmallFileSystem(folder());
        const ssize_t written = write(ends[1], wrong.constData(), static_cast<size_t>(wrong.size()));
        _exit(written == wrong.size() ? 0 : 1);
    }
    QVERIFY(child > 0);
    close(ends[1]);
    QByteArray wrong(1000, '\0');
    const ssize_t got = read(ends[0], wrong.data(), static_cast<size_t>(wrong.size()));
    close(ends[0]);
    wrong.truncate(qMax<ssize_t>(got, 0));
    int status = 0;
    QCOMPARE(waitpid(child, &status, 0), child);
    if (wrong == "SKIP")
        QSKIP(
            "mounting a small file system needs the right to do so; the limit of the file size is tested all the same");
    QVERIFY(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    QCOMPARE(wrong, QByteArray());
#endif
}

void TestSpoolRoom::readingBackStaysInTheBudget()
{
    StoreLimits limits = smallLimits(folder());
    limits.memoryBytes = 4 * 1024 * 1024;
    MessageStore store(limits);
    const qsizetype chunkBytes = limits.memoryBytes / 64 + 600'000;
    Filled filled;
    for (int i = 0; i < 10; ++i) {
        filled.add(store, 20'000);
        QVERIFY(waitForSpool(store));
        for (quint64 no = 1; no < store.endNo(); no += 500)
            QVERIFY(store.message(no)->isReadable());
        const StoreStats stats = store.stats();
        QVERIFY2(stats.memoryBytes <= limits.memoryBytes + chunkBytes, qPrintable(QString::number(stats.memoryBytes)));
    }
    QVERIFY(store.stats().spooled > 100'000);
}

QTEST_GUILESS_MAIN(TestSpoolRoom)
#include "test_spoolroom.moc"
