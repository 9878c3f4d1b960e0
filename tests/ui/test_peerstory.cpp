#include "ui/models/peerstory.h"

#include <QAbstractItemModelTester>
#include <QTest>

#include "core/time/manualclock.h"
#include "support/peerchanges.h"
#include "support/testmain.h"
#include "ui/models/peerhistorymodel.h"
#include "ui/models/peermodel.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;
using Kind = PeerEvent::Kind;

namespace {

constexpr qint64 second = 1'000'000'000;

} // namespace

class TestPeerStory : public QObject
{
    Q_OBJECT
private:
    SockDirectory m_directory;
    std::shared_ptr<ManualClock> m_clock;
    std::unique_ptr<PeerModel> m_model;
    qint64 m_startNs = 0;

    /// The socks' clock starts at 0 with the test.
    qint64 now() const { return m_clock->nowNs() - m_startNs; }
    void apply(std::vector<PeerChange> peers)
    {
        const SockChanges changes = peerChanges(1, std::move(peers), now());
        m_model->apply(std::span(&changes, 1));
    }
    QList<Kind> kinds(int number = 1) const
    {
        QList<Kind> kinds;
        if (const PeerStory *story = m_model->storyOf({1, peerEndpoint(number)}))
            for (const PeerEvent &event : story->events())
                kinds.append(event.kind);
        return kinds;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_clock = std::make_shared<ManualClock>();
        m_startNs = m_clock->nowNs();
        m_model = std::make_unique<PeerModel>(&m_directory, m_clock);
    }

    void silentAfterHalfOfTheTimeOutAndBack()
    {
        apply({peerChange(1, 1, 0)});
        m_clock->advanceMs(4500);
        QCOMPARE(kinds(), QList<Kind>{Kind::Joined});
        m_clock->advanceMs(1500);
        QCOMPARE(kinds(), (QList<Kind>{Kind::Joined, Kind::Silent}));
        QCOMPARE(m_model->story(0).events()[1].wallUs, peerWallUs + 5'000'000);
        QCOMPARE(m_model->index(0, PeerModel::StateColumn).data().toString(), u"silent"_s);
        QCOMPARE(m_model->index(0, 0).data(LevelRole).toInt(), int(Level::Notice));
        apply({peerChange(1, 1, 0)}); // it was sent to: it is as silent as before
        m_clock->advanceMs(3000);
        QCOMPARE(kinds(), (QList<Kind>{Kind::Joined, Kind::Silent}));
        apply({peerChange(1, 2, now())});
        QCOMPARE(kinds(), (QList<Kind>{Kind::Joined, Kind::Silent, Kind::CameBack}));
        QCOMPARE(m_model->index(0, PeerModel::StateColumn).data().toString(), u"connected"_s);
        m_clock->advanceMs(6000);
        QCOMPARE(m_model->story(0).silences(), quint32(2));
    }

    void leavesWithAReasonAndComesBack()
    {
        apply({peerChange(1), peerChange(2)});
        apply({peerGone(1, CloseReason::TimedOut), peerGone(2, CloseReason::Remote)});
        QCOMPARE(m_model->rowCount(), 0);
        QCOMPARE(kinds(1), (QList<Kind>{Kind::Joined, Kind::TimedOut}));
        QCOMPARE(kinds(2), (QList<Kind>{Kind::Joined, Kind::Closed}));
        QCOMPARE(m_model->past().entries().size(), size_t(2));
        apply({peerChange(1)});
        QCOMPARE(kinds(1), (QList<Kind>{Kind::Joined, Kind::TimedOut, Kind::CameBack}));
        QCOMPARE(m_model->past().entries().size(), size_t(1));
        // One that comes and goes within a report has a history all the same.
        apply({peerChange(3), peerGone(3, CloseReason::FramingError)});
        QCOMPARE(kinds(3), (QList<Kind>{Kind::Joined, Kind::Closed}));
        QCOMPARE(PeerStory::what(m_model->storyOf({1, peerEndpoint(3)})->events()[1]),
                 u"closed: its bytes were no messages"_s);
    }

