#include "core/peers/peertable.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <algorithm>
#include <map>

using namespace SockScope;

namespace {

Endpoint endpointOf(qint64 index)
{
    return Endpoint(0x0a000000u + static_cast<quint32>(index / 60000), static_cast<quint16>(index % 60000 + 1));
}

/// What the table shall be, without any cleverness.
struct NaiveTable
{
    struct Row
    {
        qint64 firstSeenNs = 0;
        qint64 lastSeenNs = 0;
        quint64 stamp = 0; // orders rows of one time
    };
    std::map<Endpoint, Row> rows;
    quint64 nextStamp = 0;

    std::vector<Endpoint> oldestFirst() const
    {
        std::vector<std::pair<std::pair<qint64, quint64>, Endpoint>> keyed;
        for (const auto &[endpoint, row] : rows)
            keyed.push_back({{row.lastSeenNs, row.stamp}, endpoint});
        std::sort(keyed.begin(), keyed.end());
        std::vector<Endpoint> result;
        for (const auto &[key, endpoint] : keyed)
            result.push_back(endpoint);
        return result;
    }
};

} // namespace

class TestPeerTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { Test::failOnWarnings(); }
    void startsEmpty();
    void insertAnswersTheExisting();
    void refusesWhenFull();
    void pointersStayValid();
    void aSlotComesBackClean();
    void takesExpiredOldestFirst();
    void timesNeverGoBack();
    void followsANaiveModel();
};

void TestPeerTable::startsEmpty()
{
    PeerTable table;
    QCOMPARE(table.size(), 0);
    QVERIFY(!table.oldest());
    QVERIFY(!table.find(endpointOf(1)));
    QVERIFY(!table.remove(endpointOf(1)));
    QVERIFY(table.takeExpired(1000).empty());
    QVERIFY(table.endpoints().empty());
}

void TestPeerTable::insertAnswersTheExisting()
{
    PeerTable table;
    Peer *peer = table.insert(endpointOf(1), 10);
    QVERIFY(peer);
    peer->received.add(5);
    QCOMPARE(table.insert(endpointOf(1), 20), peer);
    QCOMPARE(peer->firstSeenNs, 10);
    QCOMPARE(peer->lastSeenNs, 10);
    QCOMPARE(peer->received.bytes, 5u);
    QCOMPARE(table.size(), 1);
}

void TestPeerTable::refusesWhenFull()
{
    PeerTable table(2);
    QVERIFY(table.insert(endpointOf(1), 1));
    QVERIFY(table.insert(endpointOf(2), 1));
    QVERIFY(!table.insert(endpointOf(3), 1));
    QVERIFY(table.insert(endpointOf(2), 2));
    QCOMPARE(table.refusedFull(), 1u);
    QVERIFY(table.remove(endpointOf(1)));
    QVERIFY(table.insert(endpointOf(3), 3));
    QCOMPARE(table.size(), 2);
    PeerTable none(-1);
    QVERIFY(!none.insert(endpointOf(1), 1));
}

void TestPeerTable::pointersStayValid()
{
    PeerTable table;
    std::vector<Peer *> pointers;
    for (int i = 0; i < 5000; ++i)
        pointers.push_back(table.insert(endpointOf(i), i));
    for (int i = 0; i < 5000; i += 2)
        table.remove(endpointOf(i));
    for (int i = 5000; i < 9000; ++i)
        table.insert(endpointOf(i), i);
    for (int i = 1; i < 5000; i += 2) {
        QCOMPARE(table.find(endpointOf(i)), pointers[static_cast<size_t>(i)]);
        QCOMPARE(pointers[static_cast<size_t>(i)]->endpoint, endpointOf(i));
        QCOMPARE(pointers[static_cast<size_t>(i)]->firstSeenNs, i);
    }
}

void TestPeerTable::aSlotComesBackClean()
{
    PeerTable table(1);
    Peer *peer = table.insert(endpointOf(1), 1);
    peer->metadata.insert(QStringLiteral("name"), 7);
    peer->errors = 3;
    peer->outgoing = true;
    const std::optional<Peer> removed = table.remove(endpointOf(1));
    QVERIFY(removed);
    QCOMPARE(removed->metadata.value(QStringLiteral("name")).toInt(), 7);
    QCOMPARE(removed->errors, 3u);
    peer = table.insert(endpointOf(2), 2);
    QVERIFY(peer->metadata.isEmpty());
    QCOMPARE(peer->errors, 0u);
    QVERIFY(!peer->outgoing);
}

