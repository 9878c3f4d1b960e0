#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include "support/testmain.h"
#include "ui/models/storagesettings.h"
#include "ui/views/storagedialog.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestStorageDialog : public QObject
{
    Q_OBJECT

private:
    static StoreLimits limitsIn(const QString &folder)
    {
        StoreLimits limits;
        limits.spoolFolder = folder;
        return limits;
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void appliesWhatIsTyped()
    {
        const QTemporaryDir folder;
        std::vector<StoreLimits> applied;
        StorageDialog dialog(
            limitsIn(folder.filePath(u"a/spool"_s)),
            [] {
                StoreStats stats;
                stats.memoryBytes = 96 * StorageSettings::mebibyte;
                stats.stored = 1234;
                return stats;
            },
            [&](const StoreLimits &limits) { applied.push_back(limits); });
        dialog.show();
        auto *memory = dialog.findChild<QSpinBox *>(u"memoryBudget"_s);
        memory->setFocus();
        memory->selectAll();
        QTest::keyClicks(memory, u"256"_s);
        auto *buttons = dialog.findChild<QDialogButtonBox *>();
        QTest::mouseClick(buttons->button(QDialogButtonBox::Apply), Qt::LeftButton);
        QCOMPARE(applied.size(), 1u);
        QCOMPARE(applied[0].memoryBytes, 256 * StorageSettings::mebibyte);
        QCOMPARE(applied[0].spoolFolder, folder.filePath(u"a/spool"_s));
        QVERIFY(QFile::exists(applied[0].spoolFolder));
        QVERIFY(dialog.isVisible());
        QTest::mouseClick(dialog.findChild<QCheckBox *>(u"spool"_s), Qt::LeftButton, {}, QPoint(8, 8));
        QVERIFY(!dialog.findChild<QLineEdit *>(u"spoolFolder"_s)->isEnabled());
        QTest::mouseClick(buttons->button(QDialogButtonBox::Ok), Qt::LeftButton);
        QCOMPARE(applied.size(), 2u);
        QVERIFY(applied[1].spoolFolder.isEmpty());
        QVERIFY(!dialog.isVisible());
    }

    void whatCannotBeIsRefusedWithTheReason()
    {
        const QTemporaryDir folder;
        QFile file(folder.filePath(u"file"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        int applied = 0;
        StorageDialog dialog(
            limitsIn(folder.path()), [] { return StoreStats(); }, [&](const StoreLimits &) { ++applied; });
        dialog.show();
        auto *memory = dialog.findChild<QSpinBox *>(u"memoryBudget"_s);
        auto *path = dialog.findChild<QLineEdit *>(u"spoolFolder"_s);
        memory->setValue(8);
        dialog.accept();
        QVERIFY2(dialog.errorText().contains(u"at least 16 MiB"_s), qPrintable(dialog.errorText()));
        memory->setValue(64);
        dialog.findChild<QSpinBox *>(u"diskBudget"_s)->setValue(3);
        dialog.accept();
        QVERIFY2(dialog.errorText().contains(u"between 64 MiB"_s), qPrintable(dialog.errorText()));
        dialog.findChild<QSpinBox *>(u"diskBudget"_s)->setValue(100);
        path->setText(u"relative/folder"_s);
        dialog.accept();
        QVERIFY(dialog.errorText().contains(u"whole path"_s));
        path->setText(file.fileName());
        dialog.accept();
        QVERIFY(dialog.errorText().contains(u"is a file"_s));
        path->setText(file.fileName() + u"/below"_s);
        dialog.accept();
        QVERIFY(dialog.errorText().contains(u"cannot be made"_s));
        QCOMPARE(applied, 0);
        QVERIFY(dialog.isVisible());
        path->setText(folder.path());
        dialog.accept();
        QCOMPARE(applied, 1);
        QVERIFY(dialog.errorText().isEmpty());
    }

    void theDefaultsLeaveTheDiskItsRoom()
    {
        const StoreLimits limits = StorageSettings::defaults();
        QCOMPARE(limits.memoryBytes, 512 * StorageSettings::mebibyte);
        const auto available = StorageSettings::freeBytes(StorageSettings::defaultFolder());
        QVERIFY(available);
        QVERIFY(limits.spoolFolder.isEmpty() || limits.diskBytes <= *available / 9);
        QVERIFY(limits.diskBytes <= 4096 * StorageSettings::mebibyte);
        QVERIFY(StorageSettings::defaultFolder().endsWith(u"/SockScope/spool"_s));
    }

    void settingsRoundTrip()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        StorageSettings::save(settings, StorageSettings::defaults());
        QVERIFY2(settings.allKeys().isEmpty(), "the defaults are not pinned");
        StoreLimits limits;
        limits.memoryBytes = 100 * StorageSettings::mebibyte;
        limits.diskBytes = 200 * StorageSettings::mebibyte;
        limits.spoolFolder = u"/somewhere"_s;
        StorageSettings::save(settings, limits);
        settings.sync();
        const StoreLimits back = StorageSettings::load(QSettings(folder.filePath(u"s.ini"_s), QSettings::IniFormat));
        QCOMPARE(back.memoryBytes, limits.memoryBytes);
        QCOMPARE(back.diskBytes, limits.diskBytes);
        QCOMPARE(back.spoolFolder, limits.spoolFolder);
        settings.setValue(u"storage/memoryMiB"_s, u"lots"_s);
        settings.setValue(u"storage/diskMiB"_s, -3);
        settings.setValue(u"storage/folder"_s, QString());
        const StoreLimits odd = StorageSettings::load(settings);
        QCOMPARE(odd.memoryBytes, StorageSettings::defaults().memoryBytes);
        QCOMPARE(odd.diskBytes, StorageSettings::defaults().diskBytes);
        QVERIFY2(odd.spoolFolder.isEmpty(), "no spool is a choice too");
    }

    void earlierFoldersAreSearchedToo()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        const QString usual = StorageSettings::defaultFolder();
        QCOMPARE(StorageSettings::foldersToSearch(settings, usual), QStringList{usual});
        StoreLimits limits = StorageSettings::defaults();
        for (int i = 0; i < 12; ++i) {
            limits.spoolFolder = u"/place/%1"_s.arg(i);
            StorageSettings::save(settings, limits);
        }
        const QStringList folders = StorageSettings::foldersToSearch(settings, limits.spoolFolder);
        QCOMPARE(folders.size(), 2 + StorageSettings::maximumEarlierFolders);
        QCOMPARE(folders.mid(0, 3), (QStringList{u"/place/11"_s, usual, u"/place/10"_s}));
        StorageSettings::save(settings, limits); // the same again is no change
        QCOMPARE(StorageSettings::foldersToSearch(settings, limits.spoolFolder), folders);
        limits.spoolFolder.clear();
        StorageSettings::save(settings, limits);
        QCOMPARE(StorageSettings::foldersToSearch(settings, {}).mid(0, 2), (QStringList{usual, u"/place/11"_s}));
    }
};

QTEST_MAIN(TestStorageDialog)
#include "test_storagedialog.moc"
