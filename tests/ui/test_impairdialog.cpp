#include <QAbstractItemModelTester>
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QTest>
#include <QToolButton>

#include <memory>

#include "core/codec/codec.h"
#include "core/impair/impairtext.h"
#include "core/peers/peertable.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/models/impairfields.h"
#include "ui/models/impairmodel.h"
#include "ui/models/inspection.h"
#include "ui/models/roles.h"
#include "ui/models/sockcontroller.h"
#include "ui/models/socketmodel.h"
#include "ui/views/datatable.h"
#include "ui/views/impairdialog.h"
#include "ui/views/socketspanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestImpairDialog : public QObject
{
    Q_OBJECT

private:
    struct Scene
    {
        Inspection inspection;
        SocketsPanel panel{&inspection};
        SockController *server = nullptr;
        std::unique_ptr<UdpSock> client;
        ImpairDialog *dialog = nullptr;
    };
    std::unique_ptr<Scene> m_scene;

    template <typename Widget>
    Widget *field(const QString &name) const
    {
        return m_scene->dialog->findChild<Widget *>(name);
    }
    void type(const QString &name, const QString &text, bool enter = true) const
    {
        auto *edit = field<QLineEdit>(name);
        edit->setFocus();
        edit->selectAll();
        QTest::keyClick(edit, Qt::Key_Delete);
        QTest::keyClicks(edit, text);
        if (enter)
            QTest::keyClick(edit, Qt::Key_Return);
    }
    void add(const QString &preset) const
    {
        auto *action = field<QAction>(u"impairPreset_"_s + preset);
        QVERIFY(action);
        action->trigger();
    }
    QStringList words() const
    {
        QStringList result;
        for (const ImpairSpec &spec : m_scene->server->impairments())
            result.append(impairText(spec));
        return result;
    }
    static ImpairSpec parsed(const QString &text)
    {
        const auto spec = parseImpair(text);
        if (!spec)
            qFatal("%s", qPrintable(text));
        return *spec;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_scene = std::make_unique<Scene>();
        SockSpec spec;
        spec.name = u"server"_s;
        spec.listen = HostPort{u"127.0.0.1"_s, 0};
        spec.codec = u"text"_s;
        m_scene->inspection.open(spec);
        QTRY_COMPARE(m_scene->inspection.controllers().size(), 1);
        m_scene->server = m_scene->inspection.controllers().first();
        QTRY_VERIFY(m_scene->server->isActive());
        m_scene->panel.show();
        m_scene->panel.impairAction()->trigger();
        m_scene->dialog = m_scene->panel.findChild<ImpairDialog *>();
        QVERIFY(m_scene->dialog);
        QVERIFY(QTest::qWaitForWindowExposed(m_scene->dialog));

        SockOptions options;
        options.codec = makeCodec(u"text");
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.tickInterval = std::chrono::milliseconds(0);
        m_scene->client = std::make_unique<UdpSock>(options);
        QVERIFY(!m_scene->client->start());
        const auto url = SockUrl::fromString(m_scene->server->snapshot().url);
        QVERIFY(url);
        QVERIFY(!m_scene->client->connectTo(url->address));
        QTRY_COMPARE(m_scene->client->peers().size(), 1);
    }
    void cleanup() { m_scene.reset(); }

    void fieldsComeBack_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text :
             {"loss 1%", "in: delay 100ms", "out: peer 10.0.0.5:9000 delay 1ms 500us distribution pareto",
              "peer ::1 loss 5%", "type 7 loss 1%", "type \"7\" loss 1%",
              "type ping corrupt 1% 3 bytes limit 20 seed 5", "filter \"size > 3\" duplicate 2%",
              "delay 10ms reorder 25% gap 3", "rate 1600kbit", "loss 0%", "loss gemodel 1% 10% 50% 1%",
              "delay 0ms 5ms distribution normal", "loss 0.5% corrupt 1% 3 bits"})
            QTest::newRow(text) << QString::fromLatin1(text);
        for (const ImpairPreset &preset : impairPresets())
            QTest::newRow(qPrintable(preset.name)) << preset.words;
    }
    void fieldsComeBack()
    {
        QFETCH(QString, text);
        const ImpairSpec spec = parsed(text);
        ImpairFields::Error error;
        const auto back = ImpairFields::of(spec).read(&error);
        QVERIFY2(back, qPrintable(error.text));
        if (!spec.burstLoss) {
            QCOMPARE(impairText(*back), impairText(spec));
            return;
        }
        ImpairSpec rest = *back;
        rest.burstLoss = spec.burstLoss;
        QCOMPARE(rest, spec);
        QVERIFY(back->burstLoss);
        QVERIFY(qAbs(back->burstLoss->toBad - spec.burstLoss->toBad) < 1e-9);
        QVERIFY(qAbs(back->burstLoss->toGood - spec.burstLoss->toGood) < 1e-9);
    }

    void wrongFieldsAreNamed_data()
    {
        QTest::addColumn<int>("field");
        QTest::addColumn<QString>("text");
        using F = ImpairFields;
        QTest::newRow("peer") << int(F::Peer) << u"nobody"_s;
        QTest::newRow("filter") << int(F::FilterField) << u"size >"_s;
        QTest::newRow("delay without unit") << int(F::Delay) << u"100"_s;
        QTest::newRow("delay and more") << int(F::Delay) << u"100ms loss 1%"_s;
        QTest::newRow("jitter") << int(F::Jitter) << u"x"_s;
        QTest::newRow("loss") << int(F::Loss) << u"101%"_s;
        QTest::newRow("burst without loss") << int(F::Burst) << u"3"_s;
        QTest::newRow("duplicate") << int(F::Duplicate) << u"-1%"_s;
        QTest::newRow("corrupt") << int(F::Corrupt) << u"much"_s;
        QTest::newRow("reorder without delay") << int(F::Reorder) << u"10%"_s;
        QTest::newRow("gap without reorder") << int(F::Gap) << u"3"_s;
        QTest::newRow("rate") << int(F::Rate) << u"10"_s;
        QTest::newRow("limit") << int(F::Limit) << u"0"_s;
        QTest::newRow("seed") << int(F::Seed) << u"-1"_s;
    }
    void wrongFieldsAreNamed()
    {
        QFETCH(int, field);
        QFETCH(QString, text);
        ImpairFields fields;
        fields.texts[static_cast<size_t>(field)] = text;
        ImpairFields::Error error;
        QVERIFY(!fields.read(&error));
        QCOMPARE(int(error.field), field);
        QVERIFY(!error.text.isEmpty());
    }

    void aPresetIsPlayedAndChanged()
    {
        const QAbstractItemModelTester tester(m_scene->dialog->table()->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(m_scene->client->sendMessage(0, u"before"_s).isOk());
        QTRY_COMPARE(m_scene->server->snapshot().peerCount, 1);
        add(u"wifi"_s);
        QTRY_COMPARE(words().size(), 1);
        QTRY_COMPARE(field<QLineEdit>(u"impairDelay"_s)->text(), u"3ms"_s);
        QCOMPARE(field<QLineEdit>(u"impairLoss"_s)->text(), u"0.5%"_s);
        QCOMPARE(field<QLineEdit>(u"impairBurst"_s)->text(), u"3"_s);
        QCOMPARE(field<QComboBox>(u"impairShape"_s)->currentText(), u"pareto"_s);

        type(u"impairWords"_s, u"in: loss 100% seed 5"_s);
        QTRY_COMPARE(words(), QStringList{u"in: loss 100% seed 5"_s});
        QCOMPARE(field<QComboBox>(u"impairDirection"_s)->currentText(), u"in"_s);
        QVERIFY(m_scene->client->sendMessage(0, u"lost"_s).isOk());
        const auto count = [this](int column) {
            return m_scene->dialog->table()->model()->index(0, column).data().toString();
        };
        QTRY_COMPARE(count(ImpairModel::LostColumn), u"1"_s);
        QCOMPARE(count(ImpairModel::AppliedColumn), u"1"_s);
        QCOMPARE(m_scene->server->snapshot().peerCount, 1); // nobody was lost

        type(u"impairDelay"_s, u"20ms"_s);
        type(u"impairLoss"_s, QString());
        QTRY_COMPARE(words(), QStringList{u"in: delay 20ms seed 5"_s});
        QTest::mouseClick(field<QToolButton>(u"impairRemove"_s), Qt::LeftButton);
        QTRY_VERIFY(words().isEmpty());
        QVERIFY(!field<QLineEdit>(u"impairDelay"_s)->isEnabled());
    }

    void aBadValueIsRefusedWhereItIsTyped()
    {
        add(u"lossy-lan"_s);
        QTRY_COMPARE(words().size(), 1);
        const QStringList before = words();
        QTRY_VERIFY(field<QLineEdit>(u"impairLoss"_s)->isEnabled());
        type(u"impairLoss"_s, u"500%"_s);
        QVERIFY2(m_scene->dialog->errorText().startsWith(u"Loss: "_s), qPrintable(m_scene->dialog->errorText()));
        QVERIFY(field<QLineEdit>(u"impairLoss"_s)->property("wrong").toBool());
        QCOMPARE(words(), before);
        type(u"impairLoss"_s, u"7%"_s);
        QVERIFY(m_scene->dialog->errorText().isEmpty());
        QVERIFY(!field<QLineEdit>(u"impairLoss"_s)->property("wrong").toBool());
        QTRY_VERIFY(words().join(u' ').contains(u"loss 7%"_s));
        type(u"impairWords"_s, u"delay 5ms lose 3%"_s);
        QVERIFY2(m_scene->dialog->errorText().contains(u"column 11"_s), qPrintable(m_scene->dialog->errorText()));
    }

    void theSocketIsSeenAsImpaired()
    {
        const QModelIndex row = m_scene->inspection.socketModel()->index(0, SocketModel::ImpairColumn);
        QVERIFY(!row.data(IsImpairedRole).toBool());
        add(u"3g"_s);
        QTRY_VERIFY(row.data(IsImpairedRole).toBool());
        QCOMPARE(row.data().toString(), words().join(u"; "_s));
        QVERIFY(m_scene->server->spec()->impairments == m_scene->server->impairments()); // what a project saves
        m_scene->server->setImpairments({});
        QTRY_VERIFY(!row.data(IsImpairedRole).toBool());
    }

    void theOrderCanBeChanged()
    {
        add(u"3g"_s);
        QTRY_COMPARE(words().size(), 1);
        add(u"wifi"_s);
        QTRY_COMPARE(words().size(), 2);
        const QStringList before = words();
        QTRY_COMPARE(m_scene->dialog->table()->currentIndex().row(), 1);
        QTest::mouseClick(field<QToolButton>(u"impairUp"_s), Qt::LeftButton);
        const QStringList expected{before.at(1), before.at(0)};
        QTRY_COMPARE(words(), expected);
        QTRY_COMPARE(m_scene->dialog->table()->currentIndex().row(), 0);
    }

    void aSocketThatGoesIsSaid()
    {
        m_scene->panel.impairAction()->trigger(); // the same dialog again
        QCOMPARE(m_scene->panel.findChildren<ImpairDialog *>().size(), 1);
        const QPointer<ImpairDialog> dialog(m_scene->dialog);
        m_scene->server->remove();
        QTRY_VERIFY(!dialog);
    }
};

QTEST_MAIN(TestImpairDialog)
#include "test_impairdialog.moc"
