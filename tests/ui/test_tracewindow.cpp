#include <QAction>
#include <QApplication>
#include <QCborMap>
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <memory>
#include <semaphore>
#include <stdexcept>

#include "core/codec/codec.h"
#include "core/tap/tracelog.h"
#include "core/time/manualclock.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/handlerstatsmodel.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/roles.h"
#include "ui/models/tracemodel.h"
#include "ui/theme.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"
#include "ui/views/errorspanel.h"
#include "ui/views/filterbar.h"
#include "ui/views/handlerspanel.h"
#include "ui/views/histogramview.h"
#include "ui/views/logpanel.h"
#include "ui/views/statuspanel.h"
#include "ui/views/tracepanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

/// From handlers, errors and traces to messages and back, as a person clicks.
class TestTraceWindow : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<UdpSock> m_listener; // somebody is there, so that no answer is refused
    Endpoint m_peer;

    static SockOptions options()
    {
        SockOptions options;
        options.name = u"game"_s;
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.codec = makeCodec(u"json");
        options.tickInterval = std::chrono::milliseconds(0);
        options.logger = [](int, const QString &) {};
        return options;
    }
    /// Five messages; the handler echoes the second, fails at the third and is slow at the fourth.
    struct Game
    {
        UdpSock sock{options()};
        int calls = 0;
        Game()
        {
            sock.start();
            sock.addHandler(u"move"_s, nullptr,
                            [this](const Envelope &envelope) {
                                ++calls;
                                if (calls == 2)
                                    sock.sendMessage(MessageType(u"echo"_s), QCborMap{{u"n"_s, 1}}, envelope.peer);
                                if (calls == 4)
                                    QTest::qSleep(2); // blocks on purpose: a long call is what this is about
                                if (calls == 3)
                                    throw std::runtime_error("no such place");
                            },
                            {u"onMove"_s, false});
        }
    };
    void play(Game &game, InspectorWindow &window, int messages = 5) const
    {
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        const int before = window.inspection()->messageLogModel()->rowCount();
        for (int i = 0; i < messages; ++i)
            game.sock.injectPayload(m_peer, "[\"move\",{\"i\":" + QByteArray::number(i) + "}]");
        QTRY_VERIFY(window.inspection()->messageLogModel()->rowCount() >= before + messages);
        QTRY_COMPARE(window.inspection()->handlerStatsModel()->rowCount(), 1);
    }
    static void raise(InspectorWindow &window, const QString &panel)
    {
        for (QAction *action : window.findChildren<QAction *>())
            if (action->text().remove(u'&') == panel && !action->shortcut().isEmpty() && !action->isCheckable())
                action->trigger();
    }
    static void click(DataTable *table, int row, int column = 0)
    {
        table->scrollTo(table->model()->index(row, column));
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(row, column)).center());
    }
    static void activate(DataTable *table, int row)
    {
        click(table, row);
        QTest::keyClick(table, Qt::Key_Return);
    }
    static int rowOfKind(const DataTable *table, const QString &kind)
    {
        for (int row = 0; row < table->model()->rowCount(); ++row)
            if (table->model()->index(row, 0).data(KindRole).toString() == kind)
                return row;
        return -1;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
        Theme::instance()->setMode(Theme::Mode::Light);
        m_listener = std::make_unique<UdpSock>(options());
        QVERIFY(!m_listener->start());
        m_peer = m_listener->localEndpoint();
    }

    void aHandlerShowsItsHistogram()
    {
        Game game;
        InspectorWindow window(&game.sock);
        play(game, window);
        HandlersPanel *panel = window.handlersPanel();
        QVERIFY(!panel->histogram()->isVisible());
        click(panel->table(), 0, HandlerStatsModel::CallsColumn);
        QVERIFY(panel->histogram()->isVisible());
        QVERIFY(panel->histogram()->barCount() > 0);
        QVERIFY(panel->histogram()->summary().contains(u"Ran: p50"_s));
        panel->histogram()->setFocus();
        QTest::keyClick(panel->histogram(), Qt::Key_End);
        QVERIFY(panel->histogram()->currentBar() >= 0);
        auto *log = panel->findChild<QToolButton *>(u"logCounts"_s);
        QTest::mouseClick(log, Qt::LeftButton);
        QVERIFY(panel->histogram()->isLogarithmic());
        // It goes on with the calls that come.
        const QString before = panel->histogram()->summary();
        for (int i = 0; i < 50; ++i)
            game.sock.injectPayload(m_peer, "[\"move\",{}]");
        QTRY_VERIFY(panel->histogram()->summary() != before);
    }

    void theSlowestCallGoesToItsMessage()
    {
        Game game;
        InspectorWindow window(&game.sock);
        play(game, window);
        HandlersPanel *panel = window.handlersPanel();
        click(panel->table(), 0, HandlerStatsModel::CallsColumn);
        panel->tabs()->setCurrentIndex(1);
        QTRY_COMPARE(panel->slowTable()->model()->rowCount(), 5);
        // 1 move, 2 move, 3 echo, 4 move, 5 the slow one
        QSignalSpy chosen(window.logPanel(), &LogPanel::messageChosen);
        activate(panel->slowTable(), 0);
        QTRY_COMPARE(window.logPanel()->currentNo(), 5u);
        QVERIFY(!window.logPanel()->isFollowing() || chosen.count() > 0);
        // And its trace says where the time went.
        raise(window, u"Trace"_s);
        TracePanel *trace = window.tracePanel();
        QTRY_VERIFY(trace->table()->model()->rowCount() > 0);
        QVERIFY(trace->title().contains(u"No. 5"_s));
        const int run = rowOfKind(trace->table(), u"run"_s);
        QVERIFY(run >= 0);
        QVERIFY(trace->table()->model()->index(run, TraceModel::TookColumn).data(SortRole).toLongLong() >= 2'000'000);
    }

    void anErrorGoesToItsMessage()
    {
        Game game;
        InspectorWindow window(&game.sock);
        play(game, window);
        game.sock.injectPayload(m_peer, "[broken");
        ErrorsPanel *errors = window.errorsPanel();
        raise(window, u"Errors"_s);
        QTRY_COMPARE(errors->table()->model()->rowCount(), 2);
        QVERIFY(!errors->goToButton()->isVisible());
        click(errors->table(), 0);
        QVERIFY(errors->goToButton()->isVisible());
        QTest::mouseClick(errors->goToButton(), Qt::LeftButton);
        QTRY_COMPARE(window.logPanel()->currentNo(), 4u);
        activate(errors->table(), 1);
        QTRY_COMPARE(window.logPanel()->currentNo(), 7u);
    }

    void aHiddenMessageIsSaid()
    {
        Game game;
        InspectorWindow window(&game.sock);
        play(game, window);
        window.filterBar()->applyTerm(u"type == echo"_s);
        QTRY_COMPARE(window.inspection()->messageLogModel()->rowCount(), 1);
        raise(window, u"Errors"_s);
        QTRY_COMPARE(window.errorsPanel()->table()->model()->rowCount(), 1);
        activate(window.errorsPanel()->table(), 0);
        const auto said = [&window] {
            for (const QLabel *label : window.findChildren<QLabel *>())
                if (label->text().contains(u"Message 4 is not in the list"_s))
                    return true;
            return false;
        };
        QTRY_VERIFY(said());
    }

    void theTraceGoesBothWays()
    {
        Game game;
        InspectorWindow window(&game.sock);
        play(game, window);
        TracePanel *trace = window.tracePanel();
        raise(window, u"Trace"_s);
        QVERIFY(trace->table()->emptyState()->text().startsWith(u"Choose a message"_s));
        QVERIFY(window.logPanel()->goToNo(2));
        const int send = rowOfKind(trace->table(), u"send"_s);
        QVERIFY(send > 0);
        activate(trace->table(), send);
        QTRY_COMPARE(window.logPanel()->currentNo(), 3u);
        const int sender = rowOfKind(trace->table(), u"sender"_s);
        QCOMPARE(sender, 0);
        QVERIFY(trace->table()->model()->index(0, 0).data().toString().contains(u"onMove"_s));
        activate(trace->table(), sender);
        QTRY_COMPARE(window.logPanel()->currentNo(), 2u);
        // All of it can be copied.
        trace->table()->selectAll();
        trace->table()->copyRows();
        const QString copied = QApplication::clipboard()->text();
        QVERIFY(copied.contains(u"Received\t0"_s));
        QVERIFY(copied.contains(u"onMove\t+"_s));
    }

    void anOffTraceSaysSoAndOffersIt()
    {
        Game game;
        InspectorWindow window(&game.sock);
        window.inspection()->setTracing(false);
        play(game, window);
        raise(window, u"Trace"_s);
        TracePanel *trace = window.tracePanel();
        QVERIFY(window.logPanel()->goToNo(1));
        QVERIFY(trace->table()->emptyState()->text().contains(u"tracing is off"_s));
        QPushButton *button = trace->table()->emptyState()->button();
        QVERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(window.inspection()->isTracing());
        QVERIFY(!button->isVisible());
        QVERIFY(trace->table()->emptyState()->text().contains(u"was off when it came"_s));
        play(game, window, 1);
        window.logPanel()->goToRow(window.inspection()->messageLogModel()->rowCount() - 1);
        QTRY_VERIFY(rowOfKind(trace->table(), u"run"_s) > 0);
        window.inspection()->setTracing(false);
        window.close();
        InspectorWindow second; // it is remembered
        QVERIFY(!second.inspection()->isTracing());
    }

    void aHandlerOnThePoolComesBackLater()
    {
        std::binary_semaphore gate(0);
        Game game;
        InspectorWindow window(&game.sock);
        game.sock.addHandler(u"wait"_s, nullptr, [&](const Envelope &) { gate.acquire(); }, {u"slow"_s, true});
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        raise(window, u"Trace"_s);
        game.sock.injectPayload(m_peer, "[\"wait\",{}]");
        QTRY_COMPARE(window.inspection()->messageLogModel()->rowCount(), 1);
        window.logPanel()->goToRow(0);
        DataTable *table = window.tracePanel()->table();
        QTRY_VERIFY(rowOfKind(table, u"run"_s) > 0);
        const auto words = [table] { return table->model()->index(rowOfKind(table, u"run"_s), 0).data().toString(); };
        QVERIFY(words().contains(u"has not come back"_s));
        gate.release();
        QTRY_COMPARE(words(), u"slow, on the pool"_s);
    }

    void aSockThatIsGoneKeepsItsTraces()
    {
        auto game = std::make_unique<Game>();
        InspectorWindow window(&game->sock);
        play(*game, window);
        raise(window, u"Trace"_s);
        game.reset();
        QTRY_COMPARE(window.inspection()->controllers().size(), 0);
        QVERIFY(window.logPanel()->goToNo(1));
        QTRY_VERIFY(rowOfKind(window.tracePanel()->table(), u"run"_s) > 0);
    }
};

QTEST_MAIN(TestTraceWindow)
#include "test_tracewindow.moc"
