#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include "core/store/messagestore.h"
#include "core/store/segmentwalk.h"
#include "core/store/sockdescriptions.h"
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

SockDescription describe(quint32 id, const QString &name)
{
    MessageTypes types;
    types.define(u"move"_s, (qint64(1) << 62) + 1); // more than a double holds
    SockDescription sock;
    sock.id = id;
    sock.name = name;
    sock.url = u"udp://127.0.0.1:9000"_s;
    sock.codecName = u"json"_s;
    sock.types = std::make_shared<const MessageTypes>(std::move(types));
    return sock;
}

quint64 keptOf(const SegmentWalk &walk)
{
    quint64 kept = 0;
    for (const ChunkPlace &place : walk.places())
        kept += static_cast<quint64>(place.header.kept);
    return kept;
}

void flip(const QString &path, qint64 at)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(at));
    const char old = file.read(1).at(0);
    QVERIFY(file.seek(at));
    QCOMPARE(file.write(QByteArray(1, static_cast<char>(~old))), 1);
}

} // namespace

class TestRecovery : public QObject
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
    void aKilledProgramLeavesItsSpool();
    void numbersAndSocksComeBack();
    void aSecondCrashKeepsBothRuns();
    void aTailIsCutAtTheLastWholeMessage();
    void aDamagedHeaderCostsItsSegment();
    void damageWithinIsSaidWhenItIsRead();
    void onlyAnEmptyStoreTakesOneIn();
    void discards();
    void descriptionsAreBounded();
};

void TestRecovery::aKilledProgramLeavesItsSpool()
{
#ifndef Q_OS_UNIX
    QSKIP("needs fork");
#else
    const StoreLimits limits = limitsOf(folder());
    const pid_t child = fork();
    if (child == 0) {
        MessageStore store(limits);
        store.describeSock(describe(1, u"game"_s));
        fill(store, 6000);
        while (store.stats().inFlightBytes > 0)
            std::this_thread::yield();
        std::raise(SIGKILL);
    }
    QVERIFY(child > 0);
    int status = 0;
    QCOMPARE(waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status));

    const std::vector<AbandonedSpool> found = Spool::abandoned(folder());
    QCOMPARE(found.size(), size_t(1));
    QVERIFY(found[0].messages > 3000 && found[0].messages < 6000); // the newest were in memory
    QVERIFY(found[0].bytes > 0);
    QVERIFY(qAbs(found[0].lastWritten.secsTo(QDateTime::currentDateTime())) < 600);
    {
        MessageStore store(limits);
        const RecoveryReport report = store.adopt(found[0].path);
        QVERIFY2(!report.error, qPrintable(report.error.value_or(SockError()).toString()));
        QCOMPARE(report.recoveredMessages, found[0].messages);
        QCOMPARE(report.recoveredBytes, found[0].bytes);
        QCOMPARE(report.lostMessages, 0u);
        QCOMPARE(report.lostBytes, 0);
        QCOMPARE(store.firstNo(), 1u);
        QCOMPARE(store.endNo(), found[0].messages + 1);
        QCOMPARE(Filled::compare(store, 1, Filled::Lost::MayNotBe, 1), QString());
        QVERIFY(Spool::abandoned(folder()).empty()); // it has an owner again
        MessageStore other(limits);
        const RecoveryReport refused = other.adopt(found[0].path);
        QVERIFY(refused.error && refused.error->what.contains(u"in use"_s));
        QVERIFY(Spool::discard(found[0].path));
    }
    QVERIFY(Spool::abandoned(folder()).empty());
    QVERIFY(runFolder(folder()).isEmpty()); // gone with the program that took it over
#endif
}

