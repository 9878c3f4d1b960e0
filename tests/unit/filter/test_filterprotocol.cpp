#include "core/filter/filtertext.h"
#include "core/protocol/layoutcodec.h"
#include "support/testmain.h"
#include "unit/filter/filtermessages.h"

using namespace Qt::StringLiterals;
using namespace SockScope;
using namespace SockScope::Test;

/// Filters on fields that a description names.
class TestFilterProtocol : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }
    void fieldsOfALayout_data();
    void fieldsOfALayout();
    void termsOfTheTree();

private:
    static std::shared_ptr<const LayoutCodec> codec();
    static QByteArray message(const QCborMap &data);
};

std::shared_ptr<const LayoutCodec> TestFilterProtocol::codec()
{
    const auto description =
        ProtocolDescription::fromText(R"({"fixedType":"m","types":[{"name":"m","number":1,"fields":[
        {"name":"temperature","type":"i16"},{"name":"label","type":"text","size":"u8"},{"name":"raw","type":"bytes","size":2},
        {"name":"pos","type":"group","fields":[{"name":"x","type":"f32"}]},{"name":"list","type":"u64","count":2},
        {"name":"on","type":"bool"},{"name":"sum","type":"checksum","algorithm":"SUM-8"}]}]})");
    return description ? LayoutCodec::make(*description) : nullptr;
}

QByteArray TestFilterProtocol::message(const QCborMap &data)
{
    Message message;
    message.type = 1;
    message.value = data;
    QByteArray payload;
    codec()->encode(message, payload);
    return payload;
}

void TestFilterProtocol::fieldsOfALayout_data()
{
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QList<int>>("passed");
    const auto row = [](const char16_t *filter, const QList<int> &passed) {
        QTest::addRow("%s", qPrintable(QString::fromUtf16(filter))) << QString::fromUtf16(filter) << passed;
    };
    row(u"data.temperature > 20", {1, 2, 3});
    row(u"data.temperature == -5", {0});
    row(u"data.label == \"attic\"", {1, 2});
    row(u"data.label contains \"tt\"", {1, 2});
    row(u"data.raw == a5:5a", {1, 2});
    row(u"data.pos.x in 1..2", {1, 2});
    row(u"data.list[1] == 18446744073709551615", {1, 2});
    row(u"data.on == true", {1, 2});
    row(u"data.sum", {0, 1, 2}); // cut off in the last one
    row(u"data.label", {0, 1, 2});
    row(u"data.nothing", {});
}

void TestFilterProtocol::fieldsOfALayout()
{
    QFETCH(QString, filter);
    QFETCH(QList<int>, passed);
    const QCborValue big(QCborKnownTags::PositiveBignum, QCborValue(QByteArray(8, '\xff')));
    const QByteArray warm = message({{u"temperature"_s, 21},
                                     {u"label"_s, u"attic"_s},
                                     {u"raw"_s, QByteArray("\xa5\x5a")},
                                     {u"pos"_s, QCborMap{{u"x"_s, 1.5}}},
                                     {u"list"_s, QCborArray{1, big}},
                                     {u"on"_s, true}});
    QByteArray damaged = warm;
    damaged[damaged.size() - 1] = static_cast<char>(damaged.back() + 1); // its checksum alone is wrong
    MessageBatch batch;
    batch.add(headOf(1, 1, "127.0.0.1:1", 1), message({{u"temperature"_s, -5}}));
    batch.add(headOf(1, 1, "127.0.0.1:1", 1), warm);
    batch.add(headOf(1, 1, "127.0.0.1:1", 1), damaged);
    batch.add(headOf(1, 1, "127.0.0.1:1", 1), warm.first(3));
    Chunk chunk(101);
    appendTo(chunk, batch);
    FilterContext context;
    context.socks = {filterSock(1, u"s", u"udp://127.0.0.1:9000", nullptr)};
    context.socks[0].codec = codec();
    FilterError error;
    const auto compiled = Filter::compile(filter, &error);
    QVERIFY2(compiled, qPrintable(error.toString()));
    QCOMPARE(passing(*compiled, chunk, context), passed);
}

void TestFilterProtocol::termsOfTheTree()
{
    const QCborValue big(QCborKnownTags::PositiveBignum, QCborValue(QByteArray(8, '\xff')));
    const QByteArray payload = message({{u"temperature"_s, -21},
                                        {u"label"_s, u"a\"b"_s},
                                        {u"raw"_s, QByteArray("\xa5\x5a")},
                                        {u"pos"_s, QCborMap{{u"x"_s, 1.5}}},
                                        {u"list"_s, QCborArray{1, big}},
                                        {u"on"_s, true}});
    const auto layout = codec();
    const FieldNode root = layout->fields(payload);
    QStringList terms;
    for (const FieldNode &child : root.children) {
        terms += filterTermOf({&root, &child}, *layout, payload).value_or(u"-"_s);
        for (const FieldNode &inner : child.children)
            terms += filterTermOf({&root, &child, &inner}, *layout, payload).value_or(u"-"_s);
    }
    QVERIFY2(terms.last().startsWith(u"data.sum == "), qPrintable(terms.last()));
    terms.removeLast();
    QCOMPARE(terms, QStringList({u"data.temperature == -21"_s, u"data.label == \"a\\\"b\""_s, u"data.raw == a5:5a"_s,
                                 u"data.pos"_s, u"data.pos.x == 1.5"_s, u"data.list"_s, u"data.list[0] == 1"_s,
                                 u"data.list[1] == 18446744073709551615"_s, u"data.on == true"_s}));
}

QTEST_GUILESS_MAIN(TestFilterProtocol)
#include "test_filterprotocol.moc"
