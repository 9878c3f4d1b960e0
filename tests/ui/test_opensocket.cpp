#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "support/testmain.h"
#include "ui/views/opensocketdialog.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestOpenSocket : public QObject
{
    Q_OBJECT

private:
    struct Opening
    {
        SockSpec spec;
        OpenSocketDialog::Answer answer;
    };
    QList<Opening> m_openings;

    OpenSocketDialog::Opener opener()
    {
        return [this](const SockSpec &spec, OpenSocketDialog::Answer answer) {
            m_openings.append({spec, std::move(answer)});
        };
    }
    template <typename Widget>
    static Widget *field(const OpenSocketDialog &dialog, const QString &name)
    {
        return dialog.findChild<Widget *>(name);
    }
    static QPushButton *openButton(const OpenSocketDialog &dialog)
    {
        return dialog.findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok);
    }
    static void type(QLineEdit *edit, const QString &text)
    {
        edit->selectAll();
        QTest::keyClicks(edit, text);
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_openings.clear();
    }

    void opensWhatThePersonWrote()
    {
        OpenSocketDialog dialog(opener(), {});
        dialog.show();
        QVERIFY(QTest::qWaitForWindowExposed(&dialog));
        type(field<QLineEdit>(dialog, u"name"_s), u"game"_s);
        field<QRadioButton>(dialog, u"tcp"_s)->click();
        QCOMPARE(field<QComboBox>(dialog, u"framing"_s)->currentText(), u"u32"_s);
        type(field<QLineEdit>(dialog, u"listenPort"_s), u"0"_s);
        field<QComboBox>(dialog, u"codec"_s)->setCurrentText(u"json"_s);
        QTest::mouseClick(openButton(dialog), Qt::LeftButton);
        QCOMPARE(m_openings.size(), 1);
        const SockSpec &spec = m_openings.first().spec;
        QCOMPARE(spec.name, u"game"_s);
        QCOMPARE(spec.kind, TransportKind::Tcp);
        QVERIFY(spec.listen);
        QCOMPARE(spec.listen->host, u"127.0.0.1"_s);
        QCOMPARE(spec.listen->port, quint16(0));
        QCOMPARE(spec.codec, u"json"_s);
        QCOMPARE(spec.framing, u"u32"_s);
        QVERIFY(dialog.isOpening());
        QVERIFY(dialog.isVisible());
        QVERIFY(!openButton(dialog)->isEnabled());
        m_openings.first().answer(std::nullopt);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(dialog.result(), int(QDialog::Accepted));
    }

    void staysWithTheErrorAndItsRemedy()
    {
        OpenSocketDialog dialog(opener(), {});
        dialog.show();
        QVERIFY(QTest::qWaitForWindowExposed(&dialog));
        QTest::mouseClick(openButton(dialog), Qt::LeftButton);
        QCOMPARE(m_openings.size(), 1);
        m_openings.first().answer(SockError{SockError::Code::AddressInUse,
                                            Stage::Setup,
                                            u"port 9000 is in use by another program"_s,
                                            u"choose another or 0 for any"_s,
                                            -1,
                                            {}});
        QVERIFY(dialog.isVisible());
        QVERIFY(!dialog.isOpening());
        QCOMPARE(dialog.errorText(), u"port 9000 is in use by another program: choose another or 0 for any"_s);
        QVERIFY(openButton(dialog)->isEnabled());
        type(field<QLineEdit>(dialog, u"listenPort"_s), u"0"_s);
        QTest::mouseClick(openButton(dialog), Qt::LeftButton);
        QCOMPARE(m_openings.size(), 2);
        QCOMPARE(dialog.errorText(), QString());
        m_openings.last().answer(std::nullopt);
        QVERIFY(!dialog.isVisible());
    }

    void wrongFieldsAreSaid_data()
    {
        QTest::addColumn<QString>("listenPort");
        QTest::addColumn<bool>("listens");
        QTest::addColumn<QString>("connectHost");
        QTest::addColumn<QString>("connectPort");
        QTest::addColumn<QString>("framing");
        QTest::addColumn<QString>("said");
        QTest::newRow("port too high") << u"65536"_s << true << QString() << QString() << u"datagram"_s << u"65535"_s;
        QTest::newRow("port is a word") << u"http"_s << true << QString() << QString() << u"datagram"_s << u"65535"_s;
        QTest::newRow("neither") << u"1"_s << false << QString() << QString() << u"datagram"_s << u"neither"_s;
        QTest::newRow("no port") << u"1"_s << true << u"::1"_s << QString() << u"datagram"_s << u"from 1 to"_s;
        QTest::newRow("framing") << u"1"_s << true << QString() << QString() << u"delim:xy"_s << u"delim:xy"_s;
    }
    void wrongFieldsAreSaid()
    {
        QFETCH(QString, connectHost);
        OpenSocketDialog dialog(opener(), {});
        dialog.show();
        QVERIFY(QTest::qWaitForWindowExposed(&dialog));
        QFETCH(QString, listenPort);
        QFETCH(bool, listens);
        QFETCH(QString, connectPort);
        QFETCH(QString, framing);
        QFETCH(QString, said);
        type(field<QLineEdit>(dialog, u"listenPort"_s), listenPort);
        if (!listens)
            field<QCheckBox>(dialog, u"listen"_s)->click();
        if (!connectHost.isEmpty()) {
            field<QCheckBox>(dialog, u"connect"_s)->click();
            type(field<QLineEdit>(dialog, u"connectHost"_s), connectHost);
            type(field<QLineEdit>(dialog, u"connectPort"_s), connectPort);
        }
        field<QComboBox>(dialog, u"framing"_s)->setCurrentText(framing);
        QTest::mouseClick(openButton(dialog), Qt::LeftButton);
        QVERIFY(m_openings.isEmpty());
        QVERIFY(dialog.isVisible());
        QVERIFY2(dialog.errorText().contains(said), qPrintable(dialog.errorText()));
    }

    void anAnswerAfterTheEndIsHarmless()
    {
        {
            OpenSocketDialog dialog(opener(), {});
            dialog.show();
            QTest::mouseClick(openButton(dialog), Qt::LeftButton);
            QTest::mouseClick(dialog.findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Cancel), Qt::LeftButton);
            QVERIFY(!dialog.isVisible());
        }
        QCOMPARE(m_openings.size(), 1);
        m_openings.first().answer(std::nullopt);
    }

    void recentOnesFillTheFields()
    {
        SockSpec spec;
        spec.name = u"chat"_s;
        spec.kind = TransportKind::Tcp;
        spec.connectTo = {HostPort{u"localhost"_s, 9001}};
        spec.framing = u"line"_s;
        spec.codec = u"text"_s;
        spec.timeoutMs = 2500;
        spec.tickMs = 0;
        QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        RecentSockets recent;
        recent.add(spec);
        recent.save(settings);
        RecentSockets again;
        again.load(settings);
        QCOMPARE(again.specs(), QList<SockSpec>{spec});

        OpenSocketDialog dialog(opener(), again);
        auto *box = field<QComboBox>(dialog, u"recent"_s);
        dialog.show();
        QVERIFY(QTest::qWaitForWindowExposed(&dialog));
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(dialog.spec(), std::optional(spec));
    }

    void garbageInTheSettingsIsLeftOut()
    {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        for (const QString &garbage : {u"{"_s, u"[1,null,[],{\"kind\":7}]"_s, u"\x01\xff"_s, QString(100000, u'[')}) {
            settings.setValue(u"recentSockets"_s, garbage);
            RecentSockets recent;
            recent.load(settings);
            QVERIFY(recent.specs().isEmpty());
        }
    }
};

QTEST_MAIN(TestOpenSocket)
#include "test_opensocket.moc"
