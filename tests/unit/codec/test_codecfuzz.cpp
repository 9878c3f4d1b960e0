#include "core/codec/codec.h"

#include <random>

#include "support/testmain.h"
#include "unit/codec/codeccases.h"

using namespace SockScope;
using namespace SockScope::Test;

class TestCodecFuzz : public QObject
{
    Q_OBJECT
    static void addCodecs()
    {
        QTest::addColumn<QString>("name");
        for (const QString &name : codecNames())
            QTest::newRow(qPrintable(name)) << name;
    }
    static std::vector<QByteArray> seeds(const Codec &codec)
    {
        std::vector<QByteArray> payloads{QByteArray(), "[7,{\"a\":[1,2.5,\"x\\n\\u00e4\",null,true]}]"};
        auto values = sharedValues();
        for (const auto &binary : binaryValues())
            values.push_back(binary);
        for (const auto &[name, value] : values) {
            QByteArray payload;
            if (!codec.encode(messageOf(u"type", value), payload) && payload.size() < 300)
                payloads.push_back(payload);
        }
        payloads.push_back(bytesOf("82017f616162c3a460ff"));
        payloads.push_back(bytesOf("9f01bf61619f01c24101ff5f4101ff00ffff"));
        payloads.push_back(bytesOf("920184a161c7020102030403c4010205d402ffdd00000001c0cf8000000000000000"));
        return payloads;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void mutations_data() { addCodecs(); }
    void mutations()
    {
        QFETCH(QString, name);
        const auto codec = makeCodec(name);
        const auto payloads = seeds(*codec);
        std::mt19937 random(20240611); // the same bytes each time
        const auto below = [&random](size_t limit) { return limit == 0 ? 0 : random() % limit; };
        const QByteArray tokens("[]{}\",:\\u0e-.\x9f\xbf\xff\x5f\x7f\xc1\xdb\xdd\xdf\xc9\x82\x92\xfb");
        for (int round = 0; round < 20000; ++round) {
            QByteArray payload = payloads[below(payloads.size())];
            for (size_t change = 1 + below(4); change > 0; --change) {
                const auto position = static_cast<qsizetype>(below(static_cast<size_t>(payload.size()) + 1));
                const char token = below(2) ? tokens[static_cast<qsizetype>(below(static_cast<size_t>(tokens.size())))]
                                            : static_cast<char>(random());
                switch (below(5)) {
                case 0:
                    payload.insert(position, token);
                    break;
                case 1:
                    payload.remove(position, 1 + static_cast<qsizetype>(below(4)));
                    break;
                case 2:
                    payload.truncate(position);
                    break;
                case 3:
                    payload.insert(position, payload.sliced(position).left(8));
                    break;
                default:
                    if (position < payload.size())
                        payload[position] = token;
                    break;
                }
            }
            QVERIFY2(survives(*codec, payload), payload.toHex(' ').constData());
        }
    }
    void noise_data() { addCodecs(); }
    void noise()
    {
        QFETCH(QString, name);
        const auto codec = makeCodec(name);
        std::mt19937 random(7);
        for (int round = 0; round < 20000; ++round) {
            QByteArray payload(static_cast<qsizetype>(random() % 40), '\0');
            for (char &byte : payload)
                byte = static_cast<char>(random());
            QVERIFY2(survives(*codec, payload), payload.toHex(' ').constData());
        }
    }
};

QTEST_GUILESS_MAIN(TestCodecFuzz)
#include "test_codecfuzz.moc"
