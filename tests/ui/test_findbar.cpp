#include <QCheckBox>
#include <QComboBox>
#include <QMainWindow>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "support/testmain.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/views/filteredit.h"
#include "ui/views/findbar.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestFindBar : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QMainWindow> m_window;
    Inspection *m_inspection = nullptr;
    FindBar *m_bar = nullptr;

    MessageLogModel *log() const { return m_inspection->messageLogModel(); }
    /// The number that the next search answers; 0: none.
    quint64 next(Qt::KeyboardModifiers modifiers = {})
    {
        QSignalSpy found(m_bar, &FindBar::found);
        QTest::keyClick(m_bar->field(), Qt::Key_Return, modifiers);
        if (!QTest::qWaitFor([this] { return !m_bar->isSearching(); }) || found.isEmpty())
            return 0;
        const quint64 no = found.first().first().toULongLong();
        m_bar->setCurrentNo(no);
        return no;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_window = std::make_unique<QMainWindow>();
        m_inspection = new Inspection({}, nullptr, m_window.get());
        m_bar = new FindBar(log(), m_window.get());
        m_window->setCentralWidget(m_bar);
        m_window->resize(900, 200);
        m_window->show();
        MessageBatch batch;
        MessageHead head;
        head.type = MessageType(u"move"_s);
        head.sock = 1;
        for (const QByteArray payload : {"alpha", "Beta", "\x0a\x0b\x0c", "beta two", "gamma"}) {
            head.wireBytes = static_cast<quint32>(payload.size());
            batch.add(head, payload);
        }
        m_inspection->recorder()->submit(std::move(batch));
        while (log()->collect()) {
        }
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_bar->open();
        QVERIFY(m_bar->field()->hasFocus());
    }
    void cleanup() { m_window.reset(); }

    void textIsFoundBothWaysAndRoundTheEnd()
    {
        QTest::keyClicks(m_bar->field(), u"beta"_s);
        QCOMPARE(next(), 2u);
        QCOMPARE(next(), 4u);
        QVERIFY(m_bar->message().isEmpty());
        QCOMPARE(next(), 2u);
        QCOMPARE(m_bar->message(), u"found, round the end"_s);
        QCOMPARE(next(Qt::ShiftModifier), 4u);
        QCOMPARE(m_bar->message(), u"found, round the start"_s);
        m_bar->findChild<QCheckBox *>()->setChecked(true);
        QCOMPARE(next(), 4u); // the only one, round the end
        QVERIFY(m_bar->message().contains(u"round"_s));
    }

    void bytesFiltersAndRegularExpressions()
    {
        m_bar->setKind(FindBar::Kind::Hex);
        QTest::keyClicks(m_bar->field(), u"0b 0c"_s);
        QCOMPARE(next(), 3u);
        m_bar->setKind(FindBar::Kind::Filter);
        m_bar->field()->setText(u"size == 8"_s);
        QCOMPARE(next(), 4u);
        m_bar->setKind(FindBar::Kind::Regex);
        m_bar->field()->setText(u"^GA.*a$"_s);
        QCOMPARE(next(), 5u);
    }

    void whatIsNotThereIsSaid()
    {
        QTest::keyClicks(m_bar->field(), u"delta"_s);
        QCOMPARE(next(), 0u);
        QCOMPARE(m_bar->message(), u"not found"_s);
        QTest::keyClicks(m_bar->field(), u"s"_s);
        QVERIFY2(m_bar->message().isEmpty(), "that was about another text");
    }

    void whatCannotBeReadIsSaidAsItIsTyped()
    {
        m_bar->setKind(FindBar::Kind::Hex);
        QTest::keyClicks(m_bar->field(), u"0g"_s);
        QCOMPARE(m_bar->field()->look(), FilterEdit::Look::Invalid);
        QVERIFY(!m_bar->message().isEmpty());
        m_bar->setKind(FindBar::Kind::Regex);
        m_bar->field()->setText(u"a(b"_s);
        QCOMPARE(m_bar->field()->look(), FilterEdit::Look::Invalid);
        m_bar->setKind(FindBar::Kind::Text);
        QCOMPARE(m_bar->field()->look(), FilterEdit::Look::Valid);
        m_bar->setKind(FindBar::Kind::Filter);
        m_bar->field()->setText(u"size >"_s);
        QVERIFY2(m_bar->message().contains(u"column"_s), qPrintable(m_bar->message()));
        QCOMPARE(next(), 0u);
        QVERIFY(!m_bar->isSearching());
    }

    void expressionsKeepTheirBackslashes()
    {
        FilterError error;
        const auto filter = FindBar::filterFor(FindBar::Kind::Regex, u"\\d\"x"_s, true, &error);
        QVERIFY2(filter, qPrintable(error.what));
        QCOMPARE(filter->text(), u"text matches \"\\d\\\"x\""_s);
        QVERIFY(!FindBar::filterFor(FindBar::Kind::Regex, u"ab\\"_s, false, &error));
        QVERIFY2(error.what.contains(u"regular expression"_s), qPrintable(error.what));
        QCOMPARE(error.column, 3);
    }

    void anyTextCanBeLookedFor()
    {
        for (const QString &text : {u"\"quoted\""_s, u"back\\slash"_s, u"(((("_s, u"a && b"_s, u"ü"_s, u"peer:"_s}) {
            FilterError error;
            for (const bool caseSensitive : {false, true})
                QVERIFY2(FindBar::filterFor(FindBar::Kind::Text, text, caseSensitive, &error),
                         qPrintable(text + u": "_s + error.what));
        }
    }

    void escapeCloses()
    {
        QSignalSpy closed(m_bar, &FindBar::closed);
        QTest::keyClick(m_bar->field(), Qt::Key_Escape);
        QCOMPARE(closed.count(), 1);
        QVERIFY(!m_bar->isVisible());
        m_bar->findNext();
        QVERIFY2(m_bar->isVisible(), "the next of nothing asks what");
    }

    void itRemembers()
    {
        const QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        m_bar->setKind(FindBar::Kind::Regex);
        m_bar->findChild<QCheckBox *>()->setChecked(true);
        m_bar->saveSettings(settings);
        FindBar other(log());
        other.loadSettings(settings);
        QCOMPARE(other.kind(), FindBar::Kind::Regex);
        QVERIFY(other.findChild<QCheckBox *>()->isChecked());
        settings.setValue(u"find/kind"_s, 99);
        other.loadSettings(settings);
        QCOMPARE(other.kind(), FindBar::Kind::Regex);
    }
};

QTEST_MAIN(TestFindBar)
#include "test_findbar.moc"
