#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/store/messagebatch.h"
#include "support/testmain.h"
#include "ui/models/colourrules.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestColourRules : public QObject
{
    Q_OBJECT

private:
    static std::unique_ptr<Chunk> chunk()
    {
        MessageBatch batch;
        MessageHead head;
        head.type = MessageType(3);
        head.peer = *Endpoint::fromString(u"127.0.0.1:9000"_s);
        head.sock = 1;
        head.wireBytes = 5;
        batch.add(head, "plain");
        head.direction = Direction::Out;
        head.outcome = Outcome::Sent;
        batch.add(head, "sent");
        head.direction = Direction::In;
        head.outcome = Outcome::Unhandled;
        batch.add(head, "unhandled");
        head.outcome = Outcome::DecodeError;
        batch.add(head, "broken");
        auto chunk = std::make_unique<Chunk>(1);
        qsizetype offset = 0;
        chunk->append(batch, 0, offset);
        return chunk;
    }
    static QString nameFor(const ColourRules &rules, const Chunk &chunk, int index, const FilterContext &context = {})
    {
        const int rule = rules.ruleFor(chunk, index, context);
        return rule < 0 ? QString() : rules.rules()[static_cast<size_t>(rule)].filterText();
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void defaultsCompileAndColour()
    {
        ColourRules rules;
        for (const ColourRule &rule : rules.rules())
            QVERIFY2(!rule.why(),
                     qPrintable(rule.filterText() + u": "_s + (rule.why() ? rule.why()->what : QString())));
        const auto messages = chunk();
        QCOMPARE(nameFor(rules, *messages, 0), QString());
        QCOMPARE(nameFor(rules, *messages, 1), u"dir == out"_s);
        QCOMPARE(nameFor(rules, *messages, 2), u"unhandled"_s);
        QCOMPARE(nameFor(rules, *messages, 3), u"error"_s);
        FilterContext context;
        context.marked = {1, 4};
        QCOMPARE(nameFor(rules, *messages, 0, context), u"marked"_s);
        QCOMPARE(nameFor(rules, *messages, 3, context), u"marked"_s); // the first that holds
    }

    void orderAndSwitchesDecide()
    {
        const auto messages = chunk();
        ColourRules rules;
        QSignalSpy changed(&rules, &ColourRules::changed);
        ColourRules::List list{{u"a"_s, u"size > 1"_s, RuleColour::ofName(u"red")},
                               {u"b"_s, u"dir == out"_s, RuleColour::ofName(u"blue")}};
        rules.setRules(list);
        QCOMPARE(changed.count(), 1);
        rules.setRules(list);
        QCOMPARE(changed.count(), 1); // nothing changed
        QCOMPARE(rules.ruleFor(*messages, 1, {}), 0);
        list[0].setEnabled(false);
        rules.setRules(list);
        QCOMPARE(rules.ruleFor(*messages, 1, {}), 1);
        QCOMPARE(rules.ruleFor(*messages, 0, {}), -1);
        rules.setEnabled(false);
        QCOMPARE(rules.ruleFor(*messages, 1, {}), -1);
        QCOMPARE(changed.count(), 3);
    }

    void aFilterThatCannotBeReadKeepsItsText()
    {
        ColourRule rule(u"bad"_s, u"size > \"abc\""_s, RuleColour::ofName(u"red"));
        QVERIFY(rule.why());
        QVERIFY(!rule.why()->what.isEmpty());
        QVERIFY(rule.isEnabled());
        QVERIFY(!rule.isActive());
        QCOMPARE(rule.filterText(), u"size > \"abc\""_s);
        ColourRules rules;
        rules.setRules({rule});
        QCOMPARE(rules.ruleFor(*chunk(), 0, {}), -1);
        rule.setFilterText(u"size > 1"_s);
        QVERIFY(rule.isActive());
        rule.setFilterText(u"  "_s);
        QVERIFY2(!rule.isActive(), "a rule for everything would hide those below it");
        QVERIFY(!ColourRule().isActive());
    }

    void linesComeBackAsTheyWere()
    {
        ColourRules::List list = ColourRules::defaults();
        list.push_back({u"own \"colours\"\n"_s, u"type == \"ü\""_s, RuleColour::ofRgb(0xabc, 0x102030),
                        RuleColour::ofRgb(0, 0xffffff), false});
        list.push_back({u"bad"_s, u"((("_s, {}});
        const auto back = ColourRules::fromLines(ColourRules::toLines(list));
        QVERIFY(back);
        QVERIFY(*back == list);
        QVERIFY(back->back().why());
    }

    void badLinesAreNamed_data()
    {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<QString>("says");
        QTest::newRow("no JSON") << QByteArray("{\"filter\":\"error\"}\n\nnonsense\n") << u"line 3"_s;
        QTest::newRow("array") << QByteArray("[]") << u"line 1: expected a JSON object"_s;
        QTest::newRow("no filter") << QByteArray("{\"name\":\"x\"}") << u"needs a \"filter\""_s;
        QTest::newRow("colour") << QByteArray("{\"filter\":\"error\",\"ground\":\"reddish\"}") << u"red, orange"_s;
        QTest::newRow("rgb") << QByteArray("{\"filter\":\"error\",\"ground\":\"#12345 #123456\"}")
                             << u"colour is one of"_s;
        QTest::newRow("long") << QByteArray("{\"filter\":\"" + QByteArray(Filter::maximumLength + 1, 'a') + "\"}")
                              << u"longer than"_s;
        QTest::newRow("many") << QByteArray("{\"filter\":\"error\"}\n").repeated(101) << u"line 101: more than 100"_s;
    }
    void badLinesAreNamed()
    {
        QFETCH(QByteArray, lines);
        QFETCH(QString, says);
        QString error;
        QVERIFY(!ColourRules::fromLines(lines, &error));
        QVERIFY2(error.contains(says), qPrintable(error));
    }

    void settingsRoundTrip()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        ColourRules rules;
        rules.save(settings);
        QVERIFY2(!settings.contains(u"colourRules/rules"_s), "defaults are not pinned");
        rules.setRules({{u"mine"_s, u"size > 3"_s, RuleColour::ofName(u"teal")}});
        rules.setEnabled(false);
        rules.save(settings);
        settings.sync();
        ColourRules other;
        other.load(QSettings(folder.filePath(u"s.ini"_s), QSettings::IniFormat));
        QVERIFY(other.rules() == rules.rules());
        QVERIFY(!other.isEnabled());
        settings.setValue(u"colourRules/rules"_s, u"{broken"_s);
        other.load(settings);
        QVERIFY(other.rules() == ColourRules::defaults());
    }

    void thereIsALimit()
    {
        ColourRules rules;
        rules.setRules(ColourRules::List(150, ColourRule(u"x"_s, u"error"_s, {})));
        QCOMPARE(rules.rules().size(), ColourRules::maximum);
        QCOMPARE(ColourRule(QString(1000, u'n'), u"error"_s, {}).name().size(), ColourRule::maximumName);
    }

    void coloursAsText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("none");
        for (const QString &name : RuleColour::names())
            QTest::newRow(qPrintable(name)) << name << false;
        QTest::newRow("own") << u"#00ff01 #123456"_s << false;
        QTest::newRow("none") << QString() << true;
    }
    void coloursAsText()
    {
        QFETCH(QString, text);
        QFETCH(bool, none);
        const RuleColour colour = RuleColour::fromString(text);
        QCOMPARE(colour.isNone(), none);
        QCOMPARE(colour.toString(), text);
    }
};

QTEST_GUILESS_MAIN(TestColourRules)
#include "test_colourrules.moc"