void TestRecovery::numbersAndSocksComeBack()
{
    QString path;
    quint64 spooled = 0;
    {
        MessageStore store(limitsOf(folder()));
        store.describeSock(describe(1, u"game"_s));
        store.describeSock(describe(2, u"chat"_s));
        Filled filled = fill(store, 2000);
        store.clear();
        filled.add(store, 6000);
        QVERIFY(waitForSpool(store));
        QTRY_VERIFY(QFile::exists(runFolder(folder()) + u"/socks.json"_s));
        spooled = store.stats().spooled;
        path = crashCopy(folder(), left());
    }
    MessageStore store(limitsOf(left()));
    fill(store, 100);
    store.clear();
    const RecoveryReport report = store.adopt(path);
    QVERIFY(!report.error);
    QCOMPARE(report.recoveredMessages, spooled);
    QVERIFY(store.firstNo() >= 1); // as they were, cleared ones may come back with them
    QCOMPARE(store.stats().appended, 100 + store.stats().stored + store.stats().lostRows);
    QCOMPARE(store.stats().spooled, spooled);
    QVERIFY(addsUp(store.stats()));
    QCOMPARE(Filled::compare(store, store.firstNo(), Filled::Lost::MayBe, 1), QString());
    QCOMPARE(report.socks.size(), size_t(2));
    for (const SockDescription &sock : report.socks) {
        QVERIFY(sock.id >= SockDescriptions::firstRecoveredId);
        QCOMPARE(sock.url, u"udp://127.0.0.1:9000"_s);
        QCOMPARE(sock.codecName, u"json"_s);
        QCOMPARE(sock.types->number(u"move"_s), std::optional((qint64(1) << 62) + 1));
    }
    for (quint64 no = store.endNo() - 300; no < store.endNo(); ++no) {
        const quint32 old = Filled::headOf(no).sock;
        if (old <= 2)
            QCOMPARE(store.message(no)->sock(), report.socks[old - 1].id);
        else
            QCOMPARE(store.message(no)->sock(), ~old); // was not described
    }
    // The log goes on behind them.
    const quint64 end = store.endNo();
    Filled filled;
    filled.add(store, 5000);
    QVERIFY(waitForSpool(store));
    QCOMPARE(store.endNo(), end + 5000);
    QCOMPARE(Filled::compare(store, end), QString());
    store.dropBefore(end);
    QVERIFY(addsUp(store.stats()));
}

void TestRecovery::aSecondCrashKeepsBothRuns()
{
    QString path;
    {
        MessageStore store(limitsOf(folder()));
        store.describeSock(describe(1, u"first run"_s));
        fill(store, 4000);
        QVERIFY(waitForSpool(store));
        QTRY_VERIFY(QFile::exists(runFolder(folder()) + u"/socks.json"_s));
        path = crashCopy(folder(), left());
    }
    QString again;
    quint64 firstEnd = 0;
    {
        MessageStore store(limitsOf(left()));
        store.describeSock(describe(1, u"second run"_s));
        QVERIFY(!store.adopt(path).error);
        firstEnd = store.endNo();
        fill(store, 4000);
        QVERIFY(waitForSpool(store));
        QTRY_VERIFY(SpoolFolder::readSocks(path).contains("second run"));
        again = crashCopy(left(), m_folder->filePath(u"again"_s));
    }
    MessageStore store(limitsOf(m_folder->filePath(u"again"_s)));
    const RecoveryReport report = store.adopt(again);
    QVERIFY(!report.error);
    QVERIFY(store.endNo() > firstEnd);
    QHash<quint32, QString> names;
    for (const SockDescription &sock : report.socks)
        names[sock.id] = sock.name;
    for (const quint64 no : {firstEnd - 3, firstEnd + 3}) {
        for (quint64 own = no - 2; own <= no + 2; ++own) {
            if (Filled::headOf(own).sock == 1)
                QCOMPARE(names[store.message(own)->sock()], own < firstEnd ? u"first run"_s : u"second run"_s);
        }
    }
    QCOMPARE(Filled::compare(store, 1, Filled::Lost::MayNotBe, 1), QString());
}

