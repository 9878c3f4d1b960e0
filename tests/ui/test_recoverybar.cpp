#include <QApplication>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "core/store/spool.h"
#include "support/spools.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/views/filterbar.h"
#include "ui/views/logpanel.h"
#include "ui/views/recoveredwindow.h"
#include "ui/views/recoverybar.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestRecoveryBar : public QObject
{
    Q_OBJECT

private:
    std::vector<AbandonedSpool> m_two;
    QStringList m_opened;
    QStringList m_discarded;
    RecoveryReport m_report;
    std::optional<SockError> m_refusal;

    std::unique_ptr<RecoveryBar> makeBar()
    {
        return std::make_unique<RecoveryBar>(
            [this](const QString &path) {
                m_opened.append(path);
                return m_report;
            },
            [this](const QString &path) {
                m_discarded.append(path);
                return m_refusal;
            });
    }
    static QPushButton *button(const RecoveryBar &bar, const QString &name)
    {
        return bar.findChild<QPushButton *>(name);
    }
    static void click(const RecoveryBar &bar, const QString &name)
    {
        QVERIFY(button(bar, name)->isVisible());
        QTest::mouseClick(button(bar, name), Qt::LeftButton);
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        const QDateTime when(QDate(2026, 11, 26), QTime(14, 3));
        m_two = {{u"/old"_s, 5, 100, when.addDays(-1), {}}, {u"/new"_s, 1'234'567, 210LL * 1024 * 1024, when, {}}};
        m_opened.clear();
        m_discarded.clear();
        m_report = {};
        m_refusal.reset();
    }

    void nothingIsOfferedWhereNothingIs()
    {
        const auto bar = makeBar();
        bar->offer({});
        QVERIFY(bar->isHidden());
    }

    void saysHowManyAndWhenTheNewestFirst()
    {
        const auto bar = makeBar();
        bar->resize(1000, 40);
        bar->offer(m_two);
        QVERIFY(bar->isVisible());
        QVERIFY2(bar->text().contains(u"1,234,567 messages, 210 MiB"_s), qPrintable(bar->text()));
        QVERIFY(bar->text().contains(u"2026-11-26 14:03"_s));
        QVERIFY(bar->text().startsWith(u"1 of 2"_s));
        click(*bar, u"recoveryKeep"_s);
        QVERIFY(bar->text().startsWith(u"2 of 2"_s));
        click(*bar, u"recoveryKeep"_s);
        QVERIFY(!bar->isVisible());
        QVERIFY(m_opened.isEmpty());
        QVERIFY(m_discarded.isEmpty());
    }

    void openingSaysWhatCameBackAndWhatIsLost()
    {
        const auto bar = makeBar();
        bar->resize(1000, 40);
        bar->offer({m_two.back()});
        m_report.recoveredMessages = 1'234'000;
        m_report.lostMessages = 567;
        m_report.lostBytes = 64 * 1024;
        click(*bar, u"recoveryOpen"_s);
        QCOMPARE(m_opened, QStringList{u"/new"_s});
        QVERIFY(bar->text().contains(u"1,234,000 messages came back"_s));
        QVERIFY2(bar->text().contains(u"567 messages and 64 KiB are lost"_s), qPrintable(bar->text()));
        QVERIFY(bar->text().contains(u"in a window of their own"_s));
        QVERIFY2(bar->isVisible(), "until it has been read");
        click(*bar, u"recoveryClose"_s);
        QVERIFY(!bar->isVisible());
    }

    void anErrorStays()
    {
        const auto bar = makeBar();
        bar->resize(1000, 40);
        bar->offer({m_two.back()});
        m_report.error = SockError{};
        m_report.error->what = u"the folder is gone"_s;
        click(*bar, u"recoveryOpen"_s);
        QVERIFY(bar->text().contains(u"Nothing was opened"_s));
        QVERIFY(bar->text().contains(u"the folder is gone"_s));
    }

    void deletingAsksOnce()
    {
        const auto bar = makeBar();
        bar->resize(1000, 40);
        bar->offer(m_two);
        click(*bar, u"recoveryDelete"_s);
        QVERIFY(m_discarded.isEmpty());
        QVERIFY(button(*bar, u"recoveryDelete"_s)->text().contains(u"for Good"_s));
        click(*bar, u"recoveryDelete"_s);
        QCOMPARE(m_discarded, QStringList{u"/new"_s});
        QVERIFY(!button(*bar, u"recoveryDelete"_s)->text().contains(u"for Good"_s)); // of the next one
        m_refusal = SockError{};
        m_refusal->what = u"not ours"_s;
        click(*bar, u"recoveryDelete"_s);
        click(*bar, u"recoveryDelete"_s);
        QVERIFY(bar->text().contains(u"not ours"_s));
    }

    void whatWasOnlyInMemoryIsSaid()
    {
        const auto bar = makeBar();
        bar->resize(1000, 40);
        m_two.back().lostInMemory = 12'345;
        bar->offer({m_two.back()});
        QVERIFY2(bar->text().contains(u"At least 12,345 messages were in memory only and are lost"_s),
                 qPrintable(bar->text()));
        m_report.lostInMemory = 12'345;
        click(*bar, u"recoveryOpen"_s);
        QVERIFY(bar->text().contains(u"At least 12,345 messages were in memory only"_s));
    }

    void whereNothingReachedTheDiskThereIsNothingToOpen()
    {
        const auto bar = makeBar();
        bar->resize(1000, 40);
        AbandonedSpool nothing = m_two.back();
        nothing.messages = 0;
        nothing.bytes = 0;
        nothing.lostInMemory = 70;
        bar->offer({nothing});
        QVERIFY2(bar->text().contains(u"At least 70 messages were in memory only"_s), qPrintable(bar->text()));
        QVERIFY(!button(*bar, u"recoveryOpen"_s)->isVisible());
        click(*bar, u"recoveryClose"_s);
        QCOMPARE(m_discarded, QStringList{nothing.path});
        QVERIFY(!bar->isVisible());
    }

    /// A spool as a crash leaves it, in a folder below.
    static QString makeLeftOver(const QString &folder, int messages)
    {
        MessageStore store(Test::smallLimits(folder + u"/living"_s));
        store.describeSock({1, u"game"_s, u"udp://127.0.0.1:9000"_s, u"json"_s, nullptr});
        Test::fill(store, messages);
        if (!Test::waitForSpool(store))
            return {};
        const QDir run(Test::runFolder(folder + u"/living"_s));
        const QString copy = folder + u"/left/"_s + run.dirName();
        QDir().mkpath(copy);
        for (const QString &name : run.entryList(QDir::Files))
            if (name != u"lock")
                QFile::copy(run.filePath(name), copy + u'/' + name);
        return copy;
    }
    /// Clicks a button of the question that closing asks.
    static void answer(const QString &text)
    {
        QTimer::singleShot(0, qApp, [text] {
            auto *question = qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
            QVERIFY(question);
            for (QAbstractButton *one : question->buttons())
                if (one->text().remove(u'&').startsWith(text))
                    return QTest::mouseClick(one, Qt::LeftButton);
            QFAIL("no such button");
        });
    }

    void damagedFilesAreNotDeletedByClosing()
    {
        const auto bar = makeBar();
        bar->resize(1000, 40);
        AbandonedSpool damaged = m_two.back();
        damaged.messages = 0;
        damaged.bytes = 1000;
        bar->offer({damaged});
        QVERIFY(!button(*bar, u"recoveryOpen"_s)->isVisible());
        QVERIFY(!button(*bar, u"recoveryClose"_s)->isVisible());
        click(*bar, u"recoveryKeep"_s);
        QVERIFY(m_discarded.isEmpty());
    }

    void theLiveLogIsNotTouched()
    {
        const QTemporaryDir folder;
        const QString path = makeLeftOver(folder.path(), 5000);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        InspectorWindow window;
        const auto batch = [] {
            MessageBatch one;
            for (int i = 0; i < 100; ++i)
                one.add(MessageHead(), "live");
            return one;
        };
        window.inspection()->recorder()->submit(batch());
        window.inspection()->messageLogModel()->collect();
        auto *bar = window.findChild<RecoveryBar *>();
        window.show();
        bar->offer(Spool::abandoned(folder.filePath(u"left"_s)));
        click(*bar, u"recoveryOpen"_s);
        auto *recovered = window.findChild<RecoveredWindow *>();
        QVERIFY(recovered && recovered->isVisible());
        QVERIFY(recovered->windowTitle().startsWith(u"Recovered messages"_s));
        QVERIFY(recovered->notice().contains(u"Nothing comes in here"_s));
        const int rows = recovered->inspection()->messageLogModel()->rowCount();
        QVERIFY(rows > 1000);
        QTRY_COMPARE(window.inspection()->messageLogModel()->rowCount(), 100);
        QCOMPARE(window.inspection()->recorderStats().store.cleared, 0u);
        window.inspection()->recorder()->submit(batch());
        window.inspection()->messageLogModel()->collect();
        QCOMPARE(window.inspection()->recorder()->store().endNo(), 201u); // its numbers go on
        QCOMPARE(recovered->inspection()->messageLogModel()->rowCount(), rows);

        recovered->filterBar()->setText(u"no in 10..19"_s);
        QTRY_COMPARE(recovered->inspection()->messageLogModel()->rowCount(), 10);
        QVERIFY(recovered->logPanel()->goToNo(15));
        QCOMPARE(recovered->logPanel()->currentNo(), 15u);

        answer(u"Cancel"_s);
        recovered->close();
        QVERIFY(recovered->isVisible());
        QVERIFY(QDir(path).removeRecursively());
        recovered->lookForDeletedFiles();
        QVERIFY2(recovered->notice().contains(u"was deleted"_s), qPrintable(recovered->notice()));
    }

    void closingAsksWhetherTheyStay()
    {
        const QTemporaryDir folder;
        const QString path = makeLeftOver(folder.path(), 5000);
        auto window = std::make_unique<RecoveredWindow>(path, Test::smallLimits({}));
        window->show();
        answer(u"Keep"_s);
        window->close();
        window.reset();
        QCOMPARE(Spool::abandoned(folder.filePath(u"left"_s)).size(), 1u);
        window = std::make_unique<RecoveredWindow>(path, Test::smallLimits({}));
        window.reset(); // the program ends: nobody was asked
        QCOMPARE(Spool::abandoned(folder.filePath(u"left"_s)).size(), 1u);
        window = std::make_unique<RecoveredWindow>(path, Test::smallLimits({}));
        window->show();
        answer(u"Delete for Good"_s);
        window->close();
        window.reset();
        QVERIFY(Spool::abandoned(folder.filePath(u"left"_s)).empty());
        QVERIFY(!QDir(path).exists());
    }

    void whatACrashLeftIsShownWithItsNames()
    {
        const QTemporaryDir folder;
        const QString left = folder.filePath(u"left"_s);
        {
            MessageStore store(Test::smallLimits(folder.filePath(u"living"_s)));
            store.describeSock({1, u"game"_s, u"udp://127.0.0.1:9000"_s, u"json"_s, nullptr});
            Test::fill(store, 5000);
            QVERIFY(Test::waitForSpool(store));
            // What a crash at this moment would leave: the files, and no lock.
            const QDir run(Test::runFolder(folder.filePath(u"living"_s)));
            const QString copy = left + u"/"_s + run.dirName();
            QVERIFY(QDir().mkpath(copy));
            for (const QString &name : run.entryList(QDir::Files))
                if (name != u"lock")
                    QVERIFY(QFile::copy(run.filePath(name), copy + u"/"_s + name));
        }
        const std::vector<AbandonedSpool> spools = Spool::abandoned(left);
        QCOMPARE(spools.size(), 1u);
        QVERIFY(spools.front().messages > 100);
        RecorderLimits limits;
        limits.store = Test::smallLimits(left);
        Inspection inspection(limits);
        MessageLogModel *log = inspection.messageLogModel();
        const RecoveryReport report = inspection.openSpool(spools.front().path);
        QVERIFY2(!report.error, report.error ? qPrintable(report.error->toString()) : "");
        QVERIFY(report.recoveredMessages > 100);
        QVERIFY(log->rowCount() > 100);
        bool named = false;
        for (int row = 0; row < 10; ++row)
            named = named || log->index(row, MessageLogModel::SocketColumn).data().toString() == u"game";
        QVERIFY2(named, "a recovered sock has its name");
        QVERIFY(inspection.openSpool(u"/no/such/spool"_s).error);
        QCOMPARE(log->rowCount(), 0);
    }
};

QTEST_MAIN(TestRecoveryBar)
#include "test_recoverybar.moc"
