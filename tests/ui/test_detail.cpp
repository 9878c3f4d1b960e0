// The chosen message in the window: fields and bytes light each other, make filters and columns, are compared.
#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "core/codec/codec.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/fieldtreemodel.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/roles.h"
#include "ui/views/bytespanel.h"
#include "ui/views/comparedialog.h"
#include "ui/views/decodedpanel.h"
#include "ui/views/fieldtreeview.h"
#include "ui/views/filterbar.h"
#include "ui/views/hexview.h"
#include "ui/views/logpanel.h"
#include "ui/views/logtable.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestDetail : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<UdpSock> m_sock;
    std::unique_ptr<InspectorWindow> m_window;

    LogPanel *log() const { return m_window->logPanel(); }
    HexView *hex() const { return m_window->bytesPanel()->hexView(); }
    FieldTreeView *tree() const { return m_window->decodedPanel()->tree(); }
    FieldTreeModel *fields() const { return m_window->decodedPanel()->model(); }
    QAction *action(const QString &text) const
    {
        for (QAction *candidate : m_window->findChildren<QAction *>())
            if (candidate->text().remove(u'&') == text)
                return candidate;
        return nullptr;
    }
    QModelIndex field(const QString &path) const
    {
        return fields()
            ->match(fields()->index(0, 0), PathRole, path, 1, Qt::MatchExactly | Qt::MatchRecursive)
            .value(0);
    }
    void receive(const QByteArray &payload)
    {
        QVERIFY(!m_sock->injectPayload(*Endpoint::fromString(u"127.0.0.1:40001"_s), payload));
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
        m_sock = std::make_unique<UdpSock>(options);
        QVERIFY(!m_sock->start());
        m_window = std::make_unique<InspectorWindow>(m_sock.get());
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        receive(R"(["move",{"x":1,"y":2}])");
        receive(R"(["stop",{"x":9}])");
        receive(R"(["move",{"x":3,"y":2}])");
        QTRY_COMPARE(m_window->inspection()->messageLogModel()->rowCount(), 3);
        QTRY_VERIFY(!m_window->inspection()->directory().present().isEmpty());
        log()->goToRow(2);
        QTRY_VERIFY(field(u"data.x"_s).isValid());
    }
    void cleanup()
    {
        m_window.reset();
        m_sock.reset();
    }

    void fieldsAndBytesLightEachOther()
    {
        const qsizetype three = hex()->bytes().toByteArray().indexOf("3,");
        QTest::mouseMove(hex()->viewport(), hex()->byteRect(three).center());
        QTRY_COMPARE(tree()->lit(), field(u"data.x"_s));
        QCOMPARE(hex()->highlightLength(), 0);
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(hex()->viewport(), &leave);
        QVERIFY(!tree()->lit().isValid());

        tree()->scrollTo(field(u"data.y"_s));
        QTest::mouseMove(tree()->viewport(), tree()->visualRect(field(u"data.y"_s)).center());
        QTRY_COMPARE(hex()->softLength(), 1);
        QCOMPARE(hex()->bytes().data()[hex()->softOffset()], '2');
        QApplication::sendEvent(tree()->viewport(), &leave);
        QCOMPARE(hex()->softLength(), 0);

        QTest::mouseClick(hex()->viewport(), Qt::LeftButton, {}, hex()->byteRect(three).center());
        QCOMPARE(tree()->currentIndex(), field(u"data.x"_s));
        QCOMPARE(hex()->highlightOffset(), three);
        QVERIFY(fields()->interpretationIndex().isValid());
        log()->goToRow(1);
        QVERIFY(!fields()->interpretationIndex().isValid());
    }

    void whatChangedSinceTheLastOfItsKind()
    {
        m_window->decodedPanel()->changesAction()->trigger();
        QTRY_COMPARE(field(u"data.x"_s).siblingAtColumn(FieldTreeModel::WasColumn).data().toString(), u"1"_s);
        QCOMPARE(field(u"data.y"_s).data(ChangeRole).toInt(), static_cast<int>(FieldChange::Same));
        m_window->decodedPanel()->previousAction()->trigger();
        QTRY_COMPARE(log()->currentNo(), quint64(1));
        QTRY_VERIFY(m_window->decodedPanel()->statusText().contains(u"No earlier"_s));
    }

    void aFieldBecomesAFilterAndAColumn()
    {
        QMenu menu;
        Q_EMIT tree()->menuOpening(&menu, field(u"data.x"_s));
        menu.findChild<QMenu *>(u"applyAsFilter"_s)->actions().at(0)->trigger();
        QTRY_COMPARE(m_window->inspection()->messageLogModel()->rowCount(), 1);
        QCOMPARE(m_window->filterBar()->text(), u"data.x == 3"_s);
        menu.findChild<QMenu *>(u"prepareAsFilter"_s)->actions().at(1)->trigger();
        QVERIFY2(m_window->filterBar()->text().startsWith(u'!'), qPrintable(m_window->filterBar()->text()));
        const int before = m_window->inspection()->messageLogModel()->columnCount();
        for (QAction *candidate : menu.actions())
            if (candidate->text().remove(u'&') == u"Apply as Column"_s)
                candidate->trigger();
        QCOMPARE(m_window->inspection()->messageLogModel()->columnCount(), before + 1);
    }

    void twoChosenMessagesAreCompared()
    {
        QAction *compare = action(u"Compare Two Messages…"_s);
        QVERIFY(compare);
        QVERIFY(!compare->isEnabled());
        QItemSelectionModel *selection = log()->table()->selectionModel();
        const QAbstractItemModel *model = m_window->inspection()->messageLogModel();
        selection->select(model->index(0, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        QVERIFY(compare->isEnabled());
        compare->trigger();
        auto *dialog = m_window->findChild<CompareDialog *>();
        QVERIFY(dialog);
        QVERIFY(!dialog->isModal());
        QVERIFY(dialog->windowTitle().contains(u"No. 1 "_s) && dialog->windowTitle().contains(u"No. 3"_s));
        QVERIFY2(dialog->summary().startsWith(u"1 "_s), qPrintable(dialog->summary()));
        delete dialog;
        selection->select(model->index(1, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        QVERIFY(!compare->isEnabled()); // three
    }

    void aMessageIsComparedWithTheMark()
    {
        QAction *compare = action(u"Compare with Marked…"_s);
        QVERIFY(compare);
        QVERIFY(!compare->isEnabled());
        log()->goToRow(0);
        action(u"Mark/Unmark Message"_s)->trigger();
        log()->goToRow(2);
        QVERIFY(compare->isEnabled());
        compare->trigger();
        auto *dialog = m_window->findChild<CompareDialog *>();
        QVERIFY(dialog);
        QVERIFY(dialog->windowTitle().contains(u"No. 1 "_s) && dialog->windowTitle().contains(u"No. 3"_s));
    }
};

QTEST_MAIN(TestDetail)
#include "test_detail.moc"
