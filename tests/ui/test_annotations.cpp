#include "ui/models/annotations.h"

#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <numeric>

#include "support/testmain.h"
#include "ui/models/logcolumns.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Kind = Annotations::Kind;

class TestAnnotations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void eachChangeIsToldOnce()
    {
        Annotations notes;
        QSignalSpy changed(&notes, &Annotations::changed);
        QVERIFY(!notes.setMarked(5, true));
        QVERIFY(!notes.setMarked(5, true));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.first().at(0).value<Kind>(), Kind::Mark);
        QCOMPARE(changed.first().at(1).toULongLong(), 5u);
        std::vector<quint64> many(1000);
        std::iota(many.begin(), many.end(), 1);
        QVERIFY(!notes.setAll(Kind::Ignore, many, true));
        QCOMPARE(changed.count(), 2);
        QCOMPARE(notes.ignoredCount(), 1000);
        notes.clearKind(Kind::Comment);
        QCOMPARE(changed.count(), 2);
        notes.clear();
        QCOMPARE(notes.markCount() + notes.ignoredCount(), 0);
    }

    void stepsGoRoundTheEnd()
    {
        Annotations notes;
        QCOMPARE(notes.next(Kind::Comment, 0), 0u);
        QCOMPARE(notes.previous(Kind::Comment, 0), 0u);
        for (const quint64 no : {10u, 20u, 30u})
            QVERIFY(!notes.setComment(no, u"c"_s));
        QCOMPARE(notes.next(Kind::Comment, 0), 10u);
        QCOMPARE(notes.next(Kind::Comment, 10), 20u);
        QCOMPARE(notes.next(Kind::Comment, 30), 10u);
        QCOMPARE(notes.previous(Kind::Comment, 0), 30u);
        QCOMPARE(notes.previous(Kind::Comment, 10), 30u);
        QCOMPARE(notes.previous(Kind::Comment, 25), 20u);
    }

    void limitsSayWhatToDo()
    {
        Annotations notes;
        for (quint64 no = 1; no <= quint64(Annotations::maximumComments); ++no)
            QVERIFY(!notes.setComment(no, u"c"_s));
        const auto full = notes.setComment(99'999, u"one more"_s);
        QVERIFY(full && full->contains(u"10,000"_s) && full->contains(u"remove"_s));
        QVERIFY(!notes.setComment(1, u"changed"_s)); // one that is there may change
        QCOMPARE(notes.comment(1), u"changed"_s);
        const auto longer = notes.setComment(2, QString(Annotations::maximumCommentLength + 1, u'x'));
        QVERIFY(longer && longer->contains(u"2,001"_s));
        QCOMPARE(notes.comment(2), u"c"_s);
        std::vector<quint64> many(size_t(Annotations::maximumMarks) + 1);
        std::iota(many.begin(), many.end(), 1);
        const auto marks = notes.setAll(Kind::Mark, many, true);
        QVERIFY(marks && marks->contains(u"unmark"_s));
        QCOMPARE(notes.markCount(), int(Annotations::maximumMarks));
    }

    void coloursAreSetTakenAwayAndBounded()
    {
        Annotations notes;
        QSignalSpy changed(&notes, &Annotations::changed);
        const RuleColour red = RuleColour::ofName(u"red");
        QVERIFY(!notes.setColour(3, red));
        QVERIFY(!notes.setColour(3, red));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.first().at(0).value<Kind>(), Kind::Colour);
        QCOMPARE(notes.colour(3), red);
        QVERIFY(notes.colour(4).isNone());
        QVERIFY(!notes.setColour(3, {}));
        QCOMPARE(notes.colourCount(), 0);
        std::vector<quint64> many(size_t(Annotations::maximumColours) + 1);
        std::iota(many.begin(), many.end(), 1);
        const auto full = notes.setColours(many, red);
        QVERIFY(full && full->contains(u"colour rule"_s));
        QCOMPARE(notes.colourCount(), int(Annotations::maximumColours));
        QVERIFY(!notes.setColour(1, RuleColour::ofName(u"blue"))); // one that is there may change
        QCOMPARE(notes.next(Kind::Colour, 1), 2u);
        notes.dropBefore(10);
        QCOMPARE(notes.forgotten(), 9u);
        QVERIFY(notes.colour(9).isNone());
        notes.clearKind(Kind::Colour);
        QCOMPARE(notes.colourCount(), 0);
    }

    void theyLeaveWithTheirMessages()
    {
        Annotations notes;
        notes.setMarked(1, true);
        notes.setMarked(9, true);
        notes.setComment(3, u"c"_s);
        notes.setIgnored(4, true);
        notes.setReference(2, true, 200);
        notes.setReference(8, true, 800);
        QCOMPARE(notes.referenceNs(1), std::nullopt);
        QCOMPARE(notes.referenceNs(7), 200);
        QSignalSpy changed(&notes, &Annotations::changed);
        notes.dropBefore(5);
        QCOMPARE(changed.count(), 4);
        QCOMPARE(notes.forgotten(), 4u);
        QCOMPARE(notes.forgottenMarks(), 1u);
        QCOMPARE(notes.forgottenComments(), 1u);
        QCOMPARE(notes.markCount(), 1);
        QCOMPARE(notes.commentCount(), 0);
        QCOMPARE(notes.referenceNs(7), 200); // times do not jump because their reference left
        QCOMPARE(notes.referenceNs(8), 800);
        notes.setReference(8, false, 0);
        QVERIFY(notes.hasReferences()); // the one that left still counts …
        notes.clearKind(Annotations::Kind::Reference);
        QVERIFY(!notes.hasReferences()); // … until all are unset
        notes.clearKind(Annotations::Kind::Mark);
        QCOMPARE(notes.forgottenMarks(), 0u);
        notes.clear();
        QCOMPARE(notes.referenceNs(8), std::nullopt);
        QCOMPARE(notes.forgotten(), 0u);
    }

    void columnsAreKept()
    {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        LogColumns columns;
        QVERIFY(columns.check(u"  "_s));
        columns.add(u"data.pos.x"_s);
        columns.add(u"data.\"odd key\""_s, u"  two \n words "_s);
        QCOMPARE(columns.at(0).title, u"pos.x"_s);
        QCOMPARE(columns.at(1).title, u"two words"_s);
        QVERIFY(columns.check(u"data.pos.x"_s)->contains(u"already"_s));
        columns.rename(0, {});
        QCOMPARE(columns.at(0).title, u"pos.x"_s);
        columns.save(settings);
        LogColumns again;
        again.load(settings);
        QVERIFY(again == columns);
        // what is not ours is left out
        settings.beginWriteArray(u"logColumns"_s, 1000);
        for (int i = 0; i < 1000; ++i) {
            settings.setArrayIndex(i);
            settings.setValue(u"path"_s, i % 2 ? u"data.f%1"_s.arg(i) : QString(i, u'x'));
        }
        settings.endArray();
        again.load(settings);
        QVERIFY(again.count() <= LogColumns::maximumColumns);
        LogColumns().save(settings);
        again.load(settings);
        QCOMPARE(again.count(), 0);
    }
};

QTEST_GUILESS_MAIN(TestAnnotations)
#include "test_annotations.moc"
