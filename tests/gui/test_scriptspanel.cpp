#include "ui/views/scriptspanel.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUdpSocket>

#include <memory>

#include "core/project/projectfile.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/scripts.h"
#include "ui/models/sockcontroller.h"
#include "ui/models/swarmrun.h"
#include "ui/project/projectsession.h"
#include "ui/views/personaspanel.h"
#include "ui/views/scripteditor.h"
#ifdef SOCKSCOPE_WITH_SCRIPTS
#include "app/gui/scriptsengine.h"
#endif

using namespace SockScope;
using namespace Qt::StringLiterals;

// The scripts of the window: written, run, loaded again, kept; on real sockets, against a plain QUdpSocket.
class TestScriptsPanel : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<InspectorWindow> m_window;

    template <typename Widget>
    Widget *field(const QString &name) const
    {
        return m_window->scriptsPanel()->findChild<Widget *>(name);
    }
    Scripts *scripts() const { return m_window->scripts(); }
    QPlainTextEdit *text() const { return field<QPlainTextEdit>(u"scriptText"_s); }
    QPushButton *runButton() const { return field<QPushButton>(u"scriptRun"_s); }
    void write(const QString &source)
    {
        text()->selectAll();
        QTest::keyClicks(text(), source);
    }
    QStringList said(int row = 0) const
    {
        QStringList result;
        for (int i = 0; i < scripts()->log(row)->rowCount(); ++i)
            result.append(scripts()->log(row)->index(i).data().toString());
        return result;
    }
    quint16 openSocket()
    {
        SockSpec spec;
        spec.name = u"game"_s;
        spec.kind = TransportKind::Udp;
        spec.listen = HostPort{u"127.0.0.1"_s, 0};
        spec.codec = u"json"_s;
        m_window->openSock(spec);
        const auto port = [this]() -> quint16 {
            const QList<SockController *> &open = m_window->inspection()->controllers();
            return open.isEmpty() ? quint16(0) : open.first()->snapshot().url.section(u':', -1).toUShort();
        };
        return QTest::qWaitFor([port] { return port() != 0; }) ? port() : quint16(0);
    }
    QByteArray ask(QUdpSocket &client, quint16 port, const QByteArray &question)
    {
        client.writeDatagram(question, QHostAddress::LocalHost, port);
        if (!QTest::qWaitFor([&client] { return client.hasPendingDatagrams(); }))
            return "no answer";
        QByteArray answer(1024, Qt::Uninitialized);
        answer.resize(client.readDatagram(answer.data(), answer.size()));
        return answer;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
        m_window = std::make_unique<InspectorWindow>();
        m_window->setWindowState(Qt::WindowNoState);
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    void withoutAnEngineItSaysSo()
    {
        field<QToolButton>(u"scriptAdd"_s)->click();
        QVERIFY(!runButton()->isEnabled());
        QVERIFY(field<QLabel>(u"scriptState"_s)->text().contains(u"install qt6-declarative-dev"_s));
        QVERIFY(text()->isEnabled()); // it can be written all the same
    }

    void theModelIsOne()
    {
        const QAbstractItemModelTester tester(scripts(), QAbstractItemModelTester::FailureReportingMode::Fatal);
        QCOMPARE(scripts()->add(u"a"_s, u"1"_s), 0);
        QCOMPARE(scripts()->add(u"a"_s, u"2"_s), 1);
        QCOMPARE(scripts()->index(1).data().toString(), u"a 2"_s);
        QVERIFY(!scripts()->setData(scripts()->index(1), u"a"_s));
        QVERIFY(!scripts()->setData(scripts()->index(1), u" "_s));
        QVERIFY(scripts()->setData(scripts()->index(1), u"b"_s));
        QCOMPARE(scripts()->take(0), (ScriptText{u"a"_s, u"1"_s}));
        QCOMPARE(scripts()->scripts(), (QList<ScriptText>{{u"b"_s, u"2"_s}}));
        QCOMPARE(scripts()->insert(0, {u"b"_s, u"3"_s}), 0);
        QCOMPARE(scripts()->scripts(), (QList<ScriptText>{{u"b 2"_s, u"3"_s}, {u"b"_s, u"2"_s}}));

        ScriptLogModel log;
        const QAbstractItemModelTester logTester(&log, QAbstractItemModelTester::FailureReportingMode::Fatal);
        QList<ScriptLine> lines(ScriptLogModel::maximumRows + 5, ScriptLine{u"x"_s});
        log.append(lines);
        log.append({{u"last"_s, 3, 4, true}});
        QCOMPARE(log.rowCount(), ScriptLogModel::maximumRows);
        QCOMPARE(log.dropped(), 6U);
        const QModelIndex last = log.index(log.rowCount() - 1);
        QCOMPARE(last.data().toString(), u"last"_s);
        QCOMPARE(last.data(ScriptLogModel::LineRole).toInt(), 3);
        log.clear();
        QCOMPARE(log.rowCount(), 0);
    }

    void removingIsUndone()
    {
        scripts()->add(u"a"_s, u"1"_s);
        scripts()->add(u"b"_s, u"2"_s);
        scripts()->add(u"c"_s, u"3"_s);
        auto *list = field<QListView>(u"scriptsList"_s);
        auto *undo = field<QToolButton>(u"scriptUndo"_s);
        QVERIFY(!undo->isEnabled());
        list->setCurrentIndex(scripts()->index(1));
        QTest::keyClick(list, Qt::Key_Delete);
        QCOMPARE(scripts()->rowCount(), 2);
        undo->click();
        QCOMPARE(scripts()->scripts(), (QList<ScriptText>{{u"a"_s, u"1"_s}, {u"b"_s, u"2"_s}, {u"c"_s, u"3"_s}}));
        QCOMPARE(list->currentIndex().row(), 1);
        QCOMPARE(text()->toPlainText(), u"2"_s);
        QVERIFY(!undo->isEnabled());
        const QList<ScriptText> all = scripts()->scripts();
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(list, Qt::Key_Delete);
        QCOMPARE(scripts()->rowCount(), 0);
        for (int i = 0; i < 3; ++i)
            undo->click();
        QCOMPARE(scripts()->scripts(), all);
        QVERIFY(!undo->isEnabled());
    }

    void theEditorNumbersItsLines()
    {
        field<QToolButton>(u"scriptAdd"_s)->click();
        auto *editor = qobject_cast<ScriptEditor *>(text());
        QVERIFY(editor);
        const int narrow = editor->marginWidth();
        QVERIFY(editor->viewport()->x() >= narrow);
        editor->setPlainText(QString(150, u'\n'));
        QVERIFY(editor->marginWidth() > narrow);
        QTRY_VERIFY(editor->viewport()->x() >= editor->marginWidth());
        editor->setPlainText(u"x"_s);
        editor->moveCursor(QTextCursor::End);
        QTest::keyClick(editor, Qt::Key_Tab);
        QCOMPARE(editor->toPlainText(), u"x   "_s);
        QVERIFY(!editor->grab().isNull());
    }

    void filesAreReadAndWritten()
    {
        const QString path = m_folder->filePath(u"answers.js"_s);
        {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("// grüße\n");
        }
        m_window->scriptsPanel()->openFile(path);
        QCOMPARE(scripts()->scripts(), (QList<ScriptText>{{u"answers.js"_s, u"// grüße\n"_s}}));
        QCOMPARE(text()->toPlainText(), u"// grüße\n"_s);
        write(u"x"_s);
        m_window->scriptsPanel()->saveFile(path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), "x");
        m_window->scriptsPanel()->openFile(m_folder->filePath(u"none.js"_s));
        QVERIFY2(m_window->scriptsPanel()->errorText().contains(u"none.js cannot be read"_s),
                 qPrintable(m_window->scriptsPanel()->errorText()));
        m_window->scriptsPanel()->saveFile(m_folder->filePath(u"no/folder.js"_s));
        QVERIFY(m_window->scriptsPanel()->errorText().contains(u"cannot be written"_s));
        QCOMPARE(scripts()->rowCount(), 1);
    }

    void aProjectKeepsThem()
    {
        const QString path = m_folder->filePath(u"p.sockscope"_s);
        const QByteArray before = "{\n  \"version\": 1,\n  \"scripts\": [\n    { \"name\": \"answers\", \"lines\": "
                                  "[\"let a = 1;\", \"\"] }\n  ]\n}\n";
        {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(before);
        }
        QVERIFY(!m_window->project()->open(path));
        QCOMPARE(scripts()->scripts(), (QList<ScriptText>{{u"answers"_s, u"let a = 1;\n"_s}}));
        QVERIFY(!scripts()->isRunning(0)); // a file that was just opened does nothing by itself
        QVERIFY(!m_window->isWindowModified());
        QCOMPARE(text()->toPlainText(), u"let a = 1;\n"_s);
        write(u"let b = 2;"_s);
        QVERIFY(m_window->isWindowModified());
        QVERIFY(m_window->project()->save());
        ProjectError error;
        ProjectFile::Stamp stamp;
        const auto project = ProjectFile::read(path, &stamp, &error);
        QVERIFY(project && project->section(u"scripts"));
        QCOMPARE(scriptsFromJson(*project->section(u"scripts"), nullptr),
                 (QList<ScriptText>{{u"answers"_s, u"let b = 2;"_s}}));
    }