    void refusedAndAllowed()
    {
        apply({peerChange(1)});
        SockChanges refusing = peerChanges(1, {peerGone(1, CloseReason::Refused)}, now());
        refusing.snapshot.deniedPeers = {peerEndpoint(1).toString()};
        m_model->apply(std::span(&refusing, 1));
        QCOMPARE(m_model->rowCount(), 1);
        QCOMPARE(kinds(), (QList<Kind>{Kind::Joined, Kind::Closed, Kind::Refused}));
        apply({});
        QCOMPARE(m_model->rowCount(), 0);
        QCOMPARE(kinds(), (QList<Kind>{Kind::Joined, Kind::Closed, Kind::Refused, Kind::Allowed}));
    }

    void aWholeTableWithoutAPeer()
    {
        apply({peerChange(1), peerChange(2)});
        SockChanges whole = peerChanges(1, {peerChange(2)}, now());
        whole.peersReset = true;
        m_model->apply(std::span(&whole, 1));
        QCOMPARE(kinds(1), (QList<Kind>{Kind::Joined, Kind::Left}));
        QCOMPARE(kinds(2), QList<Kind>{Kind::Joined});
        m_model->removeSock(1);
        QCOMPARE(kinds(2), (QList<Kind>{Kind::Joined, Kind::Closed}));
    }

    void isBounded()
    {
        PeerStory story;
        for (int i = 0; i < 100; ++i)
            story.add({peerWallUs + i, i == 0 ? Kind::Joined : i % 2 ? Kind::Silent : Kind::CameBack});
        QCOMPARE(story.events().size(), PeerStory::maximumEvents);
        QCOMPARE(story.events().front().kind, Kind::Joined);
        QCOMPARE(story.lastUs(), peerWallUs + 99);
        QCOMPARE(story.leftOut(), quint32(100 - PeerStory::maximumEvents));
        QCOMPARE(story.silences(), quint32(50));
        QVERIFY(story.lines().contains(u"68 events left out"_s));
        QVERIFY2(story.summary().contains(u"silent 50×"_s), qPrintable(story.summary()));

        PastPeers past;
        for (int i = 0; i < PastPeers::maximumPeers + 5; ++i)
            past.add({1, peerEndpoint(i)}, story);
        QCOMPARE(static_cast<qsizetype>(past.entries().size()), PastPeers::maximumPeers);
        QCOMPARE(past.forgotten(), quint64(5));
        QVERIFY(!past.find({1, peerEndpoint(0)}));
        QVERIFY(past.take({1, peerEndpoint(5)}));
        QVERIFY(!past.take({1, peerEndpoint(5)}));
    }

    void isShown()
    {
        PeerHistoryModel history(m_model.get(), &m_directory);
        QAbstractItemModelTester tester(&history, QAbstractItemModelTester::FailureReportingMode::QtTest);
        apply({peerChange(1), peerChange(2)});
        history.setPeer(PeerKey{1, peerEndpoint(1)});
        QCOMPARE(history.rowCount(), 1);
        m_clock->advanceMs(6000);
        history.read();
        QCOMPARE(history.rowCount(), 2);
        QCOMPARE(history.index(1, PeerHistoryModel::EventColumn).data().toString(), u"silent"_s);
        history.setPeer(std::nullopt);
        QCOMPARE(history.rowCount(), 0);
        apply({peerGone(1), peerGone(2, CloseReason::TimedOut)});
        history.read();
        QCOMPARE(history.rowCount(), 2);
        QVERIFY(history.index(0, PeerHistoryModel::EventColumn).data().toString().contains(u"timed out"_s));
        QVERIFY(history.index(0, PeerHistoryModel::EventColumn).data(Qt::ToolTipRole).toString().contains(u'\n'));
    }
};

QTEST_GUILESS_MAIN(TestPeerStory)
#include "test_peerstory.moc"
