#include "ui/views/comparedialog.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QElapsedTimer>
#include <QLabel>
#include <QPointer>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <functional>

#include "support/testmain.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/roles.h"
#include "ui/views/bytediffview.h"
#include "ui/views/fieldtreeview.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestCompareDialog : public QObject
{
    Q_OBJECT

private:
    QPointer<CompareDialog> m_dialog;

    static DetailMessage message(quint64 no, const QByteArray &payload, const QString &codec = u"json"_s)
    {
        DetailMessage message;
        message.no = no;
        message.codec = makeCodec(codec);
        message.payload = Bytes(payload);
        message.peer = *Endpoint::fromString(u"127.0.0.1:4000"_s);
        return message;
    }
    void compare(const QByteArray &left, const QByteArray &right, const QString &codec = u"json"_s)
    {
        delete m_dialog;
        m_dialog = new CompareDialog(message(3, left, codec), message(1234, right, codec), u"move"_s, u"move"_s);
        m_dialog->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_dialog));
    }
    QStringList rows() const
    {
        QStringList names;
        const QAbstractItemModel *model = m_dialog->tree()->model();
        const std::function<void(const QModelIndex &)> walk = [&](const QModelIndex &parent) {
            for (int row = 0; row < model->rowCount(parent); ++row) {
                const QModelIndex index = model->index(row, 0, parent);
                names.append(index.data().toString());
                walk(index);
            }
        };
        walk({});
        return names;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }
    void cleanup() { delete m_dialog; }

    void bothValuesStandSideBySide()
    {
        compare(R"(["move",{"x":1,"same":7,"gone":0}])", R"(["move",{"x":2,"same":7,"new":0}])");
        QCOMPARE(rows(), (QStringList{u"payload"_s, u"type"_s, u"data"_s, u"x"_s, u"same"_s, u"new"_s, u"gone"_s}));
        QVERIFY2(m_dialog->summary().contains(u"3"_s), qPrintable(m_dialog->summary()));
        QVERIFY(m_dialog->windowTitle().contains(u"1,234"_s));
        const QAbstractItemModel *model = m_dialog->tree()->model();
        const QModelIndex data = model->index(1, 0, model->index(0, 0));
        const QModelIndex same = model->index(1, 0, data);
        QCOMPARE(same.siblingAtColumn(FieldTreeModel::WasColumn).data().toString(), u"7"_s);
        QCOMPARE(same.siblingAtColumn(FieldTreeModel::ValueColumn).data().toString(), u"7"_s);
        QVERIFY(!m_dialog->tree()->isColumnHidden(FieldTreeModel::WasColumn));
        QCOMPARE(model->headerData(FieldTreeModel::WasColumn, Qt::Horizontal).toString(), u"No. 3"_s);

        QTest::mouseClick(m_dialog->onlyDifferences(), Qt::LeftButton, {},
                          QPoint(8, m_dialog->onlyDifferences()->height() / 2));
        QVERIFY(m_dialog->onlyDifferences()->isChecked());
        QCOMPARE(rows(), (QStringList{u"payload"_s, u"data"_s, u"x"_s, u"new"_s, u"gone"_s}));
        QVERIFY(m_dialog->tree()->isExpanded(m_dialog->tree()->model()->index(0, 0)));
    }

    void keysWalkTheFieldsThenTheBytes()
    {
        compare(R"(["move",{"x":1,"same":7,"y":5}])", R"(["move",{"x":2,"same":7,"y":66}])");
        QTest::keyClick(m_dialog, Qt::Key_F8);
        QCOMPARE(m_dialog->tree()->currentIndex().siblingAtColumn(0).data().toString(), u"x"_s);
        QTest::keyClick(m_dialog, Qt::Key_F8);
        QCOMPARE(m_dialog->tree()->currentIndex().siblingAtColumn(0).data().toString(), u"y"_s);
        QTest::keyClick(m_dialog, Qt::Key_F8);
        QCOMPARE(m_dialog->tree()->currentIndex().siblingAtColumn(0).data().toString(), u"x"_s);
        QTest::keyClick(m_dialog, Qt::Key_F8, Qt::ShiftModifier);
        QCOMPARE(m_dialog->tree()->currentIndex().siblingAtColumn(0).data().toString(), u"y"_s);

        ByteDiffView *bytes = m_dialog->bytes();
        bytes->setFocus();
        QCOMPARE(bytes->differenceCount(), 2);
        QTest::keyClick(bytes, Qt::Key_F8);
        QCOMPARE(bytes->currentDifference(), 0);
        QTest::keyClick(bytes, Qt::Key_N);
        QCOMPARE(bytes->currentDifference(), 1);
        QTest::keyClick(bytes, Qt::Key_N);
        QCOMPARE(bytes->currentDifference(), 0);
        QTest::keyClick(bytes, Qt::Key_P);
        QCOMPARE(bytes->currentDifference(), 1);
        QTest::keyClick(bytes, Qt::Key_C, Qt::ControlModifier);
        QVERIFY2(QApplication::clipboard()->text().contains(u"36 36"_s), qPrintable(QApplication::clipboard()->text()));
        bytes->goToNext();
        QTest::mouseClick(bytes->viewport(), Qt::LeftButton, {},
                          bytes->byteRect(ByteDiffView::Side::Right, bytes->diff().runs().at(3).rightOffset).center());
        QCOMPARE(bytes->currentDifference(), 1);
    }

    void theSameBytesAreSaid()
    {
        compare("[1,2]", "[1,2]");
        QVERIFY2(m_dialog->summary().contains(u"same"_s), qPrintable(m_dialog->summary()));
        m_dialog->goToNext();
        QCOMPARE(m_dialog->bytes()->currentDifference(), -1);
        m_dialog->onlyDifferences()->setChecked(true);
        QCOMPARE(rows(), QStringList());
    }

    void emptyAndUndecodablePayloads()
    {
        compare({}, {});
        compare({}, "[1,2]");
        compare("?", "[1,2]");
        compare("abc", "abd", u"raw"_s);
        QCOMPARE(m_dialog->bytes()->differenceCount(), 1);
    }

    void aHeadingGoesToItsMessage()
    {
        compare("[1,2]", "[1,3]");
        QSignalSpy requested(m_dialog, &CompareDialog::messageRequested);
        for (QToolButton *button : m_dialog->findChildren<QToolButton *>())
            if (button->accessibleName() == u"Go to No. 1,234"_s)
                QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(requested.count(), 1);
        QCOMPARE(requested.at(0).at(0).value<quint64>(), quint64(1234));
    }

    void sixteenMebibytesAreComparedElsewhereAndScrollAtOnce()
    {
        QByteArray left(16 * 1024 * 1024, 'a');
        QByteArray right = left;
        right.insert(9'000'000, "something new");
        compare(left, right, u"raw"_s);
        QVERIFY(m_dialog->isComparing());
        QTRY_VERIFY_WITH_TIMEOUT(!m_dialog->isComparing(), 60000);
        QCOMPARE(m_dialog->bytes()->differenceCount(), 1);
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 20; ++i) {
            QScrollBar *bar = m_dialog->bytes()->verticalScrollBar();
            bar->setValue(bar->maximum() / 20 * i);
            m_dialog->bytes()->viewport()->repaint();
        }
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        m_dialog->bytes()->goToNext();
        QVERIFY(m_dialog->bytes()->viewport()->rect().intersects(
            m_dialog->bytes()->byteRect(ByteDiffView::Side::Right, 9'000'000)));
    }

    void whatIsComparedByPositionIsSaid()
    {
        QByteArray left;
        QByteArray right;
        for (int i = 0; i < 5000; ++i) {
            left += static_cast<char>(i * 31 + i / 7);
            right += static_cast<char>(i * 17 + i / 5 + 3);
        }
        compare(left, right, u"raw"_s);
        bool said = false;
        for (const QLabel *label : m_dialog->findChildren<QLabel *>())
            said = said || (label->isVisible() && label->text().contains(u"same place"_s));
        QVERIFY(said);
    }

    void dyingWhileItComparesIsHarmless()
    {
        const QByteArray left(1024 * 1024, 'a');
        compare(left, QByteArray(1024 * 1024, 'b'), u"raw"_s);
        delete m_dialog;
        QCoreApplication::processEvents();
    }
};

QTEST_MAIN(TestCompareDialog)
#include "test_comparedialog.moc"
