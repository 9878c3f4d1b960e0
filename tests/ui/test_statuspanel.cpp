#include <QDir>
#include <QFile>
#include <QHelpEvent>
#include <QLabel>
#include <QMainWindow>
#include <QMenu>
#include <QMessageBox>
#include <QSignalSpy>
#include <QStatusBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "support/testmain.h"
#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/losses.h"
#include "ui/models/messagelogmodel.h"
#include "ui/views/statuspanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestStatusPanel : public QObject
{
    Q_OBJECT

private:
    static MessageBatch batch(int count)
    {
        MessageBatch batch;
        MessageHead head;
        head.type = MessageType(3);
        head.sock = 1;
        for (int i = 0; i < count; ++i)
            batch.add(head, "payload");
        return batch;
    }
    static RecorderLimits smallInbox(qsizetype records)
    {
        RecorderLimits limits;
        limits.inboxRecords = records;
        return limits;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void figuresAreThoseOfTheStore()
    {
        QMainWindow window;
        window.resize(1400, 200);
        Inspection inspection(smallInbox(100));
        StatusPanel panel(&inspection, window.statusBar());
        window.show();
        QVERIFY(panel.figuresText().contains(u"captured 0"_s));
        QCOMPARE(panel.droppedText(), u"No message was lost"_s);
        inspection.recorder()->submit(batch(60));
        inspection.messageLogModel()->collect();
        inspection.messageLogModel()->annotations()->setMarked(4, true);
        panel.update();
        QVERIFY2(panel.figuresText().contains(u"captured 60"_s), qPrintable(panel.figuresText()));
        QVERIFY(panel.figuresText().contains(u"displayed 60"_s));
        QVERIFY(panel.figuresText().contains(u"marked 1"_s));
        QVERIFY(panel.figuresText().contains(u"of 512 MiB"_s));
    }

    void whatIsLostIsCountedWithItsReason()
    {
        QMainWindow window;
        window.resize(1400, 200);
        Inspection inspection(smallInbox(100));
        StatusPanel panel(&inspection, window.statusBar());
        window.show();
        inspection.recorder()->submit(batch(60));
        inspection.recorder()->submit(batch(1160));
        const quint64 lost = inspection.recorderStats().lostInbox;
        QVERIFY(lost > 1000);
        panel.update();
        QVERIFY2(panel.droppedText().contains(u"the window was too slow"_s), qPrintable(panel.droppedText()));
        QVERIFY(panel.droppedText().startsWith(u"1,1"_s));
        auto *button = window.findChild<QToolButton *>(u"droppedFigure"_s);
        QVERIFY2(!button->icon().isNull(), "never colour or a number alone");
        Q_EMIT button->menu()->aboutToShow();
        QStringList lines;
        for (const QAction *action : button->menu()->actions())
            lines.append(action->text());
        QVERIFY(lines.filter(u"the window was too slow: close what uses the processor"_s).size() == 1);
        QSignalSpy ledger(&panel, &StatusPanel::ledgerClicked);
        QSignalSpy storage(&panel, &StatusPanel::storageClicked);
        for (QAction *action : button->menu()->actions())
            if (action->isEnabled() && !action->isSeparator())
                action->trigger();
        QCOMPARE(ledger.count(), 1);
        QCOMPARE(storage.count(), 1);
        QTest::mouseClick(window.findChild<QToolButton *>(u"memoryFigure"_s), Qt::LeftButton);
        QCOMPARE(storage.count(), 2);
        Losses losses(&inspection);
        QCOMPARE(Losses::total(losses.reasons()), lost);
    }

    void nothingMovesWhileNumbersGrow()
    {
        QMainWindow window;
        window.resize(1400, 200);
        Inspection inspection;
        StatusPanel panel(&inspection, window.statusBar());
        window.show();
        QCoreApplication::processEvents();
        auto *dropped = window.findChild<QToolButton *>(u"droppedFigure"_s);
        const QRect before = dropped->geometry();
        for (int i = 0; i < 20; ++i)
            inspection.recorder()->submit(batch(5000));
        while (inspection.messageLogModel()->collect()) {
        }
        panel.update();
        QCoreApplication::processEvents();
        QVERIFY(panel.figuresText().contains(u"captured 100,000"_s));
        QCOMPARE(dropped->geometry(), before);
    }

    void aFailureStaysUntilItIsDismissed()
    {
        QMainWindow window;
        window.resize(800, 200);
        Inspection inspection;
        StatusPanel panel(&inspection, window.statusBar());
        window.show();
        auto *dismiss = window.findChild<QToolButton *>(u"dismissNotice"_s);
        auto *memory = window.findChild<QToolButton *>(u"memoryFigure"_s);
        QVERIFY(!dismiss->isVisible());
        QTRY_VERIFY(memory->isVisible());
        panel.showFailure(u"it did not work: the port is taken"_s);
        QCOMPARE(panel.failureText(), u"it did not work: the port is taken"_s);
        QVERIFY(dismiss->isVisible());
        QVERIFY2(!memory->isVisible(), "in a narrow window what went wrong has the room");
        panel.update();
        QCOMPARE(panel.failureText(), u"it did not work: the port is taken"_s);
        QTest::mouseClick(dismiss, Qt::LeftButton);
        QVERIFY(panel.failureText().isEmpty());
        QVERIFY(memory->isVisible());
    }

    void aSpoolThatFailsIsSaidUntilItIsDismissed()
    {
        QMainWindow window;
        window.resize(1280, 200);
        const QTemporaryDir folder;
        QFile file(folder.filePath(u"spool"_s)); // no folder can be made there
        QVERIFY(file.open(QIODevice::WriteOnly));
        RecorderLimits limits;
        limits.store.memoryBytes = 256 * 1024;
        limits.store.spoolFolder = file.fileName();
        Inspection inspection(limits);
        StatusPanel panel(&inspection, window.statusBar());
        window.show();
        for (int i = 0; i < 20; ++i) {
            inspection.recorder()->submit(batch(1000));
            inspection.messageLogModel()->collect();
        }
        QTRY_VERIFY(inspection.recorderStats().store.spoolError);
        panel.update();
        QVERIFY2(panel.failureText().startsWith(u"Nothing goes to disk now: "_s), qPrintable(panel.failureText()));
        QVERIFY(panel.failureText().contains(file.fileName()));
        // What has no room can be read all the same.
        auto *details = window.findChild<QToolButton *>(u"noticeDetails"_s);
        QTRY_VERIFY(details->isVisible());
        QTest::mouseClick(details, Qt::LeftButton);
        auto *box = window.findChild<QMessageBox *>(u"noticeText"_s);
        QVERIFY(box && box->isVisible());
        QCOMPARE(box->text(), panel.failureText());
        box->close();
        QTest::mouseClick(window.findChild<QToolButton *>(u"dismissNotice"_s), Qt::LeftButton);
        panel.update();
        QVERIFY2(panel.failureText().isEmpty(), "it was read");
    }

    void aDeletedSpoolIsSaidWithoutContradiction()
    {
        QMainWindow window;
        const QTemporaryDir folder;
        RecorderLimits limits;
        limits.store.memoryBytes = 256 * 1024;
        limits.store.spoolFolder = folder.filePath(u"spool"_s);
        Inspection inspection(limits);
        StatusPanel panel(&inspection, window.statusBar());
        window.show();
        const auto fill = [&] {
            inspection.recorder()->submit(batch(20'000));
            inspection.messageLogModel()->collect();
            QTRY_COMPARE(inspection.recorderStats().store.inFlightBytes, 0);
        };
        fill();
        QVERIFY(QDir(limits.store.spoolFolder).removeRecursively());
        fill();
        fill();
        panel.update();
        QVERIFY2(panel.failureText().startsWith(u"On the disk: "_s), qPrintable(panel.failureText()));
        QVERIFY(!panel.failureText().contains(u"Nothing goes to disk"_s));
    }

    void figuresAddUpWhenRowsAreLost()
    {
        QMainWindow window;
        const QTemporaryDir folder;
        RecorderLimits limits;
        limits.store.memoryBytes = 256 * 1024;
        limits.store.spoolFolder = folder.filePath(u"spool"_s);
        Inspection inspection(limits);
        StatusPanel panel(&inspection, window.statusBar());
        inspection.recorder()->submit(batch(20'000));
        inspection.messageLogModel()->collect();
        QTRY_COMPARE(inspection.recorderStats().store.inFlightBytes, 0);
        // Somebody cuts the files: what is read back is lost, and its rows stay.
        const QDir run(QDir(limits.store.spoolFolder).entryInfoList({u"run-*"_s}, QDir::Dirs).first().filePath());
        for (const QFileInfo &segment : run.entryInfoList({u"segment-*"_s}, QDir::Files))
            QVERIFY(QFile::resize(segment.filePath(), 0));
        QVERIFY(!inspection.messageLogModel()->message(0).isReadable());
        const StoreStats stats = inspection.recorderStats().store;
        QVERIFY(stats.lostRows > 0);
        QCOMPARE(stats.appended, stats.stored + stats.lostRows + (stats.dropped() - stats.lostRows) + stats.cleared);
        QTRY_COMPARE(quint64(inspection.messageLogModel()->rowCount()), stats.stored + stats.lostRows);
        const QString sum = panel.sumText();
        QVERIFY2(sum.startsWith(u"20,000 captured = %1 in the list and readable + %2 in the list and lost"_s.arg(
                     Format::count(stats.stored), Format::count(stats.lostRows))),
                 qPrintable(sum));
        auto *memory = window.findChild<QToolButton *>(u"memoryFigure"_s);
        QHelpEvent tip(QEvent::ToolTip, {}, {});
        QCoreApplication::sendEvent(memory, &tip);
        QVERIFY(memory->toolTip().contains(u"Capture → Storage"_s));
    }

    void aNarrowWindowHasShortCaptions()
    {
        QMainWindow window;
        Inspection inspection;
        StatusPanel panel(&inspection, window.statusBar());
        window.resize(1400, 200);
        window.show();
        QTRY_VERIFY(panel.figuresText().contains(u"of 512 MiB"_s));
        window.resize(880, 200);
        QTRY_VERIFY2(panel.figuresText().contains(u"memory 0 %"_s), qPrintable(panel.figuresText()));
        QTRY_VERIFY2(window.width() <= 880, "the status bar must not hold the window open");
    }
};

QTEST_MAIN(TestStatusPanel)
#include "test_statuspanel.moc"
