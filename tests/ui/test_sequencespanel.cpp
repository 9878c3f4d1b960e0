#include <QComboBox>
#include <QFile>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

#include <memory>

#include "core/codec/codec.h"
#include "core/project/jsontext.h"
#include "core/simulate/sequencejson.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/inspection.h"
#include "ui/models/sequenceplayer.h"
#include "ui/models/sockcontroller.h"
#include "ui/project/projectsession.h"
#include "ui/views/jsoneditdialog.h"
#include "ui/views/sequencespanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestSequencesPanel : public QObject
{
    Q_OBJECT

private:
    struct Scene
    {
        std::unique_ptr<UdpSock> server; ///< answers with what it hears
        Inspection inspection;
        SequencePlayer player{&inspection};
        SequencesPanel panel{&inspection, &player};
    };
    std::unique_ptr<Scene> m_scene;

    static QList<Sequence> sequences(const QByteArray &json)
    {
        ProjectError damaged;
        SimulateError wrong;
        const auto node = parseJsonText(json, &damaged);
        const auto read = node ? sequencesFromJson(*node, &wrong) : std::nullopt;
        if (!read)
            qFatal("%s %s", qPrintable(damaged.toString()), qPrintable(wrong.toString()));
        return *read;
    }
    static QByteArray echo(const QByteArray &name, const QByteArray &sent, const QByteArray &expected)
    {
        return "{\"name\":\"" + name + "\",\"steps\":[{\"do\":\"send\",\"form\":\"text\",\"payload\":\"" + sent +
               "\"},{\"do\":\"expect\",\"filter\":\"data == \\\"" + expected + "\\\"\",\"timeoutMs\":200}]}";
    }
    template <typename Widget>
    Widget *field(const QString &name) const
    {
        return m_scene->panel.findChild<Widget *>(name);
    }
    QTreeWidget *tree() const { return field<QTreeWidget>(u"sequenceResults"_s); }
    void click(const QString &button) const
    {
        auto *found = field<QAbstractButton>(button);
        QVERIFY(found->isEnabled());
        QTest::mouseClick(found, Qt::LeftButton);
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_scene = std::make_unique<Scene>();
        SockOptions options;
        options.codec = makeCodec(u"text");
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.tickInterval = std::chrono::milliseconds(0);
        m_scene->server = std::make_unique<UdpSock>(options);
        UdpSock *server = m_scene->server.get();
        server->addHandler(0, server, [server](const Envelope &envelope) {
            server->sendMessage(0, envelope.message.data().toString(), envelope.peer);
        });
        QVERIFY(!server->start());
        SockSpec spec;
        spec.name = u"client"_s;
        spec.connectTo = {HostPort{u"127.0.0.1"_s, server->localEndpoint().port()}};
        spec.codec = u"text"_s;
        m_scene->inspection.open(spec);
        m_scene->panel.resize(420, 360);
        m_scene->panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&m_scene->panel));
        QVERIFY(!field<QPushButton>(u"sequenceRun"_s)->isEnabled());
        QTRY_COMPARE(m_scene->inspection.controllers().size(), 1);
        QTRY_COMPARE(field<QComboBox>(u"sequenceSocket"_s)->count(), 1);
    }
    void cleanup() { m_scene.reset(); }

    void aRunHasAResultForEachStep()
    {
        m_scene->player.setSequences(sequences('[' + echo("good", "hi", "hi") + ',' + echo("bad", "hi", "ho") + ']'));
        click(u"sequenceRun"_s);
        QTRY_VERIFY(!m_scene->player.isRunning());
        QTRY_COMPARE(m_scene->panel.results().size(), 1);
        QCOMPARE(tree()->topLevelItemCount(), 1);
        const QTreeWidgetItem *run = tree()->topLevelItem(0);
        QVERIFY2(run->text(2).startsWith(u"passed"_s), qPrintable(run->text(2)));
        QCOMPARE(run->childCount(), 2);
        QVERIFY2(run->child(1)->text(2).contains(u"bytes from 127.0.0.1"_s), qPrintable(run->child(1)->text(2)));

        field<QComboBox>(u"sequenceChoice"_s)->setCurrentIndex(1);
        click(u"sequenceRun"_s);
        QTRY_COMPARE(m_scene->panel.results().size(), 2);
        QTRY_COMPARE(tree()->topLevelItemCount(), 2);
        const QTreeWidgetItem *failed = tree()->topLevelItem(1);
        QVERIFY(failed->text(2).startsWith(u"failed"_s));
        QVERIFY(failed->child(1)->text(2).contains(u"1 other"_s));

        const QTemporaryDir folder;
        QVERIFY(!m_scene->panel.exportTo(folder.filePath(u"out.xml"_s)));
        QFile file(folder.filePath(u"out.xml"_s));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray xml = file.readAll();
        QVERIFY(xml.contains("name=\"good\""));
        QVERIFY(xml.contains("<failure"));
        QVERIFY(m_scene->panel.exportTo(folder.filePath(u"no/out.xml"_s)));
    }

    void stopEndsARun()
    {
        m_scene->player.setSequences(sequences("[{\"name\":\"long\",\"steps\":[{\"do\":\"wait\",\"ms\":600000}]}]"));
        click(u"sequenceRun"_s);
        QVERIFY(m_scene->player.isRunning());
        QCOMPARE(field<QPushButton>(u"sequenceRun"_s)->text().remove(u'&'), u"Stop"_s);
        click(u"sequenceRun"_s);
        QTRY_VERIFY(!m_scene->player.isRunning());
        QTRY_COMPARE(m_scene->panel.results().size(), 1);
        QVERIFY(m_scene->panel.results().first().what.contains(u"by hand"_s));
        QCOMPARE(tree()->topLevelItemCount(), 1);
    }

    void aSocketThatGoesFailsItsRun()
    {
        m_scene->player.setSequences(sequences("[{\"name\":\"long\",\"steps\":[{\"do\":\"wait\",\"ms\":600000}]}]"));
        click(u"sequenceRun"_s);
        m_scene->inspection.controllers().first()->remove();
        QTRY_VERIFY(!m_scene->player.isRunning());
        QTRY_COMPARE(m_scene->panel.results().size(), 1);
        QVERIFY2(m_scene->panel.results().first().what.contains(u"gone"_s),
                 qPrintable(m_scene->panel.results().first().what));
    }

    void withEachPeerUntilStop()
    {
        SockSpec spec;
        spec.name = u"door"_s;
        spec.listen = HostPort{u"127.0.0.1"_s, 0};
        spec.codec = u"text"_s;
        m_scene->inspection.open(spec);
        QTRY_COMPARE(m_scene->inspection.controllers().size(), 2);
        SockController *door = m_scene->inspection.controllers().last();
        QTRY_VERIFY(door->isActive());
        m_scene->player.setSequences(sequences("[{\"name\":\"greet\",\"start\":\"peer\",\"steps\":[{\"do\":\"expect\","
                                               "\"filter\":\"data == \\\"hi\\\"\"}]}]"));
        field<QComboBox>(u"sequenceSocket"_s)->setCurrentIndex(1);
        click(u"sequenceRun"_s);
        const auto url = SockUrl::fromString(door->snapshot().url);
        QVERIFY(url);
        QVERIFY(!m_scene->server->connectTo(url->address));
        const Endpoint peer = *Endpoint::fromString(url->address.toString());
        QTRY_VERIFY(m_scene->server->sendMessage(0, u"hi"_s, peer).isOk());
        QTRY_COMPARE(m_scene->panel.results().size(), 1);
        QVERIFY(m_scene->panel.results().first().passed);
        QVERIFY(m_scene->player.isRunning());
        click(u"sequenceRun"_s);
        QTRY_VERIFY(!m_scene->player.isRunning());
        QCOMPARE(tree()->topLevelItemCount(), 1);
    }

    void aSequenceIsWrittenAsText()
    {
        click(u"sequenceAdd"_s);
        auto *dialog = m_scene->panel.findChild<JsonEditDialog *>();
        QVERIFY(dialog);
        auto *text = dialog->findChild<QPlainTextEdit *>(u"jsonText"_s);
        text->setPlainText(u"{\n  \"name\": \"s\",\n  \"steps\": [\n    { \"do\": \"sing\" }\n  ]\n}"_s);
        dialog->accept();
        QVERIFY2(dialog->errorText().contains(u"line 4"_s) && dialog->errorText().contains(u"steps[0].do"_s),
                 qPrintable(dialog->errorText()));
        text->setPlainText(QString::fromUtf8(echo("typed", "a", "a")));
        dialog->accept();
        QCOMPARE(field<QComboBox>(u"sequenceChoice"_s)->currentText(), u"typed"_s);
        click(u"sequenceRemove"_s);
        QVERIFY(m_scene->player.sequences().isEmpty());
        QVERIFY(!field<QPushButton>(u"sequenceRun"_s)->isEnabled());
        click(u"sequenceUndo"_s);
        QCOMPARE(field<QComboBox>(u"sequenceChoice"_s)->currentText(), u"typed"_s);
        QVERIFY(!field<QToolButton>(u"sequenceUndo"_s)->isEnabled());
    }

    void sequencesAreTheProjects()
    {
        const QTemporaryDir folder;
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        QFile file(folder.filePath(u"game.sockscope"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"version\":1,\"sequences\":[" + echo("s", "a", "a") + "]}");
        file.close();
        InspectorWindow window;
        QVERIFY(!window.project()->open(file.fileName()));
        auto *choice = window.sequencesPanel()->findChild<QComboBox *>(u"sequenceChoice"_s);
        QCOMPARE(choice->count(), 1);
        QVERIFY(!window.isWindowModified());
        window.sequencesPanel()->findChild<QToolButton *>(u"sequenceRemove"_s)->click();
        QVERIFY(window.isWindowModified());
        QVERIFY(window.project()->save());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("\"steps\""));
    }
};

QTEST_MAIN(TestSequencesPanel)
#include "test_sequencespanel.moc"