void TestRecovery::aTailIsCutAtTheLastWholeMessage()
{
    QString path;
    {
        MessageStore store(limitsOf(folder()));
        fill(store, 3000);
        QVERIFY(waitForSpool(store));
        path = crashCopy(folder(), left());
    }
    const SegmentWalk whole(path, SegmentWalk::Look::Tails);
    QCOMPARE(whole.lostBytes(), 0);
    QVERIFY(!whole.error());
    const ChunkPlace last = whole.places().back();
    const quint64 before = keptOf(whole) - static_cast<quint64>(last.header.count);
    const QString file = last.segment->path();
    const qint64 start = last.offset;
    const qint64 columns = start + ChunkFile::headerBytes + last.header.tableBytes;
    const qint64 arena = start + last.header.arenaOffset();
    const qint64 end = start + last.header.totalBytes();
    QCOMPARE(QFileInfo(file).size(), end);

    std::vector<qint64> cuts{end - 1,      start + 1, start + 8,     start + ChunkFile::headerBytes - 1,
                             columns - 20, columns,   columns + 500, arena - 200,
                             arena - 1};
    for (qint64 cut = arena + last.header.arenaBytes; cut > arena; cut -= 37)
        cuts.push_back(cut);
    cuts.push_back(arena);
    std::erase_if(cuts, [start](qint64 cut) { return cut <= start; }); // of a small chunk: they are in the one before
    std::sort(cuts.rbegin(), cuts.rend());                             // each shorter than the one before
    const auto chunk =
        ChunkFile::read(*last.segment, last.offset, last.header, StoredChunk::Parts::All, nullptr, nullptr);
    QVERIFY(chunk);
    for (const qint64 cut : cuts) {
        QVERIFY(QFile::resize(file, cut));
        const SegmentWalk walk(path, SegmentWalk::Look::Tails);
        quint64 expected = 0; // messages whose last byte is there; an empty one at the end needs none
        while (cut >= arena && expected < chunk->offsets().size() - 1 && chunk->offsets()[expected + 1] <= cut - arena)
            ++expected;
        QVERIFY2(keptOf(walk) == before + expected,
                 qPrintable(u"cut %1 of %2 + %3 + %4, %5 messages from %6: kept %7 of %8 + %9"_s.arg(cut)
                                .arg(start)
                                .arg(arena - start)
                                .arg(last.header.arenaBytes)
                                .arg(last.header.count)
                                .arg(last.header.firstNo)
                                .arg(keptOf(walk))
                                .arg(before)
                                .arg(expected)));
        const bool isHeaderThere = cut >= start + ChunkFile::headerBytes;
        QCOMPARE(walk.lostMessages(), isHeaderThere ? quint64(last.header.count) - expected : 0);
        QCOMPARE(walk.error().has_value(), expected < quint64(last.header.count));
        QVERIFY(walk.lostBytes() >= 0 && walk.lostBytes() <= cut - start);
        const SegmentWalk headers(path, SegmentWalk::Look::Headers);
        QCOMPARE(keptOf(headers), keptOf(walk));
    }

    // With a few messages of the last chunk.
    {
        MessageStore store(limitsOf(folder()));
        fill(store, 3000);
        QVERIFY(waitForSpool(store));
        path = crashCopy(folder(), m_folder->filePath(u"cut"_s));
    }
    QVERIFY(QFile::resize(SegmentWalk(path, SegmentWalk::Look::Headers).places().back().segment->path(),
                          arena + last.header.arenaBytes / 2));
    MessageStore store(limitsOf(m_folder->filePath(u"cut"_s)));
    const RecoveryReport report = store.adopt(path);
    QVERIFY(!report.error);
    QVERIFY(report.lostMessages > 0 && report.lostBytes > 0);
    QCOMPARE(report.recoveredMessages + report.lostMessages, before + static_cast<quint64>(last.header.count));
    QCOMPARE(store.endNo(), report.recoveredMessages + 1);
    QCOMPARE(Filled::compare(store, 1, Filled::Lost::MayNotBe, 1), QString());
    Filled filled;
    filled.add(store, 3000); // numbers go on behind the last whole message
    QVERIFY(waitForSpool(store));
    QCOMPARE(Filled::compare(store, 1, Filled::Lost::MayNotBe, 1), QString());
}

