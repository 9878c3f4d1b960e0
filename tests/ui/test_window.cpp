#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QToolButton>

#include <memory>

#include "core/codec/codec.h"
#include "core/peers/peertable.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inject/composer.h"
#include "ui/inspectorwindow.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/peermodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/theme.h"
#include "ui/views/bytespanel.h"
#include "ui/views/copytree.h"
#include "ui/views/datatable.h"
#include "ui/views/decodedpanel.h"
#include "ui/views/emptystate.h"
#include "ui/views/fieldtreeview.h"
#include "ui/views/filterbar.h"
#include "ui/views/filteredit.h"
#include "ui/views/findbar.h"
#include "ui/views/hexview.h"
#include "ui/views/logpanel.h"
#include "ui/views/opensocketdialog.h"
#include "ui/views/peerspanel.h"
#include "ui/views/socketspanel.h"
#include "ui/views/statuspanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestWindow : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;

    static SockOptions options(const QString &name)
    {
        SockOptions options;
        options.name = name;
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.codec = makeCodec(u"json");
        options.tickInterval = std::chrono::milliseconds(0);
        return options;
    }
    static void receive(UdpSock &sock, int count, const QString &type = u"move"_s)
    {
        const Endpoint peer = *Endpoint::fromString(u"127.0.0.1:40001");
        for (int i = 0; i < count; ++i)
            QVERIFY(!sock.injectPayload(peer, "[\"" + type.toUtf8() + "\",{\"i\":" + QByteArray::number(i) + "}]"));
    }
    static void show(InspectorWindow &window)
    {
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
    }
    static QAction *action(const QWidget &window, const QString &text)
    {
        for (QAction *candidate : window.findChildren<QAction *>())
            if (candidate->text().remove(u'&') == text)
                return candidate;
        return nullptr;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
        Theme::instance()->setMode(Theme::Mode::System);
    }

    void emptyPanelsSayWhatWouldFillThem()
    {
        InspectorWindow window;
        show(window);
        EmptyState *empty = window.socketsPanel()->table()->emptyState();
        QVERIFY(empty->isVisible());
        QTest::mouseClick(empty->button(), Qt::LeftButton);
        QTRY_VERIFY(window.findChild<OpenSocketDialog *>());
        auto *dialog = window.findChild<OpenSocketDialog *>();
        QVERIFY(dialog->isVisible());
        dialog->findChild<QLineEdit *>(u"listenPort"_s)->setText(u"0"_s);
        dialog->accept();
        QTRY_COMPARE(window.inspection()->controllers().size(), 1);
        QTRY_VERIFY(!window.findChild<OpenSocketDialog *>() || !window.findChild<OpenSocketDialog *>()->isVisible());
        QTRY_VERIFY(window.inspection()->controllers().first()->isActive());
        QTRY_VERIFY(!empty->isVisible());
        QTRY_VERIFY(window.windowTitle() != u"SockScope"_s);
    }

    void aPortInUseStandsInTheDialog()
    {
        UdpSock other(options(u"other"_s));
        QVERIFY(!other.start());
        InspectorWindow window;
        show(window);
        window.showOpenDialog();
        auto *dialog = window.findChild<OpenSocketDialog *>();
        QVERIFY(dialog);
        dialog->findChild<QLineEdit *>(u"listenPort"_s)->setText(QString::number(other.localEndpoint().port()));
        dialog->accept();
        QTRY_VERIFY(dialog->errorText().contains(QString::number(other.localEndpoint().port())));
        QVERIFY(dialog->isVisible());
        QCOMPARE(window.inspection()->controllers().size(), 0);
    }

    void aMessageShowsItsFieldsAndBytes()
    {
        UdpSock sock(options(u"game"_s));
        QVERIFY(!sock.start());
        InspectorWindow window(&sock);
        show(window);
        receive(sock, 3);
        LogPanel *log = window.logPanel();
        QTRY_COMPARE(window.inspection()->messageLogModel()->rowCount(), 3);
        QTRY_VERIFY(!window.inspection()->directory().present().isEmpty());
        const QModelIndex row = log->table()->model()->index(1, MessageLogModel::SummaryColumn);
        QTest::mouseClick(log->table()->viewport(), Qt::LeftButton, {}, log->table()->visualRect(row).center());
        HexView *hex = window.bytesPanel()->hexView();
        QCOMPARE(hex->bytes().toByteArray(), QByteArray("[\"move\",{\"i\":1}]"));
        CopyTree *tree = window.decodedPanel()->tree();
        QVERIFY(tree->model()->rowCount() > 0);

        // From a byte to its field, and its bytes are lit.
        const int one = 13;
        QCOMPARE(hex->bytes().data()[one], '1');
        QTest::mouseClick(hex->viewport(), Qt::LeftButton, {}, hex->byteRect(one).center());
        QVERIFY(tree->currentIndex().isValid());
        QCOMPARE(tree->currentIndex().siblingAtColumn(1).data().toString(), u"1"_s);
        QCOMPARE(hex->highlightOffset(), one);
        QCOMPARE(hex->highlightLength(), 1);
        // And from a field to its bytes.
        QTest::keyClick(tree, Qt::Key_Home);
        QVERIFY(hex->highlightLength() > 1);

        QTest::keyClick(log->table(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY2(QApplication::clipboard()->text().contains(u"move"_s), qPrintable(QApplication::clipboard()->text()));
        log->copyPayload(static_cast<int>(BytesFormat::Text));
        QCOMPARE(QApplication::clipboard()->text(), u"[\"move\",{\"i\":1}]"_s);
    }

    void followsOnlyAtTheEnd()
    {
        UdpSock sock(options(u"game"_s));
        QVERIFY(!sock.start());
        InspectorWindow window(&sock);
        show(window);
        MessageLogModel *model = window.inspection()->messageLogModel();
        RecorderLimits limits;
        limits.store.memoryBytes = 256 * 1024; // chunks of 4 KiB
        model->setLimits(limits);
        LogPanel *log = window.logPanel();
        const QScrollBar *bar = log->table()->verticalScrollBar();
        receive(sock, 500);
        QTRY_COMPARE(model->rowCount(), 500);
        QVERIFY(log->isFollowing());
        QTRY_COMPARE(bar->value(), bar->maximum());

        // A person scrolls up: nothing moves any more.
        QTest::keyClick(log->table(), Qt::Key_PageUp, Qt::ControlModifier);
        log->table()->verticalScrollBar()->setValue(bar->maximum() * 3 / 4);
        QVERIFY(!log->isFollowing());
        const int value = bar->value();
        const quint64 top = model->noOfRow(log->table()->rowAt(0));
        receive(sock, 300);
        QTRY_COMPARE(model->rowCount(), 800);
        QCOMPARE(model->noOfRow(log->table()->rowAt(0)), top);
        QCOMPARE(bar->value(), value);

        // The oldest leave, and still the same row is at the top.
        limits.store.memoryBytes = window.inspection()->recorderStats().store.memoryBytes - 1;
        model->setLimits(limits);
        receive(sock, 10);
        QTRY_VERIFY(model->rowOfNo(810) >= 0 && model->rowOfNo(1) < 0);
        const quint64 dropped = window.inspection()->recorderStats().store.droppedOldest;
        QVERIFY(dropped < top);
        QCOMPARE(model->noOfRow(log->table()->rowAt(0)), top);

        // Back at the end it follows again.
        log->table()->verticalScrollBar()->setValue(bar->maximum());
        QVERIFY(log->isFollowing());
        receive(sock, 50);
        QTRY_VERIFY(model->rowOfNo(860) >= 0);
        QTRY_COMPARE(bar->value(), bar->maximum());

        // A chosen row stays under the cursor.
        const QModelIndex row = model->index(log->table()->rowAt(0) + 2, 0);
        const quint64 chosen = model->noOfRow(row.row());
        QTest::mouseClick(log->table()->viewport(), Qt::LeftButton, {}, log->table()->visualRect(row).center());
        QCOMPARE(log->currentNo(), chosen);
        QVERIFY(!log->isFollowing());
        const int y = log->table()->visualRect(model->index(model->rowOfNo(chosen), 0)).y();
        receive(sock, 20);
        QTRY_VERIFY(model->rowOfNo(880) >= 0);
        QCOMPARE(log->table()->visualRect(model->index(model->rowOfNo(chosen), 0)).y(), y);
        QCOMPARE(log->currentNo(), chosen);
    }

    void theFilterFieldSaysHowItStands()
    {
        UdpSock sock(options(u"game"_s));
        QVERIFY(!sock.start());
        InspectorWindow window(&sock);
        show(window);
        MessageLogModel *model = window.inspection()->messageLogModel();
        receive(sock, 20, u"move"_s);
        receive(sock, 5, u"join"_s);
        QTRY_COMPARE(model->rowCount(), 25);
        FilterBar *bar = window.filterBar();
        QCOMPARE(bar->state(), FilterBar::State::Empty);
        QTest::keyClick(&window, Qt::Key_Slash, Qt::ControlModifier);
        QTRY_VERIFY(bar->field()->hasFocus());
        QTest::keyClicks(bar->field(), u"type == join"_s);
        QCOMPARE(bar->text(), u"type == join"_s);
        QTRY_COMPARE(model->rowCount(), 5);
        QTRY_COMPARE(bar->state(), FilterBar::State::Valid);
        QCOMPARE(bar->message(), u"5 shown"_s);
        bar->setText(u"type == join && dir == sideways"_s);
        QCOMPARE(bar->state(), FilterBar::State::Invalid);
        QVERIFY2(bar->message().contains(u"in or out"_s), qPrintable(bar->message()));
        QCOMPARE(bar->field()->property("filterState").toString(), u"invalid"_s);
        QCOMPARE(model->rowCount(), 5); // the last good one is still in force
        QTest::keyClick(bar->field(), Qt::Key_Escape);
        QCOMPARE(bar->state(), FilterBar::State::Empty);
        QTRY_COMPARE(model->rowCount(), 25);
        bar->applyTerm(u"type == move"_s);
        bar->applyTerm(u"type == move"_s);
        QCOMPARE(bar->text(), u"type == move"_s);
    }

    void findsAndMarks()
    {
        UdpSock sock(options(u"game"_s));
        QVERIFY(!sock.start());
        InspectorWindow window(&sock);
        show(window);
        MessageLogModel *model = window.inspection()->messageLogModel();
        receive(sock, 40);
        QTRY_COMPARE(model->rowCount(), 40);
        QTRY_VERIFY(window.inspection()->directory().info(model->message(0).sock()).codec);
        LogPanel *log = window.logPanel();
        QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier);
        auto *field = log->findBar()->findChild<QLineEdit *>(u"findField"_s);
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, u"\"i\":3"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(log->currentRow(), 3);
        QTest::keyClick(&window, Qt::Key_N, Qt::ControlModifier);
        QTRY_COMPARE(log->currentRow(), 30);
        QTest::keyClick(&window, Qt::Key_B, Qt::ControlModifier);
        QTRY_COMPARE(log->currentRow(), 3);
        QTest::keyClick(&window, Qt::Key_M, Qt::ControlModifier);
        QVERIFY(model->isMarked(3));
        QTest::keyClick(&window, Qt::Key_M, Qt::ControlModifier);
        QVERIFY(!model->isMarked(3));
        field->selectAll();
        QTest::keyClicks(field, u"nowhere"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(log->findBar()->message(), u"not found"_s);
        QTest::keyClick(field, Qt::Key_Escape);
        QVERIFY(!log->findBar()->isVisible());
    }

    void pausesAndClears()
    {
        UdpSock sock(options(u"game"_s));
        QVERIFY(!sock.start());
        InspectorWindow window(&sock);
        show(window);
        MessageLogModel *model = window.inspection()->messageLogModel();
        receive(sock, 10);
        QTRY_COMPARE(model->rowCount(), 10);
        window.logPanel()->table()->setFocus();
        QTest::keyClick(window.logPanel()->table(), Qt::Key_Space);
        QVERIFY(model->isPaused());
        receive(sock, 7);
        QTRY_COMPARE(model->hiddenByPause(), quint64(7));
        QCOMPARE(model->rowCount(), 10);
        QTest::keyClick(window.logPanel()->table(), Qt::Key_Space);
        QTRY_COMPARE(model->rowCount(), 17);
        QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier);
        QTRY_COMPARE(model->rowCount(), 0);
        QVERIFY(window.logPanel()->table()->emptyState()->isVisible());
    }

    void startsAndStopsByKey()
    {
        UdpSock sock(options(u"game"_s));
        QVERIFY(!sock.start());
        InspectorWindow window(&sock);
        show(window);
        SockController *controller = window.inspection()->controllers().first();
        QTRY_VERIFY(controller->isActive());
        QTRY_VERIFY(window.socketsPanel()->startStopAction()->isEnabled());
        QTest::keyClick(&window, Qt::Key_E, Qt::ControlModifier);
        QTRY_VERIFY(!sock.isActive());
        QTRY_VERIFY(!controller->isActive());
        QTRY_VERIFY(window.socketsPanel()->startStopAction()->text().contains(u"Start"_s));
        QTest::keyClick(&window, Qt::Key_E, Qt::ControlModifier);
        QTRY_VERIFY(sock.isActive());
    }

    void resendsWhatWasReceived()
    {
        UdpSock sock(options(u"game"_s));
        int calls = 0;
        sock.addHandler(u"move", &sock, [&calls](const Envelope &) { ++calls; });
        QVERIFY(!sock.start());
        InspectorWindow window(&sock);
        show(window);
        receive(sock, 1);
        QTRY_COMPARE(calls, 1);
        QTRY_COMPARE(window.inspection()->messageLogModel()->rowCount(), 1);
        window.logPanel()->goToRow(0);
        QTest::keyClick(&window, Qt::Key_T, Qt::ControlModifier);
        QTRY_COMPARE(calls, 2);
        QTRY_COMPARE(window.inspection()->messageLogModel()->rowCount(), 2);
    }

    void aSockInAnotherThreadThatDies()
    {
        QThread thread;
        auto *sock = new UdpSock(options(u"far"_s));
        sock->moveToThread(&thread);
        thread.start();
        InspectorWindow window(sock);
        show(window);
        window.inspection()->controllers().first()->start();
        QTRY_VERIFY(window.inspection()->controllers().first()->isActive());
        const QPointer<QObject> gone(sock); // as a UdpSock it ends before the pointer hears of it
        sock->deleteLater();
        QTRY_VERIFY(!gone);
        QTRY_VERIFY(window.inspection()->controllers().isEmpty() ||
                    !window.inspection()->controllers().first()->isAlive());
        thread.quit();
        QVERIFY(thread.wait());
    }

    void themes()
    {
        InspectorWindow window;
        show(window);
        const QPalette before = QApplication::palette();
        const QImage icon = window.socketsPanel()->restartAction()->icon().pixmap(18, 18).toImage();
        action(window, u"Dark"_s)->trigger();
        QVERIFY(Theme::instance()->isDark());
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < 100);
        QVERIFY(window.socketsPanel()->restartAction()->icon().pixmap(18, 18).toImage() != icon);
        QVERIFY(window.styleSheet().contains(Theme::instance()->colors().accent.name()));
        QVERIFY(!window.styleSheet().contains(u'@'));
        window.saveSettings();
        Theme::instance()->setMode(Theme::Mode::Light);
        QVERIFY(QApplication::palette().color(QPalette::Window).lightness() > 200);
        {
            InspectorWindow again; // remembers what was saved last
            QCOMPARE(Theme::instance()->mode(), Theme::Mode::Dark);
        }
        action(window, u"System"_s)->trigger();
        QCOMPARE(QApplication::palette(), before);
    }

    void layoutIsRememberedAndGarbageIsNot()
    {
        {
            InspectorWindow window;
            show(window);
            window.findChild<QDockWidget *>(u"peersDock"_s)->hide();
            window.logPanel()->table()->setColumnHidden(MessageLogModel::SizeColumn, true);
            window.close();
        }
        {
            InspectorWindow window;
            show(window);
            QVERIFY(!window.findChild<QDockWidget *>(u"peersDock"_s)->isVisible());
            QVERIFY(window.logPanel()->table()->isColumnHidden(MessageLogModel::SizeColumn));
            window.resetLayout();
            QVERIFY(window.findChild<QDockWidget *>(u"peersDock"_s)->isVisible());
            QVERIFY(!window.logPanel()->table()->isColumnHidden(MessageLogModel::SizeColumn));
        }
        QSettings settings(QSettings::IniFormat, QSettings::UserScope, u"SockScope"_s, u"Inspector"_s);
        const QStringList keys = settings.allKeys();
        QVERIFY(keys.size() > 5);
        const QVariant garbage[] = {QByteArray(1000, '\xff'),    QByteArray(),        -1, 1e300, QVariant(),
                                    QStringList{u"a"_s, u"b"_s}, QString(10000, u'[')};
        for (const QVariant &value : garbage) {
            for (const QString &key : keys)
                settings.setValue(key, value);
            settings.setValue(u"version"_s, 1);
            settings.sync();
            InspectorWindow window;
            show(window);
            QVERIFY(window.findChild<QDockWidget *>(u"socketsDock"_s)->isVisible());
            QVERIFY(!window.logPanel()->table()->isColumnHidden(MessageLogModel::NoColumn));
            QVERIFY(window.logPanel()->isVisible());
        }
        QFile file(settings.fileName());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray("[%General\n\0\xff=@Variant(\0\0\0\x7f)\nversion=1\nstate=@ByteArray(\\x0\n", 60));
        file.close();
        InspectorWindow window;
        show(window);
        QVERIFY(window.findChild<QDockWidget *>(u"socketsDock"_s)->isVisible());
    }

    void everyControlHasAName()
    {
        UdpSock sock(options(u"game"_s));
        QVERIFY(!sock.start());
        InspectorWindow window(&sock);
        show(window);
        const QList<QWidget *> widgets = window.findChildren<QWidget *>();
        for (const QWidget *widget : widgets) {
            const bool control = qobject_cast<const QAbstractItemView *>(widget) ||
                                 qobject_cast<const QLineEdit *>(widget) ||
                                 qobject_cast<const QAbstractButton *>(widget);
            const QByteArray name = widget->metaObject()->className();
            if (!control || name.startsWith("QTab") || name == "QToolBarExtension" || name.contains("Header") ||
                widget->objectName().startsWith(u"qt_"_s) || qobject_cast<const QAbstractSpinBox *>(widget->parent()) ||
                name == "QLineEditIconButton" || name == "QComboBoxListView" || name == "QTableCornerButton" ||
                name == "QListView" || (widget->parent() && widget->parent()->inherits("QComboBox")))
                continue;
            const auto *button = qobject_cast<const QAbstractButton *>(widget);
            QVERIFY2(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()),
                     qPrintable(u"%1 %2 in %3"_s.arg(QLatin1String(name), widget->objectName(),
                                                     widget->parent() ? widget->parent()->objectName() : QString())));
        }
    }

    void noKeyIsTakenTwice()
    {
        InspectorWindow window;
        show(window);
        QHash<QKeySequence, QString> taken;
        for (const QAction *candidate : window.findChildren<QAction *>()) {
            if (candidate->shortcut().isEmpty() || candidate->text().isEmpty())
                continue;
            QVERIFY2(!taken.contains(candidate->shortcut()),
                     qPrintable(u"%1: %2 and %3"_s.arg(candidate->shortcut().toString(), candidate->text(),
                                                       taken.value(candidate->shortcut()))));
            taken.insert(candidate->shortcut(), candidate->text());
        }
        for (const QString &key : {u"Ctrl+O"_s, u"Ctrl+E"_s, u"Ctrl+F"_s, u"Ctrl+G"_s, u"Ctrl+M"_s, u"Ctrl+N"_s,
                                   u"Ctrl+B"_s, u"Ctrl+/"_s, u"Ctrl+R"_s, u"Ctrl+L"_s, u"Space"_s})
            QVERIFY2(taken.contains(QKeySequence(key)), qPrintable(key));
    }
};

QTEST_MAIN(TestWindow)
#include "test_window.moc"
