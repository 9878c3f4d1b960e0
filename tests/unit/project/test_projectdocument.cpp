#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/project/projectdocument.h"
#include "core/time/manualclock.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Code = ProjectError::Code;

class TestProjectDocument : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::shared_ptr<ManualClock> m_clock;
    QString m_side;
    QString m_path;
    QString m_shown; ///< what the window shows: the text of the only filter

    std::unique_ptr<ProjectDocument> makeDocument()
    {
        auto document = std::make_unique<ProjectDocument>(m_side, m_clock);
        document->setCapture([this](Project &project) {
            if (!m_shown.isEmpty())
                project.setFilters({{u"f"_s, m_shown}});
        });
        return document;
    }
    QStringList sideFiles() const { return QDir(m_side).entryList({u"*.autosave"_s}, QDir::Files); }
    static QByteArray get(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        m_clock = std::make_shared<ManualClock>();
        m_side = m_folder->filePath(u"side"_s);
        m_path = m_folder->filePath(u"game.sockscope"_s);
        m_shown.clear();
    }

    void savesAndKnowsWhetherItIsSaved()
    {
        auto document = makeDocument();
        QSignalSpy changed(document.get(), &ProjectDocument::changed);
        QVERIFY(!document->isOpen());
        document->touch(); // nothing is open: nothing to save
        QVERIFY(!document->isModified());
        document->startNew();
        QVERIFY(document->isOpen() && !document->isModified() && document->name().isEmpty());
        m_shown = u"error"_s;
        document->touch();
        document->touch();
        QVERIFY(document->isModified());
        QCOMPARE(changed.size(), 2);
        QVERIFY(!document->saveAs(m_path));
        QVERIFY(!document->isModified());
        QCOMPARE(document->name(), u"game"_s);
        QVERIFY(get(m_path).contains("\"filter\": \"error\""));

        m_shown = u"size > 9"_s;
        document->touch();
        QVERIFY(!document->save());
        QVERIFY(get(m_path).contains("size > 9"));

        auto other = makeDocument();
        QVERIFY(!other->open(m_path));
        QCOMPARE(other->project().filters().first().filter, u"size > 9"_s);
        QCOMPARE(other->path(), m_path);
        other->close();
        QVERIFY(!other->isOpen());
    }

    void anErrorLeavesWhatIsOpen()
    {
        auto document = makeDocument();
        document->startNew();
        m_shown = u"a"_s;
        document->touch();
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"version\":");
        file.close();
        const auto error = document->open(m_path);
        QVERIFY(error);
        QCOMPARE(error->code, Code::Damaged);
        QVERIFY(document->isModified());
        QVERIFY(document->path().isEmpty());

        const auto refused = document->saveAs(m_path);
        QVERIFY(refused);
        QCOMPARE(refused->code, Code::WouldReplace);
        QVERIFY(document->isModified());
        QVERIFY(!document->saveAs(m_path, true));
        QCOMPARE(get(document->keptAs()), QByteArray("{\"version\":"));
        QCOMPARE(document->path(), m_path);
    }

    void anotherProgramsChangeIsAskedAbout()
    {
        auto document = makeDocument();
        document->startNew();
        m_shown = u"a"_s;
        QVERIFY(!document->saveAs(m_path));
        auto other = makeDocument();
        QVERIFY(!other->open(m_path));
        m_shown = u"b"_s;
        QVERIFY(!other->save());
        m_shown = u"c"_s;
        document->touch();
        auto error = document->save();
        QVERIFY(error);
        QCOMPARE(error->code, Code::ChangedOnDisk);
        error = document->saveAs(m_path); // the same name is no other file
        QVERIFY(error);
        QCOMPARE(error->code, Code::ChangedOnDisk);
        QVERIFY(document->isModified());
        QVERIFY(get(m_path).contains("\"b\""));
        QVERIFY(!document->save(true));
        QVERIFY(get(m_path).contains("\"c\""));
    }

    void autosavesWhileChangedOnly()
    {
        auto document = makeDocument();
        document->setAutosave(std::chrono::milliseconds(1000));
        document->startNew();
        m_clock->advanceMs(5000);
        QVERIFY(sideFiles().isEmpty());
        m_shown = u"a"_s;
        document->touch();
        m_clock->advanceMs(999);
        QVERIFY(sideFiles().isEmpty());
        document->touch(); // does not put it off
        m_clock->advanceMs(1);
        QCOMPARE(sideFiles().size(), 1);
        const QString file = QDir(m_side).filePath(sideFiles().first());
        QVERIFY(get(file).contains("\"filter\": \"a\""));
        m_shown = u"b"_s;
        document->touch();
        m_clock->advanceMs(1000);
        QVERIFY(get(file).contains("\"filter\": \"b\""));
        QVERIFY(ProjectAutosave::left(m_side).isEmpty()); // its program still runs
        QVERIFY(!document->saveAs(m_path));
        QVERIFY(sideFiles().isEmpty());
        m_clock->advanceMs(5000);
        QVERIFY(sideFiles().isEmpty());
    }

    void whatIsLeftIsOfferedAgain()
    {
        auto document = makeDocument();
        document->startNew();
        m_shown = u"saved"_s;
        QVERIFY(!document->saveAs(m_path));
        m_shown = u"not saved"_s;
        document->touch();
        document->leave();

        const QList<LeftProject> left = ProjectAutosave::left(m_side);
        QCOMPARE(left.size(), 1);
        QCOMPARE(left.first().path, m_path);
        m_shown.clear();
        auto next = makeDocument();
        QVERIFY(!next->recover(left.first()));
        QVERIFY(next->isModified());
        QCOMPARE(next->path(), m_path);
        QCOMPARE(next->project().filters().first().filter, u"not saved"_s);
        QVERIFY(ProjectAutosave::left(m_side).isEmpty());
        QCOMPARE(sideFiles().size(), 1); // a second crash loses nothing either
        QVERIFY(!next->save());
        QVERIFY(get(m_path).contains("not saved"));
    }

    void aCrashLosesNothing()
    {
        // What a program leaves that ends without a word: the side file, and a lock that nobody holds any more.
        auto document = makeDocument();
        document->startNew();
        m_shown = u"not saved"_s;
        document->touch();
        m_clock->advance(std::chrono::nanoseconds(ProjectDocument::defaultAutosave).count());
        QCOMPARE(sideFiles().size(), 1);
        const QByteArray bytes = get(QDir(m_side).filePath(sideFiles().first()));
        document.reset();
        QVERIFY(sideFiles().isEmpty()); // who ends in order leaves nothing
        for (const QString &name : {u"x.autosave"_s, u"x.autosave.lock"_s}) {
            QFile file(QDir(m_side).filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(name.endsWith(u"lock"_s) ? QByteArray("4194304\nnobody\n\n") : bytes); // above every process id
        }
        const QList<LeftProject> left = ProjectAutosave::left(m_side);
        QCOMPARE(left.size(), 1);
        QVERIFY(left.first().path.isEmpty());
        QVERIFY(left.first().written.isValid());
    }

    void whatWasSavedAfterTheCrashIsAskedAbout()
    {
        auto document = makeDocument();
        document->startNew();
        m_shown = u"saved"_s;
        QVERIFY(!document->saveAs(m_path));
        m_shown = u"not saved"_s;
        document->touch();
        document->leave();
        auto other = makeDocument();
        QVERIFY(!other->open(m_path));
        m_shown = u"somebody else's"_s;
        QVERIFY(!other->save());
        m_shown.clear();
        auto next = makeDocument();
        QVERIFY(!next->recover(ProjectAutosave::left(m_side).first()));
        const auto error = next->save();
        QVERIFY(error);
        QCOMPARE(error->code, Code::ChangedOnDisk);
    }

    void aSideFileThatCannotBeWrittenIsToldOnce()
    {
        QFile file(m_side); // a file where the folder should be
        QVERIFY(file.open(QIODevice::WriteOnly));
        auto document = makeDocument();
        document->setAutosave(std::chrono::milliseconds(1000));
        QSignalSpy failed(document.get(), &ProjectDocument::autosaveFailed);
        document->startNew();
        document->touch();
        m_clock->advanceMs(1000);
        QCOMPARE(failed.size(), 1);
        m_clock->advanceMs(3000);
        QCOMPARE(failed.size(), 1);
        QVERIFY(file.remove());
        m_clock->advanceMs(1000); // it tries again by itself
        QCOMPARE(sideFiles().size(), 1);
    }

    void aDamagedLeftOverStays()
    {
        QVERIFY(QDir().mkpath(m_side));
        QFile file(QDir(m_side).filePath(u"x.autosave"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{}\n{\"version\": 1,");
        file.close();
        const QList<LeftProject> left = ProjectAutosave::left(m_side);
        QCOMPARE(left.size(), 1);
        auto document = makeDocument();
        const auto error = document->recover(left.first());
        QVERIFY(error);
        QCOMPARE(error->code, Code::Damaged);
        QVERIFY(!document->isOpen());
        QVERIFY(file.exists());
        QVERIFY(!ProjectAutosave::discard(left.first()));
        QVERIFY(!file.exists());
    }
};

QTEST_GUILESS_MAIN(TestProjectDocument)
#include "test_projectdocument.moc"
