#include "ui/delegates/celltext.h"

#include <QFontDatabase>
#include <QImage>
#include <QPainter>
#include <QStandardItemModel>
#include <QTest>

#include "support/testmain.h"
#include "ui/delegates/celldelegate.h"
#include "ui/models/roles.h"
#include "ui/views/datatable.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

class TestCellText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }
    void looksAsQtWritesIt_data();
    void looksAsQtWritesIt();
    void leavesTheRestToQt();
    void endsInAnEllipsisWhereItDoesNotFit();
    void asCellsOfATable_data();
    void asCellsOfATable();
    void aNumberIsNeverCut();

private:
    static QImage blank(int width = 200)
    {
        QImage image(width, 24, QImage::Format_RGB32);
        image.fill(Qt::white);
        return image;
    }
    // The part of a picture that is not ground.
    static QRect ink(const QImage &image)
    {
        QRect rect;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                if (qGray(image.pixel(x, y)) < 200)
                    rect |= QRect(x, y, 1, 1);
            }
        }
        return rect;
    }
    static bool isNear(const QRect &a, const QRect &b, int by)
    {
        return qAbs(a.left() - b.left()) <= by && qAbs(a.right() - b.right()) <= by && qAbs(a.top() - b.top()) <= by &&
               qAbs(a.bottom() - b.bottom()) <= by;
    }
};

void TestCellText::looksAsQtWritesIt_data()
{
    QTest::addColumn<QFont>("font");
    QTest::addColumn<QString>("text");
    QFont bold;
    bold.setBold(true);
    QFont leaning;
    leaning.setItalic(true);
    const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    const QString number = u"1,234,567"_s;
    const QString bytes = u"0x5b 22 70 {\"x\": [1, 2]}"_s;
    QTest::newRow("number") << QFont() << number;
    QTest::newRow("bytes") << QFont() << bytes;
    QTest::newRow("bold") << bold << bytes;
    QTest::newRow("leaning") << leaning << bytes;
    QTest::newRow("fixed") << fixed << bytes;
}

void TestCellText::looksAsQtWritesIt()
{
    QFETCH(QFont, font);
    QFETCH(QString, text);
    for (const Qt::Alignment alignment : {Qt::AlignLeft, Qt::AlignRight}) {
        const QRect rect(4, 1, 192, 22);
        QImage theirs = blank();
        {
            QPainter painter(&theirs);
            painter.setFont(font);
            painter.drawText(rect, static_cast<int>(alignment | Qt::AlignVCenter), text);
        }
        QImage ours = blank();
        {
            QPainter painter(&ours);
            CellText cell;
            QVERIFY(cell.layOut(rect, font, alignment | Qt::AlignVCenter, text));
            cell.draw(&painter);
        }
        const QRect expected = ink(theirs);
        QVERIFY(expected.width() > 20);
        QVERIFY2(isNear(ink(ours), expected, 2), qPrintable(u"%1,%2 %3x%4 and %5,%6 %7x%8"_s.arg(ink(ours).x())
                                                                .arg(ink(ours).y())
                                                                .arg(ink(ours).width())
                                                                .arg(ink(ours).height())
                                                                .arg(expected.x())
                                                                .arg(expected.y())
                                                                .arg(expected.width())
                                                                .arg(expected.height())));
    }
}

void TestCellText::leavesTheRestToQt()
{
    CellText cell;
    const QRect rect(0, 0, 100, 20);
    for (const QString &text : {u"zwölf"_s, u"שלום"_s, u"tab\there"_s, u"a\nb"_s, u"😀"_s, u"cut…"_s})
        QVERIFY2(!cell.layOut(rect, QFont(), Qt::AlignLeft, text), qPrintable(text));
    QFont struck;
    struck.setStrikeOut(true);
    QVERIFY(!cell.layOut(rect, struck, Qt::AlignLeft, u"plain"_s));
    QVERIFY(cell.layOut(rect, QFont(), Qt::AlignLeft, u"plain"_s));
    QVERIFY(cell.layOut(rect, QFont(), Qt::AlignLeft, u""_s));
    QImage image = blank();
    QPainter painter(&image);
    cell.draw(&painter); // nothing, and not what was laid out before
    painter.end();
    QVERIFY(ink(image).isNull());
}

