#include <QDockWidget>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "support/testmain.h"
#include "ui/inspectorwindow.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

// What an application adds to the window: a panel is placed, remembered and listed as the window's own are.
class TestAddPanel : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;

    static QAction *action(const QWidget &window, const QString &text)
    {
        for (QAction *candidate : window.findChildren<QAction *>())
            if (candidate->text().remove(u'&') == text)
                return candidate;
        return nullptr;
    }
    static QDockWidget *addTo(InspectorWindow &window)
    {
        auto *panel = new QLabel(u"rates"_s);
        panel->setFocusPolicy(Qt::TabFocus);
        return window.addPanel(panel, u"Extra"_s, u"extraDock"_s, Qt::BottomDockWidgetArea);
    }
    static void show(InspectorWindow &window)
    {
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
    }

    void isPlacedWhereItWasAsked()
    {
        InspectorWindow window;
        window.resize(1280, 800);
        window.resetLayout();
        QDockWidget *dock = addTo(window);
        show(window);
        QCOMPARE(window.dockWidgetArea(dock), Qt::BottomDockWidgetArea);
        QVERIFY(dock->isVisible());
        const auto *decoded = window.findChild<QDockWidget *>(u"decodedDock"_s);
        QVERIFY(dock->mapTo(&window, QPoint()).y() >= decoded->mapTo(&window, QPoint()).y() + decoded->height());
        QVERIFY(dock->width() > decoded->width());
    }

    void hasAMenuEntryAndAKey()
    {
        InspectorWindow window;
        QDockWidget *dock = addTo(window);
        show(window);
        dock->toggleViewAction()->trigger();
        QVERIFY(!dock->isVisible());
        QAction *go = nullptr;
        for (QAction *candidate : window.findChildren<QAction *>())
            if (candidate->text() == u"Extra"_s && !candidate->shortcut().isEmpty())
                go = candidate;
        QVERIFY(go);
        QCOMPARE(go->shortcut(), QKeySequence(u"Ctrl+Shift+6"_s)); // the window's own take those before
        go->trigger();
        QVERIFY(dock->isVisible());
        QVERIFY(action(window, u"Peers"_s));
    }

    void isRememberedAndReset()
    {
        {
            InspectorWindow window;
            addTo(window)->hide();
            show(window);
            window.close();
        }
        InspectorWindow window;
        QDockWidget *dock = addTo(window);
        show(window);
        QVERIFY(!dock->isVisible());
        window.resetLayout();
        QVERIFY(dock->isVisible());
        QCOMPARE(window.dockWidgetArea(dock), Qt::BottomDockWidgetArea);
    }

    void settingsFromBeforeThePanelPlaceIt()
    {
        {
            InspectorWindow window;
            show(window);
            window.close();
        }
        InspectorWindow window;
        QDockWidget *dock = addTo(window);
        show(window);
        QVERIFY(dock->isVisible());
        QCOMPARE(window.dockWidgetArea(dock), Qt::BottomDockWidgetArea);
    }

    void aboutSaysWhatTheApplicationUses()
    {
        InspectorWindow window;
        window.addAboutText(u"Uses a plot under its own licence."_s);
        show(window);
        action(window, u"About SockScope"_s)->trigger();
        const auto *box = window.findChild<QMessageBox *>();
        QVERIFY(box);
        QVERIFY(box->informativeText().contains(u"Uses a plot under its own licence."_s));
    }
};

QTEST_MAIN(TestAddPanel)
#include "test_addpanel.moc"
