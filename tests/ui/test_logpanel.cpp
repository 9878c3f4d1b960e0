#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "core/codec/codec.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inject/composer.h"
#include "ui/inspectorwindow.h"
#include "ui/models/messagelogmodel.h"
#include "ui/views/datatable.h"
#include "ui/views/logpanel.h"

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
};

QTEST_MAIN(TestLogPanel)
#include "test_logpanel.moc"
