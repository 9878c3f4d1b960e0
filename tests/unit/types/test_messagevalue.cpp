#include "core/types/messagevalue.h"

#include <QCborArray>
#include <QCborMap>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "core/types/message.h"
#include "support/testmain.h"

using namespace SockScope;

namespace {

/// Counts how often it is asked.
class CountingSource final : public ValueSource
{
public:
    QCborValue value(const Bytes &bytes) const override
    {
        ++count;
        return bytes.isEmpty() ? QCborValue(QCborValue::Undefined) : QCborValue(QCborArray{bytes.toByteArray(), 1});
    }
    mutable std::atomic<int> count = 0;
};

} // namespace

class TestMessageValue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void absentAndSet()
    {
        Message message;
        QVERIFY(message.value.isAbsent());
        QVERIFY(message.data().isUndefined());
        message.value = 7;
        QVERIFY(!message.value.isAbsent());
        QCOMPARE(message.data(), QCborValue(7));
        message.value = QCborMap{{QStringLiteral("a"), 1}};
        QCOMPARE(QCborValue(message.value), QCborValue(QCborMap{{QStringLiteral("a"), 1}}));
        message.value = QStringLiteral("text");
        QCOMPARE(message.value.get().toString(), QStringLiteral("text"));
        message.value = QCborValue(QCborValue::Undefined);
        QVERIFY(message.value.isAbsent());
        message.payload = Bytes("raw");
        QCOMPARE(message.data(), QCborValue(QByteArray("raw")));
        message.value = nullptr;
        QVERIFY(message.data().isNull());
        message.value.clear();
        QVERIFY(message.value.isAbsent());
    }
    void builtOnceAndShared()
    {
        const CountingSource source;
        const QCborValue expected = QCborArray{QByteArray("abc"), 1};
        const MessageValue value(Bytes("abc"), source);
        const MessageValue unread = value;
        QVERIFY(!value.isAbsent());
        QCOMPARE(source.count.load(), 0);
        QCOMPARE(value.get(), expected);
        QCOMPARE(value.get(), expected);
        QCOMPARE(source.count.load(), 1);
        MessageValue read = value;
        QCOMPARE(read.get(), expected);
        QCOMPARE(source.count.load(), 1);
        QCOMPARE(unread.get(), expected); // was copied before
        QCOMPARE(source.count.load(), 2);
        const MessageValue moved = std::move(read);
        QCOMPARE(moved.get(), expected);
        QCOMPARE(source.count.load(), 2);
        QCOMPARE(moved.bytes(), Bytes("abc"));
        QCOMPARE(moved.source(), &source);
    }
    void undefinedOfBytesIsAValue()
    {
        const CountingSource source;
        Message message;
        message.payload = Bytes("not this");
        message.value = MessageValue(Bytes(), source);
        QVERIFY(!message.value.isAbsent());
        QVERIFY(message.data().isUndefined());
        QVERIFY(message.data().isUndefined());
        QCOMPARE(source.count.load(), 1);
    }
    void readByManyThreads()
    {
        constexpr int threads = 4;
        const QCborValue expected = QCborArray{QByteArray("abc"), 1};
        const CountingSource source;
        std::atomic<int> wrong = 0;
        constexpr int rounds = 100;
        for (int round = 0; round < rounds; ++round) {
            const MessageValue value(Bytes("abc"), source);
            std::barrier start(threads);
            std::vector<std::jthread> readers;
            for (int i = 0; i < threads; ++i) {
                readers.emplace_back([&] {
                    start.arrive_and_wait();
                    const MessageValue copy = value;
                    wrong += value.get() != expected;
                    wrong += copy.get() != expected;
                    wrong += MessageValue(value).get() != expected;
                });
            }
        }
        QCOMPARE(wrong.load(), 0);
        QVERIFY(source.count.load() >= rounds);
    }
};

QTEST_GUILESS_MAIN(TestMessageValue)
#include "test_messagevalue.moc"
