#include <QAction>
#include <QApplication>
#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <functional>
#include <memory>

#include "core/project/project.h"
#include "support/testmain.h"
#include "ui/inject/composer.h"
#include "ui/inspectorwindow.h"
#include "ui/models/colourrules.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/messagetreemodel.h"
#include "ui/models/savedfilters.h"
#include "ui/models/sockcontroller.h"
#include "ui/project/projectsession.h"
#include "ui/views/filterbar.h"
#include "ui/views/noticebar.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestProjectWindow : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QTimer m_person;
    QList<std::function<bool(QWidget *)>> m_acts;

    static QByteArray projectText()
    {
        return "{\n"
               "  \"version\": 1,\n"
               "  \"note\": \"of somebody\",\n"
               "  \"sockets\": [\n"
               "    { \"name\": \"game\", \"kind\": \"udp\", \"listen\": \"127.0.0.1:0\", \"codec\": \"json\" }\n"
               "  ],\n"
               "  \"messages\": [\n"
               "    { \"name\": \"hello\", \"form\": \"json\", \"payload\": \"{\\\"a\\\":1}\", \"mine\": 7 }\n"
               "  ],\n"
               "  \"filters\": [\n"
               "    { \"name\": \"moves\", \"filter\": \"type == \\\"move\\\"\" }\n"
               "  ],\n"
               "  \"colours\": {\n"
               "    \"enabled\": true,\n"
               "    \"rules\": [\n"
               "      { \"name\": \"Bad\", \"filter\": \"error\", \"enabled\": true, \"ground\": \"red\", \"text\": "
               "\"\" }\n"
               "    ]\n"
               "  },\n"
               "  \"columns\": [\n"
               "    { \"path\": \"data.pos.x\", \"title\": \"x\" }\n"
               "  ]\n"
               "}\n";
    }
    QString path(const QString &name) const { return m_folder->filePath(name); }
    QString write(const QString &name, const QByteArray &bytes) const
    {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write a test's file");
        return file.fileName();
    }
    static QByteArray read(const QString &name)
    {
        QFile file(name);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static std::optional<Project> projectOf(const QString &name) { return Project::fromBytes(read(name)); }
    static void show(InspectorWindow &window)
    {
        window.resize(1200, 800);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
    }
    static void trigger(const InspectorWindow &window, const QString &text)
    {
        for (QAction *action : window.findChildren<QAction *>())
            if (action->text().remove(u'&') == text)
                return action->trigger();
        QFAIL(qPrintable(text));
    }
    /// What a person does with the dialogs that come, one after the other.
    void when(const std::function<bool(QWidget *dialog)> &act) { m_acts.append(act); }
    void click(const QString &button, const QString &said = {})
    {
        when([button, said](QWidget *dialog) {
            auto *found = dialog->findChild<QPushButton *>(button);
            const auto *box = qobject_cast<QMessageBox *>(dialog);
            if (!found || !box || !box->informativeText().contains(said))
                return false;
            QTest::mouseClick(found, Qt::LeftButton);
            return true;
        });
    }
    void click(QMessageBox::StandardButton button)
    {
        when([button](QWidget *dialog) {
            const auto *box = qobject_cast<QMessageBox *>(dialog);
            if (!box || !box->button(button))
                return false;
            QTest::mouseClick(box->button(button), Qt::LeftButton);
            return true;
        });
    }
    void chooseFile(const QString &file)
    {
        when([file](QWidget *widget) {
            auto *dialog = qobject_cast<QFileDialog *>(widget);
            if (!dialog)
                return false;
            dialog->findChild<QLineEdit *>(u"fileNameEdit"_s)->setText(file);
            QMetaObject::invokeMethod(dialog, "accept", Qt::QueuedConnection);
            return true;
        });
    }
    static void clickNotice(const InspectorWindow &window, const QString &button)
    {
        auto *found = window.noticeBar()->findChild<QPushButton *>(button);
        QVERIFY2(found && found->isVisible(), qPrintable(button));
        QTest::mouseClick(found, Qt::LeftButton);
    }
    static SockSpec listening(const QString &name)
    {
        SockSpec spec;
        spec.name = name;
        spec.listen = HostPort{u"127.0.0.1"_s, 0};
        return spec;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
        m_acts.clear();
    }
    void initTestCase()
    {
        connect(&m_person, &QTimer::timeout, this, [this] {
            QWidget *dialog = QApplication::activeModalWidget();
            if (!dialog || m_acts.isEmpty())
                return;
            const auto act = m_acts.takeFirst();
            if (!act(dialog))
                m_acts.prepend(act);
        });
        m_person.start(20);
    }
    void cleanup() { QVERIFY(m_acts.isEmpty()); }

    void aProjectIsShownAndSavedAsItWas()
    {
        const QString file = write(u"game.sockscope"_s, projectText());
        InspectorWindow window;
        show(window);
        QVERIFY(!window.project()->open(file));
        QCOMPARE(window.windowTitle(), u"game[*] – SockScope"_s);
        QTRY_COMPARE(window.inspection()->controllers().size(), 1);
        SockController *game = window.inspection()->controllers().first();
        QTRY_VERIFY(game->isActive());
        QCOMPARE(game->name(), u"game"_s);
        const QList<SavedFilter> filters{{u"moves"_s, u"type == \"move\""_s}};
        QCOMPARE(window.filterBar()->savedFilters()->filters(), filters);
        QCOMPARE(window.inspection()->colourRules()->rules().size(), size_t(1));
        QCOMPARE(window.inspection()->messageLogModel()->fieldColumns().at(0).path, u"data.pos.x"_s);
        QVERIFY(!window.isWindowModified());

        // Only the layout is new, and what nobody here understands is where it was.
        window.project()->touch();
        QVERIFY(window.isWindowModified());
        trigger(window, u"Save Project"_s);
        QVERIFY(!window.isWindowModified());
        QByteArray saved = read(file);
        const qsizetype layout = saved.indexOf(",\n  \"layout\"");
        QVERIFY(layout > 0);
        QCOMPARE(saved.left(layout) + "\n}\n", projectText());
    }

    void whatAPersonChangesIsInTheFile()
    {
        const QString file = write(u"game.sockscope"_s, projectText());
        InspectorWindow window;
        show(window);
        QVERIFY(!window.project()->open(file));
        QTRY_COMPARE(window.inspection()->controllers().size(), 1);
        window.openSock(listening(u"other"_s));
        QTRY_COMPARE(window.inspection()->controllers().size(), 2);
        QVERIFY(window.isWindowModified());
        QVERIFY(!window.filterBar()->savedFilters()->add(u"big"_s, u"size > 100"_s));
        window.inspection()->messageLogModel()->setFieldColumns({});
        window.inspection()->colourRules()->setEnabled(false);
        QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!window.isWindowModified());
        auto saved = projectOf(file);
        QVERIFY(saved);
        QCOMPARE(saved->sockets().size(), 2);
        QCOMPARE(saved->sockets().at(1).name, u"other"_s);
        QCOMPARE(saved->filters().size(), 2);
        QVERIFY(saved->columns().isEmpty());
        QCOMPARE(saved->colours().value(u"enabled"_s).toBool(true), false);
        QCOMPARE(saved->items().size(), 1);
        QVERIFY(read(file).contains("\"mine\": 7"));

        window.inspection()->controllers().first()->remove();
        QTRY_VERIFY(window.isWindowModified());
        trigger(window, u"Save Project"_s);
        saved = projectOf(file);
        QVERIFY(saved);
        QCOMPARE(saved->sockets().size(), 1);
    }

    void aDamagedFileIsNamedAndLeftAlone()
    {
        const QByteArray damaged = "{\n  \"version\": 1,\n  \"sockets\": [ { \"kind\": \"udp\" }\n";
        const QString file = write(u"bad.sockscope"_s, damaged);
        InspectorWindow window;
        show(window);
        QVERIFY(window.project()->open(file));
        QVERIFY(window.noticeBar()->isVisible());
        QVERIFY2(window.noticeBar()->text().contains(u"bad.sockscope was not opened"_s),
                 qPrintable(window.noticeBar()->text()));
        QVERIFY2(window.noticeBar()->text().contains(u"line 4, column 1"_s), qPrintable(window.noticeBar()->text()));
        QVERIFY(!window.project()->document().isOpen());
        QCOMPARE(window.windowTitle(), u"SockScope"_s);
        clickNotice(window, u"noticeClose"_s);
        QVERIFY(!window.noticeBar()->isVisible());

        // Nor is it written over without a word, and then it is kept.
        chooseFile(file);
        click(QMessageBox::Yes); // the dialog asks about any file that is there
        click(u"projectOverwrite"_s, u"cannot be read as a project"_s);
        trigger(window, u"Save Project As…"_s);
        QVERIFY(projectOf(file));
        QVERIFY(window.noticeBar()->text().contains(u"is kept as"_s));
        QCOMPARE(read(window.project()->document().keptAs()), damaged);
    }

    void changesAreNotLostWithoutAQuestion()
    {
        const QString file = write(u"game.sockscope"_s, projectText());
        InspectorWindow window;
        show(window);
        QVERIFY(!window.project()->open(file));
        QVERIFY(!window.filterBar()->savedFilters()->add(u"big"_s, u"size > 100"_s));
        click(u"projectQuestionCancel"_s);
        window.close();
        QVERIFY(window.isVisible());
        click(u"projectQuestionCancel"_s);
        trigger(window, u"New Project"_s);
        QCOMPARE(window.project()->document().name(), u"game"_s);
        click(u"projectQuestionSave"_s);
        window.close();
        QVERIFY(!window.isVisible());
        QCOMPARE(projectOf(file)->filters().size(), 2);
    }

    void discardingLeavesTheFileAndNoTrace()
    {
        const QString file = write(u"game.sockscope"_s, projectText());
        {
            InspectorWindow window;
            show(window);
            QVERIFY(!window.project()->open(file));
            QVERIFY(!window.filterBar()->savedFilters()->add(u"big"_s, u"size > 100"_s));
            click(u"projectQuestionDiscard"_s);
            window.close();
            QVERIFY(!window.isVisible());
        }
        QCOMPARE(read(file), projectText());
        InspectorWindow window;
        show(window);
        window.project()->offerLeft();
        QVERIFY(!window.noticeBar()->isVisible());
    }

    void whatACrashLeftIsOffered()
    {
        const QString file = write(u"game.sockscope"_s, projectText());
        {
            InspectorWindow window;
            show(window);
            QVERIFY(!window.project()->open(file));
            QVERIFY(!window.filterBar()->savedFilters()->add(u"big"_s, u"size > 100"_s));
            ProjectSession::leaveAll(); // as a signal does
            window.close();
            QVERIFY(!window.isVisible());
        }
        QCOMPARE(read(file), projectText());
        InspectorWindow window;
        show(window);
        window.project()->offerLeft();
        QVERIFY2(window.noticeBar()->text().contains(u"changes to game.sockscope"_s),
                 qPrintable(window.noticeBar()->text()));
        clickNotice(window, u"projectRecover"_s);
        QVERIFY(!window.noticeBar()->isVisible());
        QVERIFY(window.isWindowModified());
        QCOMPARE(window.filterBar()->savedFilters()->filters().size(), 2);
        trigger(window, u"Save Project"_s);
        QCOMPARE(projectOf(file)->filters().size(), 2);
        window.project()->offerLeft();
        QVERIFY(!window.noticeBar()->isVisible());
    }

    void whatIsDeletedIsAskedForTwice()
    {
        {
            InspectorWindow window;
            window.project()->startNew();
            window.project()->touch();
        } // nobody was asked
        InspectorWindow window;
        show(window);
        window.project()->offerLeft();
        QVERIFY(window.noticeBar()->text().contains(u"a new project"_s));
        clickNotice(window, u"projectDelete"_s);
        QVERIFY(window.noticeBar()->isVisible());
        clickNotice(window, u"projectDelete"_s);
        QVERIFY(!window.noticeBar()->isVisible());
        window.project()->offerLeft();
        QVERIFY(!window.noticeBar()->isVisible());
    }

    void theWindowsOwnSettingsStayItsOwn()
    {
        const QString file = write(u"game.sockscope"_s, projectText());
        {
            InspectorWindow window;
            QVERIFY(!window.filterBar()->savedFilters()->add(u"mine"_s, u"marked"_s));
            QVERIFY(!window.project()->open(file));
            QCOMPARE(window.filterBar()->savedFilters()->filters().first().name, u"moves"_s);
            QTRY_COMPARE(window.inspection()->controllers().size(), 1);
            window.saveSettings();
        }
        InspectorWindow window;
        QCOMPARE(window.filterBar()->savedFilters()->filters().size(), 1);
        QCOMPARE(window.filterBar()->savedFilters()->filters().first().name, u"mine"_s);
        QVERIFY(window.inspection()->colourRules()->rules() == ColourRules::defaults());
        QCOMPARE(window.inspection()->messageLogModel()->fieldColumns().count(), 0);
        QVERIFY(!window.project()->open(file));
        QTRY_COMPARE(window.inspection()->controllers().size(), 1);
        window.project()->close();
        QCOMPARE(window.filterBar()->savedFilters()->filters().first().name, u"mine"_s);
        QTRY_COMPARE(window.inspection()->controllers().size(), 0);
        QVERIFY(!window.isWindowModified());
    }

    void anotherProjectClosesTheSocketsOfTheFirst()
    {
        const QString first = write(u"a.sockscope"_s, projectText());
        const QString second =
            write(u"b.sockscope"_s, QByteArray(projectText()).replace("\"game\"", "\"b\"").replace("moves", "steps"));
        InspectorWindow window;
        QVERIFY(!window.project()->open(first));
        QVERIFY(!window.project()->open(second)); // before the first one's socket is there
        QTRY_VERIFY(window.inspection()->controllers().size() == 1 &&
                    window.inspection()->controllers().first()->name() == u"b"_s);
        QVERIFY(!window.isWindowModified());
        QVERIFY(!window.project()->open(first));
        QTRY_VERIFY(window.inspection()->controllers().size() == 1 &&
                    window.inspection()->controllers().first()->name() == u"game"_s);
        QVERIFY(!window.isWindowModified());
    }

    void saveAsNamesAProjectOfWhatIsThere()
    {
        InspectorWindow window;
        show(window);
        window.openSock(listening(u"mine"_s));
        QTRY_COMPARE(window.inspection()->controllers().size(), 1);
        QVERIFY(!window.isWindowModified());
        chooseFile(path(u"new"_s));
        trigger(window, u"Save Project As…"_s);
        QCOMPARE(window.windowTitle(), u"new[*] – SockScope"_s);
        const auto saved = projectOf(path(u"new.sockscope"_s));
        QVERIFY(saved);
        QCOMPARE(saved->sockets().size(), 1);
        QVERIFY(saved->colours().isEmpty());
        QCOMPARE(InspectorWindow::openSettings()->value(u"recentProjects"_s).toStringList(),
                 QStringList{path(u"new.sockscope"_s)});
    }

    void whatCannotBeShownIsSaidAndKept()
    {
        QByteArray text = projectText();
        text.replace("\"ground\": \"red\"", "\"ground\": \"of another version\"");
        text.replace("\"name\": \"moves\"", "\"name\": \"" + QByteArray(80, 'm') + '"');
        const QString file = write(u"game.sockscope"_s, text);
        InspectorWindow window;
        show(window);
        QVERIFY(!window.project()->open(file));
        QVERIFY2(window.noticeBar()->text().contains(u"the colour rule Bad"_s), qPrintable(window.noticeBar()->text()));
        QVERIFY(window.noticeBar()->text().contains(u"the filter mmm"_s));
        QVERIFY(!window.filterBar()->savedFilters()->add(u"big"_s, u"size > 100"_s));
        window.inspection()->colourRules()->setRules(ColourRules::defaults());
        trigger(window, u"Save Project"_s);
        const QByteArray saved = read(file);
        QVERIFY(saved.contains("of another version"));
        QVERIFY(saved.contains(QByteArray(80, 'm')));
        QVERIFY(saved.contains("\"big\""));
    }

    void savedMessagesAreTheProjects()
    {
        const QString file = write(u"game.sockscope"_s, projectText());
        InspectorWindow window;
        show(window);
        QVERIFY(!window.project()->open(file));
        MessageTreeModel *messages = window.composer()->savedMessages();
        QCOMPARE(messages->index(0, 0).data().toString(), u"hello"_s);
        QVERIFY(messages->setData(messages->index(0, 0), u"hi"_s));
        QVERIFY(window.isWindowModified());
        trigger(window, u"Save Project"_s);
        QVERIFY(read(file).contains("\"name\": \"hi\""));
        QVERIFY(read(file).contains("\"mine\": 7"));
        window.project()->close();
        QCOMPARE(messages->rowCount(), 0);
    }

    void packetsAreImported()
    {
        InspectorWindow window;
        show(window);
        chooseFile(write(u"packets.json"_s,
                         "[{\"name\":\"hello\",\"hexstring\":\"68 69\",\"toip\":\"127.0.0.1\",\"port\":\"9000\","
                         "\"tcporudp\":\"UDP\"}]"));
        trigger(window, u"Packet Sender's Packets…"_s);
        const MessageTreeModel *messages = window.composer()->savedMessages();
        QCOMPARE(messages->rowCount(), 1);
        QCOMPARE(messages->index(0, 0).data().toString(), u"packets"_s);
        QCOMPARE(messages->index(0, 0, messages->index(0, 0)).data().toString(), u"hello"_s);
        chooseFile(write(u"broken.json"_s, "[{\n\"name\": }]"));
        trigger(window, u"Packet Sender's Packets…"_s);
        QVERIFY2(window.noticeBar()->text().contains(u"line 2, column 9"_s), qPrintable(window.noticeBar()->text()));
        QCOMPARE(messages->rowCount(), 1);
    }

    void anotherProgramsChangeIsNotOverwritten()
    {
        const QString file = write(u"game.sockscope"_s, projectText());
        InspectorWindow window;
        show(window);
        QVERIFY(!window.project()->open(file));
        const QByteArray theirs = QByteArray(projectText()).replace("somebody", "another");
        write(u"game.sockscope"_s, theirs);
        window.project()->touch();
        when([](QWidget *dialog) {
            auto *box = qobject_cast<QMessageBox *>(dialog);
            if (!box || !box->informativeText().contains(u"another program"_s))
                return false;
            QTest::mouseClick(box->button(QMessageBox::Cancel), Qt::LeftButton);
            return true;
        });
        trigger(window, u"Save Project"_s);
        QVERIFY(window.isWindowModified());
        QCOMPARE(read(file), theirs);
        click(u"projectOverwrite"_s);
        trigger(window, u"Save Project"_s);
        QVERIFY(!window.isWindowModified());
        QVERIFY(read(file).contains("of somebody"));
    }
};

QTEST_MAIN(TestProjectWindow)
#include "test_projectwindow.moc"
