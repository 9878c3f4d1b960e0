#include "core/dispatch/payload.h"

#include <QTest>

#include "support/testmain.h"

using namespace SockScope;

class TestPayload : public QObject
{
    Q_OBJECT
    template <typename Payload>
    static QByteArray mismatch(const QCborValue &value)
    {
        try {
            (void)payloadAs<Payload>(value);
        } catch (const PayloadMismatch &error) {
            return error.what();
        }
        return "was converted";
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void converts()
    {
        const QCborMap map{{QStringLiteral("a"), 1}};
        const QCborArray array{1, QStringLiteral("b")};
        QCOMPARE(payloadAs<bool>(true), true);
        QCOMPARE(payloadAs<qint64>(-7), -7);
        QCOMPARE(payloadAs<double>(7), 7.0);
        QCOMPARE(payloadAs<double>(2.5), 2.5);
        QCOMPARE(payloadAs<QString>(QStringLiteral("x")), QStringLiteral("x"));
        QCOMPARE(payloadAs<QByteArray>(QByteArray("x")), QByteArray("x"));
        QCOMPARE(payloadAs<QCborMap>(map), map);
        QCOMPARE(payloadAs<QCborArray>(array), array);
        QCOMPARE(payloadAs<QVariantMap>(map).value(QStringLiteral("a")).toInt(), 1);
        QCOMPARE(payloadAs<QVariantList>(array).at(1).toString(), QStringLiteral("b"));
        QVERIFY(payloadAs<QCborValue>(QCborValue(QCborValue::Undefined)).isUndefined());
    }
    void saysBothKinds()
    {
        QCOMPARE(mismatch<QCborMap>(QStringLiteral("x")), QByteArray("the payload is text, the handler expects a map"));
        QCOMPARE(mismatch<qint64>(2.5),
                 QByteArray("the payload is a number with a fraction, the handler expects an integer"));
        QCOMPARE(mismatch<QString>(QByteArray("x")), QByteArray("the payload is bytes, the handler expects text"));
        QCOMPARE(mismatch<QVariantList>(nullptr), QByteArray("the payload is null, the handler expects an array"));
        QCOMPARE(mismatch<double>(QCborValue()), QByteArray("the payload is nothing, the handler expects a number"));
        QCOMPARE(mismatch<bool>(QCborValue(QCborTag(32), 1)),
                 QByteArray("the payload is a tagged value, the handler expects a boolean"));
    }
};

QTEST_GUILESS_MAIN(TestPayload)
#include "test_payload.moc"
