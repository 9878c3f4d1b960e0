#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "core/protocol/describedcodec.h"
#include "core/udpsock.h"
#include "support/checkedsock.h"
#include "support/testmain.h"
#include "ui/inject/composer.h"
#include "ui/inject/fieldseditor.h"
#include "ui/models/inspection.h"
#include "ui/models/sockcontroller.h"

using namespace SockScope;
using namespace SockScope::Test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray lamp = R"({"name": "lamp", "payload": "layout", "typeField": "kind",
  "header": [{"name": "kind", "type": "u8"}, {"name": "id", "type": "u16"}],
  "trailer": [{"name": "check", "type": "checksum", "algorithm": "SUM-8"}],
  "types": [
    {"name": "off", "number": 1, "fields": []},
    {"name": "shine", "number": 2, "fields": [
      {"name": "level", "type": "u8", "min": 0, "max": 100, "unit": "%", "default": 50},
      {"name": "mode", "type": "u8", "values": {"steady": 0, "blink": 1}},
      {"name": "dim", "type": "bool", "bits": 1}, {"name": "rest", "type": "bits", "bits": 7},
      {"name": "at", "type": "group", "fields": [{"name": "x", "type": "i16"}, {"name": "y", "type": "f32"}]},
      {"name": "steps", "type": "u8", "count": 3},
      {"name": "label", "type": "text", "size": "u8"}]}]})";

ProtocolDescription description()
{
    return ProtocolDescription::fromText(lamp).value_or(ProtocolDescription());
}

template <typename Widget>
Widget *row(const QWidget &editor, const QString &name)
{
    return editor.findChild<Widget *>(u"field:"_s + name);
}

} // namespace

