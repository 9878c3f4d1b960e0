#include "ui/models/sockcontroller.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>
#include <QThread>

#include "core/codec/codec.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/models/errormodel.h"
#include "ui/models/handlerstatsmodel.h"
#include "ui/models/healthmodel.h"
#include "ui/models/inspection.h"
#include "ui/models/ledgermodel.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/peermodel.h"
#include "ui/models/roles.h"
#include "ui/models/socketmodel.h"
#include "ui/models/socklink.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

SockSpec listening(TransportKind kind, const QString &name, const QString &codec = u"text"_s)
{
    SockSpec spec;
    spec.name = name;
    spec.kind = kind;
    spec.codec = codec;
    spec.listen = HostPort{u"127.0.0.1"_s, 0};
    return spec;
}

/// A UDP sock in a thread of its own, as an application would have it.
class ForeignSock
{
public:
    ForeignSock()
    {
        SockOptions options;
        options.name = u"foreign"_s;
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.codec = makeCodec(u"text");
        m_sock = new UdpSock(options);
        m_handler = m_sock->addHandler(0, m_sock, [this](const Envelope &) { ++m_calls; }, {u"count"_s, false});
        m_sock->moveToThread(&m_thread);
        m_thread.start();
    }
    ~ForeignSock()
    {
        destroy();
        m_thread.quit();
        m_thread.wait();
    }
    BaseSock *sock() const { return m_sock; }
    HandlerId handler() const { return m_handler; }
    int calls() const { return m_calls; }
    void destroy()
    {
        if (!m_sock)
            return;
        QMetaObject::invokeMethod(
            m_sock, [sock = m_sock] { delete sock; }, Qt::BlockingQueuedConnection);
        m_sock = nullptr;
    }

private:
    QThread m_thread;
    UdpSock *m_sock = nullptr;
    HandlerId m_handler = 0;
    std::atomic<int> m_calls{0};
};

/// Remembers the last answer of a command, and how many came.
struct Answers
{
    int count = 0;
    std::optional<SockError> last;
    QThread *thread = nullptr;
    SockController::Answer slot()
    {
        return [this](const std::optional<SockError> &error) {
            ++count;
            last = error;
            thread = QThread::currentThread();
        };
    }
};

} // namespace

