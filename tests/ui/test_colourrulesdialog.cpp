#include <QAction>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

#include "support/testmain.h"
#include "ui/theme.h"
#include "ui/views/colourchoice.h"
#include "ui/views/colourrulesdialog.h"
#include "ui/views/filteredit.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestColourRulesDialog : public QObject
{
    Q_OBJECT

private:
    static QStringList names(const ColourRulesDialog &dialog)
    {
        QStringList result;
        for (const ColourRule &rule : dialog.list())
            result.append(rule.name());
        return result;
    }
    static void trigger(const ColourRulesDialog &dialog, const QString &text)
    {
        for (QToolButton *button : dialog.findChildren<QToolButton *>())
            if (button->accessibleName() == text)
                return QTest::mouseClick(button, Qt::LeftButton);
        QFAIL(qPrintable(text));
    }
    static void give(ColourRules &rules)
    {
        rules.setRules({{u"a"_s, u"error"_s, RuleColour::ofName(u"red")},
                        {u"b"_s, u"size > 10"_s, RuleColour::ofName(u"green")},
                        {u"c"_s, u"dir == out"_s, {}}});
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        Theme::instance()->setMode(Theme::Mode::Light);
    }

    void rowsLookAsTheirMessagesWill()
    {
        ColourRules rules;
        give(rules);
        ColourRulesDialog dialog(&rules);
        QCOMPARE(dialog.tree()->topLevelItemCount(), 3);
        QCOMPARE(dialog.tree()->topLevelItem(0)->background(0).color(),
                 Theme::instance()->ruleGround(RuleColour::ofName(u"red")));
        QCOMPARE(dialog.tree()->topLevelItem(2)->background(0).style(), Qt::NoBrush);
        Theme::instance()->setMode(Theme::Mode::Dark);
        QCOMPARE(dialog.tree()->topLevelItem(0)->background(0).color(),
                 Theme::instance()->ruleGround(RuleColour::ofName(u"red")));
    }

    void aFilterIsJudgedAsItIsTyped()
    {
        ColourRules rules;
        give(rules);
        ColourRulesDialog dialog(&rules);
        dialog.show();
        auto *filter = dialog.findChild<FilterEdit *>(u"ruleFilter"_s);
        QCOMPARE(filter->text(), u"error"_s);
        QCOMPARE(filter->look(), FilterEdit::Look::Valid);
        filter->setFocus();
        filter->selectAll();
        QTest::keyClicks(filter, u"size >"_s);
        QCOMPARE(filter->look(), FilterEdit::Look::Invalid);
        QVERIFY(filter->wrongColumn() >= 0);
        QVERIFY(!filter->accessibleDescription().isEmpty());
        QVERIFY2(!dialog.tree()->topLevelItem(0)->icon(1).isNull(), "the list says so too");
        QTest::keyClicks(filter, u" 5"_s);
        QCOMPARE(filter->look(), FilterEdit::Look::Valid);
        QCOMPARE(filter->wrongColumn(), -1);
        QCOMPARE(dialog.list()[0].filterText(), u"size > 5"_s);
        QVERIFY(dialog.tree()->topLevelItem(0)->icon(1).isNull());
        QCOMPARE(rules.rules()[0].filterText(), u"error"_s); // not before OK or Apply
    }

    void anUnreadableFilterIsRefusedWhereItStands()
    {
        ColourRules rules;
        give(rules);
        ColourRulesDialog dialog(&rules);
        dialog.show();
        auto *filter = dialog.findChild<FilterEdit *>(u"ruleFilter"_s);
        filter->setFocus();
        filter->selectAll();
        QTest::keyClicks(filter, u"((("_s);
        const ColourRules::List before = rules.rules();
        dialog.tree()->setCurrentItem(dialog.tree()->topLevelItem(2));
        auto *ok = dialog.findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok);
        QTest::mouseClick(ok, Qt::LeftButton);
        QVERIFY(dialog.isVisible());
        QVERIFY(rules.rules() == before);
        QCOMPARE(dialog.tree()->indexOfTopLevelItem(dialog.tree()->currentItem()), 0);
        QCOMPARE(filter->text(), u"((("_s);
        QVERIFY2(dialog.message().contains(u"column"_s), qPrintable(dialog.message()));
        // an empty one is no better: it would colour everything
        filter->setFocus();
        filter->selectAll();
        QTest::keyClick(filter, Qt::Key_Delete);
        QVERIFY(!dialog.apply());
        QVERIFY(rules.rules() == before);
        // a rule that is not ticked may wait with what it has
        dialog.tree()->topLevelItem(0)->setCheckState(0, Qt::Unchecked);
        QTest::mouseClick(ok, Qt::LeftButton);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(rules.rules()[0].filterText(), QString());
        QVERIFY(!rules.rules()[0].isActive());
    }

    void addDuplicateMoveRemoveByButtonAndKey()
    {
        ColourRules rules;
        give(rules);
        ColourRulesDialog dialog(&rules);
        dialog.show();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        dialog.tree()->setFocus();
        QTest::keyClick(dialog.tree(), Qt::Key_Down);
        QTest::keyClick(dialog.tree(), Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(names(dialog), (QStringList{u"b"_s, u"a"_s, u"c"_s}));
        trigger(dialog, u"Move the rule down"_s);
        QCOMPARE(names(dialog), (QStringList{u"a"_s, u"b"_s, u"c"_s}));
        trigger(dialog, u"Duplicate the rule"_s);
        QCOMPARE(names(dialog), (QStringList{u"a"_s, u"b"_s, u"b, copy"_s, u"c"_s}));
        trigger(dialog, u"Remove the rule"_s);
        trigger(dialog, u"Add a rule"_s);
        auto *name = dialog.findChild<QLineEdit *>(u"ruleName"_s);
        QVERIFY(name->hasFocus());
        QTest::keyClicks(name, u"new"_s);
        QCOMPARE(names(dialog).count(u"new"_s), 1);
        QTest::keyClick(&dialog, Qt::Key_Delete, Qt::ControlModifier);
        QCOMPARE(names(dialog), (QStringList{u"a"_s, u"b"_s, u"c"_s}));
        for (int i = 0; i < 3; ++i)
            trigger(dialog, u"Remove the rule"_s);
        QVERIFY(dialog.list().empty());
        QVERIFY(!name->isEnabled());
        dialog.apply();
        QVERIFY(rules.rules().empty());
    }

    void spaceTogglesARule()
    {
        ColourRules rules;
        give(rules);
        ColourRulesDialog dialog(&rules);
        dialog.show();
        dialog.tree()->setFocus();
        QTest::keyClick(dialog.tree(), Qt::Key_Space);
        QVERIFY(!dialog.list()[0].isEnabled());
        dialog.apply();
        QVERIFY(!rules.rules()[0].isEnabled());
    }

    void coloursAreChosenByNameOrOnesOwn()
    {
        ColourRules rules;
        give(rules);
        ColourRulesDialog dialog(&rules);
        dialog.show();
        auto *ground = dialog.findChild<ColourChoice *>(u"ruleGround"_s);
        QCOMPARE(ground->box()->currentIndex(), 1 + static_cast<int>(RuleColour::names().indexOf(u"red"_s)));
        ground->box()->setFocus();
        QTest::keyClick(ground->box(), Qt::Key_Down);
        QCOMPARE(dialog.list()[0].ground(), RuleColour::ofName(u"orange"));
        QTest::keyClick(ground->box(), Qt::Key_End);
        QVERIFY(dialog.list()[0].ground().own);
        QTest::keyClick(ground->box(), Qt::Key_Home);
        QVERIFY(dialog.list()[0].ground().isNone());
    }

    void cancelChangesNothing()
    {
        ColourRules rules;
        give(rules);
        const ColourRules::List before = rules.rules();
        ColourRulesDialog dialog(&rules);
        dialog.show();
        trigger(dialog, u"Remove the rule"_s);
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
        QVERIFY(rules.rules() == before);
    }

    void filesComeBackAndBadOnesSayWhy()
    {
        const QTemporaryDir folder;
        ColourRules rules;
        give(rules);
        ColourRulesDialog dialog(&rules);
        dialog.show();
        const QString path = folder.filePath(u"colours.jsonl"_s);
        QVERIFY(!dialog.exportTo(path));
        QTest::mouseClick(dialog.findChild<QDialogButtonBox *>()->button(QDialogButtonBox::RestoreDefaults),
                          Qt::LeftButton);
        QVERIFY(dialog.list() == ColourRules::defaults());
        QVERIFY(!dialog.importFrom(path));
        QVERIFY(dialog.list() == rules.rules());
        QFile file(path);
        QVERIFY(file.open(QIODevice::Append));
        file.write("not a rule\n");
        file.close();
        QVERIFY(dialog.importFrom(path));
        QVERIFY2(dialog.message().contains(u"line 4"_s), qPrintable(dialog.message()));
        QVERIFY(dialog.list() == rules.rules()); // as it was
        QVERIFY(dialog.importFrom(folder.filePath(u"nowhere"_s)));
        QVERIFY(dialog.exportTo(folder.filePath(u"no/such/folder"_s)));
        QVERIFY(dialog.message().contains(u"was not written"_s));
    }
};

QTEST_MAIN(TestColourRulesDialog)
#include "test_colourrulesdialog.moc"
