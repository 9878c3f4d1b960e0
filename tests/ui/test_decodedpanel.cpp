#include "ui/views/decodedpanel.h"

#include <QAction>
#include <QClipboard>
#include <QLabel>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>

#include <memory>

#include "core/store/messagestore.h"
#include "support/testmain.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/roles.h"
#include "ui/views/fieldtreeview.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestDecodedPanel : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<MessageStore> m_store;
    std::unique_ptr<DecodedPanel> m_panel;

    FieldTreeModel *model() const { return m_panel->model(); }
    FieldTreeView *tree() const { return m_panel->tree(); }
    QModelIndex field(const QString &path) const
    {
        const QModelIndexList all =
            model()->match(model()->index(0, 0), PathRole, path, 1, Qt::MatchExactly | Qt::MatchRecursive);
        return all.value(0);
    }
    QString was(const QString &path) const
    {
        return field(path).siblingAtColumn(FieldTreeModel::WasColumn).data().toString();
    }

    static MessageHead head(const QString &peer, const MessageType &type = u"move"_s)
    {
        MessageHead head;
        head.peer = *Endpoint::fromString(peer);
        head.type = type;
        head.sock = 1;
        return head;
    }
    /// Answers the number.
    quint64 store(MessageHead head, const QByteArray &payload)
    {
        head.wallNs = static_cast<qint64>(m_store->endNo()) * 250'000'000;
        MessageBatch batch;
        batch.add(head, payload);
        m_store->append(batch);
        return m_store->endNo() - 1;
    }
    DetailMessage message(quint64 no) const
    {
        const StoredMessage stored = *m_store->message(no);
        return {no,
                stored.wallNs(),
                stored.peer(),
                stored.type(),
                stored.sock(),
                stored.direction(),
                makeCodec(u"json"),
                Bytes(stored.payload()),
                {}};
    }
    static DetailMessage of(const QByteArray &payload, const QString &codec = u"json"_s)
    {
        DetailMessage message;
        message.no = 1;
        message.codec = makeCodec(codec);
        message.payload = Bytes(payload);
        return message;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_store = std::make_unique<MessageStore>();
        m_panel = std::make_unique<DecodedPanel>();
        m_panel->setStore([this] { return m_store->chunks(); });
        m_panel->resize(420, 400);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    }
    void cleanup()
    {
        m_panel.reset();
        m_store.reset();
    }

    void aSmallMessageIsThereAtOnce()
    {
        m_panel->setMessage(of(R"(["move",{"pos":{"x":12.5}}])"));
        QVERIFY(!m_panel->isDecoding());
        QCOMPARE(field(u"data.pos.x"_s).siblingAtColumn(FieldTreeModel::ValueColumn).data().toString(), u"12.5"_s);
        QVERIFY(tree()->isColumnHidden(FieldTreeModel::WasColumn));
        QVERIFY2(m_panel->statusText().startsWith(u"json"_s), qPrintable(m_panel->statusText()));
        m_panel->clear();
        QCOMPARE(model()->rowCount(), 0);
    }

    void choosingTellsTheBytesAndBack()
    {
        const QByteArray payload = R"(["move",{"pos":{"x":12.5}}])";
        m_panel->setMessage(of(payload));
        QSignalSpy chosen(m_panel.get(), &DecodedPanel::fieldChosen);
        const QModelIndex x = field(u"data.pos.x"_s);
        QTest::mouseClick(tree()->viewport(), Qt::LeftButton, {}, tree()->visualRect(x).center());
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.at(0).at(0).value<qsizetype>(), payload.indexOf("12.5"));
        QCOMPARE(chosen.at(0).at(1).value<qsizetype>(), 4);
        QTest::keyClick(tree(), Qt::Key_Up);
        QCOMPARE(chosen.count(), 2);
        m_panel->chooseOffset(3);
        QCOMPARE(tree()->currentIndex(), field(u"type"_s));
    }

    void hoveringLightsBothWaysAndClears()
    {
        const QByteArray payload = R"(["move",{"pos":{"x":12.5}}])";
        m_panel->setMessage(of(payload));
        QSignalSpy hovered(m_panel.get(), &DecodedPanel::fieldHovered);
        QSignalSpy chosen(m_panel.get(), &DecodedPanel::fieldChosen);
        const QModelIndex x = field(u"data.pos.x"_s);
        QTest::mouseMove(tree()->viewport(), tree()->visualRect(x).center());
        QTRY_COMPARE(hovered.count(), 1);
        QCOMPARE(hovered.at(0).at(0).value<qsizetype>(), payload.indexOf("12.5"));
        QCOMPARE(tree()->lit(), x);
        // Within the row nothing is told again.
        QTest::mouseMove(tree()->viewport(), tree()->visualRect(x).center() + QPoint(6, 1));
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(tree()->viewport(), &leave);
        QTRY_COMPARE(hovered.count(), 2);
        QCOMPARE(hovered.at(1).at(1).value<qsizetype>(), 0);
        QVERIFY(!tree()->lit().isValid());

        m_panel->hoverOffset(payload.indexOf("12.5"));
        QCOMPARE(tree()->lit(), x);
        tree()->collapse(x.parent());
        m_panel->hoverOffset(payload.indexOf("12.5") + 1);
        QCOMPARE(tree()->lit(), x.parent()); // what of it can be seen
        m_panel->hoverOffset(-1);
        QVERIFY(!tree()->lit().isValid());
        QCOMPARE(chosen.count(), 0);
        QCOMPARE(hovered.count(), 2);
    }

    void whatChangedIsMarked()
    {
        store(head(u"127.0.0.1:1"_s), R"(["move",{"x":1,"name":"a"}])");
        store(head(u"127.0.0.1:2"_s), R"(["move",{"x":5,"name":"other peer"}])");
        store(head(u"127.0.0.1:1"_s, u"stop"_s), R"(["stop",{"x":6}])");
        MessageHead out = head(u"127.0.0.1:1"_s);
        out.direction = Direction::Out;
        store(out, R"(["move",{"x":7,"name":"our own"}])");
        const quint64 no = store(head(u"127.0.0.1:1"_s), R"(["move",{"x":2,"name":"a"}])");

        m_panel->setMessage(message(no));
        QVERIFY(!m_panel->previousAction()->isEnabled());
        m_panel->changesAction()->trigger();
        QVERIFY(!m_panel->isDecoding()); // it was near
        QCOMPARE(was(u"data.x"_s), u"1"_s);
        QCOMPARE(was(u"data.name"_s), QString());
        QVERIFY(!tree()->isColumnHidden(FieldTreeModel::WasColumn));
        QVERIFY2(m_panel->statusText().contains(u"No. 1"_s), qPrintable(m_panel->statusText()));
        QVERIFY2(m_panel->statusText().contains(u"1.00 s"_s), qPrintable(m_panel->statusText()));
        QSignalSpy requested(m_panel.get(), &DecodedPanel::messageRequested);
        QVERIFY(m_panel->previousAction()->isEnabled());
        m_panel->previousAction()->trigger();
        QCOMPARE(requested.at(0).at(0).value<quint64>(), quint64(1));

        m_panel->setMessage(message(1));
        QVERIFY2(m_panel->statusText().contains(u"No earlier"_s), qPrintable(m_panel->statusText()));
        QVERIFY(tree()->isColumnHidden(FieldTreeModel::WasColumn));
        QVERIFY(!m_panel->previousAction()->isEnabled());

        m_panel->setMessage(message(no));
        m_panel->changesAction()->trigger();
        QVERIFY(tree()->isColumnHidden(FieldTreeModel::WasColumn));
        QVERIFY(!m_panel->previousAction()->isEnabled());
    }

    void theSameIsSaid()
    {
        store(head(u"127.0.0.1:1"_s), R"(["move",{"x":1}])");
        const quint64 no = store(head(u"127.0.0.1:1"_s), R"(["move",{"x":1}])");
        m_panel->changesAction()->setChecked(true);
        m_panel->setMessage(message(no));
        QVERIFY2(m_panel->statusText().startsWith(u"The same as No. 1"_s), qPrintable(m_panel->statusText()));
    }

    void farAwayItIsLookedForElsewhere()
    {
        store(head(u"127.0.0.1:1"_s), R"(["move",{"x":1}])");
        MessageBatch others;
        for (int i = 0; i < 50'000; ++i)
            others.add(head(u"127.0.0.1:2"_s), "[1,2]");
        m_store->append(others);
        const quint64 no = store(head(u"127.0.0.1:1"_s), R"(["move",{"x":2}])");
        m_panel->changesAction()->setChecked(true);
        m_panel->setMessage(message(no));
        QVERIFY(m_panel->isDecoding());
        QTRY_VERIFY(!m_panel->isDecoding());
        QCOMPARE(was(u"data.x"_s), u"1"_s);
        // Another message ends the search for the first.
        m_panel->setMessage(message(no));
        m_panel->setMessage(message(1));
        QTRY_VERIFY(m_panel->statusText().contains(u"No earlier"_s));
        QVERIFY(!m_panel->isDecoding());
        QCOMPARE(field(u"data.x"_s).siblingAtColumn(FieldTreeModel::ValueColumn).data().toString(), u"1"_s);
    }

    void aLargeMessageIsDecodedElsewhere()
    {
        QByteArray payload = "[1,[";
        while (payload.size() < DecodedPanel::smallBytes * 4)
            payload += "12345,";
        payload += "777]]";
        m_panel->setMessage(of(payload));
        QVERIFY(m_panel->isDecoding());
        QCOMPARE(model()->rowCount(), 0);
        QVERIFY(m_panel->statusText().contains(u"decoding"_s));
        QTRY_VERIFY(!m_panel->isDecoding());
        QVERIFY(model()->nodeCount() <= DecodedPanel::firstNodes);

        // What is left out is said, and shown on request.
        const int before = model()->nodeCount();
        const QModelIndex root = model()->payloadIndex();
        const QModelIndex note = model()->index(model()->rowCount(root) - 1, 0, root);
        QCOMPARE(note.data(KindRole).toString(), u"note"_s);
        Q_EMIT tree()->activated(note);
        QTRY_VERIFY(!m_panel->isDecoding());
        QVERIFY(model()->nodeCount() > before);
        const QModelIndex last = model()->indexForOffset(payload.indexOf("777"));
        QCOMPARE(last.siblingAtColumn(FieldTreeModel::ValueColumn).data().toString(), u"777"_s);

        // The next message cancels it.
        m_panel->setMessage(of(payload));
        m_panel->setMessage(of("[1,2]"));
        QVERIFY(!m_panel->isDecoding());
        QCOMPARE(field(u"data"_s).siblingAtColumn(FieldTreeModel::ValueColumn).data().toString(), u"2"_s);
        QCoreApplication::processEvents();
        QCOMPARE(model()->nodeCount(), 3);
    }

    void theChosenFieldStaysChosen()
    {
        m_panel->setMessage(of(R"(["move",{"x":1,"y":2}])"));
        tree()->setCurrentIndex(field(u"data.y"_s));
        QSignalSpy chosen(m_panel.get(), &DecodedPanel::fieldChosen);
        const QByteArray next = R"(["move",{"name":"b","x":1,"y":22}])";
        m_panel->setMessage(of(next));
        QCOMPARE(tree()->currentIndex(), field(u"data.y"_s));
        QCOMPARE(chosen.last().at(0).value<qsizetype>(), next.indexOf("22"));
        m_panel->setMessage(of("[1,2]")); // which has none
        m_panel->setMessage(of(next));
        QCOMPARE(tree()->currentIndex(), field(u"data.y"_s));
    }

    void chosenBytesAreInterpreted()
    {
        m_panel->setMessage(of("[1,2]"));
        QVERIFY(!model()->interpretationIndex().isValid());
        m_panel->setChosenBytes(1, 1);
        QVERIFY(model()->interpretationIndex().isValid());
        QVERIFY(!tree()->isExpanded(model()->interpretationIndex()));
        m_panel->setChosenBytes(0, 0);
        QVERIFY(!model()->interpretationIndex().isValid());
        // Raw bytes have nothing else to say.
        m_panel->setMessage(of(QByteArray::fromHex("0102"), u"raw"_s));
        const QModelIndex section = model()->interpretationIndex();
        QVERIFY(tree()->isExpanded(section));
        QCOMPARE(model()->match(model()->index(0, 0, section), Qt::DisplayRole, u"u16 BE"_s).size(), 1);
        m_panel->setChosenBytes(1, 1);
        QVERIFY(tree()->isExpanded(model()->interpretationIndex()));
        QCOMPARE(model()->interpretationIndex().data(OffsetRole).toLongLong(), 1);
        m_panel->setChosenBytes(0, 0);
        QCOMPARE(model()->interpretationIndex().data(OffsetRole).toLongLong(), 0);
    }

    void theMenuMakesFiltersColumnsAndCopies()
    {
        m_panel->setMessage(of(R"(["move",{"pos":{"x":12.5}}])"));
        const QModelIndex x = field(u"data.pos.x"_s);
        tree()->setCurrentIndex(x);
        QMenu menu;
        Q_EMIT tree()->menuOpening(&menu, x);
        QSignalSpy filter(m_panel.get(), &DecodedPanel::filterRequested);
        auto *apply = menu.findChild<QMenu *>(u"applyAsFilter"_s);
        auto *prepare = menu.findChild<QMenu *>(u"prepareAsFilter"_s);
        QVERIFY(apply->isEnabled());
        QCOMPARE(apply->actions().size(), 6);
        apply->actions().at(0)->trigger();
        prepare->actions().at(4)->trigger();
        QCOMPARE(filter.count(), 2);
        QCOMPARE(filter.at(0).at(0).toString(), u"data.pos.x == 12.5"_s);
        QCOMPARE(filter.at(0).at(1).value<FilterJoin>(), FilterJoin::Replace);
        QVERIFY(filter.at(0).at(2).toBool());
        QCOMPARE(filter.at(1).at(1).value<FilterJoin>(), FilterJoin::AndNot);
        QVERIFY(!filter.at(1).at(2).toBool());
        QSignalSpy column(m_panel.get(), &DecodedPanel::columnRequested);
        for (QAction *action : menu.actions())
            if (action->text().remove(u'&') == u"Apply as Column"_s)
                action->trigger();
        QCOMPARE(column.count(), 1);
        QCOMPARE(column.at(0).at(0).toString(), u"data.pos.x"_s);
        QCOMPARE(column.at(0).at(1).toString(), u"x"_s);

        // The pair of type and data is no field.
        QMenu rootMenu;
        Q_EMIT tree()->menuOpening(&rootMenu, model()->payloadIndex());
        QVERIFY(!rootMenu.findChild<QMenu *>(u"applyAsFilter"_s)->isEnabled());
    }

    void withoutACodecItSaysSo()
    {
        DetailMessage message = of("abc");
        message.codec.reset();
        message.note = u"broken"_s;
        m_panel->setMessage(message);
        QCOMPARE(model()->rowCount(), 0);
        bool noted = false;
        for (const QLabel *label : m_panel->findChildren<QLabel *>())
            noted = noted || (label->text() == u"broken"_s && label->isVisible());
        QVERIFY(noted);
    }
};

QTEST_MAIN(TestDecodedPanel)
#include "test_decodedpanel.moc"
