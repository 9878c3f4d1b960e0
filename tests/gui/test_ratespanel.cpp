#include "app/gui/ratespanel.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <memory>

#include "app/gui/rateschoice.h"
#include "app/gui/rateslegend.h"
#include "app/gui/ratesplot.h"
#include "support/testmain.h"
#include "ui/models/sockdirectory.h"
#include "ui/theme.h"
#include "ui/views/datatable.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 ms = 1'000'000;
constexpr qint64 second = 1'000'000'000;
constexpr qint64 start = 1'700'000'000 * second;

} // namespace

class TestRatesPanel : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<MessageStore> m_store;
    std::unique_ptr<RateHistory> m_history;
    std::unique_ptr<RatesPanel> m_panel;
    SockDirectory m_directory;
    qint64 m_now = start;

    /// Ten messages a second for 60 s up to now, of peers 1 to 5.
    void fill()
    {
        MessageBatch batch;
        for (int i = 0; i < 600; ++i) {
            MessageHead head;
            head.wallNs = start + i * 100 * ms;
            head.peer = Endpoint(0x7f000001, static_cast<quint16>(10'000 + i % 5));
            head.type = MessageType(i % 2);
            head.sock = 1;
            head.wireBytes = static_cast<quint32>(i % 2 ? 200 : 50);
            head.direction = i % 3 ? Direction::In : Direction::Out;
            batch.add(head, "x");
        }
        m_store->append(batch);
        m_history->finish();
        m_now = start + 60 * second + 300 * ms;
    }
    void showPanel()
    {
        m_panel->resize(800, 220);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
        QTRY_VERIFY(m_panel->plot());
        m_panel->refresh();
    }
    RatesPlot *plot() const { return m_panel->plot(); }
    QPoint pointAt(qint64 ns) const { return {plot()->pixelAt(ns), plot()->axisRect()->rect().center().y()}; }
    static void choose(QComboBox *box, const QString &text)
    {
        box->setCurrentIndex(box->findText(text));
        Q_EMIT box->activated(box->currentIndex());
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_now = start;
        m_store = std::make_unique<MessageStore>();
        m_history = std::make_unique<RateHistory>(m_store.get());
        m_panel = std::make_unique<RatesPanel>(m_history.get(), &m_directory, nullptr, [this] { return m_now; });
    }
    void cleanup()
    {
        m_panel.reset();
        m_history.reset();
        m_store.reset();
    }

    void saysWhatWouldFillIt()
    {
        showPanel();
        const auto labels = m_panel->findChildren<QLabel *>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel *label) {
            return label->isVisible() && label->text().contains(u"as soon as a socket has some"_s);
        }));
        QVERIFY(!plot()->isVisible());
    }

    void makesItsPlotWhenItIsSeen()
    {
        fill();
        QVERIFY(!plot());
        showPanel();
        QVERIFY(plot()->isVisible());
    }

    void showsTheRate()
    {
        fill();
        showPanel();
        QCOMPARE(m_panel->legend()->rowCount(), 1);
        QCOMPARE(m_panel->legend()->lines()[0].value, u"10.0/s"_s);
        QCOMPARE(m_panel->legend()->lines()[0].total, u"600"_s);
        choose(m_panel->waysBox(), u"in"_s);
        QCOMPARE(m_panel->legend()->lines()[0].total, u"400"_s);
        choose(m_panel->quantityBox(), u"Bytes/s"_s);
        choose(m_panel->waysBox(), u"in, out"_s);
        QCOMPARE(m_panel->legend()->lines()[0].value, u"1.4 KiB/s"_s); // 700 B in the last 500 ms
    }

    void givesTheChoicesTheirWordsWhenNarrow()
    {
        fill();
        showPanel();
        QCOMPARE(m_panel->chooseButton()->isVisible(), true);
        m_panel->resize(411, 150);
        QTRY_VERIFY(!m_panel->chooseButton()->isVisible());
        QCoreApplication::processEvents();
        for (const QComboBox *box :
             {m_panel->quantityBox(), m_panel->splitBox(), m_panel->waysBox(), m_panel->spanBox()})
            QVERIFY2(box->width() >= box->fontMetrics().horizontalAdvance(box->currentText()) + 20,
                     qPrintable(box->currentText()));
        choose(m_panel->splitBox(), u"by peer"_s);
        QTRY_VERIFY(m_panel->chooseButton()->isVisible());
    }

    void remembersItsChoices()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        showPanel();
        QVERIFY(m_panel->addFilter(u"size > 100"_s));
        choose(m_panel->splitBox(), u"by peer"_s);
        choose(m_panel->quantityBox(), u"Bytes/s"_s);
        choose(m_panel->waysBox(), u"out"_s);
        choose(m_panel->spanBox(), u"15 min"_s);
        m_panel->saveSettings(settings);
        RatesPanel other(m_history.get(), &m_directory);
        other.loadSettings(settings);
        QCOMPARE(other.quantityBox()->currentText(), u"Bytes/s"_s);
        QCOMPARE(other.splitBox()->currentText(), u"by peer"_s);
        QCOMPARE(other.waysBox()->currentText(), u"out"_s);
        QCOMPARE(other.spanNs(), 900 * second);
        QCOMPARE(m_history->spec().filters.size(), size_t(1));
        const QStringList keys = settings.allKeys();
        for (const QVariant &garbage : {QVariant(-7), QVariant(u"x"_s), QVariant(QByteArray("\xff"))}) {
            for (const QString &key : keys)
                settings.setValue(key, garbage);
            other.loadSettings(settings);
            QCOMPARE(other.quantityBox()->currentText(), u"Bytes/s"_s);
            QCOMPARE(other.splitBox()->currentText(), u"by peer"_s);
            QCOMPARE(other.spanNs(), 900 * second);
        }
    }

    void linesAreChosenByHand()
    {
        fill();
        showPanel();
        QVERIFY(!m_panel->chooseButton()->isEnabled());
        choose(m_panel->splitBox(), u"by peer"_s);
        m_history->finish();
        m_panel->refresh();
        QCOMPARE(m_panel->legend()->rowCount(), 5);
        m_panel->setCandidates([](RateSplit) {
            std::vector<RateKey> keys;
            for (int i = 0; i < 600; ++i)
                keys.emplace_back(Endpoint(0x7f000001, static_cast<quint16>(10'000 + i)));
            return keys;
        });
        QTest::mouseClick(m_panel->chooseButton(), Qt::LeftButton);
        auto *dialog = m_panel->findChild<RatesChoice *>();
        QVERIFY(dialog);
        QCOMPARE(dialog->list()->count(), RatesChoice::maximumRows);
        QVERIFY2(dialog->noteText().contains(u"100 more"_s), qPrintable(dialog->noteText()));
        QTest::keyClicks(dialog->search(), u":10003"_s);
        QCOMPARE(dialog->list()->count(), 1);
        dialog->list()->setFocus();
        QTest::keyClick(dialog->list(), Qt::Key_Space);
        QCOMPARE(dialog->list()->item(0)->checkState(), Qt::Checked);
        dialog->search()->clear();
        for (int i = 10; i < 30; ++i)
            dialog->list()->item(i)->setCheckState(Qt::Checked);
        QVERIFY2(dialog->noteText().contains(u"At most 20"_s), qPrintable(dialog->noteText()));
        QCOMPARE(dialog->list()->item(29)->checkState(), Qt::Unchecked);
        for (int i = 10; i < 29; ++i)
            dialog->list()->item(i)->setCheckState(Qt::Unchecked);
        dialog->accept();
        m_history->finish();
        m_panel->refresh();
        QCOMPARE(m_panel->legend()->rowCount(), 2);
        QCOMPARE(m_panel->legend()->lines()[0].name, u"127.0.0.1:10003"_s);
        QCOMPARE(m_panel->legend()->lines()[0].total, u"120"_s);
        QCOMPARE(m_panel->legend()->lines()[1].total, u"480"_s);
        QVERIFY(m_panel->note().contains(u"chosen"_s));
        choose(m_panel->splitBox(), u"by type"_s);
        m_history->finish();
        m_panel->refresh();
        QVERIFY(m_history->spec().picked.empty());
    }

    void fitsIntoANarrowTab()
    {
        QVERIFY2(m_panel->minimumSizeHint().width() <= 430,
                 qPrintable(QString::number(m_panel->minimumSizeHint().width())));
        QVERIFY(m_panel->minimumSizeHint().height() <= 140);
    }

    void aClickChoosesItsTime()
    {
        fill();
        showPanel();
        QSignalSpy chosen(m_panel.get(), &RatesPanel::timeChosen);
        QTest::mouseClick(plot(), Qt::LeftButton, {}, pointAt(start + 30 * second));
        QCOMPARE(chosen.count(), 1);
        QVERIFY(qAbs(chosen.first().first().toLongLong() - (start + 30 * second)) <= 2 * second);
        QVERIFY(m_panel->isLive()); // looking at a time does not stop the plot
        QTest::mouseClick(plot(), Qt::LeftButton, {}, QPoint(plot()->width() - 1, plot()->height() - 1));
        QCOMPARE(chosen.count(), 1); // the axis is no time
    }

    void keysMoveTheCursor()
    {
        fill();
        showPanel();
        plot()->setFocus();
        QSignalSpy chosen(m_panel.get(), &RatesPanel::timeChosen);
        QTest::keyClick(plot(), Qt::Key_Return);
        QCOMPARE(chosen.count(), 0); // no cursor yet
        QTest::keyClick(plot(), Qt::Key_End);
        QCOMPARE(plot()->cursorStep(), std::optional(plot()->stepCount() - 1));
        QTest::keyClick(plot(), Qt::Key_Left);
        QCOMPARE(plot()->cursorStep(), std::optional(plot()->stepCount() - 2));
        QTest::keyClick(plot(), Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(plot()->cursorStep(), std::optional(plot()->stepCount() - 12));
        QTest::keyClick(plot(), Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().toLongLong(), *plot()->cursorNs());
        QTest::keyClick(plot(), Qt::Key_Home);
        QVERIFY(*plot()->cursorStep() <= 1);
        QTest::keyClick(plot(), Qt::Key_Escape);
        QVERIFY(!plot()->cursorNs());
    }

    void theCursorReadsValues()
    {
        fill();
        showPanel();
        QTest::mouseMove(plot(), pointAt(start + 30 * second));
        QTRY_VERIFY(plot()->cursorStep());
        QVERIFY2(m_panel->note().contains(u" · "_s), qPrintable(m_panel->note()));
        QCOMPARE(m_panel->legend()->lines()[0].value, u"10.0/s"_s);
    }

    void wheelAndKeysZoom()
    {
        fill();
        showPanel();
        const qint64 before = m_panel->spanNs();
        const QPoint at = pointAt(start + 30 * second);
        QWheelEvent wheel(at, plot()->mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                          false);
        QCoreApplication::sendEvent(plot(), &wheel);
        QVERIFY(m_panel->spanNs() < before);
        QVERIFY(!m_panel->isLive());
        // The time under the mouse stays there.
        QVERIFY(qAbs(plot()->timeAt(at.x()) - (start + 30 * second)) < second);
        QTest::keyClick(plot(), Qt::Key_Minus);
        QVERIFY(m_panel->spanNs() > before / 2);
        QTest::keyClick(plot(), Qt::Key_0);
        QVERIFY(m_panel->isLive());
        for (int i = 0; i < 20; ++i)
            QTest::keyClick(plot(), Qt::Key_Plus);
        QCOMPARE(m_panel->spanNs(), RatesPlot::leastSpanNs);
    }

    void draggingPansAndShiftChooses()
    {
        fill();
        showPanel();
        QSignalSpy chosen(m_panel.get(), &RatesPanel::timeChosen);
        const qint64 before = plot()->timeAt(400);
        QTest::mousePress(plot(), Qt::LeftButton, {}, QPoint(300, 60));
        QTest::mouseMove(plot(), QPoint(400, 60));
        QTest::mouseRelease(plot(), Qt::LeftButton, {}, QPoint(400, 60));
        QVERIFY(!m_panel->isLive());
        QVERIFY(plot()->timeAt(400) < before - second);
        QCOMPARE(chosen.count(), 0);
        QTest::mouseClick(plot(), Qt::LeftButton, {}, QPoint(300, 60));  // the first of two moves the log,
        QTest::mouseDClick(plot(), Qt::LeftButton, {}, QPoint(300, 60)); // the second nothing more
        QCOMPARE(chosen.count(), 1);
        QVERIFY(!m_panel->isLive());
        QTest::keyClick(plot(), Qt::Key_0);
        QVERIFY(m_panel->isLive());

        const qint64 from = plot()->timeAt(200);
        const qint64 to = plot()->timeAt(300);
        QTest::mousePress(plot(), Qt::LeftButton, Qt::ShiftModifier, QPoint(200, 60));
        QTest::mouseMove(plot(), QPoint(300, 60));
        QTest::mouseRelease(plot(), Qt::LeftButton, Qt::ShiftModifier, QPoint(300, 60));
        QVERIFY(qAbs(m_panel->spanNs() - (to - from)) < 10 * ms);
    }

    void livesOnWithTheClock()
    {
        fill();
        showPanel();
        const qint64 edge = plot()->timeAt(700);
        m_now += 5 * second;
        m_panel->refresh();
        QVERIFY(plot()->timeAt(700) > edge + 4 * second);
        QToolButton *live = nullptr;
        for (QToolButton *button : m_panel->findChildren<QToolButton *>())
            if (button->isCheckable())
                live = button;
        QVERIFY(live && live->isChecked());
        QTest::mouseClick(live, Qt::LeftButton);
        QVERIFY(!m_panel->isLive());
        const qint64 frozen = plot()->timeAt(700);
        m_now += 5 * second;
        m_panel->refresh();
        QCOMPARE(plot()->timeAt(700), frozen);
    }

    void linesForEachPeerCanBeHidden()
    {
        fill();
        showPanel();
        QAbstractItemModelTester tester(m_panel->legend(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        choose(m_panel->splitBox(), u"by peer"_s);
        m_history->finish();
        m_panel->refresh();
        QCOMPARE(m_panel->legend()->rowCount(), 5);
        QCOMPARE(m_panel->legend()->lines()[0].total, u"120"_s);
        const QModelIndex first = m_panel->legend()->index(0, 0);
        QTest::mouseClick(m_panel->legendTable()->viewport(), Qt::LeftButton, {},
                          m_panel->legendTable()->visualRect(first).center());
        QCOMPARE(first.data(Qt::CheckStateRole).toInt(), int(Qt::Unchecked));
        QVERIFY(!plot()->graph(0)->visible());
        QVERIFY(plot()->graph(1)->visible());
        QTest::keyClick(m_panel->legendTable(), Qt::Key_Space);
        QVERIFY(plot()->graph(0)->visible());
    }

    void aFilterIsALine()
    {
        fill();
        showPanel();
        choose(m_panel->splitBox(), u"by filter"_s);
        QVERIFY(m_panel->filterField()->isVisible());
        QTest::keyClicks(m_panel->filterField(), u"size > "_s);
        QTest::keyClick(m_panel->filterField(), Qt::Key_Return);
        QVERIFY(m_panel->filterError()->isVisible());
        QVERIFY(!m_panel->filterError()->text().isEmpty());
        QTest::keyClicks(m_panel->filterField(), u"100"_s);
        QVERIFY(!m_panel->filterError()->isVisible());
        QTest::keyClick(m_panel->filterField(), Qt::Key_Return);
        QCOMPARE(m_panel->filterField()->text(), QString());
        m_history->finish();
        m_panel->refresh();
        QCOMPARE(m_panel->legend()->rowCount(), 2);
        QCOMPARE(m_panel->legend()->lines()[1].name, u"size > 100"_s);
        QCOMPARE(m_panel->legend()->lines()[1].total, u"300"_s);
        for (int i = 1; i < RateSpec::maximumFilters; ++i)
            QVERIFY(m_panel->addFilter(u"size > %1"_s.arg(i)));
        QVERIFY(!m_panel->addFilter(u"size > 1000"_s));
        QVERIFY(m_panel->filterError()->text().contains(u"8"_s));
        m_panel->legendTable()->setFocus();
        m_panel->legendTable()->setCurrentIndex(m_panel->legend()->index(1, 0));
        QTest::keyClick(m_panel->legendTable(), Qt::Key_Delete);
        m_history->finish();
        m_panel->refresh();
        QCOMPARE(m_panel->legend()->rowCount(), RateSpec::maximumFilters);
    }

    void gaugesAreLinesOfSocks()
    {
        SockSnapshot snapshot;
        snapshot.sockId = 1;
        snapshot.name = u"game"_s;
        m_directory.update(snapshot);
        for (int i = 1; i <= 20; ++i) {
            snapshot.nowNs = i * second;
            snapshot.wallUs = (start + i * second) / 1000;
            snapshot.tick.ticks = static_cast<quint64>(i);
            snapshot.tick.lastPeriodNs = 250 * ms;
            snapshot.inQueue.depth = i;
            m_history->sample(snapshot);
        }
        m_now = start + 25 * second;
        showPanel();
        choose(m_panel->quantityBox(), u"Tick period"_s);
        QCOMPARE(m_panel->legend()->rowCount(), 1);
        QCOMPARE(m_panel->legend()->lines()[0].name, u"game"_s);
        QVERIFY(!m_panel->splitBox()->isEnabled());
        choose(m_panel->quantityBox(), u"Queue depth"_s);
        QCOMPARE(m_panel->legend()->rowCount(), 2);
        QCOMPARE(plot()->graph(1)->data()->size(), 20);
        QCOMPARE((plot()->graph(1)->data()->constEnd() - 1)->value, 20.0);
    }

    void doesNothingWhileItIsHidden()
    {
        fill();
        showPanel();
        QCoreApplication::processEvents(); // what showing it asked for
        m_panel->hide();
        QSignalSpy replots(plot(), &QCustomPlot::afterReplot);
        m_panel->refresh();
        Q_EMIT m_history->counted();
        QCoreApplication::processEvents();
        QCOMPARE(replots.count(), 0);
    }

    void followsTheTheme()
    {
        fill();
        showPanel();
        Theme::instance()->setMode(Theme::Mode::Dark);
        QCOMPARE(plot()->yAxis->tickLabelColor(), Theme::instance()->colors().secondary);
        Theme::instance()->setMode(Theme::Mode::Light);
        QCOMPARE(plot()->yAxis->tickLabelColor(), Theme::instance()->colors().secondary);
        Theme::instance()->setMode(Theme::Mode::System);
    }

    void drawsFastEnough()
    {
        MessageBatch batch;
        for (int i = 0; i < 200'000; ++i) {
            MessageHead head;
            head.wallNs = start + i * 300'000LL;
            head.peer = Endpoint(0x7f000001, static_cast<quint16>(10'000 + (i * 7919) % 50));
            head.wireBytes = static_cast<quint32>(i % 1500);
            batch.add(head, "x");
        }
        m_store->append(batch);
        RateSpec spec;
        m_now = start + 60 * second + 300 * ms;
        m_panel->setSplit(RateSplit::Peer);
        m_history->finish();
        m_panel->resize(1200, 240);
        showPanel();
        QElapsedTimer timer;
        timer.start();
        constexpr int frames = 20;
        for (int i = 0; i < frames; ++i) {
            m_panel->refresh();
            plot()->replot(QCustomPlot::rpImmediateRefresh);
        }
        const double each = static_cast<double>(timer.nsecsElapsed()) / 1e6 / frames;
        qInfo("a frame of %d lines: %.2f ms", m_panel->legend()->rowCount(), each);
        QVERIFY(each < 100); // in a debug build on a busy machine; the goal is 8 ms
    }
};

QTEST_MAIN(TestRatesPanel)
#include "test_ratespanel.moc"
