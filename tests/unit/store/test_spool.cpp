#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

#include "core/store/messagestore.h"
#include "core/store/spool.h"
#include "support/randomness.h"
#include "support/spools.h"
#include "support/testmain.h"

#ifdef Q_OS_UNIX
#include <csignal>
#include <sys/resource.h>
#endif

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestSpool : public QObject
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
    void theOldestGoToTheDiskAndComeBack();
    void columnsAloneHaveNoBytes();
    void theDiskHasABudget();
    void aSlowDiskLosesTheOldestOfThoseThatWait();
    void clearingRemovesTheFiles();
    void closingRemovesTheSpool();
    void withoutABudgetOrAFolderNothingIsWritten();
    void aFolderThatCannotBeMadeIsReported();
    void aFullDiskLeavesMemoryWhole();
    void anotherFolderIsTakenAtOnce();
    void turnedOffTheOldestLeaveEvenFromTheDisk();
    void aDeletedSpoolIsReportedAndStaysReadable();
    void whatCannotBeReadIsCountedAndSaysWhy_data();
    void whatCannotBeReadIsCountedAndSaysWhy();
    void isReadWhileItIsWritten();
    void addsUpWhateverHappens();
};

void TestSpool::theOldestGoToTheDiskAndComeBack()
{
    MessageStore store(smallLimits(folder()));
    const Filled filled = fill(store, 6000);
    QVERIFY(waitForSpool(store));
    const StoreStats stats = store.stats();
    QVERIFY(stats.spooled > 3000);
    QCOMPARE(stats.stored, 6000u);
    QVERIFY(stats.memoryBytes <= store.limits().memoryBytes);
    QVERIFY(stats.diskBytes > 0);
    QVERIFY(!stats.spoolError);
    QCOMPARE(store.toDrop(), 1u);
    QVERIFY(store.chunks().front()->isSpooled() && !store.chunks().back()->isSpooled());
    QCOMPARE(filled.compare(store, 1), QString());
    Randomness random(3);
    for (int i = 0; i < 500; ++i) // and out of order, in which the cache is no help
        QCOMPARE(filled.compareOne(store, static_cast<quint64>(random.between(1, 6000))), QString());
    qint64 onDisk = 0;
    for (const QString &path : SpoolFolder::segmentPaths(runFolder(folder())))
        onDisk += QFileInfo(path).size();
    QCOMPARE(onDisk, stats.diskBytes);
    QCOMPARE(QFileInfo(runFolder(folder())).permissions() & (QFile::ReadOther | QFile::ReadGroup),
             QFile::Permissions());
}

void TestSpool::columnsAloneHaveNoBytes()
{
    MessageStore store(smallLimits(folder()));
    fill(store, 3000);
    QVERIFY(waitForSpool(store));
    const auto chunk = store.chunks().front()->load(StoredChunk::Parts::Columns);
    QVERIFY(chunk && !chunk->hasArena());
    QVERIFY(chunk->payload(3).isEmpty() && chunk->noteUtf8(3).isEmpty() && chunk->arena().isEmpty());
    const auto whole = store.chunks().front()->load();
    QVERIFY(whole && whole->hasArena());
    QVERIFY(std::ranges::equal(whole->wallNs(), chunk->wallNs()));
    QVERIFY(std::ranges::equal(whole->offsets(), chunk->offsets()));
    QVERIFY(std::ranges::equal(whole->flags(), chunk->flags()));
    QCOMPARE(store.chunks().front()->load(StoredChunk::Parts::Columns), whole); // it is at hand
}

