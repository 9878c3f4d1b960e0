#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

#include "core/codec/codec.h"
#include "core/peers/peertable.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inject/composer.h"
#include "ui/models/format.h"
#include "ui/models/injecthistory.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/peermodel.h"
#include "ui/models/sockcontroller.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestComposer : public QObject
{
    Q_OBJECT

private:
    static SockOptions options(const QString &codec, const QString &name = {})
    {
        SockOptions options;
        options.name = name;
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.codec = makeCodec(codec);
        options.tickInterval = std::chrono::milliseconds(0);
        return options;
    }
    template <typename Widget>
    static Widget *field(const Composer &composer, const QString &name)
    {
        return composer.findChild<Widget *>(name);
    }
    static void type(const Composer &composer, PayloadForm form, const QString &text)
    {
        auto *box = field<QComboBox>(composer, u"injectForm"_s);
        box->setCurrentIndex(box->findData(static_cast<int>(form)));
        auto *edit = field<QPlainTextEdit>(composer, u"injectText"_s);
        edit->clear();
        QTest::keyClicks(edit, text);
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void escapes_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<qsizetype>("position"); // of the error; -1: none
        QTest::newRow("plain") << u"hello"_s << QByteArray("hello") << qsizetype(-1);
        QTest::newRow("empty") << QString() << QByteArray("") << qsizetype(-1);
        QTest::newRow("all") << u"a\\n\\r\\t\\0\\\\\\x7fz\\u20ac"_s << QByteArray("a\n\r\t\0\\\x7fz\xe2\x82\xac", 11)
                             << qsizetype(-1);
        QTest::newRow("two bytes") << u"\\xff\\x00"_s << QByteArray("\xff\0", 2) << qsizetype(-1);
        QTest::newRow("two halves") << u"\\ud83d\\ude00"_s << QByteArray("\xf0\x9f\x98\x80") << qsizetype(-1);
        QTest::newRow("unknown") << u"ab\\q"_s << QByteArray() << qsizetype(2);
        QTest::newRow("cut off") << u"ab\\"_s << QByteArray() << qsizetype(2);
        QTest::newRow("half a byte") << u"\\x1"_s << QByteArray() << qsizetype(0);
        QTest::newRow("surrogate") << u"x\\ud800"_s << QByteArray() << qsizetype(1);
    }
    void escapes()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, bytes);
        QFETCH(qsizetype, position);
        PayloadError error;
        const auto parsed = parseEscapedText(text, &error);
        QCOMPARE(parsed.has_value(), position < 0);
        if (parsed)
            QCOMPARE(*parsed, bytes);
        else
            QCOMPARE(error.position, position);
    }

    void json_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QCborValue>("value");
        QTest::addColumn<bool>("good");
        QTest::newRow("map") << u"{\"x\":1}"_s << QCborValue(QCborMap{{u"x"_s, 1}}) << true;
        QTest::newRow("scalar") << u" 7 "_s << QCborValue(7) << true;
        QTest::newRow("largest") << u"9223372036854775807"_s << QCborValue(std::numeric_limits<qint64>::max()) << true;
        QTest::newRow("two values") << u"1,2"_s << QCborValue() << false;
        QTest::newRow("escape from the frame") << u"1],[2"_s << QCborValue() << false;
        QTest::newRow("blank") << u"  "_s << QCborValue() << false;
        QTest::newRow("bomb") << QString(100000, u'[') << QCborValue() << false;
        QTest::newRow("NaN") << u"NaN"_s << QCborValue() << false;
    }
    void json()
    {
        QFETCH(QString, text);
        QFETCH(QCborValue, value);
        QFETCH(bool, good);
        PayloadError error;
        const auto parsed = parseJson(text, &error);
        QCOMPARE(parsed.has_value(), good);
        if (good)
            QCOMPARE(*parsed, value);
        else
            QVERIFY(!error.text.isEmpty());
    }

    void jsonErrorsSayWhere()
    {
        PayloadError error;
        QVERIFY(!parseJson(u"{\"ë\": x}"_s, &error));
        QCOMPARE(error.position, 6); // in characters, although ë has two bytes
    }

    void jsonTextSaysTheSameAgain()
    {
        const QCborValue value(QCborMap{{u"a"_s, QCborArray{1, 2.5, true, nullptr, u"ë"_s}}});
        const auto text = jsonText(value);
        QVERIFY(text);
        QCOMPARE(parseJson(*text, nullptr), std::optional(value));
        QVERIFY(!jsonText(QCborValue(QByteArray("x"))));
        QVERIFY(!jsonText(QCborValue(QCborMap{{1, 2}})));
    }

    void aFileThatIsNotThere()
    {
        QTemporaryDir folder;
        PayloadError error;
        QVERIFY(!readPayloadFile(folder.filePath(u"no"_s), &error));
        QVERIFY(!error.text.isEmpty());
        QVERIFY(!readPayloadFile(folder.path(), &error));
        QVERIFY(!readPayloadFile({}, &error));
        QFile file(folder.filePath(u"yes"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray("\0\x01", 2));
        file.close();
        QCOMPARE(readPayloadFile(file.fileName(), &error), std::optional(QByteArray("\0\x01", 2)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.resize(maximumPayloadBytes + 1));
        file.close();
        QVERIFY(!readPayloadFile(file.fileName(), &error));
        QVERIFY(error.text.contains(u"16 MiB"_s));
    }

    void saysWhyBelowTheField()
    {
        Inspection inspection;
        UdpSock sock(options(u"json"_s, u"game"_s));
        QVERIFY(!sock.start());
        Composer composer(&inspection);
        composer.resize(320, 420);
        composer.show();
        QVERIFY(QTest::qWaitForWindowExposed(&composer));
        inspection.addSock(&sock);
        QTRY_VERIFY(inspection.controllers().first()->snapshot().codec);
        QCOMPARE(field<QComboBox>(composer, u"injectSocket"_s)->count(), 1);

        type(composer, PayloadForm::Json, u"{\"x\":}"_s);
        QVERIFY2(composer.errorText().startsWith(u"Character "_s), qPrintable(composer.errorText()));
        type(composer, PayloadForm::Json, u"{\"x\":1}"_s);
        QCOMPARE(composer.errorText(), QString());
        type(composer, PayloadForm::Hex, u"0x5b,31:7g"_s);
        QVERIFY(!composer.errorText().isEmpty());
        type(composer, PayloadForm::Hex, u"0x5b,31:7d"_s);
        QCOMPARE(composer.errorText(), QString());
        QVERIFY(!field<QLineEdit>(composer, u"injectType"_s)->isEnabled());
        type(composer, PayloadForm::Text, u"\\q"_s);
        QVERIFY(composer.errorText().contains(u"escape"_s));
        type(composer, PayloadForm::Text, u"\\xff"_s);
        QVERIFY(composer.errorText().contains(u"UTF-8"_s));
        type(composer, PayloadForm::Text, u"ok"_s);
        QTest::keyClicks(field<QLineEdit>(composer, u"injectType"_s), u"12x"_s);
        QVERIFY(composer.errorText().contains(u"Type"_s));
    }

    void sendsToPeers()
    {
        Inspection inspection;
        UdpSock server(options(u"json"_s, u"server"_s));
        QVERIFY(!server.start());
        UdpSock client(options(u"json"_s));
        QList<Message> heard;
        client.addHandler(u"say", &client, [&heard](const Envelope &envelope) { heard.append(envelope.message); });
        QVERIFY(!client.start());
        Composer composer(&inspection);
        composer.resize(320, 420);
        composer.show();
        QVERIFY(QTest::qWaitForWindowExposed(&composer));
        SockController *controller = inspection.addSock(&server);
        QTRY_VERIFY(controller->snapshot().codec);

        auto *sendButton = field<QPushButton>(composer, u"injectSend"_s);
        type(composer, PayloadForm::Json, u"{\"text\":\"hi\"}"_s);
        QTest::keyClicks(field<QLineEdit>(composer, u"injectType"_s), u"say"_s);
        QTest::mouseClick(sendButton, Qt::LeftButton);
        QTRY_COMPARE(composer.answerText(), u"Nobody is there to send it to."_s);

        QVERIFY(!client.connectTo(server.localEndpoint()));
        QTRY_VERIFY(client.peers().size() == 1);
        QVERIFY(client.sendMessage(u"hello", 1).isOk());
        QTRY_COMPARE(inspection.peerModel()->rowCount(), 1);
        QTest::mouseClick(sendButton, Qt::LeftButton);
        QTRY_COMPARE(composer.answerText(), u"Sent to 1 peer."_s);
        QTRY_COMPARE(heard.size(), 1);
        QCOMPARE(heard.first().data().toMap().value(u"text"_s).toString(), u"hi"_s);

        composer.setTarget(controller->sockId(), {client.localEndpoint()}, false);
        QTest::keyClick(field<QPlainTextEdit>(composer, u"injectText"_s), Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(heard.size(), 2);

        field<QSpinBox>(composer, u"injectInterval"_s)->setValue(1);
        field<QSpinBox>(composer, u"injectCount"_s)->setValue(5);
        QTest::mouseClick(field<QPushButton>(composer, u"injectRepeat"_s), Qt::LeftButton);
        QTRY_COMPARE(heard.size(), 7);
        QTRY_VERIFY(!composer.isRepeating());
        QCOMPARE(composer.answerText(), u"Sent 5 times"_s);

        field<QSpinBox>(composer, u"injectCount"_s)->setValue(0);
        QTest::mouseClick(field<QPushButton>(composer, u"injectRepeat"_s), Qt::LeftButton);
        QVERIFY(composer.isRepeating());
        QTRY_VERIFY(heard.size() > 10);
        QTest::mouseClick(field<QPushButton>(composer, u"injectRepeat"_s), Qt::LeftButton);
        QVERIFY(!composer.isRepeating());

        // Broken on purpose: what arrives is half of it, and what has no checksum says so.
        auto *sendAs = field<QComboBox>(composer, u"injectSendAs"_s);
        const quint64 undecoded = client.ledger().decodeErrors.messages;
        sendAs->setCurrentIndex(sendAs->findData(u"cut"_s));
        QTest::mouseClick(sendButton, Qt::LeftButton);
        QTRY_COMPARE(composer.answerText(), u"Broken on purpose. Sent to 1 peer."_s);
        QTRY_COMPARE(client.ledger().decodeErrors.messages, undecoded + 1);
        QVERIFY(server.ledger().isBalanced());
        for (const QString &way : {u"checksum"_s, u"length"_s, u"pause"_s}) {
            sendAs->setCurrentIndex(sendAs->findData(way));
            composer.send();
            const QString says = way == u"pause"_s ? u"a pause in it"_s : u"there is no "_s + way;
            QTRY_VERIFY2(composer.answerText().contains(says), qPrintable(composer.answerText()));
        }
        composer.startRepeat();
        QVERIFY(!composer.isRepeating());
        QVERIFY2(composer.answerText().contains(u"one at a time"_s), qPrintable(composer.answerText()));
        sendAs->setCurrentIndex(0);

        // What cannot be a pace is said, and nothing goes.
        const auto set = [&](const QString &name, int value) { field<QSpinBox>(composer, name)->setValue(value); };
        set(u"injectInterval"_s, 0);
        composer.startRepeat();
        QVERIFY(!composer.isRepeating());
        QVERIFY2(composer.answerText().startsWith(u"How often?"_s), qPrintable(composer.answerText()));
        set(u"injectInterval"_s, 5);
        set(u"injectJitter"_s, 6);
        composer.startRepeat();
        QVERIFY(!composer.isRepeating());
        QVERIFY2(composer.answerText().contains(u"longer than the interval"_s), qPrintable(composer.answerText()));

        // Bursts with jitter, and at a rate; Stop ends a fast one, and its counts are those of the ledger.
        set(u"injectJitter"_s, 2);
        set(u"injectBurst"_s, 4);
        set(u"injectCount"_s, 10);
        composer.startRepeat();
        QTRY_COMPARE(composer.answerText(), u"Sent 10 times"_s);
        set(u"injectInterval"_s, 0);
        set(u"injectJitter"_s, 0);
        set(u"injectBurst"_s, 1);
        set(u"injectRate"_s, 20'000);
        set(u"injectCount"_s, 0);
        const quint64 before = server.ledger().sent.messages;
        composer.startRepeat();
        QTRY_VERIFY(server.ledger().sent.messages > before + 1000);
        composer.stopRepeat();
        QTRY_COMPARE(controller->repeatCount(), 0);
        const quint64 sent = server.ledger().sent.messages - before;
        QVERIFY2(composer.answerText().startsWith(u"Sent %1 times"_s.arg(Format::count(sent))),
                 qPrintable(composer.answerText()));
    }

    void playsAPeer()
    {
        Inspection inspection;
        UdpSock server(options(u"json"_s, u"server"_s));
        QList<Envelope> heard;
        server.addHandler(u"move", &server, [&heard](const Envelope &envelope) { heard.append(envelope); });
        QVERIFY(!server.start());
        Composer composer(&inspection);
        composer.show();
        QVERIFY(QTest::qWaitForWindowExposed(&composer));
        SockController *controller = inspection.addSock(&server);
        QTRY_VERIFY(controller->snapshot().codec);
        QTest::mouseClick(field<QCheckBox>(composer, u"injectAsReceived"_s), Qt::LeftButton, {}, {8, 8});
        type(composer, PayloadForm::Json, u"7"_s);
        QTest::keyClicks(field<QLineEdit>(composer, u"injectType"_s), u"move"_s);
        auto *sendButton = field<QPushButton>(composer, u"injectSend"_s);
        QTest::mouseClick(sendButton, Qt::LeftButton);
        QVERIFY(composer.errorText().contains(u"From whom"_s));
        auto *peer = field<QComboBox>(composer, u"injectPeer"_s);
        peer->lineEdit()->selectAll();
        QTest::keyClicks(peer->lineEdit(), u"10.0.0.7"_s);
        QTest::mouseClick(sendButton, Qt::LeftButton);
        QVERIFY(composer.errorText().contains(u"10.0.0.7"_s));
        QTest::keyClicks(peer->lineEdit(), u":40001"_s);
        QTest::mouseClick(sendButton, Qt::LeftButton);
        QTRY_COMPARE(heard.size(), 1);
        QCOMPARE(heard.first().peer.toString(), u"10.0.0.7:40001"_s);
        QCOMPARE(heard.first().message.data().toInteger(), 7);
        QVERIFY(heard.first().flags.testFlag(EnvelopeFlag::Injected));

        // What was received comes back into the fields for another go.
        QTRY_COMPARE(inspection.messageLogModel()->rowCount(), 1);
        composer.setText(u"8"_s);
        composer.edit(inspection.messageLogModel()->message(0));
        QCOMPARE(field<QPlainTextEdit>(composer, u"injectText"_s)->toPlainText(), u"7"_s);
        QCOMPARE(field<QLineEdit>(composer, u"injectType"_s)->text(), u"move"_s);
        QVERIFY(field<QCheckBox>(composer, u"injectAsReceived"_s)->isChecked());
    }

    void savedMessagesSurvive()
    {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        Inspection inspection;
        {
            Composer composer(&inspection);
            composer.show();
            type(composer, PayloadForm::Hex, u"01 02"_s);
            field<QToolButton>(composer, u"injectSave"_s)->click();
            composer.saveSettings(settings);
        }
        Composer composer(&inspection);
        composer.loadSettings(settings);
        composer.show();
        QVERIFY(QTest::qWaitForWindowExposed(&composer));
        auto *tree = field<QTreeView>(composer, u"injectSaved"_s);
        QCOMPARE(tree->model()->rowCount(), 1);
        const QModelIndex first = tree->model()->index(0, 0);
        QTest::mouseClick(tree->viewport(), Qt::LeftButton, {}, tree->visualRect(first).center());
        QCOMPARE(field<QPlainTextEdit>(composer, u"injectText"_s)->toPlainText(), u"01 02"_s);

        composer.setText(QString(65 * 1024, u'0'));
        field<QToolButton>(composer, u"injectSave"_s)->click();
        QVERIFY(composer.answerText().contains(u"Too long"_s));
        QCOMPARE(tree->model()->rowCount(), 1);
    }

    void severalPeersAreSentTo()
    {
        Inspection inspection;
        UdpSock sock(options(u"json"_s, u"several"_s));
        QVERIFY(!sock.start());
        std::array<UdpSock, 3> clients{UdpSock(options(u"json"_s, u"a"_s)), UdpSock(options(u"json"_s, u"b"_s)),
                                       UdpSock(options(u"json"_s, u"c"_s))};
        std::array<QList<QByteArray>, 3> heard;
        for (size_t i = 0; i < clients.size(); ++i) {
            clients[i].setUnknownTypeHandler(
                this, [&heard, i](const Envelope &each) { heard[i].append(each.message.payload.toByteArray()); });
            QVERIFY(!clients[i].start());
        }
        Composer composer(&inspection);
        composer.show();
        const SockController *controller = inspection.addSock(&sock);
        QTRY_VERIFY(controller->snapshot().codec);
        const auto nameOf = [&clients](size_t i) { return clients[i].localEndpoint().toString(); };
        composer.setTarget(controller->sockId(), {clients[0].localEndpoint()}, false);
        composer.addTarget(controller->sockId(), clients[1].localEndpoint());
        composer.addTarget(controller->sockId(), clients[1].localEndpoint()); // is there already
        QCOMPARE(composer.message().peers(), (QStringList{nameOf(0), nameOf(1)}));

        // One message for both, and with values one for each.
        type(composer, PayloadForm::Json, u"7"_s);
        auto *send = field<QPushButton>(composer, u"injectSend"_s);
        QTest::mouseClick(send, Qt::LeftButton);
        QTRY_COMPARE(composer.answerText(), u"Sent to 2 peers."_s);
        type(composer, PayloadForm::Json, u"[{{counter}}, \"{{peer}}\"]"_s);
        QTest::mouseClick(send, Qt::LeftButton);
        const auto valued = [&](size_t i, int counter) {
            return u"[0,[%1,\"%2\"]]"_s.arg(counter).arg(nameOf(i)).toUtf8();
        };
        QTRY_COMPARE(heard[0], (QList<QByteArray>{"[0,7]", valued(0, 0)}));
        QTRY_COMPARE(heard[1], (QList<QByteArray>{"[0,7]", valued(1, 1)}));

        // Repeated in the sock's thread; the third hears nothing of it all.
        field<QSpinBox>(composer, u"injectCount"_s)->setValue(2);
        field<QSpinBox>(composer, u"injectInterval"_s)->setValue(1);
        composer.startRepeat();
        QTRY_VERIFY(!composer.isRepeating());
        QTRY_COMPARE(heard[0].mid(2), (QList<QByteArray>{valued(0, 2), valued(0, 4)}));
        QTRY_COMPARE(heard[1].mid(2), (QList<QByteArray>{valued(1, 3), valued(1, 5)}));
        QCOMPARE(heard[2].size(), 0);

        // Broken on purpose: each gets half a frame, and values are one at a time.
        auto *sendAs = field<QComboBox>(composer, u"injectSendAs"_s);
        sendAs->setCurrentIndex(sendAs->findData(u"cut"_s));
        QTest::mouseClick(send, Qt::LeftButton);
        QVERIFY2(composer.errorText().contains(u"one at a time"_s), qPrintable(composer.errorText()));
        type(composer, PayloadForm::Json, u"\"broken\""_s);
        QTest::mouseClick(send, Qt::LeftButton);
        QTRY_COMPARE(composer.answerText(), u"Broken on purpose. Sent to 2 peers."_s);
        QTRY_COMPARE(clients[0].ledger().decodeErrors.messages, quint64(1));
        QTRY_COMPARE(clients[1].ledger().decodeErrors.messages, quint64(1));
        sendAs->setCurrentIndex(0);

        // Again from the history: broken as it was, and so it comes into the fields.
        const QModelIndex last = composer.history()->index(0);
        QVERIFY2(last.data().toString().contains(u"[cut:"_s), qPrintable(last.data().toString()));
        auto *list = composer.findChild<QListView *>(u"injectHistory"_s);
        list->setCurrentIndex(last);
        composer.findChild<QToolButton *>(u"injectAgain"_s)->click();
        QTRY_COMPARE(clients[0].ledger().decodeErrors.messages, quint64(2));
        list->setCurrentIndex(composer.history()->index(0));
        composer.findChild<QToolButton *>(u"injectEdit"_s)->click();
        QCOMPARE(sendAs->currentData().toString(), u"cut"_s);
        sendAs->setCurrentIndex(0);

        // As if received from each, and what is no peer.
        quint64 came = 0;
        sock.setUnknownTypeHandler(this, [&came](const Envelope &) { ++came; });
        field<QCheckBox>(composer, u"injectAsReceived"_s)->setChecked(true);
        QTest::mouseClick(send, Qt::LeftButton);
        QTRY_COMPARE(came, quint64(2));
        QTRY_COMPARE(composer.answerText(), u"Received as if from 2 peers."_s);
        ProjectMessage wrong = composer.message();
        wrong.to = nameOf(0) + u", nobody"_s;
        QVERIFY(!composer.sendMessage(wrong));
        QVERIFY2(composer.errorText().startsWith(u"nobody is not a peer"_s), qPrintable(composer.errorText()));
        wrong.to = nameOf(0) + u',' + nameOf(0);
        QVERIFY(!composer.sendMessage(wrong));
        QVERIFY2(composer.errorText().contains(u"is there twice"_s), qPrintable(composer.errorText()));
        QCOMPARE(composer.answerText(), QString()); // that of what was sent before does not stand beside it
        wrong.to = QStringList(101, nameOf(0)).join(u',');
        QVERIFY(!composer.sendMessage(wrong));
        QVERIFY2(composer.errorText().contains(u"more than 100 peers"_s), qPrintable(composer.errorText()));
        sock.stop();
    }

    void valuesAreOfEachMessage()
    {
        Inspection inspection;
        UdpSock sock(options(u"json"_s, u"values"_s));
        QList<QByteArray> payloads;
        sock.setUnknownTypeHandler(this,
                                   [&](const Envelope &each) { payloads.append(each.message.payload.toByteArray()); });
        QVERIFY(!sock.start());
        Composer composer(&inspection);
        composer.show();
        const SockController *controller = inspection.addSock(&sock);
        QTRY_VERIFY(controller->snapshot().codec);
        composer.setTarget(controller->sockId(), {sock.localEndpoint()}, false);
        type(composer, PayloadForm::Json, u"{\"n\": {{counter}}, \"to\": \"{{peer}}\"}"_s);
        QCOMPARE(composer.errorText(), QString());
        auto *send = field<QPushButton>(composer, u"injectSend"_s);
        QTest::mouseClick(send, Qt::LeftButton);
        QTest::mouseClick(send, Qt::LeftButton);
        QTRY_COMPARE(payloads.size(), 2);
        const QByteArray to = sock.localEndpoint().toString().toUtf8();
        QCOMPARE(payloads[0], "[0,{\"n\":0,\"to\":\"" + to + "\"}]");
        QCOMPARE(payloads[1], "[0,{\"n\":1,\"to\":\"" + to + "\"}]");

        // Repeated in the sock's thread, and as if received: each is another one.
        field<QSpinBox>(composer, u"injectCount"_s)->setValue(3);
        field<QSpinBox>(composer, u"injectInterval"_s)->setValue(1);
        type(composer, PayloadForm::Json, u"{{counter * 10}}"_s);
        payloads.clear();
        composer.startRepeat();
        QTRY_COMPARE(payloads, (QList<QByteArray>{"[0,20]", "[0,30]", "[0,40]"}));
        QTRY_VERIFY(!composer.isRepeating());
        payloads.clear();
        field<QCheckBox>(composer, u"injectAsReceived"_s)->setChecked(true);
        composer.startRepeat();
        QTRY_COMPARE(payloads, (QList<QByteArray>{"[0,20]", "[0,30]", "[0,40]"}));
        type(composer, PayloadForm::Hex, u"01 {{hex counter 2}}"_s);
        QTRY_VERIFY(!composer.isRepeating());
        QCOMPARE(composer.errorText(), QString());

        // Where a person wrote it wrongly.
        type(composer, PayloadForm::Json, u"{\"n\": {{count}}}"_s);
        QVERIFY2(composer.errorText().contains(u"column 9: "_s), qPrintable(composer.errorText()));
        sock.stop();
    }
};

QTEST_MAIN(TestComposer)
#include "test_composer.moc"
