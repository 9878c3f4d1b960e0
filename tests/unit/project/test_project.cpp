#include <QCborMap>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include "core/codec/codec.h"
#include "core/project/jsontext.h"
#include "core/project/project.h"
#include "core/types/message.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestProject : public QObject
{
    Q_OBJECT

private:
    QByteArray example; ///< as SockScope writes it, with keys of somebody else's at every level

    static Project read(const QByteArray &bytes)
    {
        ProjectError error;
        auto project = Project::fromBytes(bytes, &error);
        if (!project)
            QTest::qFail(qPrintable(error.toString()), __FILE__, __LINE__);
        return project.value_or(Project());
    }

private Q_SLOTS:
    void initTestCase()
    {
        QFile file(QStringLiteral(SOCKSCOPE_SOURCE_DIR "/tests/data/project/everything.sockscope"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        example = file.readAll();
    }
    void init() { SockScope::Test::failOnWarnings(); }

    void roundTripKeepsEveryByte()
    {
        const Project project = read(example);
        QCOMPARE(project.toBytes(), example);
        QCOMPARE(read(project.toBytes()).toBytes(), example);
        QCOMPARE(Project().toBytes(), QByteArray("{\n  \"version\": 1\n}\n"));
    }

    void whatWasReadAndIsSetAgainKeepsEveryByte()
    {
        Project project = read(example);
        project.setSockets(project.sockets());
        project.setItems(project.items());
        project.setFilters(project.filters());
        project.setColumns(project.columns());
        // The window knows neither the key "z" of the rule nor the scheme.
        const QJsonObject rule{{u"name"_s, u"a"_s},
                               {u"filter"_s, u"error"_s},
                               {u"enabled"_s, true},
                               {u"ground"_s, u"red"_s},
                               {u"text"_s, QString()}};
        project.setColours({{u"enabled"_s, true}, {u"rules"_s, QJsonArray{rule}}});
        project.setLayout({{u"filter"_s, QString()}});
        QCOMPARE(project.toBytes(), example);
    }

    void readsWhatItSays()
    {
        const Project project = read(example);
        QCOMPARE(project.sockets().size(), 2);
        QCOMPARE(project.sockets().at(0).listen->port, 9000);
        QCOMPARE(project.sockets().at(1).framing, u"line"_s);
        QCOMPARE(project.filters(), (QList<NamedFilter>{{u"bad"_s, u"error"_s}}));
        QCOMPARE(project.columns(), (QList<NamedColumn>{{u"data.pos.x"_s, u"x"_s}}));
        QVERIFY(project.section(u"types")->isArray());
        QCOMPARE(project.items().size(), 2);
        const ProjectItem &hello = project.items().at(0);
        QCOMPARE(hello.message.payload, u"{\"a\": 1}"_s);
        QCOMPARE(hello.message.form, ProjectForm::Json);
        const ProjectItem &login = project.items().at(1);
        QCOMPARE(login.kind, ProjectItem::Kind::Folder);
        QCOMPARE(login.items.at(0).message.repeatMs, 50);
        const ProjectItem &handshake = login.items.at(1);
        QCOMPARE(handshake.kind, ProjectItem::Kind::Sequence);
        QCOMPARE(handshake.items.at(0).message.payload, u"HELO\\r\\n"_s);
        QCOMPARE(handshake.items.at(1).waitMs, 250);
        QVERIFY(handshake.items.at(2).message.asReceived);
        QCOMPARE(ProjectItems::count(project.items()), 7);
    }

    void aMessageKeepsItsStageAndPace()
    {
        ProjectItem item;
        item.name = u"flood"_s;
        item.message.form = ProjectForm::Hex;
        item.message.stage = ProjectStage::Raw;
        item.message.payload = u"00 01"_s;
        item.message.repeatPerSecond = 500;
        item.message.repeatBurst = 10;
        item.message.repeatJitterMs = 3;
        Project project;
        project.setItems({item});
        const QByteArray text = project.toBytes();
        QVERIFY2(text.contains("\"stage\": \"raw\""), text.constData());
        QCOMPARE(read(text).items(), (QList<ProjectItem>{item}));
        QVERIFY(item.message.repeats());

        ProjectError error;
        QByteArray wrong = text;
        QVERIFY(!Project::fromBytes(wrong.replace("\"raw\"", "\"wire\""), &error));
        QVERIFY2(error.toString().contains(u"there are message, frame and raw"_s), qPrintable(error.toString()));
    }

    void unknownKeysMoveWithTheirItem()
    {
        Project project = read(example);
        QList<ProjectItem> moved = project.items();
        moved[1].items.prepend(moved.at(0));
        moved.removeFirst();
        project.setItems(moved);
        const QByteArray text = project.toBytes();
        QVERIFY2(text.contains("        { \"name\": \"hello\", \"x\": 0.10, \"type\": \"1\", \"form\": \"json\", "
                               "\"payload\": \"{\\\"a\\\": 1}\", \"y\": null },\n"),
                 text.constData());
        QList<SockSpec> sockets = project.sockets();
        sockets.move(0, 1);
        sockets[1].timeoutMs = 5;
        project.setSockets(sockets);
        const QByteArray changed = project.toBytes();
        QVERIFY2(changed.contains("      \"x\": 1,\n      \"name\": \"game\",\n      \"kind\": \"udp\",\n"
                                  "      \"listen\": \"127.0.0.1:9000\",\n      \"codec\": \"json\",\n"
                                  "      \"timeoutMs\": 5,\n      \"y\": [],\n"),
                 changed.constData());
    }

    void keysAreWrittenInOneOrder()
    {
        const Project project =
            read("{\"columns\":[],\"messages\":[{\"payload\":\"a\",\"form\":\"text\",\"name\":\"n\"}],"
                 "\"sockets\":[{\"codec\":\"raw\",\"listen\":\"*:0\",\"kind\":\"udp\"}],\"version\":1}");
        QCOMPARE(project.toBytes(),
                 QByteArray("{\n  \"version\": 1,\n  \"sockets\": [\n"
                            "    { \"kind\": \"udp\", \"listen\": \"*:0\", \"codec\": \"raw\" }\n  ],\n"
                            "  \"messages\": [\n"
                            "    { \"name\": \"n\", \"form\": \"text\", \"payload\": \"a\" }\n  ],\n"
                            "  \"columns\": []\n}\n"));
    }

    void errorsCarryThePath_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("what");
        const auto row = [](const char *name, const QByteArray &rest, const QString &path, int column,
                            const QString &what) {
            QTest::newRow(name) << "{\"version\":1," + rest + "}" << path << column << what;
        };
        QTest::newRow("no object") << QByteArray("[]") << QString() << 1 << u"no SockScope project"_s;
        QTest::newRow("no version") << QByteArray("{}") << QString() << 1 << u"no \"version\""_s;
        QTest::newRow("version") << QByteArray("{\"version\":\"1\"}") << u"version"_s << 12 << u"whole number"_s;
        row("sockets", "\"sockets\":{}", u"sockets"_s, 24, u"no list"_s);
        row("socket", "\"sockets\":[7]", u"sockets[0]"_s, 25, u"no object"_s);
        row("no address", "\"sockets\":[{\"kind\":\"udp\"}]", u"sockets[0]"_s, 25, u"no address"_s);
        row("kind", "\"sockets\":[{\"kind\":\"smoke\",\"listen\":\"*:0\"}]", u"sockets[0].kind"_s, 33, u"kind"_s);
        row("address", "\"sockets\":[{\"listen\":\"*:99999\"}]", u"sockets[0].listen"_s, 35, u"port"_s);
        row("framing", "\"sockets\":[{\"listen\":\"*:0\",\"framing\":\"smoke\"}]", u"sockets[0].framing"_s, 51,
            u"smoke"_s);
        row("protocol", "\"sockets\":[{\"listen\":\"*:0\",\"protocol\":\"smoke\"}]", u"sockets[0].protocol"_s, 52,
            u"no protocol \"smoke\""_s);
        row("types", "\"types\":7", u"types"_s, 22, u"no object"_s);
        row("type", "\"types\":{\"typeField\":\"k\",\"header\":[{\"name\":\"k\",\"type\":\"u9\"}]}",
            u"types.header[0].type"_s, 68, u"u9"_s);
        const QByteArray body = "\"payload\":\"structured\",\"types\":[{\"name\":\"t\",\"number\":1,\"fields\":[]}]}";
        row("two of one name", "\"types\":[{\"name\":\"a\"," + body + ",{\"name\":\"a\"," + body + "]",
            u"types[1].name"_s, 34 + int(body.size()) + 10, u"types[0] has the name \"a\" as well"_s);
        row("one without a name", "\"types\":[{\"name\":\"a\"," + body + ",{" + body + "]", u"types[1].name"_s,
            35 + int(body.size()) + 1, u"needs a name"_s);
        row("listed type", "\"types\":[7]", u"types[0]"_s, 23, u"no object"_s);
        row("messages", "\"messages\":1", u"messages"_s, 25, u"no list"_s);
        row("message", "\"messages\":[null]", u"messages[0]"_s, 26, u"no saved message"_s);
        row("no name", "\"messages\":[{\"payload\":\"\"}]", u"messages[0]"_s, 26, u"needs a name"_s);
        row("name", "\"messages\":[{\"name\":\"a/b\"}]", u"messages[0].name"_s, 34, u"slash"_s);
        row("form", "\"messages\":[{\"name\":\"a\",\"form\":\"smoke\"}]", u"messages[0].form"_s, 45, u"smoke"_s);
        row("payload", "\"messages\":[{\"name\":\"a\",\"payload\":7}]", u"messages[0].payload"_s, 48, u"no text"_s);
        row("deep", "\"messages\":[{\"name\":\"a\",\"items\":[{\"name\":\"b\",\"form\":1}]}]",
            u"messages[0].items[0].form"_s, 66, u"no text"_s);
        row("wait", "\"messages\":[{\"name\":\"a\",\"waitMs\":1}]", u"messages[0]"_s, 26, u"in no sequence"_s);
        row("folder in a sequence", "\"messages\":[{\"name\":\"a\",\"steps\":[{\"name\":\"b\",\"items\":[]}]}]",
            u"messages[0].steps[0]"_s, 47, u"messages and waits only"_s);
        row("long wait", "\"messages\":[{\"name\":\"a\",\"steps\":[{\"waitMs\":1e9}]}]",
            u"messages[0].steps[0].waitMs"_s, 57, u"whole number"_s);
        row("repeat", "\"messages\":[{\"name\":\"a\",\"repeat\":{\"everyMs\":0}}]", u"messages[0].repeat.everyMs"_s, 58,
            u"whole number"_s);
        row("filters", "\"filters\":[{\"name\":1}]", u"filters[0].name"_s, 33, u"no text"_s);
        row("colours", "\"colours\":[]", u"colours"_s, 24, u"no object"_s);
        row("rules", "\"colours\":{\"rules\":[{\"filter\":1}]}", u"colours.rules[0].filter"_s, 44, u"no text"_s);
        row("layout", "\"layout\":1", u"layout"_s, 23, u"no object"_s);
    }
    void socketsSpeakTheirProtocols()
    {
        const QByteArray text = R"({"version": 1, "types": [
            {"name": "a", "payload": "layout", "fixedType": "one", "types": [{"name": "one", "fields": [{"name": "n", "type": "u8"}]}]},
            {"name": "b", "payload": "structured", "types": [{"name": "two", "number": 2, "fields": []}]}],
          "sockets": [{"listen": "*:0", "protocol": "a"}, {"listen": "*:0", "protocol": "b", "codec": "json"},
                      {"listen": "*:0", "codec": "text"}, {"listen": "*:0", "protocol": "none"},
                      {"listen": "*:0", "protocol": "b"}]})";
        const Project project = read(text);
        QCOMPARE(project.protocols().size(), 2);
        QCOMPARE(project.protocolOf(project.sockets()[0])->name, u"a"_s);
        QCOMPARE(project.protocolOf(project.sockets()[1])->name, u"b"_s);
        QCOMPARE(project.protocolOf(project.sockets()[2]), nullptr); // there are two, and it names none
        QCOMPARE(project.protocolOf(project.sockets()[3]), nullptr);
        Message message;
        QVERIFY(!project.codecOf(project.sockets()[0])->decode(Bytes(QByteArray("\x07")), message));
        QCOMPARE(message.data().toMap().value(u"n"_s).toInteger(), 7);
        QCOMPARE(project.codecOf(project.sockets()[2])->name(), u"text"_s);
        QCOMPARE(project.codecOf(project.sockets()[3])->name(), u"raw"_s);
        SockError error;
        QVERIFY(!project.codecOf(project.sockets()[4], &error));
        QVERIFY2(error.what.contains(u"the codec raw has no fields"_s), qPrintable(error.toString()));

        Project changed = project;
        QList<SockSpec> sockets = project.sockets();
        sockets[1].protocol = u"none"_s;
        changed.setSockets(sockets);
        QCOMPARE(read(changed.toBytes()).sockets(), sockets);
    }

    void typesAreReplacedWhenTheyAreRight()
    {
        const QByteArray good = R"({"name": "a", "payload": "layout", "fixedType": "one",
            "types": [{"name": "one", "fields": [{"name": "n", "type": "u8"}]}]})";
        Project project;
        QVERIFY(!project.setTypes(*parseJsonText(good, nullptr), good));
        QCOMPARE(project.protocols().size(), 1);
        QCOMPARE(read(project.toBytes()).protocols(), project.protocols());
        const QByteArray bad = "[{\n  \"fixedType\": 7}]";
        const auto error = project.setTypes(*parseJsonText(bad, nullptr), bad);
        QVERIFY(error);
        QCOMPARE(error->path, u"types[0].fixedType"_s);
        QCOMPARE(error->line, 2);
        QCOMPARE(error->column, 16);
        QCOMPARE(project.protocols().size(), 1);
    }

    void errorsCarryThePath()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, path);
        QFETCH(int, column);
        QFETCH(QString, what);
        ProjectError error;
        QVERIFY(!Project::fromBytes(text, &error));
        QCOMPARE(error.code, ProjectError::Code::Invalid);
        QCOMPARE(error.path, path);
        QVERIFY2(error.what.contains(what), qPrintable(error.toString()));
        QCOMPARE(error.line, 1);
        QCOMPARE(error.column, column);
        QVERIFY(!error.remedy.isEmpty());
    }

    void everyTruncationIsAnError()
    {
        for (qsizetype length = 0; length < example.size() - 2; ++length) {
            ProjectError error;
            QVERIFY2(!Project::fromBytes(example.first(length), &error), qPrintable(QString::number(length)));
            QVERIFY(error.line > 0 && error.column > 0);
        }
        QVERIFY(Project::fromBytes(example.first(example.size() - 1)));
    }

    void everyLostByteIsReadOrRefused()
    {
        // Whatever a lost or changed byte makes of the file: it is an error with a place, or a project that is written
        // and read again.
        const QByteArrayList puts{"", "}", "\"", "\xff", ","};
        for (qsizetype at = 0; at < example.size(); ++at) {
            QByteArray text = example;
            text.replace(at, 1, puts.at(at % puts.size()));
            ProjectError error;
            if (const auto project = Project::fromBytes(text, &error))
                QCOMPARE(read(project->toBytes()).toBytes(), project->toBytes());
            else
                QVERIFY(error.line > 0 && !error.what.isEmpty());
        }
    }

    void aNewerVersionIsRefused()
    {
        ProjectError error;
        QVERIFY(!Project::fromBytes("{\n  \"version\": 2,\n  \"sockets\": 7\n}\n", &error));
        QCOMPARE(error.code, ProjectError::Code::NewerVersion);
        QCOMPARE(error.line, 2);
        QVERIFY(error.remedy.contains(u"newer SockScope"_s));
    }

    void limitsHold()
    {
        const auto codeOf = [](const QByteArray &rest) {
            ProjectError error;
            return Project::fromBytes("{\"version\":1," + rest + "}", &error) ? std::optional<ProjectError::Code>()
                                                                              : std::optional(error.code);
        };
        const auto many = [](const QByteArray &item, int count) {
            QByteArrayList list;
            list.fill(item, count);
            return "[" + list.join(',') + "]";
        };
        const std::optional limit(ProjectError::Code::LimitReached);
        const QByteArray message("{\"name\":\"a\"}");
        QCOMPARE(codeOf("\"messages\":" + many(message, ProjectItems::maximumItems)), std::nullopt);
        QCOMPARE(codeOf("\"messages\":" + many(message, ProjectItems::maximumItems + 1)), limit);
        QCOMPARE(codeOf("\"sockets\":" + many("{\"listen\":\"*:0\"}", Project::maximumSockets + 1)), limit);
        QCOMPARE(codeOf("\"filters\":" + many("{}", Project::maximumFilters + 1)), limit);
        QCOMPARE(codeOf("\"columns\":" + many("{}", Project::maximumColumns + 1)), limit);
        QCOMPARE(codeOf("\"colours\":{\"rules\":" + many("{}", Project::maximumColours + 1) + "}"), limit);
        const auto nested = [](int depth) {
            return "\"messages\":[" + QByteArray("{\"name\":\"f\",\"items\":[").repeated(depth) +
                   QByteArray("]}").repeated(depth) + "]";
        };
        QCOMPARE(codeOf(nested(ProjectItems::maximumDepth)), std::nullopt);
        QCOMPARE(codeOf(nested(ProjectItems::maximumDepth + 1)), limit);
        QCOMPARE(codeOf(nested(1000)), limit);
        QCOMPARE(codeOf("\"messages\":[{\"name\":\"" + QByteArray(ProjectItems::maximumName + 1, 'n') + "\"}]"), limit);
        QCOMPARE(codeOf("\"x\":\"" + QByteArray(Project::maximumBytes, 'x') + "\""), limit);
    }

    void findsByPath()
    {
        const Project project = read(example);
        ProjectError error;
        QVERIFY(ProjectItems::find(project.items(), u"hello"_s, &error));
        const ProjectItem *item = ProjectItems::find(project.items(), u"login/handshake/later"_s, &error);
        QVERIFY2(item, qPrintable(error.toString()));
        QCOMPARE(item->message.to, u"udp://127.0.0.1:7"_s);
        QVERIFY(!ProjectItems::find(project.items(), u"login/helo"_s, &error));
        QCOMPARE(error.code, ProjectError::Code::NotFound);
        QVERIFY2(error.toString().contains(u"bye, handshake"_s), qPrintable(error.toString()));
        QVERIFY(!ProjectItems::find(project.items(), u"hello/deeper"_s, &error));
        QVERIFY(!ProjectItems::find(project.items(), QString(), &error));
        QList<ProjectItem> twice = project.items();
        twice.append(twice.first());
        QVERIFY(!ProjectItems::find(twice, u"hello"_s, &error));
        QVERIFY(error.what.contains(u"more than one"_s));
    }
};

QTEST_APPLESS_MAIN(TestProject)
#include "test_project.moc"
