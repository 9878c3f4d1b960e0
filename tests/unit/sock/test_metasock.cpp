#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include "core/metasock.h"
#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Test::Checked;
using Test::knownPeers;
using Test::listening;
using Test::onlyPeer;
using Test::quiet;

/// A MetaSock above real socks of both kinds.
class TestMetaSock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        Test::failOnWarnings();
        m_udp = std::make_unique<Checked<UdpSock>>(listening());
        m_tcp = std::make_unique<Checked<TcpSock>>(listening());
        m_udpClient = std::make_unique<Checked<UdpSock>>(quiet());
        m_tcpClient = std::make_unique<Checked<TcpSock>>(quiet());
        for (BaseSock *sock : {static_cast<BaseSock *>(m_udp.get()), static_cast<BaseSock *>(m_tcp.get()),
                               static_cast<BaseSock *>(m_udpClient.get()), static_cast<BaseSock *>(m_tcpClient.get())})
            QVERIFY(!sock->start());
        QVERIFY(!m_udpClient->connectTo(m_udp->localEndpoint()));
        QVERIFY(!m_tcpClient->connectTo(m_tcp->localEndpoint()));
        QTRY_VERIFY(knownPeers(*m_tcpClient) == 1 && knownPeers(*m_tcp) == 1);
        m_udpClient->sendMessage(99, 0); // UDP learns its peer
        QTRY_COMPARE(m_udp->ledger().unhandled.messages, 1u);
        m_log.clear();
        for (BaseSock *client :
             {static_cast<BaseSock *>(m_udpClient.get()), static_cast<BaseSock *>(m_tcpClient.get())})
            client->addTypedHandler<QString>(2, this,
                                             [this](const QString &text, const Envelope &) { m_log.append(text); });
    }
    void cleanup()
    {
        m_udp.reset();
        m_tcp.reset();
        m_udpClient.reset();
        m_tcpClient.reset();
        QCOMPARE(Test::takeLedgerFaults(), QStringList());
    }

    void overrideTakesWhatItHandles()
    {
        MetaSock meta(MetaSock::Mode::Override, quiet());
        adopt(meta);
        meta.addChildHandler(1, this, [this](BaseSock *child, const Envelope &) {
            m_log.append(child == m_udp.get() ? u"meta udp"_s : u"meta tcp"_s);
        });
        m_udp->addHandler(1, this, [this](const Envelope &) { m_log.append(u"own"_s); });
        m_udp->addHandler(3, this, [this](const Envelope &) { m_log.append(u"own 3"_s); });
        m_udpClient->sendMessage(1, 1);
        QTRY_COMPARE(m_log, QStringList{u"meta udp"_s});
        m_tcpClient->sendMessage(1, 1);
        QTRY_COMPARE(m_log.size(), 2);
        QCOMPARE(m_log.last(), u"meta tcp"_s);
        m_udpClient->sendMessage(3, 1); // what the MetaSock does not handle stays the child's
        QTRY_COMPARE(m_log.size(), 3);
        QCOMPARE(m_log.last(), u"own 3"_s);
        QCOMPARE(m_tcp->ledger().handled.messages, 1u);
        QVERIFY(!meta.currentChild());
    }

    void observeComesAfterTheChild()
    {
        MetaSock meta(MetaSock::Mode::Observe, quiet());
        adopt(meta);
        meta.addHandler(1, this, [this](const Envelope &) { m_log.append(u"meta"_s); });
        m_udp->addHandler(1, this, [this](const Envelope &) { m_log.append(u"own"_s); });
        m_udpClient->sendMessage(1, 1);
        QTRY_COMPARE(m_log, (QStringList{u"own"_s, u"meta"_s}));
        QCOMPARE(m_udp->ledger().handled.messages, 1u);
    }

    void answerGoesToOnePeerOfOneChild()
    {
        MetaSock meta(MetaSock::Mode::Override, quiet());
        adopt(meta);
        meta.addChildHandler(1, this, [&](BaseSock *child, const Envelope &envelope) {
            QCOMPARE(meta.currentChild(), child);
            QVERIFY(meta.sendTo(child, envelope.peer, 2, u"answer"_s).isOk());
        });
        m_tcpClient->sendMessage(1, 1);
        QTRY_COMPARE(m_log, QStringList{u"answer"_s});
        QCOMPARE(m_tcpClient->ledger().received.messages, 1u);
        QCOMPARE(m_udpClient->ledger().received.messages, 0u);
        Checked<UdpSock> stranger(quiet());
        const SendResult wrong = meta.sendTo(&stranger, onlyPeer(*m_udp), 2, 1);
        QVERIFY(!wrong.isOk());
        QVERIFY(!wrong.error->remedy.isEmpty());
    }

    void sendReachesAllPeersOfAllChildren()
    {
        MetaSock inner(MetaSock::Mode::Observe, quiet());
        MetaSock outer(MetaSock::Mode::Observe, quiet());
        QVERIFY(inner.addChild(m_udp.get()));
        QVERIFY(outer.addChild(&inner));
        QVERIFY(outer.addChild(m_tcp.get()));
        const SendResult all = outer.sendMessage(2, u"all"_s);
        QVERIFY(all.isOk());
        QCOMPARE(all.accepted, 2);
        QTRY_COMPARE(m_log.size(), 2);
        QVERIFY(outer.sendMessage(2, u"one"_s, onlyPeer(*m_udp)).isOk());
        QTRY_COMPARE(m_log.size(), 3);
        QCOMPARE(outer.sendMessage(2, u"x"_s, Endpoint(0x7f000001, 9)).error.value().code,
                 SockError::Code::UnknownPeer);
    }

    void metaSocksNestTwoLevels_data()
    {
        QTest::addColumn<MetaSock::Mode>("inner");
        QTest::addColumn<MetaSock::Mode>("outer");
        QTest::addColumn<QStringList>("order");
        const auto O = MetaSock::Mode::Override;
        const auto S = MetaSock::Mode::Observe;
        QTest::newRow("override, override") << O << O << QStringList{u"outer"_s};
        QTest::newRow("observe, observe") << S << S << QStringList{u"own"_s, u"inner"_s, u"outer"_s};
        QTest::newRow("override, observe") << O << S << QStringList{u"inner"_s, u"outer"_s};
    }
    void metaSocksNestTwoLevels()
    {
        QFETCH(MetaSock::Mode, inner);
        QFETCH(MetaSock::Mode, outer);
        QFETCH(QStringList, order);
        MetaSock in(inner, quiet());
        MetaSock out(outer, quiet());
        QVERIFY(in.addChild(m_udp.get()));
        QVERIFY(out.addChild(&in));
        m_udp->addHandler(1, this, [this](const Envelope &) { m_log.append(u"own"_s); });
        in.addHandler(1, this, [this](const Envelope &) { m_log.append(u"inner"_s); });
        BaseSock *seen = nullptr;
        out.addChildHandler(1, this, [&](BaseSock *child, const Envelope &) {
            seen = child;
            m_log.append(u"outer"_s);
        });
        m_udpClient->sendMessage(1, 1);
        QTRY_COMPARE(m_log, order);
        QCOMPARE(seen, m_udp.get()); // the innermost
        QCOMPARE(m_udp->ledger().handled.messages, 1u);
    }

    void wrongChildrenAreRefused()
    {
        MetaSock one(MetaSock::Mode::Override, quiet());
        MetaSock two(MetaSock::Mode::Override, quiet());
        QVERIFY(!one.addChild(nullptr));
        QVERIFY(!one.addChild(&one));
        QVERIFY(one.addChild(&two));
        QVERIFY(!two.addChild(&one)); // its ancestor
        QVERIFY(one.addChild(m_udp.get()));
        QVERIFY(!two.addChild(m_udp.get())); // of another
        QVERIFY(one.addChild(m_udp.get()));  // already
        QCOMPARE(one.childSocks().size(), 2);
        QVERIFY(one.removeChild(m_udp.get()));
        QVERIFY(!one.removeChild(m_udp.get()));
        QVERIFY(two.addChild(m_udp.get()));
        QCOMPARE(m_udp->metaSock(), &two);
    }

    void metaSockOfAnotherThreadIsAnErrorOfStart()
    {
        QThread other;
        auto meta = std::make_unique<MetaSock>(MetaSock::Mode::Override, quiet());
        meta->moveToThread(&other);
        SockOptions options = listening();
        options.metaSock = meta.get();
        Checked<UdpSock> sock(options);
        const auto error = sock.start();
        QVERIFY(error);
        QCOMPARE(error->code, SockError::Code::InvalidOptions);
        QVERIFY(!sock.metaSock());
        QVERIFY(!sock.start()); // without it
    }

    void optionsJoinAMetaSock()
    {
        MetaSock meta(MetaSock::Mode::Override, quiet());
        SockOptions options = listening();
        options.metaSock = &meta;
        Checked<UdpSock> sock(options);
        QVERIFY(!sock.start());
        QCOMPARE(meta.childSocks(), QList<BaseSock *>{&sock});
        int got = 0;
        meta.addHandler(1, this, [&](const Envelope &) { ++got; });
        sock.sendMessage(1, 1, sock.localEndpoint());
        QTRY_COMPARE(got, 1);
    }

    void childIsDestroyedInsideAHandler_data() { modes(); }
    void childIsDestroyedInsideAHandler()
    {
        QFETCH(MetaSock::Mode, mode);
        MetaSock outer(mode, quiet());
        MetaSock meta(mode, quiet());
        QVERIFY(outer.addChild(&meta));
        adopt(meta);
        int calls = 0;
        const auto destroy = [&](const Envelope &) {
            ++calls;
            m_udp.reset();
        };
        meta.addHandler(1, this, destroy);
        outer.addHandler(1, this, destroy);
        for (int i = 0; i < 5; ++i)
            m_udpClient->sendMessage(1, i);
        QTRY_VERIFY(!m_udp);
        QCOMPARE(calls, 1);
        QCOMPARE(meta.childSocks().size(), 1);
        QVERIFY(!meta.currentChild());
        m_tcp->addHandler(4, this, [this](const Envelope &) { m_log.append(u"tcp"_s); });
        m_tcpClient->sendMessage(4, 1);
        QTRY_COMPARE(m_log, QStringList{u"tcp"_s});
    }

    void metaSockIsDestroyedInsideAHandler_data()
    {
        QTest::addColumn<MetaSock::Mode>("mode");
        QTest::addColumn<bool>("inSlot");
        QTest::newRow("override") << MetaSock::Mode::Override << false;
        QTest::newRow("observe") << MetaSock::Mode::Observe << false;
        QTest::newRow("override, in a slot before") << MetaSock::Mode::Override << true;
        QTest::newRow("observe, in a slot before") << MetaSock::Mode::Observe << true;
    }
    void metaSockIsDestroyedInsideAHandler()
    {
        QFETCH(MetaSock::Mode, mode);
        QFETCH(bool, inSlot);
        auto meta = std::make_unique<MetaSock>(mode, quiet());
        adopt(*meta);
        meta->addHandler(1, this, [&](const Envelope &) { meta.reset(); });
        if (inSlot)
            connect(m_udp.get(), &BaseSock::messageReceived, this, [&] { meta.reset(); });
        for (int i = 0; i < 5; ++i)
            m_udpClient->sendMessage(1, i);
        QTRY_VERIFY(!meta);
        QVERIFY(!m_udp->metaSock());
        QTRY_COMPARE(m_udp->ledger().received.messages, 6u);
        QTRY_COMPARE(m_udp->ledger().stillQueued.messages, 0u);
    }

    void childIsRemovedInsideAHandler_data() { modes(); }
    void childIsRemovedInsideAHandler()
    {
        QFETCH(MetaSock::Mode, mode);
        MetaSock meta(mode, quiet());
        adopt(meta);
        int calls = 0;
        meta.addChildHandler(1, this, [&](BaseSock *child, const Envelope &) {
            ++calls;
            meta.removeChild(child);
        });
        QSignalSpy removed(&meta, &MetaSock::childRemoved);
        for (int i = 0; i < 5; ++i)
            m_udpClient->sendMessage(1, i);
        QTRY_COMPARE(m_udp->ledger().received.messages, 6u);
        QTRY_COMPARE(m_udp->ledger().stillQueued.messages, 0u);
        QCOMPARE(calls, 1);
        QCOMPARE(removed.size(), 1);
        QCOMPARE(m_udp->ledger().unhandled.messages, 5u);
    }

    void throwingMetaHandlerIsContained()
    {
        MetaSock meta(MetaSock::Mode::Override, quiet());
        adopt(meta);
        QSignalSpy errors(&meta, &BaseSock::errorOccurred);
        meta.addHandler(1, this, [](const Envelope &) { throw 1; });
        m_udpClient->sendMessage(1, 1);
        QTRY_COMPARE(errors.size(), 1);
        QCOMPARE(errors.first().first().value<SockError>().code, SockError::Code::HandlerFailed);
        m_udpClient->sendMessage(1, 1);
        QTRY_COMPARE(errors.size(), 2);
        QVERIFY(!meta.currentChild());
    }

private:
    void adopt(MetaSock &meta)
    {
        QVERIFY(meta.addChild(m_udp.get()));
        QVERIFY(meta.addChild(m_tcp.get()));
    }
    static void modes()
    {
        QTest::addColumn<MetaSock::Mode>("mode");
        QTest::newRow("override") << MetaSock::Mode::Override;
        QTest::newRow("observe") << MetaSock::Mode::Observe;
    }

    std::unique_ptr<BaseSock> m_udp;
    std::unique_ptr<BaseSock> m_tcp;
    std::unique_ptr<BaseSock> m_udpClient;
    std::unique_ptr<BaseSock> m_tcpClient;
    QStringList m_log;
};

QTEST_GUILESS_MAIN(TestMetaSock)
#include "test_metasock.moc"