void TestCellText::endsInAnEllipsisWhereItDoesNotFit()
{
    const QString text(200, u'W');
    for (int width : {0, 3, 12, 40, 150}) {
        QImage image = blank();
        QPainter painter(&image);
        CellText cell;
        QVERIFY(cell.layOut(QRect(5, 0, width, 24), QFont(), Qt::AlignLeft, text));
        cell.draw(&painter);
        painter.end();
        const int ellipsis = QFontMetrics(QFont()).horizontalAdvance(u"…"_s);
        QVERIFY2(ink(image).right() <= 5 + qMax(width, ellipsis) + 1, qPrintable(QString::number(width)));
        if (width >= 40)
            QVERIFY(ink(image).right() > 5 + width / 2);
    }
}

void TestCellText::asCellsOfATable_data()
{
    QTest::addColumn<int>("level");
    QTest::addColumn<bool>("selected");
    QTest::addColumn<bool>("enabled");
    QTest::newRow("plain") << static_cast<int>(Level::Good) << false << true;
    QTest::newRow("error") << static_cast<int>(Level::Error) << false << true;
    QTest::newRow("selected") << static_cast<int>(Level::Good) << true << true;
    QTest::newRow("disabled") << static_cast<int>(Level::Good) << false << false;
}

// Colour and ground of a cell are those that the style would have given it.
void TestCellText::asCellsOfATable()
{
    QFETCH(int, level);
    QFETCH(bool, selected);
    QFETCH(bool, enabled);
    QStandardItemModel model;
    auto *item = new QStandardItem(u"0123456789"_s);
    item->setData(level, LevelRole);
    model.appendRow(item);
    QWidget widget;
    QStyleOptionViewItem option;
    option.initFrom(&widget);
    option.rect = QRect(0, 0, 200, 24);
    option.state = QStyle::State_Active | (enabled ? QStyle::State_Enabled : QStyle::State_None) |
                   (selected ? QStyle::State_Selected : QStyle::State_None);
    option.palette.setCurrentColorGroup(enabled ? QPalette::Normal : QPalette::Disabled);
    class Plain : public CellDelegate
    {
    public:
        using CellDelegate::CellDelegate;
        void paintByStyle(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const
        {
            QStyledItemDelegate::paint(painter, given, index);
        }
    } delegate;
    QImage theirs = blank();
    QImage ours = blank();
    {
        QPainter painter(&theirs);
        delegate.paintByStyle(&painter, option, model.index(0, 0));
    }
    {
        QPainter painter(&ours);
        delegate.paint(&painter, option, model.index(0, 0));
    }
    int different = 0;
    for (int y = 0; y < ours.height(); ++y) {
        for (int x = 0; x < ours.width(); ++x)
            different += ours.pixel(x, y) != theirs.pixel(x, y);
    }
    QVERIFY2(different < 200, qPrintable(QString::number(different))); // edges of glyphs at most
    QCOMPARE(ours.pixel(199, 1), theirs.pixel(199, 1));
}

// Its column widens once; a hand that narrows it is obeyed until a longer number comes.
void TestCellText::aNumberIsNeverCut()
{
    QStandardItemModel model(1, 2);
    const auto write = [&model](const QString &text) {
        model.setData(model.index(0, 0), text);
        model.setData(model.index(0, 0), true, NumericRole);
        model.setData(model.index(0, 1), text);
    };
    write(u"12"_s);
    DataTable table(u"Numbers"_s);
    table.setModel(&model);
    table.setColumnWidth(0, 40);
    table.setColumnWidth(1, 40);
    table.show();
    QVERIFY(QTest::qWaitForWindowExposed(&table));
    write(u"12,345,678,901"_s);
    const int needed = table.fontMetrics().horizontalAdvance(u"12,345,678,901"_s);
    QTRY_VERIFY(table.columnWidth(0) > needed);
    QCOMPARE(table.columnWidth(1), 40); // a text may be cut
    table.setColumnWidth(0, 50);
    table.viewport()->repaint();
    QCoreApplication::processEvents();
    QCOMPARE(table.columnWidth(0), 50);
    write(u"112,345,678,901"_s);
    QTRY_VERIFY(table.columnWidth(0) > needed);
}

QTEST_MAIN(TestCellText)
#include "test_celltext.moc"
