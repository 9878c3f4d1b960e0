#include "core/peers/endpointindex.h"
#include "support/randomness.h"
#include "support/testmain.h"

#include <map>
#include <vector>

using namespace SockScope;

class TestEndpointIndex : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { Test::failOnWarnings(); }

    void findsNothingWhenEmpty()
    {
        EndpointIndex index;
        const auto never = [](quint32) { return true; };
        QCOMPARE(index.find(Endpoint(1, 1), never), 0u);
        index.remove(Endpoint(1, 1), 7); // nothing happens
        QCOMPARE(index.size(), 0);
        index.insert(Endpoint(1, 1), 7);
        QCOMPARE(index.find(Endpoint(1, 1), never), 7u);
        index.remove(Endpoint(1, 1), 8); // another's number
        QCOMPARE(index.size(), 1);
        index.clear();
        QCOMPARE(index.size(), 0);
        QCOMPARE(index.find(Endpoint(1, 1), never), 0u);
    }

    /// Of any two places of one run, one may be what the other moves over: many removals between insertions, at every
    /// load from empty to full.
    void followsAMap()
    {
        Test::Randomness random(11);
        EndpointIndex index;
        std::map<Endpoint, quint32> model;
        std::vector<Endpoint> byNumber(4001);
        std::vector<quint32> unused;
        for (quint32 number = 4000; number > 0; --number)
            unused.push_back(number);
        const auto find = [&](const Endpoint &endpoint) {
            return index.find(endpoint, [&](quint32 number) { return byNumber[number] == endpoint; });
        };
        for (int step = 0; step < 200'000; ++step) {
            const qint64 wanted = step / 2000 % 2 == 0 ? 70 : 30; // it grows, it shrinks
            const Endpoint endpoint(0x0a000000u + static_cast<quint32>(random.between(0, 5999)), 9000);
            const auto known = model.find(endpoint);
            QCOMPARE(find(endpoint), known == model.end() ? 0u : known->second);
            if (random.between(0, 99) < wanted) {
                if (known != model.end() || unused.empty())
                    continue;
                byNumber[unused.back()] = endpoint;
                index.insert(endpoint, unused.back());
                model[endpoint] = unused.back();
                unused.pop_back();
            } else if (known != model.end()) {
                index.remove(endpoint, known->second);
                QCOMPARE(find(endpoint), 0u);
                unused.push_back(known->second);
                model.erase(known);
            }
            QCOMPARE(index.size(), static_cast<int>(model.size()));
            if (step % 5000 == 0) {
                for (const auto &[each, number] : model)
                    QCOMPARE(find(each), number);
            }
        }
        QVERIFY(model.size() > 100);
    }
};

QTEST_GUILESS_MAIN(TestEndpointIndex)
#include "test_endpointindex.moc"