void TestSpool::theDiskHasABudget()
{
    StoreLimits limits = smallLimits(folder());
    limits.diskBytes = 500'000;
    MessageStore store(limits);
    const Filled filled = fill(store, 20'000, [&] { store.dropBefore(store.toDrop()); });
    QVERIFY(waitForSpool(store));
    store.dropBefore(store.toDrop());
    const StoreStats stats = store.stats();
    QVERIFY2(stats.diskBytes <= limits.diskBytes, qPrintable(QString::number(stats.diskBytes)));
    QVERIFY(stats.diskBytes > limits.diskBytes / 2);
    QVERIFY(stats.droppedOldest > 0);
    QCOMPARE(stats.dropped(), stats.droppedOldest);
    QVERIFY(addsUp(stats));
    QCOMPARE(filled.compare(store, store.firstNo()), QString());
    const auto onDisk = [this] {
        qint64 bytes = 0;
        for (const QString &path : SpoolFolder::segmentPaths(runFolder(folder())))
            bytes += QFileInfo(path).size();
        return bytes;
    };
    QTRY_COMPARE(onDisk(), stats.diskBytes); // the writer deletes what has left
}

void TestSpool::aSlowDiskLosesTheOldestOfThoseThatWait()
{
    StoreLimits limits = smallLimits(folder());
    limits.inFlightBytes = 0;
    MessageStore store(limits);
    Filled filled;
    while (store.stats().droppedSlowDisk == 0) {
        QVERIFY(store.endNo() < 2'000'000);
        filled.add(store, 2000);
        QVERIFY(addsUp(store.stats()));
    }
    QVERIFY(waitForSpool(store));
    const StoreStats stats = store.stats();
    QVERIFY(addsUp(stats));
    QCOMPARE(store.endNo() - store.firstNo(), stats.stored + stats.lostRows);
    QVERIFY(stats.memoryBytes <= limits.memoryBytes);
    quint64 unreadable = 0;
    for (quint64 no = store.firstNo(); no < store.endNo(); ++no) {
        const std::optional<StoredMessage> message = store.message(no);
        QCOMPARE(message->no(), no);
        if (message->isReadable())
            continue;
        ++unreadable;
        QVERIFY2(message->note().contains(u"did not keep up"_s), qPrintable(message->note()));
    }
    QCOMPARE(unreadable, stats.lostRows);
    store.clear();
    QVERIFY(addsUp(store.stats()));
    QCOMPARE(store.stats().lostRows, 0u);
}

void TestSpool::clearingRemovesTheFiles()
{
    MessageStore store(smallLimits(folder()));
    Filled filled = fill(store, 5000);
    QVERIFY(waitForSpool(store));
    const StoredChunks held = store.chunks();
    store.clear();
    QCOMPARE(store.stats().diskBytes, 0);
    QCOMPARE(store.stats().memoryBytes, 0);
    QCOMPARE(store.stats().cleared, 5000u);
    QTRY_VERIFY(SpoolFolder::segmentPaths(runFolder(folder())).isEmpty());
#ifdef Q_OS_UNIX
    QVERIFY(held.front()->load()); // who held it can go on
#endif
    filled.add(store, 4000);
    QVERIFY(waitForSpool(store));
    QVERIFY(store.stats().spooled > 0);
    QCOMPARE(filled.compare(store, 5001), QString());
}

void TestSpool::closingRemovesTheSpool()
{
    {
        MessageStore store(smallLimits(folder()));
        fill(store, 5000);
        QVERIFY(waitForSpool(store));
        QVERIFY(!runFolder(folder()).isEmpty());
        QVERIFY(Spool::abandoned(folder()).empty()); // a living one is nobody's
    }
    QVERIFY(runFolder(folder()).isEmpty());
}

void TestSpool::withoutABudgetOrAFolderNothingIsWritten()
{
    StoreLimits limits = smallLimits(folder());
    limits.diskBytes = 0;
    MessageStore store(limits);
    fill(store, 5000);
    QVERIFY(!QFileInfo::exists(folder()));
    QVERIFY(store.toDrop() > 1);
    MessageStore none(smallLimits({}));
    fill(none, 5000);
    QVERIFY(none.toDrop() > 1);
    none.dropBefore(none.toDrop());
    QVERIFY(none.stats().memoryBytes <= none.limits().memoryBytes);
}

void TestSpool::aFolderThatCannotBeMadeIsReported()
{
    QFile file(m_folder->filePath(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const StoreLimits limits = smallLimits(file.fileName() + u"/spool"_s);
    MessageStore store(limits);
    Filled filled;
    QTRY_VERIFY((filled.add(store, 1000), store.stats().spoolError));
    const SockError error = *store.stats().spoolError;
    QVERIFY2(error.what.contains(file.fileName()), qPrintable(error.toString()));
    QVERIFY(!error.remedy.isEmpty());
    filled.add(store, 3000);
    store.dropBefore(store.toDrop());
    QVERIFY(store.stats().memoryBytes <= limits.memoryBytes); // as without a spool
    QVERIFY(store.stats().droppedOldest > 0);
    QVERIFY(addsUp(store.stats()));
    QCOMPARE(filled.compare(store, store.firstNo()), QString());
    // A better folder is taken at once.
    StoreLimits better = limits;
    better.spoolFolder = folder();
    store.setLimits(better);
    filled.add(store, 3000);
    QVERIFY(waitForSpool(store));
    QVERIFY(!store.stats().spoolError);
    QVERIFY(store.stats().spooled > 0);
    QCOMPARE(filled.compare(store, store.firstNo()), QString());
}

void TestSpool::aFullDiskLeavesMemoryWhole()
{
#ifndef Q_OS_UNIX
    QSKIP("needs a limit of the file size");
#else
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    StoreLimits limits = smallLimits(folder());
    MessageStore store(limits);
    Filled filled;
    filled.add(store, 6000);
    QVERIFY(waitForSpool(store));
    const quint64 spooled = store.stats().spooled;
    const rlimit full{100'000, before.rlim_max}; // like a disk that is full: it fails within a chunk
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &full), 0);
    for (int i = 0; i < 20; ++i) {
        filled.add(store, 1000);
        store.dropBefore(store.toDrop());
        QVERIFY(addsUp(store.stats()));
    }
    QTRY_VERIFY(store.stats().spoolError);
    filled.add(store, 2000);
    store.dropBefore(store.toDrop());
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);

    const StoreStats stats = store.stats();
    QCOMPARE(stats.spoolError->code, SockError::Code::LimitReached);
    QVERIFY(!stats.spoolError->remedy.isEmpty());
    QVERIFY(stats.memoryBytes <= limits.memoryBytes);
    QVERIFY(stats.spooled >= spooled);
    QVERIFY(stats.droppedOldest > 0);
    QVERIFY(addsUp(stats));
    QCOMPARE(filled.compare(store, store.firstNo(), Filled::Lost::MayBe), QString()); // each that is there is right
    QVERIFY(store.message(store.endNo() - 1)->isReadable());

    // There is room again.
    store.setLimits(limits);
    filled.add(store, 4000);
    QVERIFY(waitForSpool(store));
    QVERIFY(!store.stats().spoolError);
    QVERIFY(store.stats().spooled > spooled);
    QCOMPARE(filled.compare(store, store.firstNo(), Filled::Lost::MayBe), QString());
#endif
}

void TestSpool::anotherFolderIsTakenAtOnce()
{
    StoreLimits limits = smallLimits(folder());
    MessageStore store(limits);
    Filled filled;
    filled.add(store, 6000);
    QVERIFY(waitForSpool(store));
    limits.spoolFolder = m_folder->filePath(u"other"_s);
    store.setLimits(limits);
    const qint64 before = store.stats().diskBytes;
    filled.add(store, 6000);
    QVERIFY(waitForSpool(store));
    QVERIFY(store.stats().diskBytes > before);
    qint64 there = 0;
    for (const QFileInfo &file : QDir(runFolder(limits.spoolFolder)).entryInfoList(QDir::Files))
        there += file.size();
    QVERIFY(there > 10'000);
    QCOMPARE(filled.compare(store, 1), QString()); // of both folders
}

void TestSpool::turnedOffTheOldestLeaveEvenFromTheDisk()
{
    StoreLimits limits = smallLimits(folder());
    MessageStore store(limits);
    Filled filled;
    filled.add(store, 6000);
    QVERIFY(waitForSpool(store));
    QVERIFY(store.stats().spooled > 0);
    limits.spoolFolder.clear();
    store.setLimits(limits);
    for (int i = 0; i < 10; ++i) {
        filled.add(store, 1000);
        store.dropBefore(store.toDrop());
        QVERIFY(store.stats().memoryBytes <= limits.memoryBytes);
        QVERIFY(addsUp(store.stats()));
    }
    QVERIFY(store.stats().droppedOldest > 0);
    QCOMPARE(store.stats().lostRows, 0u);
    QCOMPARE(filled.compare(store, store.firstNo()), QString());
}

void TestSpool::aDeletedSpoolIsReportedAndStaysReadable()
{
#ifndef Q_OS_UNIX
    QSKIP("an open file cannot be deleted here");
#else
    MessageStore store(smallLimits(folder()));
    Filled filled;
    filled.add(store, 6000);
    QVERIFY(waitForSpool(store));
    QVERIFY(QDir(folder()).removeRecursively());
    filled.add(store, 6000);
    QVERIFY(waitForSpool(store));
    QTRY_VERIFY(store.stats().spoolError);
    QVERIFY2(store.stats().spoolError->what.contains(u"deleted"_s), qPrintable(store.stats().spoolError->what));
    QVERIFY2(!store.stats().isSpoolFailing, "a new one is begun: both cannot be said at once");
    const QString said = store.stats().spoolError->toString();
    filled.add(store, 6000);
    QVERIFY(waitForSpool(store));
    QVERIFY(addsUp(store.stats()));
    QCOMPARE(store.stats().dropped(), 0u);
    QCOMPARE(filled.compare(store, 1), QString()); // what was there is still open, and a new spool was begun
    QVERIFY(!runFolder(folder()).isEmpty());
    QCOMPARE(store.stats().spoolError->toString(), said); // once, in the same words
#endif
}

void TestSpool::whatCannotBeReadIsCountedAndSaysWhy_data()
{
    QTest::addColumn<QString>("how");
    QTest::newRow("truncated") << u"truncate"_s;
    QTest::newRow("bytes") << u"arena"_s;
    QTest::newRow("columns") << u"columns"_s;
}

void TestSpool::whatCannotBeReadIsCountedAndSaysWhy()
{
    QFETCH(QString, how);
    MessageStore store(smallLimits(folder()));
    const Filled filled = fill(store, 6000);
    QVERIFY(waitForSpool(store));
    const int count = store.chunks().front()->count();
    QFile file(SpoolFolder::segmentPaths(runFolder(folder())).first());
    QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Unbuffered));
    if (how == u"truncate"_s) {
        QVERIFY(file.resize(0));
    } else {
        SockError error;
        const auto header = ChunkFile::parseHeader(file.read(ChunkFile::headerBytes), &error);
        QVERIFY(header);
        const qint64 at = how == u"arena"_s ? header->arenaOffset() + header->arenaBytes / 2
                                            : header->arenaOffset() - header->columnsBytes() / 2;
        file.seek(at);
        const char old = file.read(1).at(0);
        file.seek(at);
        QCOMPARE(file.write(QByteArray(1, static_cast<char>(~old))), 1);
    }
    const std::optional<StoredMessage> message = store.message(1);
    QVERIFY(message && !message->isReadable());
    QCOMPARE(message->no(), 1u);
    QVERIFY(message->payload().isEmpty());
    QVERIFY2(message->note().contains(u"lost"_s), qPrintable(message->note()));
    QVERIFY(!store.message(1)->isReadable()); // and is counted once
    const StoreStats stats = store.stats();
    QCOMPARE(stats.droppedUnreadable, quint64(count));
    QCOMPARE(stats.lostRows, quint64(count));
    QVERIFY(stats.spoolError);
    QVERIFY(addsUp(stats));
    if (how != u"truncate"_s)
        QCOMPARE(filled.compare(store, quint64(count) + 1), QString()); // the others are as they were
    store.dropBefore(quint64(count) + 1);
    QCOMPARE(store.stats().lostRows + store.stats().stored, store.endNo() - store.firstNo());
    QCOMPARE(store.stats().droppedOldest, 0u);
    QVERIFY(addsUp(store.stats()));
}

