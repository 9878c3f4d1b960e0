#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "core/codec/codec.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inject/composer.h"
#include "ui/inspectorwindow.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/roles.h"
#include "ui/views/commentsdialog.h"
#include "ui/views/decodedpanel.h"
#include "ui/views/filterbar.h"
#include "ui/views/logactions.h"
#include "ui/views/logpanel.h"
#include "ui/views/logtable.h"
#include "ui/views/statuspanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestLogPanel : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<UdpSock> m_sock;
    std::unique_ptr<InspectorWindow> m_window;

    LogPanel *log() const { return m_window->logPanel(); }
    MessageLogModel *model() const { return m_window->inspection()->messageLogModel(); }
    static QAction *entry(const QMenu *menu, const QString &text)
    {
        for (QAction *action : menu->actions()) {
            if (action->text().remove(u'&') == text)
                return action;
        }
        return nullptr;
    }
    void choose(quint64 no, int column = 0)
    {
        const QModelIndex index = model()->index(model()->rowOfNo(no), column);
        log()->goToNo(no);
        QTest::mouseClick(log()->table()->viewport(), Qt::LeftButton, {}, log()->table()->visualRect(index).center());
        QCOMPARE(log()->table()->currentIndex(), index);
    }
    void setFilter(const QString &text)
    {
        const auto filter = Filter::compile(text);
        QVERIFY(filter);
        model()->setFilter(*filter);
    }
    quint64 topNo() const { return m_window->inspection()->messageLogModel()->noOfRow(log()->table()->rowAt(0)); }
    void receive(int count, const QByteArray &text = {})
    {
        const Endpoint peer = *Endpoint::fromString(u"127.0.0.1:40001");
        for (int i = 0; i < count; ++i)
            QVERIFY(!m_sock->injectPayload(
                peer, "[\"move\"," + (text.isEmpty() ? QByteArray::number(i) : '"' + text + '"') + "]"));
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
        SockOptions options;
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.codec = makeCodec(u"json");
        options.tickInterval = std::chrono::milliseconds(0);
        options.logger = [](int, const QString &) {}; // what handlers throw here is no warning of the test
        m_sock = std::make_unique<UdpSock>(options);
        QVERIFY(!m_sock->start());
        m_window = std::make_unique<InspectorWindow>(m_sock.get());
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        receive(200);
        QTRY_COMPARE(log()->table()->model()->rowCount(), 200);
    }
    void cleanup()
    {
        m_window.reset();
        m_sock.reset();
    }

    void aFocusedListGoesOnFollowing()
    {
        m_window->findChild<Composer *>()->setFocus();
        log()->table()->setFocus();
        QVERIFY(log()->isFollowing());
        QCOMPARE(log()->currentNo(), quint64(0));
        // The first arrow goes to a row that is seen.
        const int top = log()->table()->rowAt(0);
        QVERIFY(top > 0);
        QTest::keyClick(log()->table(), Qt::Key_Down);
        QCOMPARE(log()->currentRow(), top);
    }

    void aChosenRowOutOfSightDoesNotMoveTheView()
    {
        MessageLogModel *model = m_window->inspection()->messageLogModel();
        RecorderLimits limits;
        limits.store.memoryBytes = 2 * 1024 * 1024; // chunks of 32 KiB
        model->setLimits(limits);
        receive(300, QByteArray(1000, 'x'));
        QTRY_COMPARE(model->rowCount(), 500);
        log()->goToRow(490);
        log()->table()->verticalScrollBar()->setValue(log()->table()->verticalScrollBar()->maximum() / 2);
        QVERIFY(!log()->isFollowing());
        const quint64 top = topNo();
        const StoreStats before = m_window->inspection()->recorderStats().store;
        QCOMPARE(before.droppedOldest, 0u);
        limits.store.memoryBytes = before.memoryBytes - 1; // the oldest leave
        model->setLimits(limits);
        receive(5);
        QTRY_VERIFY(model->rowOfNo(505) >= 0);
        const quint64 dropped = m_window->inspection()->recorderStats().store.droppedOldest;
        QVERIFY(dropped > 0 && dropped < top);
        QCOMPARE(model->rowCount(), 505 - static_cast<int>(dropped));
        QCOMPARE(topNo(), top);
        QCOMPARE(log()->currentNo(), quint64(491));
    }

    void notesByKey()
    {
        Annotations *notes = model()->annotations();
        choose(195);
        QTest::keyClick(m_window.get(), Qt::Key_M, Qt::ControlModifier);
        QVERIFY(notes->isMarked(195));
        choose(190);
        QTest::keyClick(log()->table(), Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(log()->table(), Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(m_window.get(), Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(notes->ignoredNumbers(), (std::vector<quint64>{190, 191, 192}));
        QTest::keyClick(m_window.get(), Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(notes->ignoredCount(), 0);
        QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(log()->currentNo(), 195u);
        QCOMPARE(model()->timeFormat(), MessageLogModel::TimeFormat::Absolute);
        QTest::keyClick(m_window.get(), Qt::Key_T, Qt::ControlModifier | Qt::AltModifier);
        QVERIFY(notes->isReference(195));
        QCOMPARE(model()->shownTimeFormat(), MessageLogModel::TimeFormat::Relative);
        QCOMPARE(model()->timeFormat(), MessageLogModel::TimeFormat::Absolute); // what is remembered
        choose(180);
        QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier | Qt::AltModifier);
        QTRY_COMPARE(log()->currentNo(), 195u);
        QTest::keyClick(m_window.get(), Qt::Key_T, Qt::ControlModifier | Qt::AltModifier);
        QVERIFY(!notes->isReference(195));
        QCOMPARE(model()->shownTimeFormat(), MessageLogModel::TimeFormat::Absolute);
        // who chooses another while there are references gets it
        QTest::keyClick(m_window.get(), Qt::Key_T, Qt::ControlModifier | Qt::AltModifier);
        model()->setTimeFormat(MessageLogModel::TimeFormat::Absolute);
        QCOMPARE(model()->shownTimeFormat(), MessageLogModel::TimeFormat::Absolute);
        notes->clearKind(Annotations::Kind::Reference);
    }

    void whatIsIgnoredStaysGreyUntilTheFilterRunsAgain()
    {
        m_window->filterBar()->setText(u"no in 50..60"_s);
        QTRY_COMPARE(model()->rowCount(), 11);
        choose(55);
        QTest::keyClick(m_window.get(), Qt::Key_D, Qt::ControlModifier);
        QCoreApplication::processEvents(); // a filter that runs again does so on a timer of no time
        QCOMPARE(model()->rowCount(), 11);
        QVERIFY(model()->index(5, 0).data(IsIgnoredRole).toBool());
        QCOMPARE(log()->currentNo(), 55u);
        m_window->filterBar()->setText(u"no in 50..61"_s);
        QTRY_COMPARE(model()->rowCount(), 11);
        QCOMPARE(model()->rowOfNo(55), -1);
        model()->annotations()->setIgnored(55, false);
        QTRY_COMPARE(model()->rowCount(), 12); // back at once
    }

    void aMessageWhoseHandlerThrewIsRedAndFound()
    {
        HandlerOptions options;
        options.name = u"onMove"_s;
        m_sock->addHandler(
            u"move"_s, nullptr,
            [](const Envelope &envelope) {
                if (envelope.message.payload.view().contains("bad"))
                    throw std::runtime_error("no such place");
            },
            options);
        m_window->filterBar()->setText(u"error"_s);
        QTRY_COMPARE(model()->rowCount(), 0);
        receive(5);
        receive(1, "bad");
        receive(5);
        QTRY_COMPARE(model()->rowCount(), 1); // live …
        m_window->filterBar()->clear();
        QTRY_COMPARE(model()->rowCount(), 211);
        m_window->filterBar()->setText(u"error"_s);
        QTRY_COMPARE(model()->rowCount(), 1); // … and afterwards
        QCOMPARE(model()->noOfRow(0), 206u);
        const QModelIndex summary = model()->index(0, MessageLogModel::SummaryColumn);
        QVERIFY(summary.data(IsErrorRole).toBool());
        QVERIFY2(summary.data().toString().startsWith(u"the handler onMove threw: no such place"_s),
                 qPrintable(summary.data().toString()));
        log()->goToNo(206);
        const auto labels = m_window->findChild<DecodedPanel *>()->findChildren<QLabel *>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel *label) {
            return label->isVisible() && label->text().contains(u"the handler onMove threw: no such place"_s);
        }));
    }

    void aPortInUseIsSaidInTheWindow()
    {
        SockSpec spec;
        spec.kind = TransportKind::Udp;
        spec.listen = HostPort{u"127.0.0.1"_s, m_sock->localEndpoint().port()};
        QSignalSpy added(m_window->inspection(), &Inspection::controllerAdded);
        m_window->openSock(spec, {}, Inspection::OnFailure::Keep);
        QTRY_COMPARE(added.count(), 1);
        QTRY_VERIFY(m_window->statusPanel()->failureText().contains(u"in use"_s));
        const QString url = u"udp://127.0.0.1:%1 is not open"_s.arg(spec.listen->port);
        QVERIFY2(m_window->statusPanel()->failureText().contains(url),
                 qPrintable(m_window->statusPanel()->failureText()));
    }

    void rowsOfAnotherFilterAreSaidToBe()
    {
        auto *notice = log()->findChild<QLabel *>(u"logNotice"_s);
        m_window->filterBar()->setText(u"no in 50..60"_s);
        QTRY_COMPARE(model()->rowCount(), 11);
        QVERIFY(!notice->isVisible());
        m_window->filterBar()->setText(u"no in 50.."_s);
        QVERIFY(notice->isVisible());
        QVERIFY2(notice->text().contains(u"Still showing: no in 50..60"_s), qPrintable(notice->text()));
        m_window->filterBar()->clear();
        QVERIFY(!notice->isVisible());
    }

    void aMarkIsSeenOnTheChosenRow()
    {
        choose(100);
        const QRect cell = log()->table()->visualRect(model()->index(99, MessageLogModel::NoColumn));
        const auto corner = [&] {
            return log()->table()->viewport()->grab().toImage().pixelColor(cell.topLeft() + QPoint(1, 1));
        };
        const QColor plain = corner();
        QTest::keyClick(m_window.get(), Qt::Key_M, Qt::ControlModifier);
        QVERIFY(model()->isMarked(99));
        QVERIFY(log()->table()->selectionModel()->isRowSelected(99));
        QVERIFY(corner() != plain);
    }

    void aDividerFitsToWhatIsSeen()
    {
        LogTable *table = log()->table();
        QHeaderView *header = table->horizontalHeader();
        table->setColumnWidth(MessageLogModel::NoColumn, 200);
        Q_EMIT header->sectionHandleDoubleClicked(MessageLogModel::NoColumn);
        const int fitting = table->columnWidth(MessageLogModel::NoColumn);
        QVERIFY2(fitting >= 20 && fitting < 100, qPrintable(QString::number(fitting)));
    }

    void addedColumnsLeaveTheSummaryItsRoom()
    {
        for (int i = 0; i < 12; ++i)
            QVERIFY(log()->actions()->addColumnFor(u"data.pos.f%1"_s.arg(i)));
        LogTable *table = log()->table();
        QCOMPARE(model()->headerData(MessageLogModel::ColumnCount, Qt::Horizontal).toString(), u"pos.f0"_s);
        QCOMPARE(model()->headerData(MessageLogModel::ColumnCount, Qt::Horizontal, Qt::ToolTipRole).toString(),
                 u"pos.f0: the field data.pos.f0"_s);
        const int least = 8 * table->fontMetrics().horizontalAdvance(u'0');
        QTRY_VERIFY(table->columnWidth(MessageLogModel::SummaryColumn) >= least);
        QVERIFY(table->columnWidth(MessageLogModel::ColumnCount) >= least);
        QVERIFY(table->horizontalScrollBar()->maximum() > 0);
        model()->setFieldColumns({});
        m_window->resize(2400, 800);
        QTRY_COMPARE(table->horizontalHeader()->sectionResizeMode(MessageLogModel::SummaryColumn),
                     QHeaderView::Stretch);
        QTRY_COMPARE(table->horizontalScrollBar()->maximum(), 0);
    }

    void aHugeSelectionIsTakenInPartAndSaysSo()
    {
        MessageBatch batch;
        MessageHead head;
        head.sock = model()->message(0).sock();
        const qsizetype more = LogActions::maximumRows + 100;
        for (qsizetype i = 0; i < more; ++i)
            batch.add(head, "x");
        m_window->inspection()->recorder()->submit(std::move(batch));
        receive(1); // a report, and with it a frame
        QTRY_VERIFY(model()->rowCount() > more);
        QSignalSpy failed(log()->actions(), &LogActions::failed);
        log()->table()->selectAll();
        log()->actions()->mark()->setEnabled(true); // without a current row too
        log()->actions()->mark()->trigger();
        QCOMPARE(model()->markCount(), static_cast<int>(LogActions::maximumRows));
        QCOMPARE(failed.count(), 1);
        QVERIFY2(failed.first().first().toString().contains(u"100,000"_s),
                 qPrintable(failed.first().first().toString()));
    }

    void comments()
    {
        choose(150);
        QTest::keyClick(m_window.get(), Qt::Key_C, Qt::ControlModifier | Qt::AltModifier);
        auto *dialog = m_window->findChild<QInputDialog *>(u"commentDialog"_s);
        QVERIFY(dialog);
        auto *edit = dialog->findChild<QPlainTextEdit *>();
        QTest::keyClicks(edit, u"why twice"_s);
        dialog->accept();
        QCOMPARE(model()->annotations()->comment(150), u"why twice"_s);
        QVERIFY(model()->index(149, MessageLogModel::SummaryColumn).data().toString().startsWith(u"[why twice]"_s));
        log()->goToNo(10);
        QTest::keyClick(m_window.get(), Qt::Key_C, Qt::ControlModifier | Qt::AltModifier | Qt::ShiftModifier);
        auto *list = m_window->findChild<CommentsDialog *>();
        QVERIFY(list);
        QCOMPARE(list->list()->topLevelItemCount(), 1);
        QTest::keyClick(list->list(), Qt::Key_Return);
        QTRY_COMPARE(log()->currentNo(), 150u);
        model()->annotations()->setComment(150, {});
        QCOMPARE(list->list()->topLevelItemCount(), 0);
    }

    void aCellBecomesAFilter()
    {
        LogActions *actions = log()->actions();
        QSignalSpy applied(actions, &LogActions::termApplied);
        QSignalSpy prepared(actions, &LogActions::termPrepared);
        const auto pick = [](QMenu *menu, const QString &text) {
            Q_EMIT menu->aboutToShow();
            QAction *action = entry(menu, text);
            return action && action->isEnabled() ? action : nullptr;
        };
        choose(195, MessageLogModel::PeerColumn);
        QAction *action = pick(actions->applyMenu(), u"Selected"_s);
        QVERIFY(action);
        QCOMPARE(action->toolTip(), u"peer == 127.0.0.1:40001"_s);
        action->trigger();
        QCOMPARE(applied.count(), 1);
        QCOMPARE(applied.first().at(0).toString(), u"peer == 127.0.0.1:40001"_s);
        QCOMPARE(applied.first().at(1).value<FilterJoin>(), FilterJoin::Replace);
        QCOMPARE(m_window->filterBar()->text(), u"peer == 127.0.0.1:40001"_s);
        QTRY_COMPARE(model()->rowCount(), 200);
        choose(195, MessageLogModel::TypeColumn);
        pick(actions->applyMenu(), u"…and not Selected"_s)->trigger();
        QCOMPARE(m_window->filterBar()->text(), u"peer == 127.0.0.1:40001 && !(type == \"move\")"_s);
        QTRY_COMPARE(model()->rowCount(), 0);
        Q_EMIT actions->applyMenu()->aboutToShow();
        QVERIFY(!entry(actions->applyMenu(), u"Selected"_s)->isEnabled()); // no cell
        m_window->filterBar()->clear();
        QTRY_COMPARE(model()->rowCount(), 200);
        choose(3, MessageLogModel::NoColumn);
        pick(actions->prepareMenu(), u"Not Selected"_s)->trigger();
        QCOMPARE(prepared.count(), 1);
        QCOMPARE(prepared.first().at(1).value<FilterJoin>(), FilterJoin::ReplaceNot);
    }

    void followsAConversation()
    {
        const Endpoint other = *Endpoint::fromString(u"127.0.0.1:40002");
        QVERIFY(!m_sock->injectPayload(other, R"(["move",7])"));
        QTRY_COMPARE(model()->rowCount(), 201);
        choose(201);
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::AltModifier | Qt::ShiftModifier);
        QTRY_COMPARE(model()->rowCount(), 1);
        QVERIFY(m_window->filterBar()->text().contains(u"peer == 127.0.0.1:40002"_s));
        QVERIFY(!m_sock->injectPayload(other, R"(["move",8])"));
        receive(5);
        QTRY_COMPARE(model()->rowCount(), 2);
        QCOMPARE(log()->currentNo(), 201u); // still chosen
        QCOMPARE(log()->currentRow(), 0);
    }

    void aFilterLeavesTheChosenMessageChosen()
    {
        log()->goToNo(60);
        QCOMPARE(log()->currentNo(), 60u);
        setFilter(u"no in 40..70"_s);
        QTRY_COMPARE(model()->rowCount(), 31);
        QTRY_COMPARE(log()->currentRow(), 20);
        QCOMPARE(log()->table()->currentIndex().row(), 20);
        model()->setFilter({});
        QTRY_COMPARE(model()->rowCount(), 200);
        QCOMPARE(log()->table()->currentIndex().row(), 59);
        QVERIFY(log()->table()->viewport()->rect().contains(
            log()->table()->visualRect(log()->table()->currentIndex()).center()));
    }

    void columnsOfFields()
    {
        QSignalSpy failed(log()->actions(), &LogActions::failed);
        QVERIFY(log()->actions()->addColumnFor(u"data"_s, u"value"_s));
        const int column = MessageLogModel::ColumnCount;
        QVERIFY(!log()->table()->isColumnHidden(column));
        const QHeaderView *header = log()->table()->horizontalHeader();
        QCOMPARE(header->visualIndex(column), header->visualIndex(MessageLogModel::SummaryColumn) - 1);
        QVERIFY(log()->table()->columnWidth(column) < 120);
        QCOMPARE(model()->index(7, column).data().toString(), u"7"_s);
        QVERIFY(!log()->actions()->addColumnFor(u"data..x"_s));
        QVERIFY(!log()->actions()->addColumnFor(u"nonsense"_s));
        QCOMPARE(failed.count(), 2);
        log()->table()->setColumnWidth(column, 123);
        log()->table()->horizontalHeader()->moveSection(log()->table()->horizontalHeader()->visualIndex(column), 1);
        log()->goToNo(5);
        QVERIFY(log()->table()->selectionModel()->isRowSelected(4));
        const QByteArray state = log()->table()->saveColumns();
        m_window->saveSettings();
        {
            InspectorWindow again; // remembers
            MessageLogModel *other = again.inspection()->messageLogModel();
            QCOMPARE(other->columnCount(), column + 1);
            QCOMPARE(other->headerData(column, Qt::Horizontal).toString(), u"value"_s);
            QCOMPARE(again.logPanel()->table()->columnWidth(column), 123);
            QCOMPARE(again.logPanel()->table()->horizontalHeader()->visualIndex(column), 1);
        }
        // Widths of the others hold when the number of columns differs.
        log()->table()->setColumnWidth(MessageLogModel::PeerColumn, 77);
        const QByteArray before = log()->table()->saveColumns();
        QMenu menu;
        log()->actions()->addHeaderActions(&menu, column);
        QAction *remove = entry(&menu, u"Remove “value”"_s);
        QVERIFY(remove);
        remove->trigger();
        QCOMPARE(model()->columnCount(), column + 0);
        log()->table()->resetColumns();
        QVERIFY(log()->table()->restoreColumns(before));
        QCOMPARE(log()->table()->columnWidth(MessageLogModel::PeerColumn), 77);
        QVERIFY(!log()->table()->restoreColumns(QByteArray(100, '\xff')));
        QVERIFY(!log()->table()->isColumnHidden(MessageLogModel::NoColumn));
        QVERIFY(!state.isEmpty());
    }
};

QTEST_MAIN(TestLogPanel)
#include "test_logpanel.moc"