class TestSockController : public QObject
{
    Q_OBJECT
private:
    static SockController *opened(Inspection &inspection, const SockSpec &spec)
    {
        SockController *result = nullptr;
        bool answered = false;
        inspection.open(spec, [&](SockController *controller, const std::optional<SockError> &error) {
            answered = true;
            result = controller;
            if (error)
                qWarning("open: %s", qPrintable(error->toString()));
        });
        if (!QTest::qWaitFor([&] { return answered; }))
            return nullptr;
        if (!QTest::qWaitFor([&] { return result && result->snapshot().active; }))
            return nullptr;
        return result;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void messagesOfRealSocksReachTheModels_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("udp") << int(TransportKind::Udp);
        QTest::newRow("tcp") << int(TransportKind::Tcp);
    }
    void messagesOfRealSocksReachTheModels()
    {
        QFETCH(int, kind);
        Inspection inspection;
        std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
        for (QAbstractItemModel *model : std::initializer_list<QAbstractItemModel *>{
                 inspection.socketModel(), inspection.peerModel(), inspection.messageLogModel(),
                 inspection.handlerStatsModel(), inspection.healthModel(), inspection.ledgerModel(),
                 inspection.errorModel()}) {
            testers.push_back(std::make_unique<QAbstractItemModelTester>(
                model, QAbstractItemModelTester::FailureReportingMode::QtTest));
        }
        SockController *server = opened(inspection, listening(TransportKind(kind), u"server"_s));
        SockController *client = opened(inspection, listening(TransportKind(kind), u"client"_s));
        QVERIFY(server && client);
        QVERIFY(server->isOwned());
        QCOMPARE(inspection.socketModel()->rowCount(), 2);
        const Endpoint address = server->snapshot().localEndpoint;
        Answers connecting;
        client->connectTo({u"127.0.0.1"_s, address.port()}, connecting.slot());
        QTRY_COMPARE(connecting.count, 1);
        QVERIFY(!connecting.last);
        QTRY_VERIFY(inspection.peerModel()->rowOf(client->sockId(), address) >= 0);
        QTRY_COMPARE(inspection.peerModel()
                         ->index(inspection.peerModel()->rowOf(client->sockId(), address), 0)
                         .data(StateRole)
                         .toString(),
                     u"Known"_s);

        SendResult result{-1, 0, {}};
        client->send(Message{0, QCborValue(u"hello"_s), {}}, std::nullopt, [&](const SendResult &r) { result = r; });
        QTRY_COMPARE(result.accepted, 1);
        MessageLogModel *log = inspection.messageLogModel();
        QTRY_COMPARE(log->rowCount(), 2); // out of one, into the other
        QTRY_COMPARE(inspection.peerModel()->peersOf(server->sockId()).size(), qsizetype(1));
        const Endpoint peer = inspection.peerModel()->peersOf(server->sockId()).first();
        QTRY_VERIFY(inspection.handlerStatsModel()->rowOf(server->sockId(), 0, 0) >= 0); // nobody handles it

        // an answer, framed as it is, and one as if received
        result = {-1, 0, {}};
        server->send(PayloadBytes{"answer"}, peer, [&](const SendResult &r) { result = r; });
        QTRY_COMPARE(result.accepted, 1);
        QTRY_COMPARE(log->rowCount(), 4);
        Answers injecting;
        server->injectPayload(peer, "injected", injecting.slot());
        QTRY_COMPARE(log->rowCount(), 5);
        QCOMPARE(injecting.count, 1);
        QVERIFY(!injecting.last);
        QVERIFY(log->index(4, 0).data(IsInjectedRole).toBool());
        QCOMPARE(log->index(4, 0).data(PayloadRole).toByteArray(), QByteArray("injected"));
        QTRY_VERIFY(inspection.ledgerModel()->isBalanced());
        QVERIFY(inspection.ledgerModel()->ledger().received.messages >= 3);

        // refuse: the peer is closed and its row stays; allow: the row is free again
        Answers refusing;
        server->refusePeer(peer, refusing.slot());
        QTRY_COMPARE(refusing.count, 1);
        QVERIFY(!refusing.last);
        const auto isRefused = [&] {
            const int row = inspection.peerModel()->rowOf(server->sockId(), peer);
            return row >= 0 && inspection.peerModel()->index(row, 0).data(IsRefusedRole).toBool() &&
                   !inspection.peerModel()->index(row, 0).data(IsPresentRole).toBool();
        };
        QTRY_VERIFY(isRefused());
        Answers allowing;
        server->allowPeer(peer, allowing.slot());
        QTRY_VERIFY(inspection.peerModel()->rowOf(server->sockId(), peer) < 0);
        QCOMPARE(allowing.count, 1);
        server->closePeer(peer, allowing.slot());
        QTRY_COMPARE(allowing.count, 2);
        QVERIFY(allowing.last); // it is gone already, and the answer says so
        QCOMPARE(int(allowing.last->code), int(SockError::Code::UnknownPeer));

        Answers stopping;
        server->stop(stopping.slot());
        QTRY_VERIFY(!server->isActive());
        server->start(stopping.slot());
        QTRY_VERIFY(server->isActive());
        QCOMPARE(stopping.count, 2);
        QCOMPARE(stopping.thread, QThread::currentThread());
        server->restart(stopping.slot());
        QTRY_COMPARE(stopping.count, 3);
        QVERIFY(!stopping.last);

        QSignalSpy removed(&inspection, &Inspection::controllerRemoved);
        const int rows = log->rowCount();
        server->remove();
        QCOMPARE(removed.count(), 1);
        QCOMPARE(inspection.socketModel()->rowCount(), 1);
        QVERIFY(log->rowCount() >= rows); // its messages stay
        QCOMPARE(log->index(log->rowCount() - 1, MessageLogModel::SocketColumn).data().toString(), u"server"_s);
    }

