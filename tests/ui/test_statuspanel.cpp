#include <QLabel>
#include <QMainWindow>
#include <QMenu>
#include <QSignalSpy>
#include <QStatusBar>
#include <QTest>
#include <QToolButton>

#include "support/testmain.h"
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
