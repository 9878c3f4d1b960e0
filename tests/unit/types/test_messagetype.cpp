#include "core/types/messagetype.h"

#include <thread>
#include <vector>

#include "support/testmain.h"

using namespace SockScope;

class TestMessageType : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void numbersAndNamesDiffer()
    {
        const MessageType ping(u"ping");
        QVERIFY(ping.isName());
        QCOMPARE(ping.name(), QStringLiteral("ping"));
        QCOMPARE(ping.toString(), QStringLiteral("ping"));
        QCOMPARE(ping.number(), 0);
        QCOMPARE(MessageType(-7).toString(), QStringLiteral("-7"));
        QVERIFY(MessageType(-7).name().isEmpty());
        for (qint64 number = 0; number < 100; ++number)
            QVERIFY(MessageType(number) != ping);
    }
    void sameNameIsSameType()
    {
        const auto other = MessageType::tryFromName(QStringLiteral("same"));
        QVERIFY(other);
        QCOMPARE(*other, MessageType(u"same"));
        QCOMPARE(qHash(*other), qHash(MessageType(u"same")));
        QVERIFY(MessageType(u"same") != MessageType(u"Same"));
        const QString temporary = QStringLiteral("xxkeptxx");
        QCOMPARE(MessageType(QStringView(temporary).sliced(2, 4)).name(), QStringLiteral("kept"));
    }
    void longNamesAreRefused()
    {
        QVERIFY(MessageType::tryFromName(QString(1024, QChar(u'x'))));
        QVERIFY(!MessageType::tryFromName(QString(1025, QChar(u'x'))));
        QVERIFY(MessageType::tryFromName(QString(512, QChar(u'ä'))));
        QVERIFY(!MessageType::tryFromName(QString(513, QChar(u'ä'))));
    }
    void threadsAgree()
    {
        std::vector<std::vector<MessageType>> results(4);
        std::vector<std::thread> threads;
        for (auto &result : results) {
            threads.emplace_back([&result] {
                for (int index = 0; index < 2000; ++index)
                    result.push_back(MessageType(QStringLiteral("thread %1").arg(index)));
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        for (const auto &result : results)
            QVERIFY(result == results.front());
        QCOMPARE(results.front()[7].name(), QStringLiteral("thread 7"));
    }
    void zFullTableRefuses()
    {
        const quint64 refused = MessageType::refusedNames();
        for (int index = 0; MessageType::nameCount() < MessageType::maximumNames; ++index)
            QVERIFY(MessageType::tryFromName(QStringLiteral("fill %1").arg(index)));
        QVERIFY(!MessageType::tryFromName(u"one too many"));
        QCOMPARE(MessageType::refusedNames(), refused + 1);
        QVERIFY(MessageType::tryFromName(u"fill 0"));
        QTest::ignoreMessage(QtCriticalMsg, QRegularExpression(QStringLiteral("the type became 0")));
        QCOMPARE(MessageType(u"another"), MessageType(0));
        QCOMPARE(MessageType::nameCount(), MessageType::maximumNames);
    }
};

QTEST_GUILESS_MAIN(TestMessageType)
#include "test_messagetype.moc"
