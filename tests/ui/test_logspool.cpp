#include <QAbstractItemModelTester>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/store/spool.h"
#include "core/store/spoolfolder.h"
#include "support/logdrafts.h"
#include "support/spools.h"
#include "support/testmain.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

// The log of messages of which most are on the disk.
class TestLogSpool : public QObject
{
    Q_OBJECT
private:
    SockDirectory m_directory;
    QTemporaryDir m_folder;
    std::shared_ptr<Recorder> m_recorder;
    std::unique_ptr<MessageLogModel> m_model;

    QString folder() const { return m_folder.filePath(u"spool"_s); }
    void feed(int count)
    {
        std::vector<Draft> drafts(static_cast<size_t>(count));
        for (int i = 0; i < count; ++i) {
            drafts[static_cast<size_t>(i)].payload = "row " + QByteArray::number(i % 1000) + QByteArray(60, '.');
            drafts[static_cast<size_t>(i)].head.sock = 1;
            drafts[static_cast<size_t>(i)].head.wireBytes = static_cast<quint32>(i % 500);
        }
        m_recorder->submit(batchOf(drafts));
        while (m_model->collect()) {
        }
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_directory.update(snapshotOf(1, u"game"_s));
        RecorderLimits limits;
        limits.store = smallLimits(folder());
        m_recorder = std::make_shared<Recorder>(limits);
        m_model = std::make_unique<MessageLogModel>(m_recorder, &m_directory);
        feed(20'000);
        QTRY_COMPARE(m_model->rowCount(), 20'000);
        QTRY_VERIFY(m_recorder->stats().store.spooled > 10'000);
    }
    void cleanup()
    {
        m_model.reset();
        m_recorder.reset();
    }

    void filtersAndShowsWhatIsOnTheDisk()
    {
        QAbstractItemModelTester tester(m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(m_model->index(7, MessageLogModel::SummaryColumn).data().toString().startsWith(u"row 7."_s));
        m_model->setFilter(filterOf(u"payload contains \"row 77.\""_s));
        QTRY_COMPARE(m_model->rowCount(), 20);
        for (int row = 0; row < 20; ++row)
            QCOMPARE(m_model->noOfRow(row), quint64(row * 1000 + 78));
        QVERIFY(m_model->index(0, MessageLogModel::SummaryColumn).data().toString().startsWith(u"row 77."_s));
        m_model->setFilter(filterOf(u"size == 123"_s)); // columns alone
        QTRY_COMPARE(m_model->rowCount(), 40);
        QCOMPARE(m_model->unreadableByFilter(), 0u);
    }

    void whatTheDiskLostKeepsItsRow()
    {
        const QString segment = SpoolFolder::segmentPaths(runFolder(folder())).first();
        QFile file(segment);
        QVERIFY(file.resize(0));
        const QModelIndex lost = m_model->index(0, MessageLogModel::SummaryColumn);
        QVERIFY2(lost.data().toString().startsWith(u"cannot be read: "_s), qPrintable(lost.data().toString()));
        QCOMPARE(m_model->index(0, MessageLogModel::NoColumn).data().toString(), u"1"_s);
        QCOMPARE(m_model->index(0, MessageLogModel::TimeColumn).data().toString(), QString());
        QVERIFY(lost.data(IsErrorRole).toBool());
        QVERIFY(lost.data(NoteRole).toString().size() > 10);
        QVERIFY(m_model->cellTerm(lost).isEmpty());
        QCOMPARE(m_model->cellTerm(m_model->index(0, MessageLogModel::NoColumn)), u"no == 1"_s);
        m_model->setFilter(filterOf(u"payload contains \"row\""_s));
        QTRY_VERIFY(!m_model->isScanning());
        QTRY_COMPARE(quint64(m_model->rowCount()) + m_model->unreadableByFilter(), 20'000u);
        QVERIFY(m_model->unreadableByFilter() > 0);
    }
};

QTEST_GUILESS_MAIN(TestLogSpool)
#include "test_logspool.moc"
