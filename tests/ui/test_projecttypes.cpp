#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "core/codec/codec.h"
#include "core/protocol/describedcodec.h"
#include "core/protocol/protocoldescription.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/project/projectsession.h"
#include "ui/views/noticebar.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

/// The message types of a project, spoken by the sockets of the window.
class TestProjectTypes : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;

    static QJsonObject thermo()
    {
        QFile file(QStringLiteral(SOCKSCOPE_SOURCE_DIR "/tests/data/thermo.json"));
        return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
    }
    QString write(const QString &name, const QJsonValue &types) const
    {
        const QJsonObject sock{
            {u"name"_s, u"door"_s}, {u"kind"_s, u"udp"_s}, {u"listen"_s, u"127.0.0.1:0"_s}, {u"codec"_s, u"raw"_s}};
        QJsonObject project{{u"version"_s, 1}, {u"sockets"_s, QJsonArray{sock}}};
        if (!types.isNull())
            project.insert(u"types"_s, types);
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(project).toJson()) < 0)
            qFatal("cannot write a test's file");
        return file.fileName();
    }
    static SockController *door(const InspectorWindow &window)
    {
        const auto opened = [&window] {
            const QList<SockController *> all = window.inspection()->controllers();
            return all.size() == 1 && all.first()->isActive();
        };
        return QTest::qWaitFor(opened) ? window.inspection()->controllers().first() : nullptr;
    }

private Q_SLOTS:
    void init()
    {
        SockScope::Test::failOnWarnings();
        m_folder = std::make_unique<QTemporaryDir>();
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->path());
    }

    void theLogKnowsNamesAndFields()
    {
        InspectorWindow window;
        QVERIFY(!window.project()->open(write(u"thermo.sockscope"_s, thermo())));
        SockController *sock = door(window);
        QVERIFY(sock);
        QTRY_VERIFY(sock->snapshot().codec && sock->snapshot().codec->name() != u"raw"_s);
        QVERIFY(!window.isWindowModified());

        const auto description = ProtocolDescription::fromJson(thermo());
        QVERIFY(description);
        SockOptions options;
        options.bind = HostPort{u"127.0.0.1"_s, 0};
        options.codec = makeProtocolCodec(*description, makeCodec(u"raw"));
        options.tickInterval = std::chrono::milliseconds(0);
        UdpSock sensor(options);
        sensor.setMessageTypes(description->messageTypes());
        QVERIFY(!sensor.start());
        const auto url = SockUrl::fromString(sock->snapshot().url);
        QVERIFY(url);
        const Endpoint to = *Endpoint::fromString(url->address.toString());
        QVERIFY(sensor.sendMessage(1, QCborMap{{u"temperature"_s, 21.5}}, to).isOk());
        const MessageLogModel *log = window.inspection()->messageLogModel();
        QTRY_COMPARE(log->rowCount(), 1);
        const StoredMessage stored = log->message(0);
        QTRY_COMPARE(window.inspection()->directory().typeLabel(stored.sock(), stored.type()), u"reading"_s);
        QVERIFY(window.inspection()
                    ->directory()
                    .summary(stored.sock(), stored.payload().toByteArray())
                    .contains(u"temperature"_s));
    }

    void anotherProjectSpeaksItsOwn()
    {
        InspectorWindow window;
        QVERIFY(!window.project()->open(write(u"thermo.sockscope"_s, thermo())));
        QVERIFY(door(window));
        QTRY_VERIFY(door(window)->snapshot().codec && door(window)->snapshot().codec->name() != u"raw"_s);
        // The same socket without the types is opened anew, as what its codec was is not known any more.
        QVERIFY(!window.project()->open(write(u"raw.sockscope"_s, {})));
        QTRY_VERIFY(door(window) && door(window)->snapshot().codec &&
                    door(window)->snapshot().codec->name() == u"raw"_s);
    }

    void whatCannotBeSpokenIsSaid()
    {
        InspectorWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QVERIFY(!window.project()->open(write(u"two.sockscope"_s, QJsonArray{thermo(), thermo()})));
        QVERIFY2(window.noticeBar()->text().contains(u"2 protocols"_s), qPrintable(window.noticeBar()->text()));
        QVERIFY(door(window));
        QCOMPARE(door(window)->spec()->codec, u"raw"_s);
    }
};

QTEST_MAIN(TestProjectTypes)
#include "test_projecttypes.moc"
