#include "core/types/messagetypes.h"

#include "support/testmain.h"

using namespace SockScope;

class TestMessageTypes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void looksUpBothWays()
    {
        MessageTypes types;
        QVERIFY(types.define(QStringLiteral("ping"), 1));
        QVERIFY(types.define(QStringLiteral("alarm"), -5));
        QCOMPARE(types.number(u"ping"), std::optional<qint64>(1));
        QCOMPARE(types.name(-5), std::optional<QString>(QStringLiteral("alarm")));
        QCOMPARE(types.number(u"Ping"), std::nullopt);
        QCOMPARE(types.name(2), std::nullopt);
        QCOMPARE(types.names(), (QStringList{QStringLiteral("alarm"), QStringLiteral("ping")}));
    }
    void refusesDuplicatesAndEmptyNames()
    {
        MessageTypes types;
        QVERIFY(types.define(QStringLiteral("a"), 1));
        QVERIFY(!types.define(QStringLiteral("a"), 2));
        QVERIFY(!types.define(QStringLiteral("b"), 1));
        QVERIFY(!types.define(QString(), 3));
        QCOMPARE(types.size(), 1);
    }
    void labels()
    {
        MessageTypes types;
        QVERIFY(types.define(QStringLiteral("ping"), 1));
        QCOMPARE(types.label(1), QStringLiteral("ping"));
        QCOMPARE(types.label(2), QStringLiteral("2"));
        QCOMPARE(types.label(MessageType(u"own")), QStringLiteral("own"));
    }
    void isBounded()
    {
        MessageTypes types;
        for (qint64 number = 0; number < MessageTypes::maximum; ++number)
            QVERIFY(types.define(QString::number(number), number));
        QVERIFY(!types.define(QStringLiteral("one more"), -1));
        QCOMPARE(types.size(), MessageTypes::maximum);
    }
};

QTEST_GUILESS_MAIN(TestMessageTypes)
#include "test_messagetypes.moc"
