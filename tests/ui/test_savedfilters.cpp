#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/filter/filter.h"
#include "support/testmain.h"
#include "ui/models/filterhistory.h"
#include "ui/models/savedfilters.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestSavedFilters : public QObject
{
    Q_OBJECT

private:
    static QStringList names(const SavedFilters &filters)
    {
        QStringList result;
        for (const SavedFilter &filter : filters.filters())
            result.append(filter.name);
        return result;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void addRenameMoveRemove()
    {
        SavedFilters filters;
        QSignalSpy changed(&filters, &SavedFilters::changed);
        QVERIFY(!filters.add(u" errors "_s, u" error "_s));
        QVERIFY(!filters.add(u"big"_s, u"size > 100"_s));
        QVERIFY(!filters.add(u"moves"_s, u"type == move"_s));
        QCOMPARE(filters.filters().first(), (SavedFilter{u"errors"_s, u"error"_s}));
        QVERIFY(filters.add(u"big"_s, u"size > 1"_s)->contains(u"already"_s));
        QVERIFY(filters.add(u" "_s, u"size > 1"_s)->contains(u"needs a name"_s));
        QVERIFY(filters.add(u"x"_s, u" "_s)->contains(u"no filter to save"_s));
        QVERIFY(filters.add(QString(SavedFilters::maximumName + 1, u'n'), u"error"_s)->contains(u"longer"_s));
        QVERIFY(filters.rename(0, u"big"_s));
        QVERIFY(!filters.rename(0, u"errors"_s)); // its own name is no clash
        QVERIFY(!filters.rename(0, u"bad"_s));
        filters.move(0, 2);
        QCOMPARE(names(filters), (QStringList{u"big"_s, u"moves"_s, u"bad"_s}));
        filters.move(0, 9);
        filters.removeAt(7);
        filters.removeAt(1);
        QCOMPARE(names(filters), (QStringList{u"big"_s, u"bad"_s}));
        filters.setText(1, u"error || unhandled"_s);
        QCOMPARE(filters.filters().at(1).text, u"error || unhandled"_s);
        QCOMPARE(changed.count(), 8);
    }

    void thereIsALimitAndItIsSaid()
    {
        SavedFilters filters;
        for (int i = 0; i < SavedFilters::maximum; ++i)
            QVERIFY(!filters.add(filters.suggestedName(u"error"_s), u"error"_s));
        QCOMPARE(filters.filters().at(1).name, u"error 2"_s);
        QVERIFY(filters.add(u"one more"_s, u"error"_s)->contains(u"50"_s));
        QCOMPARE(filters.filters().size(), SavedFilters::maximum);
    }

    void settingsRoundTrip()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        SavedFilters filters;
        QVERIFY(!filters.add(u"quoted \"ü\""_s, u"text contains \"a, b; c\""_s));
        QVERIFY(!filters.add(u"second"_s, u"error"_s));
        filters.save(settings);
        settings.sync();
        SavedFilters other;
        other.load(QSettings(folder.filePath(u"s.ini"_s), QSettings::IniFormat));
        QCOMPARE(other.filters(), filters.filters());
        settings.setValue(u"filters/saved"_s,
                          uR"([{"name":"a","filter":"error"},{"name":"a","filter":"x"},{"name":""},7])"_s);
        other.load(settings);
        QCOMPARE(names(other), QStringList{u"a"_s});
        settings.setValue(u"filters/saved"_s, u"rubbish"_s);
        other.load(settings);
        QVERIFY(other.filters().isEmpty());
    }

    void historyKeepsTheNewestOnce()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        FilterHistory history(u"filters/history"_s);
        for (int i = 0; i < 40; ++i)
            history.add(u"size > %1"_s.arg(i));
        QCOMPARE(history.texts().size(), FilterHistory::maximum);
        history.add(u" size > 20 "_s);
        history.add(u"  "_s);
        history.add(QString(Filter::maximumLength + 1, u'x'));
        QCOMPARE(history.texts().size(), FilterHistory::maximum);
        QCOMPARE(history.texts().first(), u"size > 20"_s);
        QCOMPARE(history.texts().count(u"size > 20"_s), 1);
        history.save(settings);
        settings.sync();
        FilterHistory other(u"filters/history"_s);
        other.load(QSettings(folder.filePath(u"s.ini"_s), QSettings::IniFormat));
        QCOMPARE(other.texts(), history.texts());
        other.clear();
        QVERIFY(other.texts().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSavedFilters)
#include "test_savedfilters.moc"
