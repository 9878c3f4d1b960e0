#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "support/testmain.h"
#include "ui/views/bytesfindbar.h"
#include "ui/views/bytespanel.h"
#include "ui/views/hexview.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestHexView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void formats_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("hex");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("array");
        QTest::addColumn<QString>("base64");
        QTest::newRow("plain") << QByteArray("[1,{") << u"5b 31 2c 7b"_s << u"[1,{"_s
                               << u"const unsigned char data[4] = {\n    0x5b, 0x31, 0x2c, 0x7b,\n};\n"_s
                               << u"WzEsew=="_s;
        QTest::newRow("zero, high and control")
            << QByteArray("\0\xff\x07", 3) << u"00 ff 07"_s << u"..."_s
            << u"const unsigned char data[3] = {\n    0x00, 0xff, 0x07,\n};\n"_s << u"AP8H"_s;
        QTest::newRow("utf-8") << QByteArray("\xc3\xab") << u"c3 ab"_s << u"ë"_s
                               << u"const unsigned char data[2] = {\n    0xc3, 0xab,\n};\n"_s << u"w6s="_s;
    }
    void formats()
    {
        QFETCH(QByteArray, bytes);
        QTEST(formatBytes(bytes, BytesFormat::Hex), "hex");
        QTEST(formatBytes(bytes, BytesFormat::Text), "text");
        QTEST(formatBytes(bytes, BytesFormat::CArray), "array");
        QTEST(formatBytes(bytes, BytesFormat::Base64), "base64");
    }

    void selectsWithTheMouse()
    {
        HexView view;
        show(view, "0123456789abcdefXYZ");
        QSignalSpy clicked(&view, &HexView::byteClicked);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.byteRect(2).center());
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked.at(0).at(0).value<qsizetype>(), 2);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, Qt::ShiftModifier, view.byteRect(5).center());
        QCOMPARE(view.selectionOffset(), 2);
        QCOMPARE(view.selectionLength(), 4);
        QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), u"32 33 34 35"_s);
        view.copyAs(BytesFormat::Text);
        QCOMPARE(QApplication::clipboard()->text(), u"2345"_s);

        QTest::mousePress(view.viewport(), Qt::LeftButton, {}, view.byteRect(10).center());
        QTest::mouseMove(view.viewport(), view.byteRect(8).center());
        QMouseEvent move(QEvent::MouseMove, view.byteRect(8).center(),
                         view.viewport()->mapToGlobal(view.byteRect(8).center()), Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(view.viewport(), &move);
        QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, view.byteRect(8).center());
        QCOMPARE(view.selectionOffset(), 8);
        QCOMPARE(view.selectionLength(), 3);
    }

    void selectsWithTheKeyboard()
    {
        HexView view;
        show(view, QByteArray(100, 'x'));
        QTest::keyClick(&view, Qt::Key_Right);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(view.selectionOffset(), 1);
        QCOMPARE(view.selectionLength(), view.bytesPerLine() + 2);
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(view.selectionOffset(), 99);
        QTest::keyClick(&view, Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(view.selectionOffset(), 0);
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(view.selectionOffset(), 0);
        QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view.selectionLength(), 100);
    }

    void chosenPrefersSelectionThenField()
    {
        HexView view;
        show(view, "abcdef");
        QCOMPARE(view.chosen().toByteArray(), QByteArray("abcdef"));
        view.setHighlight(1, 2);
        QCOMPARE(view.chosen().toByteArray(), QByteArray("bc"));
        view.select(3, 2);
        QCOMPARE(view.chosen().toByteArray(), QByteArray("de"));
        view.setHighlight(4, 1000);
        QCOMPARE(view.highlightLength(), 2);
        view.setHighlight(-5, 0);
        QCOMPARE(view.highlightLength(), 0);
    }

    void hoveringTellsEachByteOnceAndLeavingClears()
    {
        HexView view;
        show(view, "0123456789abcdefXYZ");
        QSignalSpy hovered(&view, &HexView::byteHovered);
        QTest::mouseMove(view.viewport(), view.byteRect(3).center());
        QTRY_COMPARE(hovered.count(), 1);
        QCOMPARE(hovered.last().at(0).value<qsizetype>(), 3);
        QTest::mouseMove(view.viewport(), view.byteRect(3).center() + QPoint(1, 1));
        QTest::mouseMove(view.viewport(), view.byteRect(4).center());
        QTRY_COMPARE(hovered.count(), 2);
        QCOMPARE(hovered.last().at(0).value<qsizetype>(), 4);
        QTest::mouseMove(view.viewport(), QPoint(view.viewport()->width() - 2, view.viewport()->height() - 2));
        QTRY_COMPARE(hovered.count(), 3);
        QCOMPARE(hovered.last().at(0).value<qsizetype>(), -1); // below the last line
        QTest::mouseMove(view.viewport(), view.byteRect(0).center());
        QTRY_COMPARE(hovered.count(), 4);
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(view.viewport(), &leave);
        QCOMPARE(hovered.last().at(0).value<qsizetype>(), -1);
        QCOMPARE(view.selectionLength(), 0);
    }

    void theSoftLightNeitherScrollsNorSelects()
    {
        HexView view;
        show(view, QByteArray(4000, 'x'));
        view.setSoftHighlight(3000, 5000);
        QCOMPARE(view.softOffset(), 3000);
        QCOMPARE(view.softLength(), 1000);
        QCOMPARE(view.verticalScrollBar()->value(), 0);
        QCOMPARE(view.highlightLength(), 0);
        view.setSoftHighlight(0, 0);
        QCOMPARE(view.softLength(), 0);
        view.setSoftHighlight(10, 20);
        view.setBytes(Bytes("short"));
        QCOMPARE(view.softLength(), 0);
    }

    void findsForwardsBackwardsAndRound()
    {
        HexView view;
        show(view, "abXcd" + QByteArray(3000, '.') + "abYcd");
        QVERIFY(view.find("ab"));
        QCOMPARE(view.selectionOffset(), 0);
        QCOMPARE(view.selectionLength(), 2);
        QVERIFY(view.find("ab"));
        QCOMPARE(view.selectionOffset(), 3005);
        QVERIFY(view.verticalScrollBar()->value() > 0);
        QVERIFY(view.find("ab")); // round the end
        QCOMPARE(view.selectionOffset(), 0);
        QVERIFY(view.find("ab", false));
        QCOMPARE(view.selectionOffset(), 3005);
        QVERIFY(view.find("ab", false));
        QCOMPARE(view.selectionOffset(), 0);
        QVERIFY(!view.find("Z"));
        QVERIFY(!view.find({}));
        QVERIFY(!view.find(QByteArray(5000, '.')));
        QCOMPARE(view.selectionOffset(), 0);
    }

    void controlFLooksAmongTheBytes()
    {
        BytesPanel panel;
        panel.resize(700, 300);
        panel.setMessage(Bytes("hello, hello"), {});
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        HexView *view = panel.hexView();
        view->setFocus();
        QVERIFY(!panel.findBar()->isVisible());
        QTest::keyClick(view, Qt::Key_F, Qt::ControlModifier);
        QVERIFY(panel.findBar()->isVisible());
        auto *field = panel.findChild<QLineEdit *>(u"bytesFindField"_s);
        QTest::keyClicks(field, u"llo"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(view->selectionOffset(), 2);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(view->selectionOffset(), 9);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(view->selectionOffset(), 2);
        QCOMPARE(panel.findBar()->message(), u"from the start again"_s);
        QTest::keyClick(field, Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(view->selectionOffset(), 9);
        QTest::keyClicks(field, u"!"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(panel.findBar()->message(), u"not found"_s);
        panel.findChild<QComboBox *>()->setCurrentIndex(1);
        field->setText(u"2c 20"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(view->selectionOffset(), 5);
        field->setText(u"2x"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(!panel.findBar()->message().isEmpty());
        QCOMPARE(view->selectionOffset(), 5);
        QTest::keyClick(field, Qt::Key_Escape);
        QVERIFY(!panel.findBar()->isVisible());
    }

    void theLineSaysWhatIsSelectedAndWhatItMeans()
    {
        BytesPanel panel;
        panel.setMessage(Bytes(QByteArray::fromHex("410001020304")), {});
        QCOMPARE(panel.lineText(), u"6 bytes"_s);
        panel.hexView()->select(0, 1);
        QCOMPARE(panel.lineText(), u"byte 0 of 6: 65 'A'"_s);
        panel.hexView()->select(1, 2);
        QCOMPARE(panel.lineText(), u"2 bytes from 1: 256 LE, 1 BE"_s);
        panel.hexView()->select(0, 5);
        QCOMPARE(panel.lineText(), u"5 bytes from 0"_s);
    }

    void aSelectionBecomesAFilter()
    {
        BytesPanel panel;
        panel.setMessage(Bytes(QByteArray::fromHex("0a0b0c") + QByteArray(4000, 'x')), {});
        QSignalSpy requested(&panel, &BytesPanel::filterRequested);
        QMenu none;
        Q_EMIT panel.hexView()->menuOpening(&none);
        QVERIFY(!none.findChild<QMenu *>(u"applyAsFilter"_s)->isEnabled());
        panel.hexView()->select(0, 2);
        QMenu menu;
        Q_EMIT panel.hexView()->menuOpening(&menu);
        menu.findChild<QMenu *>(u"applyAsFilter"_s)->actions().at(2)->trigger();
        QCOMPARE(requested.count(), 1);
        QCOMPARE(requested.at(0).at(0).toString(), u"payload contains 0a:0b"_s);
        QCOMPARE(requested.at(0).at(1).value<FilterJoin>(), FilterJoin::And);
        panel.hexView()->selectAll();
        QMenu tooLong;
        Q_EMIT panel.hexView()->menuOpening(&tooLong);
        QVERIFY(!tooLong.findChild<QMenu *>(u"applyAsFilter"_s)->isEnabled());
        QVERIFY(tooLong.actions().last()->text().contains(u"1,024"_s));
    }

    void emptyIsHarmless()
    {
        HexView view;
        show(view, {});
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, {20, 20});
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier | Qt::ShiftModifier);
        QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view.selectionLength(), 0);
        QApplication::clipboard()->setText(u"before"_s);
        view.copyAs(BytesFormat::Hex);
        QCOMPARE(QApplication::clipboard()->text(), u"before"_s);
    }

    void muchIsCopiedBesideTheWindow()
    {
        HexView view;
        show(view, QByteArray(4 * 1024 * 1024, 'q'));
        QApplication::clipboard()->setText(u"before"_s);
        view.copyAs(BytesFormat::Hex);
        QCOMPARE(QApplication::clipboard()->text(), u"before"_s); // not yet
        QTRY_COMPARE(QApplication::clipboard()->text().size(), 3 * 4 * 1024 * 1024 - 1);
        // what is copied next takes its place
        view.copyAs(BytesFormat::Hex);
        view.select(0, 2);
        view.copyAs(BytesFormat::Text);
        QCOMPARE(QApplication::clipboard()->text(), u"qq"_s);
        QCoreApplication::processEvents();
        QCOMPARE(QApplication::clipboard()->text(), u"qq"_s);
    }

    void sixteenMebibytesScrollAtOnce()
    {
        HexView view;
        const QByteArray bytes(16 * 1024 * 1024, 'q');
        show(view, bytes);
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 20; ++i) {
            view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum() / 20 * i);
            view.viewport()->repaint();
        }
        // Drawing costs what is seen, not what is there; the bound leaves room for a loaded machine and sanitizers.
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(view.selectionOffset(), bytes.size() - 1);
    }

private:
    static void show(HexView &view, const QByteArray &bytes)
    {
        view.resize(700, 300);
        view.setBytes(Bytes(bytes));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        view.setFocus();
    }
};

QTEST_MAIN(TestHexView)
#include "test_hexview.moc"