    void openTellsWhatWentWrong()
    {
        Inspection inspection;
        SockController *first = opened(inspection, listening(TransportKind::Tcp, u"first"_s));
        QVERIFY(first);
        SockSpec taken = listening(TransportKind::Tcp, u"second"_s);
        taken.listen->port = first->snapshot().localEndpoint.port();
        SockSpec nonsense = listening(TransportKind::Udp, u"third"_s, u"morse"_s);
        std::vector<SockError> errors;
        int kept = 0;
        const auto slot = [&](SockController *controller, const std::optional<SockError> &error) {
            kept += controller ? 1 : 0;
            errors.push_back(error.value_or(SockError()));
        };
        inspection.open(taken, slot);
        inspection.open(nonsense, slot);
        QTRY_COMPARE(errors.size(), size_t(2));
        QCOMPARE(kept, 0);
        QCOMPARE(int(errors[0].code), int(SockError::Code::AddressInUse));
        QVERIFY(!errors[0].remedy.isEmpty());
        QVERIFY(!errors[1].what.isEmpty());
        QCOMPARE(inspection.controllers().size(), qsizetype(1));
        inspection.open(taken, slot, Inspection::OnFailure::Keep);
        QTRY_COMPARE(kept, 1);
        QTRY_COMPARE(inspection.socketModel()->rowCount(), 2);
        QTRY_COMPARE(inspection.socketModel()->index(1, 0).data(LevelRole).toInt(), int(Level::Error));
    }

    void openTellsThatAConnectFailed()
    {
        Inspection inspection;
        SockController *server = opened(inspection, listening(TransportKind::Tcp, u"server"_s));
        QVERIFY(server);
        SockSpec spec;
        spec.kind = TransportKind::Tcp;
        spec.connectTo = {HostPort{u"127.0.0.1"_s, server->snapshot().localEndpoint.port()}};
        int answers = 0;
        SockController *client = nullptr;
        std::optional<SockError> failed;
        const auto slot = [&](SockController *controller, const std::optional<SockError> &error) {
            ++answers;
            client = controller;
            failed = error;
        };
        inspection.open(spec, slot);
        QTRY_COMPARE(answers, 1);
        QVERIFY(client && !failed);

        SockSpec datagrams = spec;
        datagrams.kind = TransportKind::Udp;
        inspection.open(datagrams, slot);
        QTRY_COMPARE(answers, 2);
        QVERIFY(client && !failed);
        QCOMPARE(inspection.controllers().size(), qsizetype(3));

        inspection.remove(server);
        QTRY_COMPARE(inspection.controllers().size(), qsizetype(2));
        // The sock goes in its own thread: only a port that can be taken again has nobody who listens.
        const quint16 port = spec.connectTo.first().port;
        QTRY_VERIFY(QTcpServer().listen(QHostAddress::LocalHost, port));
        inspection.open(spec, slot);
        QTRY_COMPARE(answers, 3);
        QVERIFY(!client);
        QVERIFY(failed);
        QCOMPARE(int(failed->code), int(SockError::Code::ConnectionRefused));
        QVERIFY(!failed->remedy.isEmpty());
        QCOMPARE(inspection.controllers().size(), qsizetype(2));
        QCOMPARE(answers, 3);
    }

