#include <QHelpEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>

#include "support/testmain.h"
#include "ui/theme.h"
#include "ui/views/histogramview.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestHistogramView : public QObject
{
    Q_OBJECT

private:
    static void fill(HistogramView &view)
    {
        DurationHistogram run;
        DurationHistogram wait;
        for (int i = 0; i < 990; ++i)
            run.add(12'300);
        for (int i = 0; i < 10; ++i)
            run.add(4'000'000);
        for (int i = 0; i < 500; ++i)
            wait.add(900);
        view.setData(run, wait);
    }
    static void show(HistogramView &view)
    {
        view.resize(400, 160);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
    }
    static int colored(const QImage &image, const QRect &area, const QColor &color)
    {
        int count = 0;
        for (int y = area.top(); y <= area.bottom(); ++y)
            for (int x = area.left(); x <= area.right(); ++x)
                count += image.rect().contains(x, y) && image.pixelColor(x, y) == color;
        return count;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        Theme::instance()->setMode(Theme::Mode::Light);
    }

    void everyCallIsInABar()
    {
        HistogramView view;
        show(view);
        QCOMPARE(view.barCount(), 0);
        QCOMPARE(view.summary(), u"No call yet."_s);
        fill(view);
        QVERIFY(view.barCount() > 10);
        quint64 seen = 0;
        for (int bar = 0; bar < view.barCount(); ++bar) {
            if (bar > 0)
                QVERIFY(view.barRect(bar).left() >= view.barRect(bar - 1).right() - 0.01);
            const QString text = view.barText(bar);
            if (text.contains(u"ran: 990 calls (99.0 %)"_s) || text.contains(u"ran: 10 calls (1.0 %)"_s) ||
                text.contains(u"waited: 500 calls (100.0 %)"_s))
                ++seen;
        }
        QCOMPARE(seen, 3u);
        QVERIFY(view.summary().startsWith(u"■ Ran: p50 "_s));
        QVERIFY(view.summary().contains(u"max 4.00 ms"_s));
        QCOMPARE(view.accessibleDescription(), view.summary());
        view.clear();
        QCOMPARE(view.barCount(), 0);
    }

    void keysTellEachBar()
    {
        HistogramView view;
        show(view);
        fill(view);
        QSignalSpy told(&view, &HistogramView::barTold);
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(told.last()[0].toString().contains(u"waited: 500 calls"_s));
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(told.last()[0].toString().contains(u"ran: 990 calls"_s)); // empty bars are passed over
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(told.last()[0].toString().contains(u"ran: 10 calls"_s));
        const int last = view.currentBar();
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.currentBar(), last);
        QTest::keyClick(&view, Qt::Key_Home);
        QVERIFY(told.last()[0].toString().contains(u"waited: 500 calls"_s));
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(view.currentBar(), last);
        // More calls come: the bar of that time stays chosen.
        DurationHistogram run;
        for (int i = 0; i < 3; ++i)
            run.add(4'000'000);
        run.add(5);
        view.setData(run, {});
        QVERIFY(told.last()[0].toString().contains(u"ran: 3 calls"_s));
        QTest::keyClick(&view, Qt::Key_Escape);
        QCOMPARE(view.currentBar(), -1);
        QCOMPARE(told.last()[0].toString(), QString());
    }

    void thePointerTellsABar()
    {
        HistogramView view;
        show(view);
        fill(view);
        int full = 0;
        while (!view.barText(full).contains(u"990 calls"_s))
            ++full;
        const QPoint at = view.barRect(full).center().toPoint();
        QHelpEvent help(QEvent::ToolTip, at, view.mapToGlobal(at));
        QApplication::sendEvent(&view, &help);
        QCOMPARE(QToolTip::text(), view.barText(full));
        QToolTip::hideText();
    }

    void drawsOnItsGroundLightAndDark()
    {
        for (const Theme::Mode mode : {Theme::Mode::Light, Theme::Mode::Dark}) {
            Theme::instance()->setMode(mode);
            HistogramView view;
            show(view);
            fill(view);
            const QImage image = view.grab().toImage();
            const Theme::Colors &colors = Theme::instance()->colors();
            QVERIFY(colored(image, image.rect(), colors.base) > image.width() * image.height() / 2);
            // The bar of the runs is solid and reaches the top; a rare call is drawn all the same.
            int most = 0;
            while (!view.barText(most).contains(u"990 calls"_s))
                ++most;
            const QRect bar = view.barRect(most).toRect();
            QVERIFY(colored(image, bar, colors.base) < bar.width() * bar.height() / 2);
            int rare = 0;
            while (!view.barText(rare).contains(u"ran: 10 calls"_s))
                ++rare;
            const QRect low = view.barRect(rare).toRect();
            const QRect foot(low.center().x(), low.bottom() - 2, 1, 2); // above the axis
            QVERIFY(colored(image, foot, colors.base) < 2);
            const QRect empty = view.barRect(rare - 2).toRect(); // no calls: nothing above the axis
            QVERIFY(view.barText(rare - 2).contains(u"ran: none, waited: none"_s));
            QCOMPARE(colored(image, QRect(empty.center().x(), empty.bottom() - 2, 1, 2), colors.base), 2);
        }
    }

    void logarithmicCountsRaiseRareCalls()
    {
        HistogramView view;
        show(view);
        fill(view);
        int rare = 0;
        while (!view.barText(rare).contains(u"ran: 10 calls"_s))
            ++rare;
        const QRect bar = view.barRect(rare).toRect();
        const QPoint third(bar.left() + 1, bar.bottom() - bar.height() / 4);
        const QColor base = Theme::instance()->colors().base;
        const auto filled = [&] {
            const QImage image = view.grab().toImage();
            int count = 0;
            for (int x = bar.left(); x < bar.right(); ++x)
                count += image.pixelColor(x, third.y()) != base;
            return count;
        };
        const int before = filled();
        view.setLogarithmic(true);
        QVERIFY(view.isLogarithmic());
        QVERIFY2(filled() > before, qPrintable(u"%1 %2"_s.arg(before).arg(filled())));
    }

    void extremesStayInside()
    {
        HistogramView view;
        show(view);
        DurationHistogram run;
        run.add(0);
        run.add(std::numeric_limits<qint64>::max());
        view.setData(run, {});
        QVERIFY(!view.grab().isNull());
        for (int bar = 0; bar < view.barCount(); ++bar) {
            QVERIFY(view.barRect(bar).left() >= 0);
            QVERIFY(view.barRect(bar).right() <= view.width() + 1);
        }
        view.resize(view.minimumSizeHint());
        QVERIFY(!view.grab().isNull());
        DurationHistogram one;
        one.add(1);
        view.setData({}, one);
        QVERIFY(!view.grab().isNull());
    }
};

QTEST_MAIN(TestHistogramView)
#include "test_histogramview.moc"