#ifdef SOCKSCOPE_WITH_SCRIPTS
    void answersAndIsLoadedAgain()
    {
        addScripts(*m_window);
        field<QToolButton>(u"scriptAdd"_s)->click();
        write(u"vars.n = vars.n || 0; function onMessage(m) { vars.n++; log('n', vars.n); "
              "m.reply(2, vars.n); }"_s);
        QTest::mouseClick(runButton(), Qt::LeftButton);
        QTRY_VERIFY(scripts()->isRunning(0));
        const quint16 port = openSocket(); // it opens while the script runs
        QVERIFY(port != 0);
        QUdpSocket client;
        QVERIFY(client.bind(QHostAddress::LocalHost));
        QCOMPARE(ask(client, port, "[1,0]"), "[2,1]");
        QCOMPARE(ask(client, port, "[1,0]"), "[2,2]");
        QTRY_COMPARE(said(), (QStringList{u"n 1"_s, u"n 2"_s}));
        QTRY_COMPARE(scripts()->figures(0).sent, 2U);

        // Another text: the variable goes on. One that does not load leaves it.
        write(u"function onMessage(m) { m.reply(3, vars.n); }"_s);
        QVERIFY(scripts()->isStale(0));
        QCOMPARE(ask(client, port, "[1,0]"), "[2,3]");
        QTest::keyClick(text(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(!scripts()->isStale(0));
        QCOMPARE(ask(client, port, "[1,0]"), "[3,3]");
        text()->setPlainText(u"let a = 1;\nlet b = ;\n"_s);
        QTest::mouseClick(runButton(), Qt::LeftButton);
        auto *log = field<QListView>(u"scriptLog"_s);
        QTRY_VERIFY(said().join(u'\n').contains(u"The text that ran before goes on."_s));
        QCOMPARE(ask(client, port, "[1,0]"), "[3,3]");

        // A click on the error leads to its place.
        int row = 0;
        while (!log->model()->index(row, 0).data(ScriptLogModel::ErrorRole).toBool())
            QVERIFY(++row < log->model()->rowCount());
        log->scrollTo(log->model()->index(row, 0));
        QTest::mouseClick(log->viewport(), Qt::LeftButton, {}, log->visualRect(log->model()->index(row, 0)).center());
        QCOMPARE(text()->textCursor().blockNumber(), 1);
        QCOMPARE(text()->extraSelections().size(), 1);
    }

    void socketsWithoutNamesAnswerForThemselves()
    {
        addScripts(*m_window);
        for (int i = 0; i < 2; ++i) {
            SockSpec spec;
            spec.kind = TransportKind::Udp;
            spec.listen = HostPort{u"127.0.0.1"_s, 0};
            spec.codec = u"json"_s;
            m_window->openSock(spec);
        }
        const auto port = [this](int socket) -> quint16 {
            const QList<SockController *> &open = m_window->inspection()->controllers();
            return open.size() < 2 ? quint16(0) : open.at(socket)->snapshot().url.section(u':', -1).toUShort();
        };
        QTRY_VERIFY(port(0) != 0 && port(1) != 0);
        field<QToolButton>(u"scriptAdd"_s)->click();
        write(u"function onMessage(m) { log(m.sock); m.reply(2, 0); }"_s);
        QTest::mouseClick(runButton(), Qt::LeftButton);
        QTRY_VERIFY(scripts()->isRunning(0));
        for (int i = 0; i < 2; ++i) {
            QUdpSocket client; // connected: it hears that socket alone
            client.connectToHost(QHostAddress(QHostAddress::LocalHost), port(i));
            QTRY_COMPARE(client.state(), QAbstractSocket::ConnectedState);
            client.write("[1,0]");
            QTRY_VERIFY(client.hasPendingDatagrams());
        }
        QTRY_COMPARE(said().size(), 2);
        QVERIFY2(said().first() != said().last(), qPrintable(said().first()));
        QCOMPARE(scripts()->figures(0).errors, 0U);
    }

    void aSwarmRunsThem()
    {
        const quint16 port = openSocket();
        QVERIFY(port != 0);
        QFile file(m_folder->filePath(u"p.sockscope"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"version": 1, "sockets": [{"name": "bots", "kind": "udp", "codec": "json", "connectTo": [")" +
                   QByteArray("127.0.0.1:") + QByteArray::number(port) + R"("]}],
            "scripts": [{"name": "bot.js", "lines": [
                "function onPeer(e) { if (e.event === 'joined') { log('here'); send(1, vars.persona); } }"]}],
            "personas": [{"name": "bot", "script": "bot.js"}]})");
        file.close();
        const auto error = m_window->project()->open(file.fileName());
        QVERIFY2(!error, error ? qPrintable(error->what) : "");
        auto *panel = m_window->personasPanel();
        panel->findChild<QSpinBox *>(u"swarmCount"_s)->setValue(4);
        panel->findChild<QSpinBox *>(u"swarmFor"_s)->setValue(0);
        auto *run = panel->findChild<QPushButton *>(u"swarmRun"_s);
        QTest::mouseClick(run, Qt::LeftButton);
        QTRY_VERIFY2(!panel->swarm()->isRunning() && panel->swarm()->failure(), "this window runs no scripts yet");
        QVERIFY(panel->swarm()->failure()->contains(u"install qt6-declarative-dev"_s));
        addScripts(*m_window);
        QTest::mouseClick(run, Qt::LeftButton);
        QTRY_COMPARE(panel->swarm()->stats().scripts.sent, 4U);
        QTRY_COMPARE(panel->swarm()->lastLines().size(), SwarmRun::maximumLines);
        const QString state = panel->findChild<QLabel *>(u"swarmState"_s)->text();
        QVERIFY2(state.contains(u": here"_s), qPrintable(state));
        QTest::mouseClick(run, Qt::LeftButton);
        QTRY_VERIFY(!panel->swarm()->isRunning());
        QVERIFY(panel->swarm()->hasPassed());
    }

    void oneThatLoopsIsEnded()
    {
        addScripts(*m_window);
        const quint16 port = openSocket();
        QVERIFY(port != 0);
        scripts()->add(u"loop"_s, u"function onMessage(m) { while (true) {} }"_s);
        scripts()->start(0);
        QTRY_VERIFY(scripts()->isRunning(0));
        QUdpSocket client;
        QVERIFY(client.bind(QHostAddress::LocalHost));
        client.writeDatagram("[1,0]", QHostAddress::LocalHost, port);
        QTRY_VERIFY(scripts()->figures(0).hasEnded);
        QVERIFY2(said().join(u'\n').contains(u"200 ms"_s), qPrintable(said().join(u'\n')));
        QVERIFY(scripts()->index(0).data(ScriptLogModel::ErrorRole).toBool()); // its name is in the colour of errors
        field<QListView>(u"scriptsList"_s)->setCurrentIndex(scripts()->index(0));
        QVERIFY2(field<QLabel>(u"scriptState"_s)->text().contains(u"Last error: loop:"_s),
                 qPrintable(field<QLabel>(u"scriptState"_s)->text()));
        // It begins anew when it is loaded again.
        scripts()->setSource(0, u"function onMessage(m) { m.reply(1, 'ok'); }"_s);
        scripts()->reload(0);
        QTRY_VERIFY(!scripts()->isStale(0));
        QCOMPARE(ask(client, port, "[1,0]"), "[1,\"ok\"]");
    }

    // The network thread answers later than a person clicks.
    void whatIsStoppedBeforeItRunsDoesNotRun()
    {
        addScripts(*m_window);
        const quint16 port = openSocket();
        QVERIFY(port != 0);
        const QString answer = u"function onMessage(m) { m.reply(2, '%1'); }"_s;
        scripts()->add(u"old"_s, answer.arg(u"old"_s));
        scripts()->start(0);
        scripts()->setScripts({{u"new"_s, answer.arg(u"new"_s)}}); // as another project does
        scripts()->start(0);
        scripts()->stop(0);
        scripts()->start(0);
        scripts()->stop(0);
        QVERIFY(!scripts()->isRunning(0));
        scripts()->add(u"last"_s, answer.arg(u"last"_s));
        scripts()->start(1);
        QTRY_VERIFY(scripts()->isRunning(1)); // and all that was asked before has been answered
        QVERIFY(!scripts()->isRunning(0));
        QUdpSocket client;
        QVERIFY(client.bind(QHostAddress::LocalHost));
        QCOMPARE(ask(client, port, "[1,0]"), "[2,\"last\"]");
        QTRY_COMPARE(scripts()->figures(1).sent, 1U);
        QVERIFY(!client.hasPendingDatagrams());
    }

    void whatIsStoppedSaysNothingMore()
    {
        addScripts(*m_window);
        const quint16 port = openSocket();
        scripts()->add(u"a"_s, u"function onMessage(m) { log('seen'); }"_s);
        QVERIFY(scripts()->setData(scripts()->index(0), Qt::Checked, Qt::CheckStateRole));
        QTRY_VERIFY(scripts()->isRunning(0));
        QUdpSocket client;
        client.writeDatagram("[1,0]", QHostAddress::LocalHost, port);
        QTRY_COMPARE(said(), (QStringList{u"seen"_s}));
        QVERIFY(scripts()->setData(scripts()->index(0), Qt::Unchecked, Qt::CheckStateRole));
        QVERIFY(!scripts()->isRunning(0));
        const auto *controller = m_window->inspection()->controllers().first();
        const quint64 handledBefore = controller->snapshot().ledger.received.messages;
        client.writeDatagram("[1,0]", QHostAddress::LocalHost, port);
        QTRY_VERIFY(controller->snapshot().ledger.received.messages > handledBefore);
        QCOMPARE(said(), (QStringList{u"seen"_s}));
    }
#endif
};

QTEST_MAIN(TestScriptsPanel)
#include "test_scriptspanel.moc"
