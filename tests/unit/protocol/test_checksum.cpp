#include "core/protocol/checksum.h"
#include "support/testmain.h"

using namespace Qt::StringLiterals;
using SockScope::Checksum;

class TestChecksum : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void checkValues_data();
    void checkValues();
    void everyAlgorithmHasACheckValue();
    void nothingAndLongInputs();
    void unknownNames();
};

// What the catalogue's algorithms give for "123456789"; the sums are worked out by hand (477 = 0x01dd).
void TestChecksum::checkValues_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<quint32>("check");
    const std::initializer_list<std::pair<const char *, quint32>> rows{
        {"CRC-8/SMBUS", 0xf4},
        {"CRC-8/AUTOSAR", 0xdf},
        {"CRC-8/BLUETOOTH", 0x26},
        {"CRC-8/CDMA2000", 0xda},
        {"CRC-8/DVB-S2", 0xbc},
        {"CRC-8/I-432-1", 0xa1},
        {"CRC-8/MAXIM-DOW", 0xa1},
        {"CRC-8/NRSC-5", 0xf7},
        {"CRC-8/ROHC", 0xd0},
        {"CRC-8/SAE-J1850", 0x4b},
        {"CRC-8/TECH-3250", 0x97},
        {"CRC-8/WCDMA", 0x25},
        {"CRC-16/ARC", 0xbb3d},
        {"CRC-16/CMS", 0xaee7},
        {"CRC-16/DNP", 0xea82},
        {"CRC-16/EN-13757", 0xc2b7},
        {"CRC-16/GENIBUS", 0xd64e},
        {"CRC-16/IBM-3740", 0x29b1},
        {"CRC-16/IBM-SDLC", 0x906e},
        {"CRC-16/KERMIT", 0x2189},
        {"CRC-16/MAXIM-DOW", 0x44c2},
        {"CRC-16/MCRF4XX", 0x6f91},
        {"CRC-16/MODBUS", 0x4b37},
        {"CRC-16/SPI-FUJITSU", 0xe5cc},
        {"CRC-16/T10-DIF", 0xd0db},
        {"CRC-16/UMTS", 0xfee8},
        {"CRC-16/USB", 0xb4c8},
        {"CRC-16/XMODEM", 0x31c3},
        {"CRC-32/ISO-HDLC", 0xcbf43926},
        {"CRC-32/AUTOSAR", 0x1697d06a},
        {"CRC-32/BASE91-D", 0x87315576},
        {"CRC-32/BZIP2", 0xfc891918},
        {"CRC-32/CKSUM", 0x765e7680},
        {"CRC-32/ISCSI", 0xe3069283},
        {"CRC-32/JAMCRC", 0x340bc6d9},
        {"CRC-32/MPEG-2", 0x0376e6e7},
        {"CRC-32/XFER", 0xbd0be338},
        {"SUM-8", 0xdd},
        {"SUM-16", 0x01dd},
        {"SUM-32", 0x01dd},
        {"TWOS-COMPLEMENT-8", 0x23},
        {"TWOS-COMPLEMENT-16", 0xfe23},
        {"TWOS-COMPLEMENT-32", 0xfffffe23},
        {"XOR-8", 0x31},
        {"FLETCHER-16", 0x1ede},
        {"ADLER-32", 0x091e01de},
        // Names under which people know them.
        {"crc-16/ccitt-false", 0x29b1},
        {"CRC-16/X-25", 0x906e},
        {"CRC-32", 0xcbf43926},
        {"CRC-32C", 0xe3069283},
        {"CRC-8/MAXIM", 0xa1},
    };
    for (const auto &[name, check] : rows)
        QTest::newRow(name) << QString::fromLatin1(name) << check;
}

void TestChecksum::checkValues()
{
    QFETCH(QString, name);
    QFETCH(quint32, check);
    const Checksum *checksum = Checksum::find(name);
    QVERIFY(checksum);
    QCOMPARE(checksum->compute("123456789"), check);
}

void TestChecksum::everyAlgorithmHasACheckValue()
{
    const QStringList names = Checksum::names();
    QCOMPARE(names.size(), 46);
    QCOMPARE(QSet<QString>(names.begin(), names.end()).size(), names.size());
    for (const QString &name : names) {
        QVERIFY(Checksum::find(name));
        QCOMPARE(Checksum::find(name)->name(), name);
        QCOMPARE(Checksum::find(name.toLower()), Checksum::find(name));
    }
}

void TestChecksum::nothingAndLongInputs()
{
    QCOMPARE(Checksum::find(u"CRC-32/ISO-HDLC")->compute({}), 0U);
    QCOMPARE(Checksum::find(u"CRC-16/MODBUS")->compute({}), 0xffffU);
    QCOMPARE(Checksum::find(u"ADLER-32")->compute({}), 1U);
    QCOMPARE(Checksum::find(u"XOR-8")->compute({}), 0U);
    // Sums that run over their modulus or width.
    const QByteArray ones(70'000, '\xff');
    QCOMPARE(Checksum::find(u"SUM-16")->compute(ones), (70'000U * 255) & 0xffffU);
    QCOMPARE(Checksum::find(u"FLETCHER-16")->compute(ones), 0U);
    QCOMPARE(Checksum::find(u"TWOS-COMPLEMENT-8")->compute(ones), (0U - 70'000U * 255) & 0xffU);
}

void TestChecksum::unknownNames()
{
    for (const QString &name : {u""_s, u" "_s, u"CRC"_s, u"CRC-64/XZ"_s, u"CRC-8/MAXIM DOW-CRC"_s})
        QVERIFY2(!Checksum::find(name), qPrintable(name));
}

QTEST_GUILESS_MAIN(TestChecksum)
#include "test_checksum.moc"
