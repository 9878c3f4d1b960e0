#include <QCheckBox>
#include <QComboBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

#include "core/codec/codec.h"
#include "core/framing/framing.h"
#include "core/tcpsock.h"
#include "support/testmain.h"
#include "ui/inject/composer.h"
#include "ui/models/inspection.h"
#include "ui/models/sockcontroller.h"
#include "ui/theme.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

// At which stage something enters the sock, and how a frame is broken by a number.
class TestComposerStages : public QObject
{
    Q_OBJECT
private:
    struct Scene
    {
        Inspection inspection;
        QTcpServer server;
        std::unique_ptr<TcpSock> sock;
        std::unique_ptr<Composer> composer;
        QTcpSocket *peer = nullptr;
        QByteArray wire;
        QList<Envelope> heard;
    };
    std::unique_ptr<Scene> m_scene;

    template <typename Widget>
    Widget *field(const QString &name) const
    {
        return m_scene->composer->findChild<Widget *>(name);
    }
    void choose(const QString &box, const QVariant &value)
    {
        auto *combo = field<QComboBox>(box);
        combo->setCurrentIndex(combo->findData(value));
    }
    void write(PayloadForm form, ProjectStage stage, const QString &text)
    {
        choose(u"injectForm"_s, static_cast<int>(form));
        choose(u"injectStage"_s, static_cast<int>(stage));
        field<QPlainTextEdit>(u"injectText"_s)->clear();
        QTest::keyClicks(field<QPlainTextEdit>(u"injectText"_s), text);
    }
    void send()
    {
        m_scene->wire.clear();
        QTest::mouseClick(field<QPushButton>(u"injectSend"_s), Qt::LeftButton);
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_scene = std::make_unique<Scene>();
        QVERIFY(m_scene->server.listen(QHostAddress::LocalHost));
        SockOptions options;
        options.name = u"tcp"_s;
        options.codec = makeCodec(u"json");
        options.framing = makeFraming(u"u16");
        options.tickInterval = std::chrono::milliseconds(0);
        m_scene->sock = std::make_unique<TcpSock>(options);
        m_scene->sock->setUnknownTypeHandler(m_scene->sock.get(),
                                             [this](const Envelope &each) { m_scene->heard.append(each); });
        QVERIFY(!m_scene->sock->start());
        QVERIFY(!m_scene->sock->connectTo({u"127.0.0.1"_s, m_scene->server.serverPort()}));
        QTRY_VERIFY(m_scene->server.hasPendingConnections());
        m_scene->peer = m_scene->server.nextPendingConnection();
        connect(m_scene->peer, &QTcpSocket::readyRead, m_scene->peer,
                [this] { m_scene->wire += m_scene->peer->readAll(); });
        m_scene->composer = std::make_unique<Composer>(&m_scene->inspection);
        m_scene->composer->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_scene->composer.get()));
        const SockController *controller = m_scene->inspection.addSock(m_scene->sock.get());
        QTRY_VERIFY(controller->snapshot().codec);
    }
    void cleanup()
    {
        m_scene->sock->stop();
        m_scene.reset();
    }

    void out()
    {
        write(PayloadForm::Text, ProjectStage::Message, u"hi"_s);
        send();
        QTRY_COMPARE(m_scene->wire, QByteArray("\0\x08[0,\"hi\"]", 10));
        write(PayloadForm::Text, ProjectStage::Frame, u"[0,\\x22"_s);
        QCOMPARE(m_scene->composer->errorText(), QString());
        send();
        QTRY_COMPARE(m_scene->wire, QByteArray("\0\4[0,\"", 6));
        write(PayloadForm::Json, ProjectStage::Frame, u"{not JSON"_s);
        QCOMPARE(m_scene->composer->errorText(), QString());
        send();
        QTRY_COMPARE(m_scene->wire, QByteArray("\0\x09{not JSON", 11));
        write(PayloadForm::Hex, ProjectStage::Raw, u"00 03 {{hex counter 2}}"_s);
        QCOMPARE(m_scene->composer->errorText(), QString());
        send();
        QTRY_VERIFY2(m_scene->composer->answerText().startsWith(u"Sent"_s),
                     qPrintable(m_scene->composer->answerText() + m_scene->composer->errorText()));
        QTRY_COMPARE(m_scene->wire.size(), 3);
        QVERIFY(m_scene->wire.startsWith(QByteArray("\0\3", 2)));
        QVERIFY(!field<QComboBox>(u"injectSendAs"_s)->isEnabled()); // what is no frame cannot be a broken one
    }

    void in()
    {
        QTest::mouseClick(field<QCheckBox>(u"injectAsReceived"_s), Qt::LeftButton, {}, {8, 8});
        const Endpoint from(m_scene->peer->localAddress(), m_scene->peer->localPort());
        field<QComboBox>(u"injectPeer"_s)->setEditText(from.toString());
        write(PayloadForm::Text, ProjectStage::Raw, u"\\0\\x07[1,\\x22x\\x22]"_s);
        QCOMPARE(m_scene->composer->errorText(), QString());
        send();
        QTRY_COMPARE(m_scene->heard.size(), 1);
        QCOMPARE(m_scene->heard.first().message.payload.toByteArray(), QByteArray("[1,\"x\"]"));
        // Half of a frame is none.
        write(PayloadForm::Hex, ProjectStage::Raw, u"00 07 5b 31"_s);
        send();
        QTRY_COMPARE(m_scene->sock->ledger().framingErrors.messages, 1U);
        write(PayloadForm::Text, ProjectStage::Frame, u"[2,7]"_s);
        send();
        QTRY_COMPARE(m_scene->heard.size(), 2);
        QCOMPARE(m_scene->heard.last().message.data().toInteger(), 7);
    }

    void repeated()
    {
        write(PayloadForm::Hex, ProjectStage::Raw, u"ff"_s);
        field<QSpinBox>(u"injectInterval"_s)->setValue(1);
        field<QSpinBox>(u"injectCount"_s)->setValue(3);
        m_scene->wire.clear();
        QTest::mouseClick(field<QPushButton>(u"injectRepeat"_s), Qt::LeftButton);
        QTRY_COMPARE(m_scene->wire, QByteArray("\xff\xff\xff"));
    }

    void brokenByANumber()
    {
        write(PayloadForm::Text, ProjectStage::Frame, u"abc"_s);
        auto *by = field<QSpinBox>(u"injectBreakBy"_s);
        QVERIFY(!by->isEnabled());
        choose(u"injectSendAs"_s, u"cut"_s);
        QVERIFY(by->isEnabled());
        by->setValue(4);
        send();
        QTRY_COMPARE(m_scene->wire, QByteArray("\0\3ab", 4));
        choose(u"injectSendAs"_s, u"length"_s);
        QCOMPARE(by->value(), 1);
        by->setValue(-2);
        send();
        QTRY_COMPARE(m_scene->wire, QByteArray("\0\1abc", 5));
        choose(u"injectSendAs"_s, u"checksum"_s);
        QVERIFY(!by->isEnabled());
    }

    void jsonIsColoured()
    {
        write(PayloadForm::Json, ProjectStage::Message, u"{\"n\": -1.5e3, \"s\": \"x\", \"b\": true}"_s);
        auto *text = field<QPlainTextEdit>(u"injectText"_s);
        const auto colourAt = [text](const QString &part) {
            const int at = static_cast<int>(text->toPlainText().indexOf(part));
            const QList<QTextLayout::FormatRange> formats = text->document()->firstBlock().layout()->formats();
            for (const QTextLayout::FormatRange &range : formats)
                if (at >= range.start && at < range.start + range.length)
                    return range.format.foreground().color();
            return QColor();
        };
        const Theme::Colors &colors = Theme::instance()->colors();
        QTRY_COMPARE(colourAt(u"\"n\""_s), colors.accent);
        QCOMPARE(colourAt(u"\"x\""_s), colors.ok);
        QCOMPARE(colourAt(u"-1.5e3"_s), colors.warning);
        QCOMPARE(colourAt(u"true"_s), colors.warning);
        QVERIFY(text->extraSelections().isEmpty());
        write(PayloadForm::Json, ProjectStage::Message, u"{\"n\": x}"_s);
        QCOMPARE(text->extraSelections().size(), 1);
        QCOMPARE(text->extraSelections().first().cursor.selectedText(), u"x"_s);
        QVERIFY2(m_scene->composer->errorText().startsWith(u"Character 7:"_s),
                 qPrintable(m_scene->composer->errorText()));
        // Text is not JSON, whatever it looks like.
        choose(u"injectForm"_s, static_cast<int>(PayloadForm::Text));
        QTRY_COMPARE(colourAt(u"\"n\""_s), QColor());
    }
};

QTEST_MAIN(TestComposerStages)
#include "test_composerstages.moc"
