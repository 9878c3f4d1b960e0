#include <QDir>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

#include "core/store/spool.h"
#include "support/spools.h"
#include "support/testmain.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
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
    bool m_hasMessages = false;

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
            },
            [this] { return m_hasMessages; });
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
        m_two = {{u"/old"_s, 5, 100, when.addDays(-1)}, {u"/new"_s, 1'234'567, 210LL * 1024 * 1024, when}};
        m_opened.clear();
        m_discarded.clear();
        m_report = {};
        m_refusal.reset();
        m_hasMessages = false;
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
        QVERIFY(bar->text().contains(u"leave the disk when this program ends"_s));
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

    void thatTheListIsClearedIsSaidBefore()
    {
        m_hasMessages = true;
        const auto bar = makeBar();
        bar->offer(m_two);
        QVERIFY(button(*bar, u"recoveryOpen"_s)->text().contains(u"Clear the List"_s));
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
