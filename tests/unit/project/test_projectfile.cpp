#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>

#include "core/project/projectfile.h"
#include "support/testmain.h"

using namespace SockScope;
using namespace Qt::StringLiterals;
using Code = ProjectError::Code;

namespace {

/// Files of this process may not grow beyond some bytes: what a full disk is to a program.
class FullDisk
{
public:
    explicit FullDisk(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit now = m_before;
        now.rlim_cur = bytes;
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk()
    {
        ::setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    FullDisk(const FullDisk &) = delete;
    FullDisk &operator=(const FullDisk &) = delete;

private:
    rlimit m_before{};
    void (*m_handler)(int) = nullptr;
};

} // namespace

class TestProjectFile : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;

    static void put(const QString &path, const QByteArray &bytes)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    static QByteArray get(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("none");
    }
    QStringList files() const { return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden, QDir::Name); }
    static QByteArray good() { return Project().toBytes(); }
    static QByteArray better()
    {
        Project project;
        project.setFilters({{u"a"_s, u"error"_s}});
        return project.toBytes();
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(u"p.sockscope"_s);
    }

    void readsWhatItWrote()
    {
        ProjectError error;
        const auto written = ProjectFile::write(m_path, better(), std::nullopt, false, &error);
        QVERIFY2(written, qPrintable(error.toString()));
        QCOMPARE(get(m_path), better());
        ProjectFile::Stamp stamp;
        const auto read = ProjectFile::read(m_path, &stamp, &error);
        QVERIFY(read);
        QCOMPARE(read->toBytes(), better());
        QCOMPARE(stamp, written->stamp);
        QVERIFY(ProjectFile::write(m_path, good(), stamp, false, &error));
        QCOMPARE(get(m_path), good());
        QCOMPARE(files(), QStringList{u"p.sockscope"_s}); // nothing is left beside it
    }

    void whatCannotBeReadSaysWhy()
    {
        ProjectError error;
        ProjectFile::Stamp stamp;
        QVERIFY(!ProjectFile::read(m_path, &stamp, &error));
        QCOMPARE(error.code, Code::Unreadable);
        QVERIFY(error.what.contains(m_path));
        QVERIFY(!ProjectFile::read(m_folder->path(), &stamp, &error));
        QCOMPARE(error.code, Code::Unreadable);
        put(m_path, better().chopped(5));
        QVERIFY(!ProjectFile::read(m_path, &stamp, &error));
        QCOMPARE(error.code, Code::Damaged);
        QVERIFY(error.line > 1);
    }

    void aDamagedFileIsKept_data()
    {
        QTest::addColumn<QByteArray>("there");
        QTest::newRow("cut off") << better().chopped(10);
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("something else") << QByteArray("not ours\n");
        QTest::newRow("newer") << QByteArray("{\"version\": 7}");
    }
    void aDamagedFileIsKept()
    {
        QFETCH(QByteArray, there);
        put(m_path, there);
        ProjectError error;
        QVERIFY(!ProjectFile::write(m_path, good(), std::nullopt, false, &error));
        QCOMPARE(error.code, Code::WouldReplace);
        QCOMPARE(get(m_path), there);
        const auto written = ProjectFile::write(m_path, good(), std::nullopt, true, &error);
        QVERIFY2(written, qPrintable(error.toString()));
        QCOMPARE(written->keptAs, m_path + u".damaged"_s);
        QCOMPARE(get(written->keptAs), there);
        QCOMPARE(get(m_path), good());
        put(m_path, there); // and again: the first one stays
        const auto again = ProjectFile::write(m_path, good(), written->stamp, true, &error);
        QVERIFY(again);
        QCOMPARE(again->keptAs, m_path + u".damaged2"_s);
        QCOMPARE(get(written->keptAs), there);
    }

    void whatAnotherProgramWroteIsAskedAbout()
    {
        ProjectError error;
        const auto written = ProjectFile::write(m_path, good(), std::nullopt, false, &error);
        QVERIFY(written);
        put(m_path, better());
        QVERIFY(!ProjectFile::write(m_path, good(), written->stamp, false, &error));
        QCOMPARE(error.code, Code::ChangedOnDisk);
        QCOMPARE(get(m_path), better());
        const auto forced = ProjectFile::write(m_path, good(), written->stamp, true, &error);
        QVERIFY(forced);
        QVERIFY(forced->keptAs.isEmpty()); // it was a project: there is nothing to repair
        QVERIFY(QFile::remove(m_path));    // whoever removed it has no other content to lose
        QVERIFY(ProjectFile::write(m_path, good(), forced->stamp, false, &error));
    }

    void aFullDiskLosesNothing()
    {
        ProjectError error;
        const auto written = ProjectFile::write(m_path, good(), std::nullopt, false, &error);
        QVERIFY(written);
        Project large;
        ProjectItem item;
        item.name = u"a"_s;
        item.message.payload = QString(100'000, u'x');
        large.setItems({item});
        {
            const FullDisk full(4096);
            QVERIFY(!ProjectFile::write(m_path, large.toBytes(), written->stamp, false, &error));
        }
        QCOMPARE(error.code, Code::Unwritable);
        QVERIFY(error.what.contains(m_path) && !error.remedy.isEmpty());
        QVERIFY2(!error.what.contains(u"Unknown"_s), qPrintable(error.what));
        QCOMPARE(get(m_path), good());
        {
            const FullDisk full(0); // and so small that it lies in a buffer until the end
            QVERIFY(!ProjectFile::write(m_path, good() + " ", written->stamp, false, &error));
        }
        QCOMPARE(error.code, Code::Unwritable);
        QCOMPARE(get(m_path), good());
        QCOMPARE(files(), QStringList{u"p.sockscope"_s});

        put(m_path, QByteArray(50'000, 'd')); // damaged, and there is no room to keep it
        {
            const FullDisk full(4096);
            QVERIFY(!ProjectFile::write(m_path, good(), std::nullopt, true, &error));
        }
        QCOMPARE(get(m_path), QByteArray(50'000, 'd'));
        QVERIFY(ProjectFile::write(m_path, large.toBytes(), std::nullopt, true, &error));
    }

    void aFolderThatIsGoneOrClosedSaysSo()
    {
        ProjectError error;
        const QString inside = m_folder->filePath(u"gone/p.sockscope"_s);
        QVERIFY(!ProjectFile::write(inside, good(), std::nullopt, false, &error));
        QCOMPARE(error.code, Code::Unwritable);
        QVERIFY(error.what.contains(m_folder->filePath(u"gone"_s)));
        QVERIFY(!ProjectFile::write(m_folder->path(), good(), std::nullopt, false, &error));
        QCOMPARE(error.code, Code::Unwritable);
        QVERIFY(!ProjectFile::write(u"/proc/self/p.sockscope"_s, good(), std::nullopt, false, &error));
        QCOMPARE(error.code, Code::Unwritable);
    }
};

QTEST_APPLESS_MAIN(TestProjectFile)
#include "test_projectfile.moc"
