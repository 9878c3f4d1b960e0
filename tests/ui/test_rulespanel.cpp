#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QFile>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

#include <memory>

#include "core/codec/codec.h"
#include "core/peers/peertable.h"
#include "core/project/jsontext.h"
#include "core/simulate/rulejson.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/rulesmodel.h"
#include "ui/models/simulation.h"
#include "ui/models/sockcontroller.h"
#include "ui/project/projectsession.h"
#include "ui/views/jsoneditdialog.h"
#include "ui/views/noticebar.h"
#include "ui/views/rulespanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestRulesPanel : public QObject
{
    Q_OBJECT

private:
    struct Scene
    {
        Inspection inspection;
        Simulation simulation{&inspection};
        RulesPanel panel{&simulation};
        std::unique_ptr<UdpSock> client;
        QStringList heard; ///< texts that the client received
        SockController *server = nullptr;
    };
    std::unique_ptr<Scene> m_scene;

    static QList<Rule> rules(const QByteArray &json)
    {
        ProjectError damaged;
        SimulateError wrong;
        const auto node = parseJsonText(json, &damaged);
        const auto read = node ? rulesFromJson(*node, &wrong) : std::nullopt;
        if (!read)
            qFatal("%s %s", qPrintable(damaged.toString()), qPrintable(wrong.toString()));
        return *read;
    }
    static QByteArray answering(const QByteArray &text)
    {
        return "{\"name\":\"" + text + "\",\"actions\":[{\"do\":\"answer\",\"form\":\"text\",\"payload\":\"" + text +
               "\"}]}";
    }
    void say(const QString &text) { QVERIFY(m_scene->client->sendMessage(0, text).isOk()); }
    QTreeView *table() const { return m_scene->panel.table(); }
    QString cell(int row, int column) const { return table()->model()->index(row, column).data().toString(); }
    template <typename Widget>
    Widget *field(const QString &name) const
    {
        return m_scene->panel.findChild<Widget *>(name);
    }
    void click(const QString &button) const { QTest::mouseClick(field<QToolButton>(button), Qt::LeftButton); }
    void check(const QString &box) const
    {
        auto *found = field<QCheckBox>(box);
        QTest::mouseClick(found, Qt::LeftButton, {}, {8, found->height() / 2});
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_scene = std::make_unique<Scene>();
        SockSpec spec;
        spec.name = u"server"_s;
        spec.listen = HostPort{u"127.0.0.1"_s, 0};
        spec.codec = u"text"_s;
        m_scene->inspection.open(spec);
        QTRY_COMPARE(m_scene->inspection.controllers().size(), 1);
        m_scene->server = m_scene->inspection.controllers().first();
        QTRY_VERIFY(m_scene->server->isActive());
        m_scene->panel.resize(700, 300);
        m_scene->panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&m_scene->panel));

        SockOptions options;
        options.codec = makeCodec(u"text");
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.tickInterval = std::chrono::milliseconds(0);
        m_scene->client = std::make_unique<UdpSock>(options);
        m_scene->client->addHandler(0, m_scene->client.get(), [this](const Envelope &envelope) {
            m_scene->heard.append(envelope.message.data().toString());
        });
        QVERIFY(!m_scene->client->start());
        const auto url = SockUrl::fromString(m_scene->server->snapshot().url);
        QVERIFY(url);
        QVERIFY(!m_scene->client->connectTo(url->address));
        QTRY_COMPARE(m_scene->client->peers().size(), 1);
    }
    void cleanup() { m_scene.reset(); }

    void rulesAnswerOnlyWhenTheyAct()
    {
        const QAbstractItemModelTester tester(table()->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        m_scene->simulation.setRules(rules('[' + answering("one") + ']'));
        say(u"x"_s);
        QTRY_COMPARE(m_scene->inspection.messageLogModel()->rowCount(), 1);
        QVERIFY(m_scene->heard.isEmpty());
        check(u"rulesRunning"_s);
        QVERIFY(m_scene->simulation.isRunning());
        say(u"y"_s);
        QTRY_COMPARE(m_scene->heard, QStringList{u"one"_s});
        QTRY_COMPARE(cell(0, RulesModel::HitsColumn), u"1"_s);

        // A check box turns one off, and an unchanged rule keeps its numbers.
        m_scene->simulation.setRules(rules('[' + answering("one") + ',' + answering("two") + ']'));
        QTRY_COMPARE(cell(0, RulesModel::HitsColumn), u"1"_s);
        const QModelIndex first = table()->model()->index(0, 0);
        QTest::mouseClick(table()->viewport(), Qt::LeftButton, {},
                          table()->visualRect(first).topLeft() + QPoint(8, table()->visualRect(first).height() / 2));
        QVERIFY(!m_scene->simulation.rules().first().enabled);
        say(u"z"_s);
        const QStringList expected{u"one"_s, u"two"_s};
        QTRY_COMPARE(m_scene->heard, expected);
    }

    void aRuleIsEditedAsText()
    {
        click(u"ruleAdd"_s);
        auto *dialog = m_scene->panel.findChild<JsonEditDialog *>();
        QVERIFY(dialog);
        auto *text = dialog->findChild<QPlainTextEdit *>(u"jsonText"_s);
        QVERIFY(text->toPlainText().contains(u"\"answer\""_s));
        text->setPlainText(u"{\n  \"name\": }"_s);
        dialog->accept();
        QVERIFY(dialog->isVisible());
        QVERIFY2(dialog->errorText().contains(u"line 2, column 11"_s), qPrintable(dialog->errorText()));
        QCOMPARE(text->textCursor().blockNumber(), 1);
        QCOMPARE(text->textCursor().positionInBlock(), 10);
        text->setPlainText(u"{\n  \"name\": \"r\",\n  \"when\": { \"filter\": \"size >\" },\n  \"actions\": []\n}"_s);
        dialog->accept();
        QVERIFY2(dialog->errorText().contains(u"line 3"_s) && dialog->errorText().contains(u"when.filter"_s),
                 qPrintable(dialog->errorText()));
        QVERIFY(m_scene->simulation.rules().isEmpty());
        text->setPlainText(QString::fromUtf8(answering("typed")));
        dialog->accept();
        QTRY_VERIFY(!m_scene->panel.findChild<JsonEditDialog *>());
        QCOMPARE(cell(0, 0), u"typed"_s);

        m_scene->panel.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&m_scene->panel));
        table()->setFocus();
        QTest::keyClick(table(), Qt::Key_Return);
        dialog = m_scene->panel.findChild<JsonEditDialog *>();
        QVERIFY(dialog);
        // What was typed is not thrown away with one key.
        text = dialog->findChild<QPlainTextEdit *>(u"jsonText"_s);
        QTest::keyClick(text, 'x');
        QTest::keyClick(text, Qt::Key_Escape);
        QVERIFY(dialog->isVisible());
        QVERIFY2(dialog->errorText().contains(u"once more discards it"_s), qPrintable(dialog->errorText()));
        QTest::keyClick(text, 'y'); // it begins anew
        QTest::keyClick(text, Qt::Key_Escape);
        QVERIFY(dialog->isVisible());
        QTest::keyClick(text, Qt::Key_Escape);
        QTRY_VERIFY(!m_scene->panel.findChild<JsonEditDialog *>());
        m_scene->panel.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&m_scene->panel));
        table()->setFocus();
        QTest::keyClick(table(), Qt::Key_Return);
        dialog = m_scene->panel.findChild<JsonEditDialog *>();
        QVERIFY(dialog);
        dialog->findChild<QPlainTextEdit *>(u"jsonText"_s)->setPlainText(QString::fromUtf8(answering("again")));
        dialog->accept();
        QCOMPARE(m_scene->simulation.rules().size(), 1);
        QCOMPARE(cell(0, 0), u"again"_s);
    }

    void rulesAreMovedAndRemoved()
    {
        m_scene->simulation.setRules(rules('[' + answering("a") + ',' + answering("b") + ',' + answering("c") + ']'));
        table()->setFocus();
        table()->setCurrentIndex(table()->model()->index(2, 0));
        QTest::keyClick(table(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(cell(1, 0), u"c"_s);
        QCOMPARE(table()->currentIndex().row(), 1);
        click(u"ruleDown"_s);
        QCOMPARE(cell(2, 0), u"c"_s);
        QVERIFY(!field<QToolButton>(u"ruleDown"_s)->isEnabled());
        QTest::keyClick(table(), Qt::Key_Delete);
        QCOMPARE(table()->model()->rowCount(), 2);
        QCOMPARE(cell(1, 0), u"b"_s);
        click(u"ruleUndo"_s);
        QCOMPARE(cell(2, 0), u"c"_s);
        QVERIFY(!field<QToolButton>(u"ruleUndo"_s)->isEnabled());
    }

    void marksColoursAndCommentsReachTheLog()
    {
        m_scene->simulation.setRules(
            rules("[{\"name\":\"m\",\"when\":{\"regex\":\"bad\"},\"actions\":[{\"do\":\"mark\"},"
                  "{\"do\":\"colour\",\"colour\":\"#ffe0e0\"},{\"do\":\"comment\",\"text\":\"look\"}]}]"));
        m_scene->simulation.setRunning(true);
        say(u"good"_s);
        say(u"bad"_s);
        MessageLogModel *log = m_scene->inspection.messageLogModel();
        QTRY_COMPARE(log->rowCount(), 2);
        QTRY_VERIFY(log->isMarked(1));
        QTRY_COMPARE(log->annotations()->commentCount(), 1);
        QTRY_COMPARE(log->annotations()->colour(log->noOfRow(1)), RuleColour::ofRgb(0xffe0e0, 0xffe0e0));
        QVERIFY(!log->isMarked(0));
        QCOMPARE(m_scene->simulation.lostNotes(), quint64(0));
    }

    void marksFindTheirMessageAmongThoseSent()
    {
        // Each message is answered, so that the log counts twice as many; answers are coloured, too.
        m_scene->simulation.setRules(
            rules("[{\"name\":\"a\",\"when\":{\"direction\":\"in\"},\"actions\":["
                  "{\"do\":\"answer\",\"form\":\"text\",\"payload\":\"heard {{request.data}}\"}]},"
                  "{\"name\":\"m\",\"when\":{\"direction\":\"in\",\"regex\":\"bad\"},"
                  "\"actions\":[{\"do\":\"mark\"}]},"
                  "{\"name\":\"o\",\"when\":{\"direction\":\"out\",\"regex\":\"heard good\"},"
                  "\"actions\":[{\"do\":\"comment\",\"text\":\"told\"}]}]"));
        m_scene->simulation.setRunning(true);
        for (const QString &text : {u"one"_s, u"good"_s, u"bad"_s, u"two"_s})
            say(text);
        MessageLogModel *log = m_scene->inspection.messageLogModel();
        QTRY_COMPARE(log->rowCount(), 8);
        QTRY_COMPARE(log->annotations()->commentCount(), 1);
        const auto textOf = [log](int row) { return log->message(row).payload().toByteArray(); };
        int marked = 0;
        QTRY_VERIFY(log->annotations()->markCount() == 1);
        for (int row = 0; row < log->rowCount(); ++row) {
            const bool isBad = log->message(row).direction() == Direction::In && textOf(row).contains("bad");
            QCOMPARE(log->isMarked(row), isBad);
            marked += isBad ? 1 : 0;
            const bool isTold = log->message(row).direction() == Direction::Out && textOf(row).contains("heard good");
            QCOMPARE(log->annotations()->comment(log->noOfRow(row)), isTold ? u"told"_s : QString());
        }
        QCOMPARE(marked, 1);
        QCOMPARE(m_scene->simulation.lostNotes(), quint64(0));
    }

    void whatFailsStandsInItsRow()
    {
        m_scene->simulation.setRules(
            rules("[{\"name\":\"p\",\"actions\":[{\"do\":\"run\",\"program\":\"/bin/true\"}]}]"));
        m_scene->simulation.setRunning(true);
        QVERIFY(!field<QCheckBox>(u"rulesPrograms"_s)->isChecked());
        say(u"x"_s);
        QTRY_COMPARE(cell(0, RulesModel::FailedColumn), u"1"_s);
        QVERIFY(!cell(0, RulesModel::ErrorColumn).isEmpty());
    }

    void aRuleStopsAll()
    {
        m_scene->simulation.setRules(rules("[{\"name\":\"s\",\"actions\":[{\"do\":\"stop\"}]}]"));
        check(u"rulesRunning"_s);
        say(u"x"_s);
        QTRY_VERIFY(!m_scene->simulation.isRunning());
        QTRY_VERIFY(!field<QCheckBox>(u"rulesRunning"_s)->isChecked());
    }

    void aProjectsRulesDoNothingByThemselves()
    {
        const QTemporaryDir folder;
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        const QString path = folder.filePath(u"game.sockscope"_s);
        const auto write = [&path](const QByteArray &rule) {
            QFile file(path);
            return file.open(QIODevice::WriteOnly) &&
                   file.write("{\n  \"version\": 1,\n  \"rules\": [" + rule + "]\n}\n") > 0;
        };
        const auto read = [&path] {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QVERIFY(write("{\"name\":\"r\",\"x-mine\":7,\"actions\":[{\"do\":\"mark\"}]}"));
        InspectorWindow window;
        window.simulation()->setRunning(true);
        QVERIFY(!window.project()->open(path));
        QCOMPARE(window.simulation()->rules().size(), 1);
        QVERIFY(!window.simulation()->isRunning());
        QVERIFY(!window.isWindowModified());
        window.simulation()->setRuleEnabled(0, false);
        QVERIFY(window.isWindowModified());
        QVERIFY(window.project()->save());
        QVERIFY(read().contains("\"x-mine\": 7"));
        QVERIFY(read().contains("\"enabled\": false"));

        // Rules that cannot be read are named and stay in the file.
        QVERIFY(write("{\"name\":\"r\",\"actions\":[{\"do\":\"sing\"}]}"));
        QVERIFY(!window.project()->open(path));
        QVERIFY2(window.noticeBar()->text().contains(u"rules[0].actions[0].do"_s),
                 qPrintable(window.noticeBar()->text()));
        QVERIFY(window.simulation()->rules().isEmpty());
        window.project()->touch();
        QVERIFY(window.project()->save());
        QVERIFY(read().contains("\"sing\""));
    }

    void theWindowsSideGoesFirst()
    {
        m_scene->client.reset();
        auto simulation = std::make_unique<Simulation>(&m_scene->inspection);
        simulation->setRules(rules('[' + answering("one") + ']'));
        simulation->setRunning(true);
        simulation.reset(); // what was posted must find nobody
        QCoreApplication::processEvents();
        auto inspection = std::make_unique<Inspection>();
        Simulation late(inspection.get());
        late.setRules(rules('[' + answering("one") + ']'));
        inspection.reset();
        QVERIFY(!late.isRunning());
    }
};

QTEST_MAIN(TestRulesPanel)
#include "test_rulespanel.moc"
