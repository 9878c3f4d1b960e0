#include <QDirIterator>
#include <QFile>

#include <random>

#include "support/testmain.h"
#include "unit/codec/codeccases.h"
#include "unit/codec/eagerdecoders.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

/// Each codec beside the decoder that builds the value at once, over the fuzzers' corpus and what becomes of it.
class TestDecodeAgrees : public QObject
{
    Q_OBJECT
    using Decoder = Eager::Result (*)(const Bytes &, const CodecLimits &);
    struct Subject
    {
        Decoder eager = nullptr;
        std::shared_ptr<const Codec> codec;
        CodecLimits limits;
    };
    int m_accepted = 0;
    int m_refused = 0;

    static Decoder decoderOf(const QString &name)
    {
        return name == u"json" ? &Eager::json : name == u"cbor" ? &Eager::cbor : &Eager::messagePack;
    }
    static void addCodecs()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("depth");
        for (const char *name : {"json", "msgpack", "cbor"}) {
            for (const int depth : {128, 1, 3, 1024})
                QTest::addRow("%s, %d levels", name, depth) << QString::fromLatin1(name) << depth;
        }
    }
    static Subject subject(const QString &name, int depth)
    {
        const CodecLimits limits{depth, 1024 * 1024};
        return {decoderOf(name), makeCodec(name, nullptr, limits), limits};
    }
    static std::vector<QByteArray> seeds(const QString &name)
    {
        std::vector<QByteArray> seeds;
        QDirIterator files(QStringLiteral(SOCKSCOPE_SOURCE_DIR) + u"/tests/fuzz/corpus/codec-"_s + name, QDir::Files);
        while (files.hasNext()) {
            QFile file(files.next());
            if (file.open(QIODevice::ReadOnly))
                seeds.push_back(file.readAll());
        }
        std::sort(seeds.begin(), seeds.end());
        // A corpus' last bytes choose the limits.
        for (size_t count = seeds.size(), index = 0; index < count; ++index) {
            for (qsizetype cut = 1; cut <= 3; ++cut)
                seeds.push_back(seeds[index].chopped(qMin(cut, seeds[index].size())));
        }
        const auto codec = makeCodec(name);
        auto values = sharedValues();
        for (const auto &value : binaryValues())
            values.push_back(value);
        for (const MessageType &type : {MessageType(7), MessageType(-200000), MessageType(u"name ä?")}) {
            for (const auto &[what, value] : values) {
                QByteArray payload;
                if (!codec->encode(messageOf(type, value), payload) && payload.size() < 400)
                    seeds.push_back(payload);
            }
        }
        for (const char *text : {"[7,-0]",
                                 "[-0,-0.0]",
                                 "[7,1e5]",
                                 "[7,1E+22]",
                                 "[7,1e-7]",
                                 "[7,1e308]",
                                 "[7,1e309]",
                                 "[7,-1e-320]",
                                 "[7,.5]",
                                 "[7,5.]",
                                 "[7,01]",
                                 "[7,9223372036854775807]",
                                 "[7,9223372036854775808]",
                                 "[7,-9223372036854775809]",
                                 "[123456789012345678,1]",
                                 "[1234567890123456789,1]",
                                 "[\"a\\u0062\",1]",
                                 "[7,\"\\ud83d\\ude00\"]",
                                 "[7,\"\\ud800\"]",
                                 "[7,\"\\x\"]",
                                 "[7,\"a\tb\"]",
                                 "[7,\"\x7f\"]",
                                 "[7,{\"a\":1,\"a\":2}]",
                                 "[7,\"\\u00\"]",
                                 "\xef\xbb\xbf[7,1]",
                                 "[\"\xef\xbb\xbf"
                                 "a\",\"\xef\xbb\xbf\"]",
                                 "[7 , {\"a\" : [ ] , \"b\" : { } } ] \n",
                                 "[7,[1,]]",
                                 "[7,{\"a\":1,}]",
                                 "[7,nul]",
                                 "[7,true,1]",
                                 "[7,\"\xc3\xa4\xed\xa0\x80\"]",
                                 "[7.0,[]]",
                                 "[7e1,{}]",
                                 "[1.5,[]]",
                                 "{\"a\":[7,8]}",
                                 "[null,1]",
                                 "[7,\"/\\/\\b\\f\"]"})
            seeds.emplace_back(text);
        seeds.push_back("[\"" + QByteArray(1025, 'n') + "\",[1,2");
        seeds.push_back("[7," + QByteArray(500, '9') + "]");
        seeds.push_back("[7,0." + QByteArray(500, '9') + "]");
        for (const char *hex : {"dc00020701",
                                "dd000000020701",
                                "dc000307",
                                "92cc8001",
                                "92cfffffffffffffffff01",
                                "92d0df01",
                                "92a16101",
                                "92c001",
                                "929001",
                                "9207c1",
                                "9207d9",
                                "9207c70005",
                                "9207d4",
                                "92079101ff",
                                "8207f7",
                                "9f07f7ff",
                                "9f07ff",
                                "9f0708ff09",
                                "9f070809ff",
                                "980207f6",
                                "8207f814",
                                "8207f820",
                                "8207e0",
                                "8207c21bffffffffffffffff",
                                "8207bf0102ff",
                                "8207bf01ff",
                                "82079fff",
                                "82075f41614162ff",
                                "82077f61c361a4ff",
                                "8207fb3ff0000000000000",
                                "8207f97e00",
                                "82071bffffffffffffffff",
                                "82073bffffffffffffffff",
                                "8207a1c24101f5",
                                "827f6161ff01",
                                "8207c0c0c0c001",
                                "8207bbffffffffffffffff00",
                                "82079b2000000000000000"})
            seeds.push_back(bytesOf(hex));
        seeds.push_back(bytesOf("92da0401") + QByteArray(1025, 'n') + bytesOf("c1"));
        for (const int levels : {126, 127, 128, 499, 500, 501, 1022, 1023}) {
            seeds.push_back("[7," + QByteArray(levels, '[') + QByteArray(levels, ']') + "]");
            seeds.push_back(bytesOf("9207") + QByteArray(levels, '\x91') + '\1');
            seeds.push_back(bytesOf("8207") + QByteArray(levels, '\x81') + '\1');
        }
        return seeds;
    }
    void compare(const Subject &subject, const QByteArray &payload)
    {
        const Bytes bytes(payload);
        const Eager::Result eager = subject.eager(bytes, subject.limits);
        Message message;
        message.payload = bytes;
        const auto error = subject.codec->decode(bytes, message);
        const auto shown = [&] {
            return payload.left(200).toHex(' ') +
                   "\neager: " + (eager.error ? eager.error->toString() : u"accepted"_s).toUtf8() +
                   "\ncodec: " + (error ? error->toString() : u"accepted"_s).toUtf8();
        };
        QVERIFY2(error.has_value() == eager.error.has_value(), shown());
        if (error) {
            ++m_refused;
            QVERIFY2(error->code == eager.error->code && error->offset == eager.error->offset, shown());
            QVERIFY2(error->what == eager.error->what && error->remedy == eager.error->remedy, shown());
            return;
        }
        ++m_accepted;
        QVERIFY2(message.type == eager.type, shown());
        QVERIFY2(message.data() == eager.value && message.data().type() == eager.value.type() &&
                     message.data().toCbor() == eager.value.toCbor(),
                 shown() + '\n' + message.data().toDiagnosticNotation().toUtf8() + '\n' +
                     eager.value.toDiagnosticNotation().toUtf8());
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_accepted = 0;
        m_refused = 0;
    }

    void seedsAgree_data() { addCodecs(); }
    void seedsAgree()
    {
        QFETCH(QString, name);
        QFETCH(int, depth);
        const Subject subject = this->subject(name, depth);
        for (const QByteArray &seed : seeds(name)) {
            compare(subject, seed);
            for (qsizetype size = 0; size < qMin<qsizetype>(seed.size(), 100); ++size) {
                compare(subject, seed.first(size));
                if (QTest::currentTestFailed())
                    return;
            }
        }
        QVERIFY(m_refused > 100 && m_accepted > (depth == 1 ? 5 : 50));
    }
    void mutationsAgree_data() { addCodecs(); }
    void mutationsAgree()
    {
        QFETCH(QString, name);
        QFETCH(int, depth);
        const Subject subject = this->subject(name, depth);
        const std::vector<QByteArray> seeds = this->seeds(name);
        std::mt19937 random(20240611); // the same bytes each time
        const auto below = [&random](qsizetype limit) {
            return limit == 0 ? 0 : static_cast<qsizetype>(random() % static_cast<size_t>(limit));
        };
        const QByteArray tokens =
            name == u"json" ? QByteArray("[]{}\",:\\u0e-.+1 t?\xc3\xef")
                            : QByteArray("\x9f\xbf\xff\x5f\x7f\xc1\xdb\xdd\xdf\xc9\x82\x92\xfb\xc2\xf7\x1b\x00", 17);
        for (int round = 0; round < 6000; ++round) {
            QByteArray payload = seeds[static_cast<size_t>(below(static_cast<qsizetype>(seeds.size())))];
            for (qsizetype change = 1 + below(3); change > 0; --change) {
                const qsizetype position = below(payload.size() + 1);
                const char token = below(3) ? tokens[below(tokens.size())] : static_cast<char>(random());
                switch (below(5)) {
                case 0:
                    payload.insert(position, token);
                    break;
                case 1:
                    payload.remove(position, 1 + below(4));
                    break;
                case 2:
                    payload.insert(position, payload.sliced(position).left(8));
                    break;
                default:
                    if (position < payload.size())
                        payload[position] = token;
                    break;
                }
            }
            compare(subject, payload);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(m_refused > 300 && m_accepted > (depth == 1 ? 20 : 300));
    }
};

QTEST_GUILESS_MAIN(TestDecodeAgrees)
#include "test_decodeagrees.moc"
