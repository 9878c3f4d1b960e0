#include "ui/views/logtable.h"

#include <QAbstractTableModel>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QScrollBar>
#include <QSet>
#include <QTest>

#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

// Numbers from `first` on, that come and leave at both ends.
class Numbers : public QAbstractTableModel
{
public:
    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : m_count; }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : 3; }
    QVariant data(const QModelIndex &index, int role) const override
    {
        ++asked;
        if (slowMs > 0 && !m_read.contains(index.row())) { // as a chunk that comes from a slow disk
            QElapsedTimer timer;
            for (timer.start(); timer.elapsed() < slowMs;) {
            }
            m_read.insert(index.row());
        }
        return role == Qt::DisplayRole ? QVariant(m_first + index.row()) : QVariant();
    }
    void append(int count)
    {
        beginInsertRows({}, m_count, m_count + count - 1);
        m_count += count;
        endInsertRows();
    }
    void change(int row) { Q_EMIT dataChanged(index(row, 0), index(row, 2)); }
    void prepend(int count)
    {
        beginInsertRows({}, 0, count - 1);
        m_count += count;
        m_first -= count;
        endInsertRows();
    }
    void drop(int count)
    {
        beginRemoveRows({}, 0, count - 1);
        m_count -= count;
        m_first += count;
        endRemoveRows();
    }

    mutable qint64 asked = 0;
    int slowMs = 0;
    qsizetype readCount() const { return m_read.size(); }

private:
    mutable QSet<int> m_read;
    int m_count = 0;
    qint64 m_first = 0;
};

} // namespace

