#include <QInputDialog>
#include <QLabel>
#include <QMainWindow>
#include <QMenu>
#include <QMouseEvent>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>
#include <QToolButton>

#include <memory>

#include "support/testmain.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/theme.h"
#include "ui/views/completionpopup.h"
#include "ui/views/filterbar.h"
#include "ui/views/filteredit.h"
#include "ui/views/savedfilterrow.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestFilterBar : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QMainWindow> m_window;
    Inspection *m_inspection = nullptr;
    FilterBar *m_bar = nullptr;
    FilterEdit *m_field = nullptr;

    MessageLogModel *log() const { return m_inspection->messageLogModel(); }
    void receive(int count)
    {
        MessageBatch batch;
        MessageHead head;
        head.type = MessageType(u"move"_s);
        head.sock = 1;
        head.peer = *Endpoint::fromString(u"127.0.0.1:40001"_s);
        for (int i = 0; i < count; ++i) {
            head.wireBytes = static_cast<quint32>(i);
            head.direction = i % 2 ? Direction::Out : Direction::In;
            batch.add(head, "payload");
        }
        m_inspection->recorder()->submit(std::move(batch));
        while (log()->collect()) {
        }
    }
    void type(const QString &text) { QTest::keyClicks(m_field, text); }
    QInputDialog *nameDialog() const
    {
        for (QInputDialog *dialog : m_bar->findChildren<QInputDialog *>())
            if (dialog->isVisible())
                return dialog;
        return nullptr;
    }
    void save(const QString &name)
    {
        m_bar->savedRow()->saveFilter();
        QVERIFY(nameDialog());
        nameDialog()->setTextValue(name);
        nameDialog()->accept();
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_window = std::make_unique<QMainWindow>();
        m_inspection = new Inspection({}, nullptr, m_window.get());
        m_bar = new FilterBar(m_inspection, m_window.get());
        m_field = m_bar->field();
        auto *tools = m_window->addToolBar(u"filters"_s);
        tools->setMovable(false);
        tools->addWidget(m_bar);
        m_window->resize(1000, 500);
        m_window->setStyleSheet(Theme::instance()->styleSheet());
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_field->setFocus();
    }
    void cleanup() { m_window.reset(); }

    void whatIsTypedIsAppliedAfterAPauseAndAtOnceWithEnter()
    {
        receive(100);
        type(u"size < 10"_s);
        QCOMPARE(m_bar->state(), FilterBar::State::Pending);
        QCOMPARE(m_field->look(), FilterEdit::Look::Valid);
        QVERIFY(log()->filter().isEmpty());
        QTest::keyClick(m_field, Qt::Key_Return);
        QCOMPARE(log()->filter().text(), u"size < 10"_s);
        QTRY_COMPARE(m_bar->state(), FilterBar::State::Valid);
        QTRY_COMPARE(log()->rowCount(), 10);
        QTRY_COMPARE(m_bar->message(), u"10 shown"_s);
        type(u" && dir == out"_s);
        QTRY_COMPARE(log()->filter().text(), u"size < 10 && dir == out"_s); // without Enter
        QTRY_COMPARE(log()->rowCount(), 5);
    }

    void whatCannotBeReadIsRedAndTheLastGoodOneStays()
    {
        receive(20);
        m_bar->setText(u"size < 10"_s);
        QTRY_COMPARE(log()->rowCount(), 10);
        m_field->end(false);
        type(u" && size > \"abc\""_s);
        QCOMPARE(m_bar->state(), FilterBar::State::Invalid);
        QCOMPARE(m_field->look(), FilterEdit::Look::Invalid);
        QVERIFY2(m_bar->message().contains(u"column"_s), qPrintable(m_bar->message()));
        QCOMPARE(m_field->wrongColumn(), 20);
        QCOMPARE(m_field->accessibleDescription(), m_bar->message());
        QSignalSpy stale(m_bar, &FilterBar::staleChanged);
        QTest::keyClick(m_field, Qt::Key_Return);
        QCOMPARE(log()->filter().text(), u"size < 10"_s);
        QVERIFY(m_bar->history().texts().isEmpty());
        // the rows are the old filter's, which is said after the pause, above them
        QCOMPARE(stale.count(), 1);
        const QString said = stale.takeFirst().first().toString();
        QVERIFY2(said.contains(u"Still showing: size < 10"_s) && said.contains(u"column"_s), qPrintable(said));
        QTest::keyClick(m_field, Qt::Key_Escape);
        QCOMPARE(stale.count(), 1);
        QCOMPARE(stale.takeFirst().first().toString(), QString());
        type(u"((("_s);
        QTRY_COMPARE(stale.count(), 1); // without Enter
        QVERIFY(stale.first().first().toString().contains(u"Still showing all messages"_s));
    }

    void theMessageDoesNotMoveTheField()
    {
        const QRect before = m_field->geometry();
        m_bar->setText(u"error"_s);
        QTRY_COMPARE(m_bar->state(), FilterBar::State::Valid);
        m_field->setText(u"size > \"a text that cannot stand here\" && (((("_s);
        QCoreApplication::processEvents();
        QCOMPARE(m_field->geometry(), before);
        QVERIFY(m_bar->message().size() > 10);
    }

    void escapeClearsAtOnce()
    {
        receive(4);
        m_bar->setText(u"size < 2"_s);
        QTRY_COMPARE(log()->rowCount(), 2);
        QTest::keyClick(m_field, Qt::Key_Escape);
        QVERIFY(m_field->text().isEmpty());
        QVERIFY(log()->filter().isEmpty());
        QCOMPARE(m_bar->state(), FilterBar::State::Empty);
        QTRY_COMPARE(log()->rowCount(), 4);
    }

    void termsAreJoinedAndAppliedOrPrepared()
    {
        receive(10);
        m_bar->applyTerm(u"dir == out"_s);
        QCOMPARE(log()->filter().text(), u"dir == out"_s);
        m_bar->applyTerm(u"size > 3"_s, FilterJoin::And);
        QCOMPARE(log()->filter().text(), u"dir == out && size > 3"_s);
        m_bar->prepareTerm(u"error"_s, FilterJoin::ReplaceNot);
        QCOMPARE(m_bar->text(), u"!error"_s);
        QCOMPARE(m_bar->state(), FilterBar::State::Prepared);
        QTest::keyClick(m_field, Qt::Key_Shift);
        QCOMPARE(log()->filter().text(), u"dir == out && size > 3"_s);
        QTest::keyClick(m_field, Qt::Key_Return);
        QCOMPARE(log()->filter().text(), u"!error"_s);
        QVERIFY(m_bar->history().texts().contains(u"!error"_s));
    }

    void completionTakesTabArrowsEnterAndEscape()
    {
        receive(3);
        CompletionPopup *popup = m_bar->popup();
        type(u"siz"_s);
        QVERIFY(popup->isVisible());
        QVERIFY(popup->offered().contains(u"size"_s));
        QVERIFY2(m_field->hasFocus(), "the list never takes the focus");
        QTest::keyClick(m_field, Qt::Key_Tab);
        QCOMPARE(m_field->text(), u"size "_s);
        QVERIFY2(popup->isVisible(), "and how it goes on");
        QVERIFY(popup->offered().contains(u">="_s));
        QTest::keyClick(m_field, Qt::Key_Escape);
        QVERIFY(!popup->isVisible());
        QCOMPARE(m_field->text(), u"size "_s); // Escape closed the list and no more

        m_field->clear();
        type(u"dir == "_s);
        QCOMPARE(popup->offered(), (QStringList{u"in"_s, u"out"_s}));
        QTest::keyClick(m_field, Qt::Key_Down);
        QTest::keyClick(m_field, Qt::Key_Down);
        QTest::keyClick(m_field, Qt::Key_Return);
        QCOMPARE(m_field->text(), u"dir == out"_s);
        QVERIFY(log()->filter().isEmpty()); // Enter chose, it did not apply
        QTest::keyClick(m_field, Qt::Key_Return);
        QCOMPARE(log()->filter().text(), u"dir == out"_s);
    }

    void completionDoesNotEatTyping()
    {
        receive(3);
        type(u"size == 2 && dir == out || unhandled && type == move"_s);
        QCOMPARE(m_field->text(), u"size == 2 && dir == out || unhandled && type == move"_s);
        QTest::keyClick(m_field, Qt::Key_Return); // nothing was chosen with the arrows: it applies
        QCOMPARE(log()->filter().text(), m_field->text());
        QVERIFY(!m_bar->popup()->isVisible());
    }

    void completionWorksInTheMiddleAndByClick()
    {
        receive(3);
        m_field->setText(u" && size > 1"_s);
        m_field->setCursorPosition(0);
        type(u"unhan"_s);
        QVERIFY(m_bar->popup()->isVisible());
        QTreeWidgetItem *item = m_bar->popup()->topLevelItem(0);
        QTest::mouseClick(m_bar->popup()->viewport(), Qt::LeftButton, {},
                          m_bar->popup()->visualItemRect(item).center());
        QCOMPARE(m_field->text(), u"unhandled && size > 1"_s);
        QVERIFY(m_field->hasFocus());
        QTest::keyClick(m_field, Qt::Key_Space, Qt::ControlModifier);
        QCOMPARE(m_field->text(), u"unhandled && size > 1"_s);
    }

    void theListClosesWithTheFocus()
    {
        type(u"si"_s);
        QVERIFY(m_bar->popup()->isVisible());
        m_bar->savedRow()->addButton()->setFocus();
        m_field->clearFocus();
        QVERIFY(!m_bar->popup()->isVisible());
    }

    void historyKeepsWhatWasApplied()
    {
        for (const QString &text : {u"error"_s, u"size > 3"_s, u"error"_s}) {
            m_field->setText(text);
            QTest::keyClick(m_field, Qt::Key_Return);
        }
        QCOMPARE(m_bar->history().texts(), (QStringList{u"error"_s, u"size > 3"_s}));
        m_bar->clear();
        QTest::keyClick(m_field, Qt::Key_Down, Qt::AltModifier);
        auto *menu = m_bar->findChild<QMenu *>(u"filterHistory"_s);
        QVERIFY(menu->isVisible());
        menu->actions().at(1)->trigger();
        menu->hide();
        QCOMPARE(m_field->text(), u"size > 3"_s);
        QCOMPARE(log()->filter().text(), u"size > 3"_s);
    }

    void savedFiltersAreButtons()
    {
        SavedFilterRow *row = m_bar->savedRow();
        QVERIFY(!row->addButton()->isEnabled());
        m_field->setText(u"size > \"no"_s);
        QVERIFY2(!row->addButton()->isEnabled(), "what cannot be read is not saved");
        m_bar->setText(u"dir == out"_s);
        QTest::mouseClick(row->addButton(), Qt::LeftButton);
        QVERIFY(nameDialog());
        QCOMPARE(nameDialog()->textValue(), u"dir == out"_s);
        nameDialog()->setTextValue(u"sent"_s);
        nameDialog()->accept();
        QCOMPARE(row->buttons().size(), 1);
        QCOMPARE(row->buttons().first()->text(), u"sent"_s);
        QVERIFY2(row->buttons().first()->isChecked(), "it stands in the field");
        m_bar->clear();
        QVERIFY(!row->buttons().first()->isChecked());
        QTest::mouseClick(row->buttons().first(), Qt::LeftButton);
        QCOMPARE(log()->filter().text(), u"dir == out"_s);
        QVERIFY(row->buttons().first()->isChecked());
        // A name that is taken is refused in the dialog that asks for it.
        m_bar->setText(u"error"_s);
        save(u"sent"_s);
        QTRY_VERIFY(nameDialog());
        QVERIFY2(nameDialog()->labelText().contains(u"already"_s), qPrintable(nameDialog()->labelText()));
        nameDialog()->reject();
        QCOMPARE(row->buttons().size(), 1);
    }

    void aButtonIsDraggedToItsPlace()
    {
        SavedFilterRow *row = m_bar->savedRow();
        for (const QString &name : {u"aa"_s, u"bb"_s, u"cc"_s})
            QVERIFY(!m_bar->savedFilters()->add(name, u"size > 3"_s));
        row->resize(600, row->height());
        const auto names = [this] {
            QStringList all;
            for (const SavedFilter &filter : m_bar->savedFilters()->filters())
                all.append(filter.name);
            return all;
        };
        const auto drag = [row](int from, QPoint to) {
            QToolButton *button = row->buttons().at(from);
            QTest::mousePress(button, Qt::LeftButton, {}, QPoint(4, 4));
            for (const QPoint at : {to / 2, to}) {
                QMouseEvent move(QEvent::MouseMove, button->mapFromParent(at), button->parentWidget()->mapToGlobal(at),
                                 Qt::NoButton, Qt::LeftButton, {});
                QApplication::sendEvent(button, &move);
            }
            QTest::mouseRelease(button, Qt::LeftButton, {}, button->mapFromParent(to));
        };
        m_bar->setText(u"error"_s);
        const int y = row->height() / 2;
        drag(0, {row->buttons().last()->geometry().right(), y});
        QCOMPARE(names(), (QStringList{u"bb"_s, u"cc"_s, u"aa"_s}));
        drag(2, {row->buttons().first()->x() + 1, y});
        QCOMPARE(names(), (QStringList{u"aa"_s, u"bb"_s, u"cc"_s}));
        drag(0, {row->buttons().last()->geometry().right(), 400}); // let go elsewhere
        QCOMPARE(names(), (QStringList{u"aa"_s, u"bb"_s, u"cc"_s}));
        QCOMPARE(m_field->text(), u"error"_s); // none of it was a click
        QTest::mouseClick(row->buttons().first(), Qt::LeftButton);
        QCOMPARE(m_field->text(), u"size > 3"_s);
    }

    void aMenuJoinsMovesAndRemoves()
    {
        SavedFilterRow *row = m_bar->savedRow();
        QVERIFY(!m_bar->savedFilters()->add(u"a"_s, u"error"_s));
        QVERIFY(!m_bar->savedFilters()->add(u"b"_s, u"size > 3"_s));
        m_bar->setText(u"dir == out"_s);
        const auto pick = [&](int button, const QString &text) {
            Q_EMIT row->buttons().at(button)->customContextMenuRequested(QPoint(2, 2));
            for (QMenu *menu : row->findChildren<QMenu *>()) {
                if (!menu->isVisible())
                    continue;
                for (QAction *action : menu->actions())
                    if (action->text().remove(u'&') == text)
                        action->trigger();
                menu->close();
            }
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        };
        pick(1, u"…and It"_s);
        QCOMPARE(m_bar->text(), u"dir == out && size > 3"_s);
        pick(1, u"Move Left"_s);
        QCOMPARE(row->buttons().first()->text(), u"b"_s);
        pick(0, u"Replace with the Present Filter"_s);
        QCOMPARE(m_bar->savedFilters()->filters().first().text, u"dir == out && size > 3"_s);
        pick(0, u"Remove"_s);
        QCOMPARE(row->buttons().size(), 1);
        pick(0, u"Rename…"_s);
        QVERIFY(nameDialog());
        nameDialog()->setTextValue(u"broken"_s);
        nameDialog()->accept();
        QCOMPARE(row->buttons().first()->text(), u"broken"_s);
    }

    void whatHasNoRoomStandsInTheMenu()
    {
        SavedFilterRow *row = m_bar->savedRow();
        QVERIFY(!row->moreButton()->isVisible());
        for (int i = 0; i < 20; ++i)
            QVERIFY(!m_bar->savedFilters()->add(u"filter number %1"_s.arg(i), u"size == %1"_s.arg(i)));
        QCoreApplication::processEvents();
        QTRY_VERIFY(row->moreButton()->isVisible());
        QVERIFY(row->moreButton()->geometry().right() <= row->width());
        Q_EMIT row->moreButton()->menu()->aboutToShow();
        int shown = 0;
        for (const QToolButton *button : row->buttons())
            shown += button->isVisible();
        QVERIFY(shown > 0);
        QCOMPARE(row->moreButton()->menu()->actions().size(), 20 - shown);
        QMenu *last = row->moreButton()->menu()->actions().last()->menu();
        last->actions().first()->trigger();
        QCOMPARE(log()->filter().text(), u"size == 19"_s);
        m_window->resize(2000, 500);
        QTRY_VERIFY(row->moreButton()->menu()->actions().size() > 0);
    }

    void settingsRoundTrip()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        m_field->setText(u"error"_s);
        QTest::keyClick(m_field, Qt::Key_Return);
        save(u"errors"_s);
        m_bar->saveSettings(settings);
        FilterBar other(m_inspection);
        other.loadSettings(settings);
        QCOMPARE(other.history().texts(), QStringList{u"error"_s});
        QCOMPARE(other.savedRow()->buttons().size(), 1);
        QVERIFY2(other.text().isEmpty(), "a filter of last time would hide messages from who does not look");
    }

    void aScanShowsItsProgress()
    {
        FilterEdit edit;
        edit.resize(200, 24);
        edit.setProgress(0.5);
        const QImage half = edit.grab().toImage();
        edit.setProgress(-1);
        QVERIFY(edit.grab().toImage() != half);
    }

    void whatIsWrongIsUnderlined()
    {
        FilterEdit edit;
        edit.resize(300, 24);
        edit.setText(u"size > \"abc\" && error"_s);
        const QImage plain = edit.grab().toImage();
        edit.setWrong(7, 5);
        QVERIFY(edit.grab().toImage() != plain);
        QCOMPARE(edit.text(), u"size > \"abc\" && error"_s);
        edit.setCursorPosition(2);
        QCOMPARE(edit.wrongColumn(), 7);
        edit.clearWrong();
        edit.setCursorPosition(static_cast<int>(edit.text().size()));
        QCOMPARE(edit.grab().toImage(), plain);
    }
};

QTEST_MAIN(TestFilterBar)
#include "test_filterbar.moc"
