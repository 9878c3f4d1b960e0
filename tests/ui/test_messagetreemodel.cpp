#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "support/testmain.h"
#include "ui/models/messagetreemodel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestMessageTreeModel : public QObject
{
    Q_OBJECT

private:
    using Kind = ProjectItem::Kind;

    static ProjectItem message(const QString &name, const QString &payload = u"x"_s)
    {
        ProjectItem item;
        item.name = name;
        item.message.payload = payload;
        return item;
    }
    static ProjectItem holding(Kind kind, const QString &name, const QList<ProjectItem> &items)
    {
        ProjectItem item;
        item.kind = kind;
        item.name = name;
        item.items = items;
        return item;
    }
    static ProjectItem wait(qint64 milliseconds)
    {
        ProjectItem item;
        item.kind = Kind::Wait;
        item.waitMs = milliseconds;
        return item;
    }
    /// "a f(b c)" of the names.
    static QString shape(const QList<ProjectItem> &items)
    {
        QStringList words;
        for (const ProjectItem &item : items)
            words += item.name + (item.isContainer() ? u'(' + shape(item.items) + u')' : QString());
        return words.join(u' ');
    }
    static QString shape(const MessageTreeModel &model) { return shape(model.items()); }
    static QList<ProjectItem> some()
    {
        return {message(u"a"_s), holding(Kind::Folder, u"f"_s, {message(u"b"_s), message(u"c"_s)}),
                holding(Kind::Sequence, u"s"_s, {message(u"d"_s), wait(20)})};
    }
    static bool drop(MessageTreeModel &model, const QModelIndex &dragged, const QModelIndex &parent, int row)
    {
        const std::unique_ptr<QMimeData> data(model.mimeData({dragged}));
        return model.canDropMimeData(data.get(), Qt::MoveAction, row, 0, parent) &&
               !model.dropMimeData(data.get(), Qt::MoveAction, row, 0, parent);
    }

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void isAModel()
    {
        MessageTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy changed(&model, &MessageTreeModel::changed);
        model.setItems(some());
        QCOMPARE(model.itemCount(), 7);
        QCOMPARE(model.items(), some());
        const QModelIndex folder = model.index(1, 0);
        QCOMPARE(model.rowCount(folder), 2);
        QCOMPARE(model.index(0, 0, folder).parent(), folder);
        QCOMPARE(model.index(1, 0, model.index(2, 0)).data().toString(), u"wait 20 ms"_s);
        QVERIFY(model.insert(message(u"e"_s), folder, 1).isValid());
        QCOMPARE(shape(model), u"a f(b e c) s(d )"_s);
        model.remove(folder);
        QCOMPARE(shape(model), u"a s(d )"_s);
        QCOMPARE(model.removedName(), u"f"_s);
        QCOMPARE(model.restore().row(), 1);
        QCOMPARE(shape(model), u"a f(b e c) s(d )"_s);
        QCOMPARE(changed.size(), 4);
        QCOMPARE(model.itemCount(), 8);
    }

    void itemsAreDraggedToAnyPlace()
    {
        MessageTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setItems(some());
        QVERIFY(drop(model, model.index(0, 0), model.index(1, 0), -1)); // onto the folder
        QCOMPARE(shape(model), u"f(b c a) s(d )"_s);
        QVERIFY(drop(model, model.index(2, 0, model.index(0, 0)), model.index(0, 0), 0)); // within it
        QCOMPARE(shape(model), u"f(a b c) s(d )"_s);
        QVERIFY(drop(model, model.index(0, 0, model.index(0, 0)), model.index(0, 0), 2));
        QCOMPARE(shape(model), u"f(b a c) s(d )"_s);
        QVERIFY(drop(model, model.index(0, 0), {}, 2)); // the folder behind the sequence
        QCOMPARE(shape(model), u"s(d ) f(b a c)"_s);
        QVERIFY(drop(model, model.index(1, 0, model.index(1, 0)), {}, -1)); // out of it, to the end
        QCOMPARE(shape(model), u"s(d ) f(b c) a"_s);
        QVERIFY(drop(model, model.index(2, 0), {}, 3)); // to where it is
        QCOMPARE(shape(model), u"s(d ) f(b c) a"_s);
    }

    void whatDoesNotFitIsRefused()
    {
        MessageTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setItems({holding(Kind::Folder, u"f"_s, {holding(Kind::Folder, u"g"_s, {})}),
                        holding(Kind::Sequence, u"s"_s, {wait(5)})});
        const QString before = shape(model);
        QSignalSpy refused(&model, &MessageTreeModel::refused);
        const QModelIndex folder = model.index(0, 0);
        const QModelIndex sequence = model.index(1, 0);
        QVERIFY(!drop(model, folder, model.index(0, 0, folder), -1)); // into itself
        QVERIFY(!drop(model, folder, sequence, -1));
        QVERIFY(!drop(model, model.index(0, 0, sequence), {}, -1)); // a wait at the top
        QVERIFY(!model.move(folder, model.index(0, 0, folder), 0));
        QVERIFY(!model.insert(message(u"a/b"_s)).isValid());
        QVERIFY(!model.setData(folder, u"  "_s));
        QVERIFY(!model.setData(folder, QString(201, u'x')));
        QCOMPARE(refused.size(), 4);
        QCOMPARE(shape(model), before);

        QModelIndex deep = folder;
        for (int depth = 1; depth < ProjectItems::maximumDepth; ++depth)
            deep = model.insert(holding(Kind::Folder, u"x"_s, {}), deep);
        QVERIFY(deep.isValid());
        QVERIFY(!model.insert(holding(Kind::Folder, u"x"_s, {}), deep).isValid());
        QVERIFY(refused.last().first().toString().contains(u"16 deep"_s));
    }

    void noMoreThanAFileMayHold()
    {
        MessageTreeModel model;
        model.setItems(QList<ProjectItem>(ProjectItems::maximumItems, message(u"m"_s)));
        QSignalSpy refused(&model, &MessageTreeModel::refused);
        QVERIFY(!model.insert(message(u"one more"_s)).isValid());
        QCOMPARE(refused.size(), 1);
        model.remove(model.index(0, 0));
        QVERIFY(model.insert(message(u"one more"_s)).isValid());
        QVERIFY(!model.restore().isValid());
        QCOMPARE(model.removedName(), u"m"_s);
    }

    void namesAreEditedAndFreeOnesFound()
    {
        MessageTreeModel model;
        model.setItems(some());
        QSignalSpy data(&model, &MessageTreeModel::dataChanged);
        QVERIFY(model.setData(model.index(0, 0), u" hello "_s));
        QCOMPARE(model.index(0, 0).data().toString(), u"hello"_s);
        QCOMPARE(data.size(), 1);
        QCOMPARE(model.freeName(u"hello"_s, {}), u"hello 2"_s);
        QCOMPARE(model.freeName(u"hello"_s, model.index(1, 0)), u"hello"_s);
        ProjectMessage slash;
        slash.payload = u"GET /index"_s;
        QVERIFY(!ProjectItems::refusal(MessageTreeModel::nameOf(slash)));
        QVERIFY(!ProjectItems::refusal(MessageTreeModel::nameOf({})));
    }

    void anotherWindowGetsACopy()
    {
        MessageTreeModel one;
        MessageTreeModel other;
        one.setItems(some());
        const std::unique_ptr<QMimeData> data(one.mimeData({one.index(1, 0)}));
        QVERIFY(other.canDropMimeData(data.get(), Qt::CopyAction, -1, 0, {}));
        QVERIFY(other.dropMimeData(data.get(), Qt::CopyAction, -1, 0, {}));
        QCOMPARE(shape(other), u"f(b c)"_s);
        QCOMPARE(shape(one), shape(some()));
        QMimeData foreign;
        foreign.setText(u"x"_s);
        QVERIFY(!other.canDropMimeData(&foreign, Qt::CopyAction, -1, 0, {}));
    }

    void settingsKeepThem()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        MessageTreeModel model;
        model.setItems(some());
        model.save(settings);
        MessageTreeModel other;
        other.load(settings);
        QCOMPARE(other.items(), some());
        for (const QString &garbage : {u"["_s, u"[{\"form\":99},7,null]"_s, u"\xff"_s}) {
            settings.setValue(u"inject/saved"_s, garbage);
            other.load(settings);
            QCOMPARE(other.itemCount(), 0);
        }
    }

    void onlySoManyRemovalsAreKept()
    {
        MessageTreeModel model;
        model.setItems(QList<ProjectItem>(MessageTreeModel::maximumRemoved + 5, message(u"m"_s)));
        while (model.rowCount() > 0)
            model.remove(model.index(0, 0));
        int restored = 0;
        while (model.restore().isValid())
            ++restored;
        QCOMPARE(restored, int(MessageTreeModel::maximumRemoved));
    }
};

QTEST_MAIN(TestMessageTreeModel)
#include "test_messagetreemodel.moc"