class TestFieldsEditor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { failOnWarnings(); }

    void rowsAreWhatAPersonMaySay()
    {
        const ProtocolDescription protocol = description();
        QCOMPARE(protocol.types.size(), size_t(2));
        FieldsEditor editor;
        editor.setType(&protocol, protocol.type(QStringView(u"shine")));
        for (const QString &name :
             {u"id"_s, u"level"_s, u"mode"_s, u"dim"_s, u"at.x"_s, u"at.y"_s, u"steps"_s, u"label"_s})
            QVERIFY2(row<QWidget>(editor, name), qPrintable(name));
        QVERIFY(!row<QWidget>(editor, u"kind"_s));  // the type says it
        QVERIFY(!row<QWidget>(editor, u"check"_s)); // computed
        QCOMPARE(row<QLineEdit>(editor, u"level"_s)->placeholderText(), u"50"_s);
        QCOMPARE(row<QLineEdit>(editor, u"level"_s)->toolTip(), u"0 to 100"_s);
        QCOMPARE(row<QComboBox>(editor, u"mode"_s)->count(), 3);
        editor.setType(nullptr, nullptr);
        QVERIFY(editor.isEmpty());
    }

    void writesJson()
    {
        const ProtocolDescription protocol = description();
        FieldsEditor editor;
        editor.setType(&protocol, protocol.type(QStringView(u"shine")));
        QCOMPARE(editor.json(), u"{}"_s);
        QSignalSpy changed(&editor, &FieldsEditor::changed);
        QTest::keyClicks(row<QLineEdit>(editor, u"level"_s), u"0x20"_s);
        QCOMPARE(changed.size(), 4);
        row<QComboBox>(editor, u"mode"_s)->setCurrentIndex(2);
        row<QComboBox>(editor, u"dim"_s)->setCurrentIndex(2);
        QTest::keyClicks(row<QLineEdit>(editor, u"at.x"_s), u"-5"_s);
        QTest::keyClicks(row<QLineEdit>(editor, u"at.y"_s), u"1.5"_s);
        QTest::keyClicks(row<QLineEdit>(editor, u"steps"_s), u"[1, 2, 3]"_s);
        QTest::keyClicks(row<QLineEdit>(editor, u"label"_s), u"a \"b\""_s);
        const QString expected = u"{\"at\":{\"x\":-5,\"y\":1.5},\"dim\":true,\"label\":\"a \\\"b\\\"\",\"level\":32,"
                                 "\"mode\":1,\"steps\":[1,2,3]}"_s;
        QCOMPARE(editor.json(), expected);

        // And back, names where there are some; what is no value stays what was written.
        FieldsEditor other;
        other.setType(&protocol, protocol.type(QStringView(u"shine")));
        QVERIFY(other.setJson(expected));
        QCOMPARE(other.json(), expected);
        QCOMPARE(row<QComboBox>(other, u"mode"_s)->currentText(), u"blink"_s);
        row<QLineEdit>(other, u"level"_s)->setText(u"much"_s);
        QVERIFY(other.json().contains(u"\"level\":\"much\""_s));
        QVERIFY(!other.setJson(u"[1]"_s));
        QVERIFY(!other.setJson(u"{\"level\":"_s));
        QCOMPARE(row<QLineEdit>(other, u"level"_s)->text(), u"much"_s);
    }

    void theComposerSendsFields()
    {
        Inspection inspection;
        SockOptions options = listening(quiet(u"raw"));
        UdpSock sock(options);
        sock.setCodec(makeProtocolCodec(description(), nullptr));
        sock.setMessageTypes(description().messageTypes());
        QByteArray payload;
        sock.setUnknownTypeHandler(this, [&](const Envelope &each) { payload = each.message.payload.toByteArray(); });
        QVERIFY(!sock.start());
        Composer composer(&inspection);
        composer.resize(420, 700);
        composer.show();
        const SockController *controller = inspection.addSock(&sock);
        QTRY_VERIFY(controller->snapshot().codec);
        composer.setTarget(controller->sockId(), {Endpoint::fromString(u"192.0.2.1:9"_s).value()}, true);

        // JSON at once, and rows as soon as the type is one that is described.
        auto *form = composer.findChild<QComboBox *>(u"injectForm"_s);
        QTRY_COMPARE(form->currentData().toInt(), static_cast<int>(PayloadForm::Json));
        QTest::keyClicks(composer.findChild<QLineEdit *>(u"injectType"_s), u"shine"_s);
        auto *fields = composer.findChild<FieldsEditor *>(u"injectFields"_s);
        auto *text = composer.findChild<QPlainTextEdit *>(u"injectText"_s);
        QVERIFY(fields->isVisible());
        QVERIFY(!text->isVisible());
        QTest::keyClicks(row<QLineEdit>(*fields, u"id"_s), u"258"_s);
        QTest::keyClicks(row<QLineEdit>(*fields, u"steps"_s), u"[1,2,3]"_s);
        QTest::keyClicks(row<QLineEdit>(*fields, u"label"_s), u"on"_s);
        QCOMPARE(composer.errorText(), QString());
        QTest::mouseClick(composer.findChild<QPushButton *>(u"injectSend"_s), Qt::LeftButton);
        // kind, id, level's default, mode, bits, x, y, steps, label, sum
        QTRY_COMPARE(payload.toHex(), QByteArray("02010232000000000000000001020302"
                                                 "6f6e1c"));

        // What a field cannot be is said below, with its name; the text is one click away.
        row<QLineEdit>(*fields, u"level"_s)->setText(u"700"_s);
        QVERIFY2(composer.errorText().contains(u"level"_s), qPrintable(composer.errorText()));
        QTest::mouseClick(composer.findChild<QToolButton *>(u"injectAsFields"_s), Qt::LeftButton);
        QVERIFY(text->isVisible());
        QVERIFY(text->toPlainText().contains(u"\"level\":700"_s));
        text->setPlainText(u"{\"id\": 9, \"steps\": [0,0,0]}"_s);
        QTest::mouseClick(composer.findChild<QToolButton *>(u"injectAsFields"_s), Qt::LeftButton);
        QCOMPARE(row<QLineEdit>(*fields, u"id"_s)->text(), u"9"_s);
        sock.stop();
    }
};

QTEST_MAIN(TestFieldsEditor)
#include "test_fieldseditor.moc"
