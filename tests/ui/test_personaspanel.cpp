#include "ui/views/personaspanel.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <array>
#include <memory>

#include "core/codec/codec.h"
#include "core/project/jsontext.h"
#include "core/project/projectfile.h"
#include "core/simulate/swarmplan.h"
#include "core/tcpsock.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/personas.h"
#include "ui/models/swarmfiguresmodel.h"
#include "ui/models/swarmrun.h"
#include "ui/project/projectsession.h"
#include "ui/views/jsoneditdialog.h"
#include "ui/views/rulespanel.h"
#include "ui/views/scriptspanel.h"
#include "ui/views/sequencespanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

// Personas are written, kept and run from the window, against a sock of ours that knows nothing of it.
class TestPersonasPanel : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<InspectorWindow> m_window;
    std::unique_ptr<UdpSock> m_server;
    int m_heard = 0;

    template <typename Widget>
    Widget *field(const QString &name) const
    {
        return m_window->personasPanel()->findChild<Widget *>(name);
    }
    SwarmRun *swarm() const { return m_window->personasPanel()->swarm(); }
    QPushButton *runButton() const { return field<QPushButton>(u"swarmRun"_s); }
    /// JSON with ' for ".
    static QByteArray quoted(QByteArray text) { return text.replace('\'', '"'); }
    QString open(QByteArray project)
    {
        const QString path = m_folder->filePath(u"p.sockscope"_s);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(quoted(project)) < 0)
            return u"no file"_s;
        file.close();
        const auto error = m_window->project()->open(path);
        return error ? error->toString() : QString();
    }
    QByteArray players(const QByteArray &more = {}) const
    {
        return "{'version': 1, 'sockets': [{'name': 'game', 'kind': 'udp', 'connectTo': ['127.0.0.1:" +
               QByteArray::number(m_server->localEndpoint().port()) +
               "'], 'codec': 'json', 'timeoutMs': 0}], 'personas': [{'name': 'player', 'heartbeat': {'everyMs': 20, "
               "'type': '1', 'form': 'json', 'payload': '7'}" +
               more + "}]}";
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
        SockOptions options;
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.codec = makeCodec(u"json");
        m_server = std::make_unique<UdpSock>(options);
        m_heard = 0;
        m_server->setUnknownTypeHandler(this, [this](const Envelope &) { ++m_heard; });
        QVERIFY(!m_server->start());
        m_window = std::make_unique<InspectorWindow>();
        m_window->setWindowState(Qt::WindowNoState);
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup()
    {
        m_window.reset();
        m_server->stop();
        m_server.reset();
    }

    void theModelsAreSome()
    {
        Personas personas;
        const QAbstractItemModelTester tester(&personas, QAbstractItemModelTester::FailureReportingMode::Fatal);
        const auto node = [](const QByteArray &text) { return *parseJsonText(quoted(text), nullptr); };
        QVERIFY(!personas.set(-1, node("{'name': 'a'}")));
        QVERIFY(!personas.set(-1, node("{'name': 'b'}")));
        const auto twice = personas.set(1, node("{'name': 'a'}"));
        QVERIFY(twice && twice->what.contains(u"two personas"_s));
        QVERIFY(!personas.set(1, node("{'name': 'c', 'rampMs': 5}")));
        const JsonNode taken = personas.take(0);
        QCOMPARE(personas.name(0), u"c"_s);
        QVERIFY(!personas.insert(0, taken));
        QVERIFY(personas.insert(0, taken)); // two of one name
        QCOMPARE(personas.index(0).data().toString(), u"a"_s);

        SwarmFiguresModel figures;
        const QAbstractItemModelTester figuresTester(&figures, QAbstractItemModelTester::FailureReportingMode::Fatal);
        SwarmStats stats;
        stats.connected = 3;
        figures.show(stats, 5);
        QCOMPARE(figures.index(0, 1).data().toString(), u"3 of 5"_s);
        stats.misbehaving[1] = 2;
        figures.show(stats, 5);
        figures.clear();
        QCOMPARE(figures.rowCount(), 0);
    }

    void areWrittenAndKept()
    {
        field<QToolButton>(u"personaAdd"_s)->click();
        auto *dialog = m_window->findChild<JsonEditDialog *>();
        QVERIFY(dialog);
        auto *text = dialog->findChild<QPlainTextEdit *>(u"jsonText"_s);
        const QString example = text->toPlainText();
        text->setPlainText(QString::fromUtf8(quoted("{'name': 'x',\n 'rampMs': -1}")));
        dialog->accept();
        QVERIFY2(dialog->errorText().contains(u"line 2, column 12, rampMs"_s), qPrintable(dialog->errorText()));
        text->setPlainText(example);
        dialog->accept();
        QVERIFY(!dialog->isVisible());
        QCOMPARE(m_window->personas()->name(0), u"player"_s);
        field<QListView>(u"personasList"_s)->setFocus();
        QTest::keyClick(field<QListView>(u"personasList"_s), Qt::Key_Delete);
        QCOMPARE(m_window->personas()->rowCount(), 0);
        field<QToolButton>(u"personaUndo"_s)->click();
        QCOMPARE(m_window->personas()->rowCount(), 1);
        QTest::keyClick(field<QListView>(u"personasList"_s), Qt::Key_Return);
        QTRY_COMPARE(m_window->findChildren<JsonEditDialog *>().size(), 1);
        m_window->findChild<JsonEditDialog *>()->reject();
        QTRY_VERIFY(!m_window->findChild<JsonEditDialog *>());

        // With a project, in its file; unknown sections and what else is there stay.
        QCOMPARE(open(players()), QString());
        QVERIFY(!m_window->isWindowModified());
        QVERIFY(!m_window->personas()->set(0, *parseJsonText(quoted("{'name': 'other'}"), nullptr)));
        QVERIFY(m_window->isWindowModified());
        QVERIFY(m_window->project()->save());
        ProjectError error;
        ProjectFile::Stamp stamp;
        const auto project = ProjectFile::read(m_folder->filePath(u"p.sockscope"_s), &stamp, &error);
        QVERIFY(project && project->section(u"personas"));
        QCOMPARE(personasFromJson(*project->section(u"personas"), nullptr)->first().name, u"other"_s);
    }

    void aSwarmRunsAndTheLedgersAddUp()
    {
        QCOMPARE(open(players()), QString());
        field<QSpinBox>(u"swarmCount"_s)->setValue(20);
        field<QSpinBox>(u"swarmFor"_s)->setValue(0);
        QTest::mouseClick(runButton(), Qt::LeftButton);
        QCOMPARE(m_window->personasPanel()->errorText(), QString());
        QVERIFY(swarm()->isRunning());
        QVERIFY(!field<QSpinBox>(u"swarmCount"_s)->isEnabled());
        QTRY_COMPARE(swarm()->stats().connected, 20);
        QTRY_VERIFY(m_heard > 60);
        QTest::mouseClick(runButton(), Qt::LeftButton);
        QTRY_VERIFY(!swarm()->isRunning());
        QVERIFY(swarm()->hasPassed());
        QVERIFY(swarm()->stats().isBalanced);
        QVERIFY2(field<QLabel>(u"swarmState"_s)->text().startsWith(u"player was stopped by hand after"_s),
                 qPrintable(field<QLabel>(u"swarmState"_s)->text()));
        const quint64 sent = swarm()->stats().ledger.outboundTerms().front().count.messages;
        QTRY_COMPARE(m_server->ledger().received.messages, sent);
        QVERIFY(m_server->ledger().isBalanced());

        // Again, with a time and under loss: what was lost is a term.
        field<QLineEdit>(u"swarmImpair"_s)->setText(u"loss 100%"_s);
        field<QSpinBox>(u"swarmFor"_s)->setValue(1);
        QTest::mouseClick(runButton(), Qt::LeftButton);
        QTRY_VERIFY(!swarm()->isRunning() && swarm()->stats().connected == 20);
        QCOMPARE(m_server->ledger().received.messages, sent);
        QVERIFY(swarm()->stats().isBalanced);
    }

    void theWindowMayGoMeanwhile()
    {
        QCOMPARE(open(players()), QString());
        field<QSpinBox>(u"swarmFor"_s)->setValue(0);
        QTest::mouseClick(runButton(), Qt::LeftButton);
        QTRY_VERIFY(m_heard > 0);
        m_window.reset();
        QTRY_VERIFY(m_server->ledger().isBalanced());
    }

    /// What could not be saved is not taken: a list that cannot be read stays in the file as it is.
    void aListThatCannotBeReadTakesNothing()
    {
        const std::array<std::pair<QString, QWidget *>, 4> panels{{{u"rule"_s, m_window->rulesPanel()},
                                                                   {u"sequence"_s, m_window->sequencesPanel()},
                                                                   {u"script"_s, m_window->scriptsPanel()},
                                                                   {u"persona"_s, m_window->personasPanel()}}};
        QCOMPARE(open("{'version': 1, 'rules': [{'when': {'filter': 'size >'}}], 'sequences': 7,"
                      "'scripts': [{'name': 5}], 'personas': [{'nam': 'x'}]}"),
                 QString());
        const auto refusal = [](const QWidget *panel) { return panel->findChild<QLabel *>(u"refusal"_s); };
        for (const auto &[name, panel] : panels) {
            QVERIFY(!refusal(panel)->isHidden());
            QVERIFY2(refusal(panel)->text().contains(name), qPrintable(refusal(panel)->text()));
            QVERIFY(!panel->findChild<QToolButton *>(name + u"Add"_s)->isEnabled());
        }
        const QString why = refusal(panels[0].second)->text();
        QVERIFY2(why.contains(u"rules[0].when.filter"_s), qPrintable(why));
        QCOMPARE(open(players()), QString());
        for (const auto &[name, panel] : panels) {
            QVERIFY(refusal(panel)->isHidden());
            QVERIFY(panel->findChild<QToolButton *>(name + u"Add"_s)->isEnabled());
        }
    }

    void whatIsWrongIsSaid()
    {
        QCOMPARE(open("{'version': 1, 'personas': [{'name': 'player', 'socket': 'nowhere'}]}"), QString());
        const auto run = [this] {
            QTest::mouseClick(runButton(), Qt::LeftButton);
            return m_window->personasPanel()->errorText();
        };
        QVERIFY2(run().contains(u"no socket named nowhere"_s), qPrintable(run()));
        field<QLineEdit>(u"swarmTo"_s)->setText(u"here"_s);
        QVERIFY2(run().startsWith(u"To: "_s), qPrintable(run()));
        field<QLineEdit>(u"swarmTo"_s)->clear();
        field<QLineEdit>(u"swarmImpair"_s)->setText(u"loss much"_s);
        QVERIFY2(run().startsWith(u"The bad network: "_s), qPrintable(run()));
        QVERIFY(!swarm()->isRunning());
    }

    void nobodyThere()
    {
        quint16 port = 0;
        {
            SockOptions options;
            options.bind = HostPort{u"127.0.0.1"_s, 0};
            TcpSock gone(options);
            QVERIFY(!gone.start());
            port = gone.localEndpoint().port();
        }
        QCOMPARE(open("{'version': 1, 'sockets': [{'name': 'chat', 'kind': 'tcp', 'connectTo': ['127.0.0.1:" +
                      QByteArray::number(port) +
                      "'], 'codec': 'json'}], 'personas': [{'name': 'guest', 'heartbeat': {'everyMs': 20, 'type': "
                      "'1', 'form': 'json', 'payload': '7'}}]}"),
                 QString());
        field<QSpinBox>(u"swarmCount"_s)->setValue(2);
        field<QSpinBox>(u"swarmFor"_s)->setValue(1);
        QTest::mouseClick(runButton(), Qt::LeftButton);
        QTRY_VERIFY(!swarm()->isRunning() && swarm()->stats().failed == 2);
        QVERIFY(!swarm()->hasPassed());
        const QString state = field<QLabel>(u"swarmState"_s)->text();
        QVERIFY2(state.startsWith(u"guest failed"_s) && state.contains(u"2 never connected"_s) &&
                     state.contains(u"nothing listens on"_s),
                 qPrintable(state));
    }
};

QTEST_MAIN(TestPersonasPanel)
#include "test_personaspanel.moc"