void TestSpool::isReadWhileItIsWritten()
{
    StoreLimits limits = smallLimits(folder());
    limits.diskBytes = 2'000'000;
    MessageStore store(limits);
    std::atomic<bool> stop{false};
    std::atomic<bool> right{true};
    std::atomic<quint64> spooledSeen{0};
    const auto look = [&](StoredChunk::Parts parts) {
        while (!stop) {
            for (const auto &stored : store.chunks()) {
                const std::shared_ptr<const Chunk> chunk = stored->load(parts);
                if (!chunk)
                    continue;
                if (stored->isSpooled())
                    ++spooledSeen;
                for (int i = 0; i < chunk->count(); i += 7)
                    right = right && chunk->wallNs(i) == markOf(chunk->firstNo() + static_cast<quint64>(i));
            }
            right = right && addsUp(store.stats());
        }
    };
    std::thread columns(look, StoredChunk::Parts::Columns);
    std::thread whole(look, StoredChunk::Parts::All);
    Filled filled;
    filled.add(store, 30'000, [&] { store.dropBefore(store.toDrop()); });
    for (int i = 0; spooledSeen == 0 && i < 200; ++i)
        filled.add(store, 1000, [&] { store.dropBefore(store.toDrop()); });
    stop = true;
    columns.join();
    whole.join();
    QVERIFY(right);
    QVERIFY(spooledSeen > 0);
    QVERIFY(addsUp(store.stats()));
}

void TestSpool::addsUpWhateverHappens()
{
    Randomness random(17);
    StoreLimits limits = smallLimits(folder());
    MessageStore store(limits);
    Filled filled;
    quint64 unreadable = 0;
    for (int step = 0; step < 1500; ++step) {
        switch (random.between(0, 19)) {
        case 0:
            limits.memoryBytes = random.between(0, 500'000);
            limits.diskBytes = random.between(0, 1'500'000);
            limits.inFlightBytes = random.oneIn(3) ? 0 : random.between(0, 1'000'000);
            limits.spoolFolder = random.oneIn(6) ? QString() : folder();
            store.setLimits(limits);
            break;
        case 1:
            if (random.oneIn(6))
                store.clear();
            break;
        case 2:
            store.dropBefore(store.firstNo() + static_cast<quint64>(random.between(0, 300)));
            break;
        case 3:
        case 4:
            store.dropBefore(store.toDrop());
            break;
        default:
            filled.add(store, random.between(0, 300));
            break;
        }
        const StoreStats stats = store.stats();
        QVERIFY(addsUp(stats));
        QCOMPARE(stats.stored + stats.lostRows, store.endNo() - store.firstNo());
        QCOMPARE(stats.appended, store.endNo() - 1);
        QVERIFY(stats.memoryBytes >= 0 && stats.diskBytes >= 0);
        for (int i = 0; i < 5 && store.firstNo() < store.endNo(); ++i) {
            const quint64 no = static_cast<quint64>(
                random.between(static_cast<qint64>(store.firstNo()), static_cast<qint64>(store.endNo() - 1)));
            QCOMPARE(filled.compareOne(store, no, Filled::Lost::MayBe), QString());
            unreadable += !store.message(no)->isReadable();
        }
    }
    const StoreStats stats = store.stats();
    QVERIFY(stats.droppedOldest > 0 && stats.droppedSlowDisk > 0 && stats.cleared > 0);
    QCOMPARE(stats.droppedUnreadable, 0u);
    QVERIFY(!stats.spoolError);
    Q_UNUSED(unreadable)
}

QTEST_GUILESS_MAIN(TestSpool)
#include "test_spool.moc"