void TestRecovery::aDamagedHeaderCostsItsSegment()
{
    QString path;
    quint64 spooled = 0;
    {
        MessageStore store(limitsOf(folder()));
        fill(store, 30'000);
        QVERIFY(waitForSpool(store));
        spooled = store.stats().spooled;
        path = crashCopy(folder(), left());
    }
    const QStringList segments = SpoolFolder::segmentPaths(path);
    QVERIFY(segments.size() >= 3);
    quint64 firstLost = 0;
    quint64 endLost = 0;
    {
        const SegmentWalk walk(path, SegmentWalk::Look::Headers);
        for (const ChunkPlace &place : walk.places()) {
            if (place.segment->path() != segments[1])
                continue;
            if (place.offset > 0 && firstLost == 0) {
                firstLost = place.header.firstNo;
                flip(segments[1], place.offset + 20);
            }
            endLost = place.header.endNo();
        }
    }
    MessageStore store(limitsOf(left()));
    const RecoveryReport report = store.adopt(path);
    QVERIFY(!report.error);
    QVERIFY(report.lostBytes > 0);
    QCOMPARE(report.recoveredMessages, spooled - (endLost - firstLost));
    QCOMPARE(store.stats().droppedUnreadable, endLost - firstLost);
    QCOMPARE(store.endNo(), spooled + 1);
    QVERIFY(addsUp(store.stats()));
    QVERIFY(store.message(firstLost - 1)->isReadable());
    QVERIFY(!store.message(firstLost)->isReadable());
    QVERIFY(!store.message(firstLost)->note().isEmpty());
    QVERIFY(!store.message(endLost - 1)->isReadable());
    QVERIFY(store.message(endLost)->isReadable());
    QCOMPARE(Filled::compare(store, 1, Filled::Lost::MayBe, 1), QString());
}

void TestRecovery::damageWithinIsSaidWhenItIsRead()
{
    QString path;
    {
        MessageStore store(limitsOf(folder()));
        fill(store, 5000);
        QVERIFY(waitForSpool(store));
        path = crashCopy(folder(), left());
    }
    qint64 count = 0;
    {
        const SegmentWalk walk(path, SegmentWalk::Look::Headers);
        const ChunkPlace &first = walk.places().front();
        count = first.header.count;
        flip(first.segment->path(), first.header.arenaOffset() + 5);
    }
    MessageStore store(limitsOf(left()));
    const RecoveryReport report = store.adopt(path);
    QVERIFY(!report.error);
    QVERIFY(store.chunks().front()->load(StoredChunk::Parts::Columns)); // these are whole
    QVERIFY(!store.message(1)->isReadable());
    QCOMPARE(store.stats().droppedUnreadable, quint64(count));
    QVERIFY(addsUp(store.stats()));
    QCOMPARE(Filled::compare(store, quint64(count) + 1, Filled::Lost::MayNotBe, 1), QString());
}

void TestRecovery::onlyAnEmptyStoreTakesOneIn()
{
    QString path;
    {
        MessageStore store(limitsOf(folder()));
        fill(store, 5000);
        QVERIFY(waitForSpool(store));
        path = crashCopy(folder(), left());
    }
    MessageStore store(limitsOf(left()));
    fill(store, 10);
    const RecoveryReport refused = store.adopt(path);
    QVERIFY(refused.error);
    QVERIFY2(refused.error->toString().contains(u"clear"_s), qPrintable(refused.error->toString()));
    QCOMPARE(store.endNo(), 11u);
    QVERIFY(store.adopt(m_folder->filePath(u"no such"_s)).error);
    store.clear();
    QVERIFY(store.adopt(m_folder->filePath(u"no such"_s)).error);
    // Nothing in it, and nothing is changed.
    const QString empty = left() + u"/run-empty"_s;
    QVERIFY(QDir().mkpath(empty));
    QFile file(empty + u"/segment-000001"_s);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("garbage") == 7);
    file.close();
    const RecoveryReport nothing = store.adopt(empty);
    QVERIFY(nothing.error);
    QCOMPARE(nothing.lostBytes, 7);
    QVERIFY(file.exists());
    QVERIFY(!store.adopt(path).error);
}

void TestRecovery::discards()
{
    QString path;
    {
        MessageStore store(limitsOf(folder()));
        fill(store, 5000);
        QVERIFY(waitForSpool(store));
        path = crashCopy(folder(), left());
        QVERIFY(Spool::discard(runFolder(folder()))); // it lives
    }
    QCOMPARE(Spool::abandoned(left()).size(), size_t(1));
    QVERIFY(!Spool::discard(path));
    QVERIFY(!QFileInfo::exists(path));
    QVERIFY(Spool::abandoned(left()).empty());
    QVERIFY(Spool::discard(path));             // there is none any more
    QVERIFY(Spool::discard(m_folder->path())); // this is no spool
    QVERIFY(QFileInfo::exists(m_folder->path()));
    // Only what is ours.
    const QString mixed = left() + u"/run-mixed"_s;
    QVERIFY(QDir().mkpath(mixed));
    QFile file(mixed + u"/letter.txt"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(Spool::discard(mixed));
    QVERIFY(file.exists());
}

void TestRecovery::descriptionsAreBounded()
{
    SockDescriptions socks;
    for (quint32 id = 1; id <= SockDescriptions::maximum + 5; ++id)
        socks.set(1, describe(id, u"n"_s));
    QCOMPARE(socks.all().size(), SockDescriptions::maximum);
    socks.set(1, describe(3, u"renamed"_s)); // a known one can still change
    const SockDescriptions read = SockDescriptions::fromJson(socks.toJson());
    QCOMPARE(read.all().size(), SockDescriptions::maximum);
    QCOMPARE(read.all()[2].name, u"renamed"_s);
    QVERIFY(SockDescriptions::fromJson("[}").all().empty());
    QVERIFY(SockDescriptions::fromJson(R"({"socks":[3,{"id":"x"}]})").all().size() <= 2);
}

QTEST_GUILESS_MAIN(TestRecovery)
#include "test_recovery.moc"