class TestLogTable : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Numbers> m_model;
    std::unique_ptr<LogTable> m_table;

    qint64 numberAt(int y) const { return m_table->indexAt({5, y}).data().toLongLong(); }
    int offsetInRow() const { return m_table->verticalScrollBar()->value() % m_table->rowHeight(); }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_model = std::make_unique<Numbers>();
        m_table = std::make_unique<LogTable>(u"numbers"_s);
        m_table->setModel(m_model.get());
        m_table->setColumns({{0, 10}, {1, 10}, {2, 0}});
        m_table->resize(600, 400);
        m_table->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_table.get()));
    }
    void cleanup()
    {
        m_table.reset();
        m_model.reset();
    }

    void whatChangesInSightIsPaintedAgain()
    {
        m_model->append(1000);
        QTRY_VERIFY(m_model->asked > 0);
        QCoreApplication::processEvents();
        m_model->append(1); // as while messages come in
        m_model->asked = 0;
        QTRY_VERIFY(m_model->asked > 0);
        QCoreApplication::processEvents();
        m_model->asked = 0;
        m_model->change(900); // out of sight
        QCoreApplication::processEvents();
        QCOMPARE(m_model->asked, 0);
        m_model->change(3);
        QTRY_VERIFY(m_model->asked > 0);
    }

    void whatIsSeenStaysWhileRowsComeAndGo()
    {
        m_model->append(1000);
        m_table->verticalScrollBar()->setValue(300 * m_table->rowHeight() + 7);
        const qint64 seen = numberAt(0);
        QCOMPARE(seen, 300);
        m_model->append(500);
        QCOMPARE(numberAt(0), seen);
        m_model->prepend(200);
        QCOMPARE(numberAt(0), seen);
        QCOMPARE(offsetInRow(), 7);
        m_model->drop(400);
        QCOMPARE(numberAt(0), seen);
        QCOMPARE(offsetInRow(), 7);
        m_model->drop(150); // what was seen leaves
        QCOMPARE(numberAt(0), 350);
        m_table->verticalScrollBar()->setValue(0);
        m_model->prepend(10); // at the very top too
        QCOMPARE(numberAt(0), 350);
    }

    void followingKeepsTheEndInSight()
    {
        m_table->setFollowing(true);
        for (int i = 0; i < 5; ++i) {
            m_model->append(100);
            const QScrollBar *bar = m_table->verticalScrollBar();
            QCOMPARE(bar->value(), bar->maximum());
            QCOMPARE(numberAt(m_table->viewport()->height() - 1), (i + 1) * 100 - 1);
            m_model->drop(50);
            QCOMPARE(bar->value(), bar->maximum());
            m_table->resize(600, 300 + i * 40);
            QCOMPARE(bar->value(), bar->maximum());
            m_model->prepend(50);
        }
    }

    void keysAndClicks()
    {
        m_model->append(1000);
        const QRect cell = m_table->visualRect(m_model->index(4, 1));
        QTest::mouseClick(m_table->viewport(), Qt::LeftButton, {}, cell.center());
        QCOMPARE(m_table->currentIndex(), m_model->index(4, 1));
        QTest::keyClick(m_table.get(), Qt::Key_Down);
        QCOMPARE(m_table->currentIndex().row(), 5);
        QTest::keyClick(m_table.get(), Qt::Key_Right);
        QCOMPARE(m_table->currentIndex().column(), 2);
        QTest::keyClick(m_table.get(), Qt::Key_Right);
        QCOMPARE(m_table->currentIndex().column(), 2);
        QTest::keyClick(m_table.get(), Qt::Key_PageDown);
        const int page = m_table->viewport()->height() / m_table->rowHeight();
        QCOMPARE(m_table->currentIndex().row(), 5 + page);
        QVERIFY(m_table->viewport()->rect().contains(m_table->visualRect(m_table->currentIndex())));
        QTest::keyClick(m_table.get(), Qt::Key_End);
        QCOMPARE(m_table->currentIndex().row(), 999);
        QTest::keyClick(m_table.get(), Qt::Key_Home);
        QCOMPARE(m_table->currentIndex().row(), 0);
        QCOMPARE(m_table->selectionModel()->selectedRows().size(), 1);
        QTest::keyClick(m_table.get(), Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(m_table.get(), Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(m_table->selectionModel()->selectedRows().size(), 3);
        QTest::mouseClick(m_table->viewport(), Qt::LeftButton, Qt::ControlModifier,
                          m_table->visualRect(m_model->index(8, 0)).center());
        QCOMPARE(m_table->selectionModel()->selectedRows().size(), 4);
        QTest::mouseClick(m_table->viewport(), Qt::LeftButton, Qt::ShiftModifier,
                          m_table->visualRect(m_model->index(10, 0)).center());
        QCOMPARE(m_table->selectionModel()->selectedRows().size(), 6); // as in every Qt table
        QTest::mouseClick(m_table->viewport(), Qt::LeftButton, {}, m_table->visualRect(m_model->index(2, 2)).center());
        QCOMPARE(m_table->selectionModel()->selectedRows().size(), 1);
    }

    void scrollsToARow()
    {
        m_model->append(1000);
        m_table->scrollTo(m_model->index(500, 0), QAbstractItemView::PositionAtTop);
        QCOMPARE(m_table->visualRect(m_model->index(500, 0)).top(), 0);
        m_table->scrollTo(m_model->index(500, 0), QAbstractItemView::PositionAtBottom);
        QCOMPARE(m_table->visualRect(m_model->index(500, 0)).bottom(), m_table->viewport()->height() - 1);
        m_table->scrollTo(m_model->index(500, 0), QAbstractItemView::PositionAtCenter);
        const int y = m_table->visualRect(m_model->index(500, 0)).center().y();
        QVERIFY(qAbs(y - m_table->viewport()->height() / 2) <= m_table->rowHeight());
        const int value = m_table->verticalScrollBar()->value();
        m_table->scrollTo(m_model->index(501, 0)); // is seen
        QCOMPARE(m_table->verticalScrollBar()->value(), value);
        m_table->scrollTo(m_model->index(999, 0));
        QCOMPARE(m_table->verticalScrollBar()->value(), m_table->verticalScrollBar()->maximum());
        QCOMPARE(m_table->rowAt(-1), 999 - m_table->viewport()->height() / m_table->rowHeight());
        m_model->drop(995);
        QCOMPARE(m_table->verticalScrollBar()->maximum(), 0);
        QCOMPARE(m_table->rowAt(m_table->viewport()->height() - 1), -1);
        QVERIFY(!m_table->indexAt({5, m_table->viewport()->height() - 1}).isValid());
    }

    void aLongCopySaysWhatIsMissing()
    {
        m_model->append(static_cast<int>(DataTable::maximumCopiedRows) + 7);
        m_table->selectAll();
        const QString text = m_table->selectedText();
        QCOMPARE(text.count(u'\n'), DataTable::maximumCopiedRows + 1); // the header, the rows, and a last line
        const QString last = text.mid(text.lastIndexOf(u'\n') + 1);
        QVERIFY2(last.contains(u"7 more"_s), qPrintable(last));
    }

    // Neither time nor what is asked grows with the rows.
    void tenMillionRows()
    {
        m_model->append(10'000'000);
        QCOMPARE(m_table->verticalHeader()->count(), 0);
        m_table->viewport()->repaint();
        m_model->asked = 0;
        m_table->verticalScrollBar()->setValue(m_table->verticalScrollBar()->maximum() / 2);
        m_table->viewport()->repaint();
        const qint64 once = m_model->asked;
        QVERIFY2(once > 0 && once < 10'000, qPrintable(QString::number(once)));
        QElapsedTimer timer;
        timer.start();
        constexpr int frames = 100;
        for (int i = 0; i < frames; ++i) {
            m_model->append(1000);
            m_model->prepend(1000);
            m_model->drop(1000);
        }
        // Qt's own header needs 20 ms and more for each of these, whatever is painted.
        QVERIFY2(timer.elapsed() < frames * 10, qPrintable(QString::number(timer.elapsed())));
        m_table->selectAll();
        QCOMPARE(m_table->selectionModel()->selection().size(), 1);
        QVERIFY(m_table->maximumRows() > 50'000'000);
    }
    void typingReadsNoRow()
    {
        m_model->append(100'000);
        m_table->setCurrentIndex(m_model->index(0, 0));
        QCoreApplication::processEvents();
        m_model->asked = 0;
        m_table->keyboardSearch(u"q"_s);
        QCOMPARE(m_model->asked, 0);
        QTest::keyClick(m_table.get(), Qt::Key_Q);
        QVERIFY(m_model->asked < 10'000); // what is seen may be painted again
    }

    void slowRowsComeAFewAtATime()
    {
        m_model->append(1000);
        QCoreApplication::processEvents();
        const auto [first, last] = m_table->visibleRows();
        QVERIFY(last - first > 8);
        m_model->slowMs = 4;
        m_table->viewport()->grab();
        QVERIFY(m_model->readCount() <= 3); // not all that are seen
        QVERIFY(m_model->readCount() > 0);
        QTRY_COMPARE(m_model->readCount(), last - first + 1); // they follow by themselves
    }
};

QTEST_MAIN(TestLogTable)
#include "test_logtable.moc"