    void foreignSock()
    {
        ForeignSock foreign;
        Inspection inspection;
        SockController *controller = inspection.addSock(foreign.sock());
        QCOMPARE(inspection.addSock(foreign.sock()), controller);
        QVERIFY(!controller->isOwned());
        controller->start();
        QTRY_VERIFY(controller->isActive());
        QCOMPARE(inspection.socketModel()->index(0, 0).data().toString(), u"foreign"_s);
        const Endpoint somebody(0x7f000001, 9);
        controller->injectPayload(somebody, "one");
        QTRY_COMPARE(foreign.calls(), 1);

        // the check box of the handler's row
        HandlerStatsModel *handlers = inspection.handlerStatsModel();
        QTRY_VERIFY(handlers->rowOf(controller->sockId(), foreign.handler(), 0) >= 0);
        const QModelIndex row = handlers->index(handlers->rowOf(controller->sockId(), foreign.handler(), 0), 0);
        QVERIFY(handlers->setData(row, Qt::Unchecked, Qt::CheckStateRole));
        QTRY_COMPARE(row.data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
        Answers second;
        controller->injectPayload(somebody, "two", second.slot());
        QTRY_COMPARE(second.count, 1);
        QCOMPARE(foreign.calls(), 1);
        Answers unknown;
        controller->setHandlerEnabled(12345, true, unknown.slot());
        QTRY_COMPARE(unknown.count, 1);
        QVERIFY(unknown.last);

        controller->remove(); // the sock itself is not ours, and goes on
        QCOMPARE(inspection.controllers().size(), qsizetype(0));
        bool active = false;
        QMetaObject::invokeMethod(
            foreign.sock(), [&] { active = foreign.sock()->isActive(); }, Qt::BlockingQueuedConnection);
        QVERIFY(active);
        // and can be shown again
        SockController *again = inspection.addSock(foreign.sock());
        QTRY_VERIFY(again->isActive());
    }

    void commandsOfADeadSockAreAnswered()
    {
        for (int round = 0; round < 20; ++round) {
            auto foreign = std::make_unique<ForeignSock>();
            Inspection inspection;
            SockController *controller = inspection.addSock(foreign->sock());
            QSignalSpy died(controller, &SockController::died);
            QSignalSpy removed(&inspection, &Inspection::controllerRemoved);
            Answers answers;
            int asked = 0;
            controller->start(answers.slot());
            ++asked;
            const int id = controller->startRepeat({PayloadBytes{"x"}, {Endpoint(0x7f000001, 9)}, 1, 0});
            QVERIFY(id > 0);
            if (round % 2)
                QTRY_COMPARE(answers.count, 1);
            // some reach the sock, some do not: each is answered once
            std::unique_ptr<QThread> killer(QThread::create([&] { foreign->destroy(); }));
            killer->start();
            for (int i = 0; i < 50; ++i) {
                controller->injectPayload(Endpoint(0x7f000001, 9), "y", answers.slot());
                ++asked;
            }
            killer->wait();
            controller->stop(answers.slot());
            ++asked;
            QTRY_COMPARE(answers.count, asked);
            QVERIFY(answers.last);
            QCOMPARE(int(answers.last->code), int(SockError::Code::WrongState));
            QTRY_COMPARE(removed.count(), 1);
            QCOMPARE(died.count(), 1);
            QCOMPARE(inspection.socketModel()->rowCount(), 0);
            QCOMPARE(inspection.peerModel()->rowCount(), 0);
        }
    }

    void repeatedSend()
    {
        Inspection inspection;
        SockController *server = opened(inspection, listening(TransportKind::Udp, u"server"_s));
        SockController *client = opened(inspection, listening(TransportKind::Udp, u"client"_s));
        QVERIFY(server && client);
        const Endpoint address = server->snapshot().localEndpoint;
        client->connectTo({u"127.0.0.1"_s, address.port()});
        QTRY_COMPARE(inspection.peerModel()->peersOf(client->sockId()).size(), qsizetype(1));
        QSignalSpy progress(client, &SockController::repeatProgressed);
        const auto last = [&] { return progress.last()[1].value<RepeatProgress>(); };

        QCOMPARE(client->startRepeat({PayloadBytes{"x"}, {address}, 0, 1}), 0); // no interval
        const int counted = client->startRepeat({PayloadBytes{"again"}, {address}, 1, 25});
        QVERIFY(counted > 0);
        QTRY_VERIFY(!progress.isEmpty() && last().finished);
        QCOMPARE(progress.last()[0].toInt(), counted);
        QCOMPARE(last().sent, quint64(25));
        QCOMPARE(last().failed, quint64(0));
        QCOMPARE(client->repeatCount(), 0);
        QTRY_COMPARE(inspection.ledgerModel()->ledger().sent.messages, quint64(25));

        progress.clear();
        const int endless = client->startRepeat({WireBytes{"endless"}, {std::nullopt}, 1, 0});
        QTRY_VERIFY(!progress.isEmpty() && last().sent > 3);
        client->stopRepeat(endless);
        QTRY_VERIFY(last().finished);
        const quint64 sent = 25 + last().sent;
        // a round trip through the sock's thread later nothing more was sent
        Answers roundTrip;
        client->connectTo({u"127.0.0.1"_s, address.port()}, roundTrip.slot());
        QTRY_COMPARE(roundTrip.count, 1);
        QTRY_COMPARE(inspection.ledgerModel()->ledger().sent.messages, sent);

        progress.clear();
        const int failing = client->startRepeat({PayloadBytes{QByteArray(70'000, 'x')}, {address}, 1, 3});
        QVERIFY(failing > 0);
        QTRY_VERIFY(!progress.isEmpty() && last().finished);
        QCOMPARE(last().failed, quint64(3));
        QVERIFY(last().lastError);

        // a slow one ends at once when it is stopped, and with its sock
        progress.clear();
        const int slow = client->startRepeat({PayloadBytes{"slow"}, {address}, 3'600'000, 0});
        QTRY_VERIFY(!progress.isEmpty());
        client->stopRepeat(slow);
        QTRY_VERIFY(last().finished);
        QVERIFY(client->startRepeat({PayloadBytes{"x"}, {address}, 1, 0}) > 0);
        client->remove();
        QTRY_COMPARE(inspection.controllers().size(), qsizetype(1));
    }

    void pacedSend()
    {
        Inspection inspection;
        SockController *server = opened(inspection, listening(TransportKind::Udp, u"server"_s));
        QVERIFY(server);
        const Endpoint nobody(0x7f000001, 9);
        QSignalSpy progress(server, &SockController::repeatProgressed);
        const auto last = [&] { return progress.last()[1].value<RepeatProgress>(); };
        const auto plan = [&](qint64 intervalMs, qint64 jitterMs, qint64 burst, qint64 perSecond, quint64 count) {
            RepeatPlan result{PayloadBytes{"x"}, {nobody}, intervalMs, count};
            result.asReceived = true;
            result.jitterMs = jitterMs;
            result.burst = burst;
            result.perSecond = perSecond;
            return result;
        };
        QCOMPARE(server->startRepeat(plan(10, 11, 1, 0, 1)), 0);
        QCOMPARE(server->startRepeat(plan(0, 1, 1, 5, 1)), 0);
        QCOMPARE(server->startRepeat(plan(10, 0, 0, 0, 1)), 0);

        QElapsedTimer timer;
        timer.start();
        QVERIFY(server->startRepeat(plan(30, 0, 10, 0, 31)) > 0);
        QTRY_VERIFY(!progress.isEmpty() && last().finished);
        QVERIFY(timer.elapsed() >= 90);
        QCOMPARE(last().sent, quint64(31));
        QTRY_COMPARE(inspection.ledgerModel()->ledger().received.messages, quint64(31));

        // At any rate Stop is heard (how soon: sockscope-bench inject-stop), and nothing goes after it.
        progress.clear();
        const int fast = server->startRepeat(plan(0, 0, 1, SendPace::maximumPerSecond, 0));
        QVERIFY(fast > 0);
        QTRY_VERIFY(!progress.isEmpty() && last().sent > 1000);
        server->stopRepeat(fast);
        QTRY_VERIFY(last().finished);
        QTRY_COMPARE(inspection.ledgerModel()->ledger().received.messages, 31 + last().sent);
    }

    void oneFrameForManyReports()
    {
        Inspection inspection;
        SockController *server = opened(inspection, listening(TransportKind::Udp, u"server"_s));
        QVERIFY(server);
        QSignalSpy inserted(inspection.messageLogModel(), &QAbstractItemModel::rowsInserted);
        QSignalSpy frames(&inspection, &Inspection::updated);
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 2000; ++i)
            server->injectPayload(Endpoint(0x7f000001, static_cast<quint16>(1000 + i % 7)), "flood");
        QTRY_COMPARE(inspection.messageLogModel()->rowCount(), 2000);
        const qint64 possible = timer.elapsed() / (Inspection::frameMs - 2) + 1;
        QVERIFY2(inserted.count() <= possible, qPrintable(QString::number(inserted.count())));
        QVERIFY2(frames.count() <= possible, qPrintable(QString::number(frames.count())));
        QTRY_COMPARE(inspection.ledgerModel()->ledger().injected, quint64(2000));
        QVERIFY(inspection.ledgerModel()->isBalanced());
    }

    void theInspectionMayGoAtAnyMoment()
    {
        ForeignSock foreign;
        for (int round = 0; round < 20; ++round) {
            auto inspection = std::make_unique<Inspection>();
            inspection->open(listening(TransportKind::Udp, u"own"_s));
            SockController *controller = inspection->addSock(foreign.sock());
            for (int i = 0; i < round; ++i)
                controller->injectPayload(Endpoint(0x7f000001, 9), "x");
            if (round % 3 == 0)
                QTRY_COMPARE(inspection->controllers().size(), qsizetype(2));
        }
        Inspection inspection;
        SockController *controller = inspection.addSock(foreign.sock());
        Answers answers;
        controller->start(answers.slot());
        QTRY_COMPARE(answers.count, 1);
        QVERIFY(!answers.last);
    }
};

QTEST_GUILESS_MAIN(TestSockController)
#include "test_sockcontroller.moc"
