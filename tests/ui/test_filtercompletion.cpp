#include <QTest>

#include "core/codec/codec.h"
#include "core/filter/filter.h"
#include "core/types/messagetypes.h"
#include "support/testmain.h"
#include "ui/models/filtercompletion.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestFilterCompletion : public QObject
{
    Q_OBJECT

private:
    SeenValues m_seen;

    static QStringList texts(const std::vector<Completion> &completions)
    {
        QStringList result;
        for (const Completion &completion : completions)
            result.append(completion.text);
        return result;
    }
    /// "si|": the cursor stands at the bar.
    QStringList offered(const QString &marked, bool asked = false) const
    {
        const auto cursor = static_cast<int>(marked.indexOf(u'|'));
        return texts(FilterCompletion::complete(QString(marked).remove(u'|'), cursor, m_seen, asked));
    }
    /// The text after the choice was taken.
    QString taken(const QString &marked, const QString &choice) const
    {
        const auto cursor = static_cast<int>(marked.indexOf(u'|'));
        QString text = QString(marked).remove(u'|');
        for (const Completion &completion : FilterCompletion::complete(text, cursor, m_seen, true))
            if (completion.text == choice)
                return text.replace(completion.from, completion.length, completion.insert);
        return u"not offered"_s;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        SockDirectory directory;
        SockSnapshot snapshot;
        snapshot.sockId = 1;
        snapshot.name = u"game one"_s;
        snapshot.codec = makeCodec(u"json");
        auto types = std::make_shared<MessageTypes>();
        QVERIFY(types->define(u"move"_s, 3));
        snapshot.types = types;
        directory.update(snapshot);
        MessageStore store;
        MessageBatch batch;
        MessageHead head;
        head.sock = 1;
        head.peer = *Endpoint::fromString(u"127.0.0.1:40001"_s);
        head.type = MessageType(3);
        batch.add(head, "[3,{\"pos\":{\"x\":12.5,\"y\":-1},\"odd key\":true,\"who\":\"anna \\\"a\\\"\"}]");
        head.peer = *Endpoint::fromString(u"[::1]:40002"_s);
        head.type = MessageType(u"say"_s);
        batch.add(head, "[\"say\",{\"who\":\"bert\"}]");
        batch.add(head, "{ broken");
        store.append(batch);
        m_seen = SeenValues::collect(directory, store.chunks());
    }

    void whatWasSeenIsCollected()
    {
        QCOMPARE(m_seen.socks, QStringList{u"\"game one\""_s});
        QVERIFY2(m_seen.types.contains(u"\"move\""_s), qPrintable(m_seen.types.join(u' ')));
        QVERIFY2(m_seen.types.contains(u"\"say\""_s), qPrintable(m_seen.types.join(u' ')));
        QVERIFY(m_seen.peers.contains(u"127.0.0.1:40001"_s));
        QVERIFY(m_seen.peers.contains(u"[::1]:40002"_s));
        QVERIFY(m_seen.addresses.contains(u"::1"_s));
        QVERIFY(m_seen.field(u"data.pos.x"));
        QCOMPARE(m_seen.field(u"data.pos.x")->values, QStringList{u"12.5"_s});
        QVERIFY(m_seen.field(u"data.who"));
        QCOMPARE(m_seen.field(u"data.who")->values.size(), 2);
        QVERIFY(!m_seen.field(u"data.nothing"));
    }

    void everySeenFieldAndValueIsAFilter()
    {
        for (const SeenField &field : m_seen.fields) {
            FilterError error;
            QVERIFY2(Filter::compile(field.path, &error), qPrintable(field.path + u": "_s + error.toString()));
            for (const QString &value : field.values) {
                const QString text = field.path + u" == "_s + value;
                QVERIFY2(Filter::compile(text, &error), qPrintable(text + u": "_s + error.toString()));
            }
        }
        for (const QString &peer : m_seen.peers)
            QVERIFY(Filter::compile(u"peer == "_s + peer));
        for (const QString &type : m_seen.types)
            QVERIFY(Filter::compile(u"type == "_s + type));
    }

    void fieldsAreOffered()
    {
        QVERIFY2(offered(u"|"_s).isEmpty(), "nothing typed, nothing asked: no list in the way");
        QVERIFY(offered(u"|"_s, true).contains(u"peer"_s));
        QCOMPARE(offered(u"siz|"_s).first(), u"size"_s);
        QVERIFY(offered(u"SIZ|"_s).contains(u"size"_s));
        QVERIFY(offered(u"size > 3 && pe|"_s).contains(u"peer"_s));
        QVERIFY2(offered(u"pos|"_s).contains(u"data.pos.x"_s), "found by any part of its name");
        QVERIFY(offered(u"data.po|"_s).contains(u"data.pos.y"_s));
        QVERIFY(offered(u"zzz|"_s).isEmpty());
    }

    void operatorsFitTheField()
    {
        QVERIFY(offered(u"size |"_s).isEmpty());
        QVERIFY(offered(u"size |"_s, true).contains(u">="_s));
        QVERIFY(!offered(u"size |"_s, true).contains(u"matches"_s));
        QVERIFY(offered(u"text |"_s, true).contains(u"matches"_s));
        QCOMPARE(offered(u"text con|"_s), QStringList{u"contains"_s});
    }

    void valuesFitTheField()
    {
        QCOMPARE(offered(u"dir == |"_s), (QStringList{u"in"_s, u"out"_s}));
        QCOMPARE(offered(u"sock == |"_s), QStringList{u"\"game one\""_s});
        QVERIFY(offered(u"peer == 127|"_s).contains(u"127.0.0.1:40001"_s));
        QVERIFY(offered(u"type == |"_s).contains(u"\"move\""_s));
        QVERIFY(offered(u"data.who == |"_s).contains(u"\"bert\""_s));
        QVERIFY(offered(u"outcome == |"_s).size() > 5);
        QVERIFY(offered(u"size > |"_s).isEmpty());
    }

    void jointsOnlyWhenAskedFor()
    {
        QVERIFY(offered(u"size > 3 |"_s).isEmpty());
        QCOMPARE(offered(u"size > 3 |"_s, true), (QStringList{u"&&"_s, u"||"_s}));
    }

    void whatIsTakenReplacesTheWord()
    {
        QCOMPARE(taken(u"siz|"_s, u"size"_s), u"size "_s);
        QCOMPARE(taken(u"siz| > 3"_s, u"size"_s), u"size > 3"_s); // in the middle, without a second space
        QCOMPARE(taken(u"!unh|"_s, u"unhandled"_s), u"!unhandled"_s);
        QCOMPARE(taken(u"type == mo|"_s, u"\"move\""_s), u"type == \"move\""_s);
        QCOMPARE(taken(u"type == \"mo|"_s, u"\"move\""_s), u"type == \"move\""_s);
        QCOMPARE(taken(u"dir == o| && error"_s, u"out"_s), u"dir == out && error"_s);
        QCOMPARE(taken(u"data.po| < 3"_s, u"data.pos.x"_s), u"data.pos.x < 3"_s);
    }

    void whatStandsThereIsNotOffered()
    {
        QVERIFY(!offered(u"size|"_s).contains(u"size"_s));
        QVERIFY(offered(u"dir == out|"_s).isEmpty());
    }

    void thereIsALimit()
    {
        for (int i = 0; i < 400; ++i)
            m_seen.peers.append(u"10.0.0.1:%1"_s.arg(1000 + i));
        QCOMPARE(FilterCompletion::complete(u"peer == "_s, 8, m_seen).size(), FilterCompletion::maximum);
    }
};

QTEST_GUILESS_MAIN(TestFilterCompletion)
#include "test_filtercompletion.moc"