void TestPeerTable::takesExpiredOldestFirst()
{
    PeerTable table;
    for (int i = 0; i < 10; ++i)
        table.insert(endpointOf(i), 100 + i);
    table.touch(table.find(endpointOf(0)), 200);
    QCOMPARE(table.oldest()->endpoint, endpointOf(1));
    const std::vector<Peer> first = table.takeExpired(105, 2);
    QCOMPARE(first.size(), size_t(2));
    QCOMPARE(first[0].endpoint, endpointOf(1));
    QCOMPARE(first[1].endpoint, endpointOf(2));
    QCOMPARE(table.takeExpired(105).size(), size_t(3)); // 103, 104 and 105 itself
    QVERIFY(table.takeExpired(105).empty());
    QCOMPARE(table.size(), 5);
    QVERIFY(!table.find(endpointOf(5)));
    QVERIFY(table.find(endpointOf(6)));
}

void TestPeerTable::timesNeverGoBack()
{
    PeerTable table;
    Peer *peer = table.insert(endpointOf(1), 100);
    table.touch(peer, 90);
    QCOMPARE(peer->lastSeenNs, 100);
    table.insert(endpointOf(2), 95); // received before the first was made known by hand
    QCOMPARE(table.oldest()->endpoint, endpointOf(2));
}

void TestPeerTable::followsANaiveModel()
{
    constexpr int maximum = 120;
    Test::Randomness random(3);
    PeerTable table(maximum);
    NaiveTable model;
    quint64 refused = 0;
    qint64 now = 1000;
    const auto check = [&] {
        QCOMPARE(table.endpoints(), model.oldestFirst());
        for (const auto &[endpoint, row] : model.rows) {
            const Peer *peer = std::as_const(table).find(endpoint);
            QVERIFY(peer);
            QCOMPARE(peer->endpoint, endpoint);
            QCOMPARE(peer->firstSeenNs, row.firstSeenNs);
            QCOMPARE(peer->lastSeenNs, row.lastSeenNs);
        }
    };
    for (int step = 0; step < 100'000; ++step) {
        now += random.between(0, 3);
        const Endpoint endpoint = endpointOf(random.between(0, 400));
        const qint64 kind = random.between(0, 99);
        const auto known = model.rows.find(endpoint);
        if (kind < 70) {
            Peer *peer = table.insert(endpoint, now);
            if (known != model.rows.end()) {
                QVERIFY(peer);
                const qint64 received = now - random.between(0, 2); // a batch's time is a little older
                table.touch(peer, received);
                if (received >= known->second.lastSeenNs) {
                    known->second.lastSeenNs = received;
                    known->second.stamp = ++model.nextStamp;
                }
            } else if (model.rows.size() < maximum) {
                QVERIFY(peer);
                model.rows[endpoint] = {now, now, ++model.nextStamp};
            } else {
                QVERIFY(!peer);
                ++refused;
            }
        } else if (kind < 97) {
            QCOMPARE(table.remove(endpoint).has_value(), known != model.rows.end());
            model.rows.erase(endpoint);
        } else if (kind < 99) {
            const qint64 deadline = now - random.between(0, 600);
            const auto limit = static_cast<int>(random.between(0, 20));
            std::vector<Endpoint> expected;
            for (const Endpoint &old : model.oldestFirst()) {
                if (static_cast<int>(expected.size()) < limit && model.rows[old].lastSeenNs <= deadline)
                    expected.push_back(old);
            }
            std::vector<Endpoint> taken;
            for (const Peer &peer : table.takeExpired(deadline, limit))
                taken.push_back(peer.endpoint);
            QCOMPARE(taken, expected);
            for (const Endpoint &old : expected)
                model.rows.erase(old);
        } else if (random.oneIn(20)) {
            table.clear();
            model.rows.clear();
        }
        QCOMPARE(table.size(), static_cast<int>(model.rows.size()));
        QCOMPARE(table.refusedFull(), refused);
        if (step % 500 == 0) {
            check();
            if (QTest::currentTestFailed())
                return;
        }
    }
    check();
    QVERIFY(refused > 0); // the limit was met at all
}

QTEST_GUILESS_MAIN(TestPeerTable)
#include "test_peertable.moc"
