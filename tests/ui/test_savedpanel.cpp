#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

#include <memory>

#include "core/codec/codec.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inject/composer.h"
#include "ui/inject/historypanel.h"
#include "ui/inject/savedpanel.h"
#include "ui/models/injecthistory.h"
#include "ui/models/inspection.h"
#include "ui/models/messagetreemodel.h"
#include "ui/models/sockcontroller.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestSavedPanel : public QObject
{
    Q_OBJECT

private:
    using Kind = ProjectItem::Kind;

    struct Scene
    {
        Inspection inspection;
        std::unique_ptr<UdpSock> sock;
        QStringList heard; ///< texts that came in
        std::unique_ptr<Composer> composer;
    };
    std::unique_ptr<Scene> m_scene;

    static ProjectItem received(const QString &name, const QString &text)
    {
        ProjectItem item;
        item.name = name;
        item.message.asReceived = true;
        item.message.to = u"10.0.0.7:40001"_s;
        item.message.payload = text;
        return item;
    }
    static ProjectItem holding(Kind kind, const QString &name, const QList<ProjectItem> &items)
    {
        ProjectItem item;
        item.kind = kind;
        item.name = name;
        item.items = items;
        return item;
    }
    static ProjectItem wait(qint64 milliseconds)
    {
        ProjectItem item;
        item.kind = Kind::Wait;
        item.waitMs = milliseconds;
        return item;
    }
    template <typename Widget>
    Widget *field(const QString &name) const
    {
        return m_scene->composer->findChild<Widget *>(name);
    }
    QTreeView *tree() const { return field<QTreeView>(u"injectSaved"_s); }
    MessageTreeModel *model() const { return m_scene->composer->savedMessages(); }
    void click(const QString &button) const { QTest::mouseClick(field<QToolButton>(button), Qt::LeftButton); }
    void showHistory() const { field<QTabWidget>(u"injectLists"_s)->setCurrentIndex(1); }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_scene = std::make_unique<Scene>();
        SockOptions options;
        options.name = u"server"_s;
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.codec = makeCodec(u"text");
        options.tickInterval = std::chrono::milliseconds(0);
        m_scene->sock = std::make_unique<UdpSock>(options);
        m_scene->sock->addHandler(0, m_scene->sock.get(), [this](const Envelope &envelope) {
            m_scene->heard.append(envelope.message.data().toString());
        });
        QVERIFY(!m_scene->sock->start());
        m_scene->composer = std::make_unique<Composer>(&m_scene->inspection);
        m_scene->composer->resize(380, 640);
        m_scene->composer->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_scene->composer.get()));
        SockController *controller = m_scene->inspection.addSock(m_scene->sock.get());
        QTRY_VERIFY(controller->snapshot().codec);
    }
    void cleanup() { m_scene.reset(); }

    void aClickFillsAndEnterSends()
    {
        model()->setItems({received(u"hello"_s, u"hi"_s)});
        const QModelIndex first = model()->index(0, 0);
        QTest::mouseClick(tree()->viewport(), Qt::LeftButton, {}, tree()->visualRect(first).center());
        QCOMPARE(field<QPlainTextEdit>(u"injectText"_s)->toPlainText(), u"hi"_s);
        QCOMPARE(field<QComboBox>(u"injectPeer"_s)->currentText(), u"10.0.0.7:40001"_s);
        QVERIFY(m_scene->heard.isEmpty());
        QTest::keyClick(tree(), Qt::Key_Return);
        QTRY_COMPARE(m_scene->heard, QStringList{u"hi"_s});
        QTest::mouseDClick(tree()->viewport(), Qt::LeftButton, {}, tree()->visualRect(first).center());
        QTRY_COMPARE(m_scene->heard.size(), 2);
        QTRY_VERIFY(m_scene->composer->answerText().contains(u"Received as if from"_s));
    }

    void foldersAreMadeRenamedAndFilled()
    {
        click(u"injectFolder"_s);
        auto *editor = tree()->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        QTest::keyClicks(editor, u"login"_s);
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(model()->index(0, 0).data().toString(), u"login"_s);
        QTest::keyClicks(field<QPlainTextEdit>(u"injectText"_s), u"hello you"_s);
        click(u"injectSave"_s);
        click(u"injectSave"_s); // beside the first, which is chosen now
        const QModelIndex folder = model()->index(0, 0);
        QCOMPARE(model()->rowCount(folder), 2);
        QCOMPARE(model()->index(1, 0, folder).data().toString(), u"hello you 2"_s);

        tree()->setCurrentIndex(model()->index(0, 0, folder));
        QTest::keyClick(tree(), Qt::Key_F2);
        editor = tree()->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        editor->selectAll();
        QTest::keyClicks(editor, u"a/b"_s);
        QTest::keyClick(editor, Qt::Key_Return);
        auto *panel = m_scene->composer->findChild<SavedPanel *>();
        QTRY_VERIFY2(panel->errorText().contains(u"slash"_s), qPrintable(panel->errorText()));
        QCOMPARE(model()->index(0, 0, folder).data().toString(), u"hello you"_s);
    }

    void whatIsRemovedComesBack()
    {
        model()->setItems({received(u"a"_s, u"1"_s), holding(Kind::Folder, u"f"_s, {received(u"b"_s, u"2"_s)})});
        QVERIFY(!field<QToolButton>(u"injectUndo"_s)->isEnabled());
        tree()->setFocus();
        tree()->setCurrentIndex(model()->index(1, 0));
        QTest::keyClick(tree(), Qt::Key_Delete);
        QCOMPARE(model()->rowCount(), 1);
        QVERIFY(field<QToolButton>(u"injectUndo"_s)->toolTip().contains(u"Bring back f"_s));
        QTest::keyClick(tree(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(model()->rowCount(), 2);
        QCOMPARE(model()->rowCount(model()->index(1, 0)), 1);
        QVERIFY(!field<QToolButton>(u"injectUndo"_s)->isEnabled());
    }

    void aSequenceSendsItsSteps()
    {
        ProjectItem twice = received({}, u"b"_s);
        twice.message.repeatMs = 1;
        twice.message.repeatCount = 2;
        model()->setItems({holding(Kind::Sequence, u"s"_s, {received({}, u"a"_s), wait(5), twice})});
        tree()->setCurrentIndex(model()->index(0, 0));
        QTest::keyClick(tree(), Qt::Key_Return);
        QVERIFY(m_scene->composer->isRepeating());
        const QStringList expected{u"a"_s, u"b"_s, u"b"_s};
        QTRY_COMPARE(m_scene->heard, expected);
        QTRY_VERIFY(!m_scene->composer->isRepeating());
        QTRY_VERIFY(m_scene->composer->answerText().contains(u"all 3 steps"_s) ||
                    m_scene->composer->answerText().contains(u"Received"_s));
        QCOMPARE(field<QPlainTextEdit>(u"injectText"_s)->toPlainText(), QString());
    }

    void theRepeatIsSavedToo()
    {
        field<QSpinBox>(u"injectInterval"_s)->setValue(20);
        field<QSpinBox>(u"injectJitter"_s)->setValue(5);
        field<QSpinBox>(u"injectCount"_s)->setValue(4);
        field<QSpinBox>(u"injectBurst"_s)->setValue(2);
        field<QSpinBox>(u"injectRate"_s)->setValue(900);
        field<QComboBox>(u"injectStage"_s)->setCurrentIndex(1);
        QTest::keyClicks(field<QPlainTextEdit>(u"injectText"_s), u"7"_s);
        model()->setItems({});
        field<QToolButton>(u"injectSaveRepeat"_s)->click();
        QCOMPARE(model()->rowCount(), 1);
        const ProjectMessage kept = model()->items().first().message;
        QCOMPARE(kept.stage, ProjectStage::Frame);
        QCOMPARE(kept.repeatMs, 20);
        QCOMPARE(kept.repeatJitterMs, 5);
        QCOMPARE(kept.repeatCount, 4);
        QCOMPARE(kept.repeatBurst, 2);
        QCOMPARE(kept.repeatPerSecond, 900);

        // It comes back into the fields, and what has no pace is refused where it was asked for.
        field<QSpinBox>(u"injectRate"_s)->setValue(0);
        field<QSpinBox>(u"injectInterval"_s)->setValue(0);
        field<QToolButton>(u"injectSaveRepeat"_s)->click();
        QVERIFY(m_scene->composer->answerText().contains(u"How often?"_s));
        QCOMPARE(model()->rowCount(), 1);
        QVERIFY(!m_scene->composer->setMessage(kept));
        QCOMPARE(field<QSpinBox>(u"injectBurst"_s)->value(), 2);
        QCOMPARE(field<QSpinBox>(u"injectRate"_s)->value(), 900);
        QCOMPARE(m_scene->composer->message().stage, ProjectStage::Frame);
    }

    void aSequenceIsStopped()
    {
        ProjectItem endless = received({}, u"a"_s);
        endless.message.repeatMs = 1;
        model()->setItems({holding(Kind::Sequence, u"s"_s, {endless})});
        tree()->setCurrentIndex(model()->index(0, 0));
        QTest::keyClick(tree(), Qt::Key_Return);
        QTRY_VERIFY(m_scene->heard.size() > 3);
        QTest::mouseClick(field<QPushButton>(u"injectRepeat"_s), Qt::LeftButton);
        QVERIFY(!m_scene->composer->isRepeating());
    }

    void whatCannotBeSentIsSaid()
    {
        ProjectItem other = received(u"x"_s, u"1"_s);
        other.message.socket = u"nobody"_s;
        ProjectItem wrong = received(u"y"_s, u"\\q"_s);
        model()->setItems({other, holding(Kind::Sequence, u"s"_s, {wrong})});
        tree()->setCurrentIndex(model()->index(0, 0));
        QTest::keyClick(tree(), Qt::Key_Return);
        QVERIFY2(m_scene->composer->errorText().contains(u"no socket nobody"_s),
                 qPrintable(m_scene->composer->errorText()));
        tree()->setCurrentIndex(model()->index(1, 0));
        QTest::keyClick(tree(), Qt::Key_Return);
        QVERIFY(m_scene->composer->answerText().contains(u"stopped at step 1"_s));
        QVERIFY(m_scene->composer->errorText().contains(u"Character 1"_s));
        QVERIFY(!m_scene->composer->isRepeating());
        QCOMPARE(m_scene->composer->history()->rowCount(), 0);
    }

    void aPeerWithItsProtocolIsSentToByAnySuchSocket()
    {
        UdpSock peer([] {
            SockOptions options;
            options.bind = HostPort{u"127.0.0.1"_s, 0};
            options.codec = makeCodec(u"text");
            options.tickInterval = std::chrono::milliseconds(0);
            return options;
        }());
        QStringList heard;
        peer.addHandler(0, &peer,
                        [&heard](const Envelope &envelope) { heard.append(envelope.message.data().toString()); });
        QVERIFY(!peer.start());
        ProjectItem item;
        item.name = u"imported"_s;
        item.message.payload = u"hi"_s;
        item.message.to = u"udp://"_s + peer.localEndpoint().toString();
        ProjectItem other = item;
        other.message.to = u"tcp://127.0.0.1:9"_s;
        model()->setItems({item, other});
        tree()->setCurrentIndex(model()->index(0, 0));
        QTest::keyClick(tree(), Qt::Key_Return);
        QTRY_COMPARE(heard, QStringList{u"hi"_s});
        tree()->setCurrentIndex(model()->index(1, 0));
        QTest::keyClick(tree(), Qt::Key_Return);
        QVERIFY2(m_scene->composer->errorText().contains(u"no tcp socket"_s),
                 qPrintable(m_scene->composer->errorText()));
    }

    void whatWasInjectedIsInjectedAgain()
    {
        model()->setItems({received(u"a"_s, u"first"_s), received(u"b"_s, u"second"_s)});
        for (int row : {0, 1}) {
            tree()->setCurrentIndex(model()->index(row, 0));
            QTest::keyClick(tree(), Qt::Key_Return);
        }
        QTRY_COMPARE(m_scene->heard.size(), 2);
        showHistory();
        auto *list = field<QListView>(u"injectHistory"_s);
        QCOMPARE(list->model()->rowCount(), 2);
        QVERIFY(list->model()->index(0, 0).data().toString().endsWith(u"← second"_s));
        list->setCurrentIndex(list->model()->index(1, 0));
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_COMPARE(m_scene->heard.size(), 3);
        QCOMPARE(m_scene->heard.last(), u"first"_s);
        QCOMPARE(list->model()->rowCount(), 3);
        QCOMPARE(list->currentIndex().row(), 2); // the same message, which has moved down
        QTest::keyClick(list, Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(field<QPlainTextEdit>(u"injectText"_s)->toPlainText(), u"first"_s);
        QVERIFY(field<QPlainTextEdit>(u"injectText"_s)->hasFocus());
        QTRY_VERIFY(list->model()->index(0, 0).data(Qt::ToolTipRole).toString().contains(u"Received as if"_s));
        click(u"injectForget"_s);
        QCOMPARE(list->model()->rowCount(), 0);
        QVERIFY(!field<QToolButton>(u"injectAgain"_s)->isEnabled());
    }

    void theHistoryIsBounded()
    {
        InjectHistory history;
        const QAbstractItemModelTester tester(&history, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QDateTime when(QDate(2026, 11, 27), QTime(10, 0));
        ProjectMessage message;
        message.payload = u"x"_s;
        const int first = history.add(message, when);
        for (int i = 0; i < InjectHistory::maximum; ++i)
            history.add(message, when);
        QCOMPARE(history.rowCount(), int(InjectHistory::maximum));
        QCOMPARE(history.forgotten(), 1);
        history.setResult(first, u"too late"_s, true); // it is gone
        message.payload = QString(InjectHistory::maximumCharacters + 1, u'x');
        const int large = history.add(message, when);
        QCOMPARE(history.rowCount(), 1);
        QCOMPARE(history.forgotten(), InjectHistory::maximum + 1);
        history.setResult(large, u"no"_s, true);
        QVERIFY(history.index(0).data(InjectHistory::FailedRole).toBool());
    }
};

QTEST_MAIN(TestSavedPanel)
#include "test_savedpanel.moc"
