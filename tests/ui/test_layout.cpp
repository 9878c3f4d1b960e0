#include <QDockWidget>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/views/logpanel.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

// Where the panels stand at first, by the size of the window.
class TestLayout : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
    }

    void fitsASmallScreen()
    {
        InspectorWindow window;
        const auto tabs = [&window](const QString &dock) {
            return window.tabifiedDockWidgets(window.findChild<QDockWidget *>(dock)).size();
        };
        window.setWindowState(Qt::WindowNoState);
        window.resize(1600, 1000);
        window.resetLayout();
        QCOMPARE(tabs(u"injectDock"_s), 0);
        window.resize(1280, 770);
        window.resetLayout();
        QCOMPARE(tabs(u"injectDock"_s), 4);
        window.resize(900, 570);
        window.resetLayout();
        QVERIFY(tabs(u"bytesDock"_s) >= 5);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_COMPARE(window.size(), QSize(900, 570));
        QVERIFY(window.logPanel()->height() >= 100);
        // Every panel that is brought forward, too, leaves the window its size.
        for (QDockWidget *dock : window.findChildren<QDockWidget *>()) {
            dock->raise();
            QCoreApplication::processEvents();
            QVERIFY2(window.minimumSizeHint().width() <= 900 && window.minimumSizeHint().height() <= 570,
                     qPrintable(u"%1: %2 x %3"_s.arg(dock->objectName())
                                    .arg(window.minimumSizeHint().width())
                                    .arg(window.minimumSizeHint().height())));
        }
    }
};

QTEST_MAIN(TestLayout)
#include "test_layout.moc"
