#include <QAction>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QPlainTextEdit>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QUdpSocket>

#include <memory>

#include "core/codec/codec.h"
#include "core/project/project.h"
#include "core/protocol/describedcodec.h"
#include "core/protocol/protocoldescription.h"
#include "core/udpsock.h"
#include "support/testmain.h"
#include "ui/inspectorwindow.h"
#include "ui/models/inspection.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/project/projectsession.h"
#include "ui/views/jsoneditdialog.h"

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

    void eachSocketSpeaksWhatItNames()
    {
        InspectorWindow window;
        QJsonObject other = thermo();
        other.insert(u"name"_s, u"other"_s);
        const QString file = write(u"two.sockscope"_s, QJsonArray{thermo(), other});
        QVERIFY(!window.project()->open(file));
        QVERIFY(door(window));
        QTRY_COMPARE(door(window)->snapshot().codec->name(), u"raw"_s); // there are two, and it names none

        QFile text(file);
        QVERIFY(text.open(QIODevice::ReadOnly));
        QByteArray named = text.readAll();
        named.replace("\"codec\": \"raw\"", "\"codec\": \"raw\", \"protocol\": \"other\"");
        const QString second = m_folder->filePath(u"named.sockscope"_s);
        QFile changed(second);
        QVERIFY(changed.open(QIODevice::WriteOnly) && changed.write(named) == named.size());
        changed.close();
        QVERIFY(!window.project()->open(second));
        QTRY_VERIFY(door(window) && door(window)->snapshot().codec &&
                    door(window)->snapshot().codec->name() != u"raw"_s);
    }

    void editingThemReadsTheLogAnew()
    {
        InspectorWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        const QString file = write(u"raw.sockscope"_s, {});
        QVERIFY(!window.project()->open(file));
        SockController *sock = door(window);
        QVERIFY(sock);
        QTRY_VERIFY(sock->snapshot().codec);
        QUdpSocket peer;
        const auto url = SockUrl::fromString(sock->snapshot().url);
        QVERIFY(url);
        peer.writeDatagram(QByteArray("\x01\x2a"), QHostAddress::LocalHost, url->address.port);
        const MessageLogModel *log = window.inspection()->messageLogModel();
        QTRY_COMPARE(log->rowCount(), 1);
        const auto summary = [log] { return log->index(0, MessageLogModel::SummaryColumn).data().toString(); };
        QVERIFY2(!summary().contains(u"level"_s), qPrintable(summary()));

        // What a person writes into the dialog; a mistake keeps it open and says where.
        QTimer person;
        int step = 0;
        connect(&person, &QTimer::timeout, this, [&] {
            auto *dialog = window.findChild<JsonEditDialog *>();
            if (!dialog || !dialog->isVisible())
                return;
            auto *text = dialog->findChild<QPlainTextEdit *>(u"jsonText"_s);
            if (step++ == 0) {
                QVERIFY(text->toPlainText().contains(u"\"example\""_s));
                text->setPlainText(u"{\"name\": \"lamp\",\n \"payload\": \"smoke\"}"_s);
                dialog->accept();
                QVERIFY2(dialog->errorText().contains(u"ine 2"_s), qPrintable(dialog->errorText()));
                return;
            }
            text->setPlainText(u"{\"name\": \"lamp\", \"payload\": \"layout\", \"typeField\": \"kind\","
                               "\"header\": [{\"name\": \"kind\", \"type\": \"u8\"}], \"types\": [{\"name\": "
                               "\"shine\", \"number\": 1, \"fields\": [{\"name\": \"level\", \"type\": \"u8\"}]}]}"_s);
            dialog->accept();
            person.stop();
        });
        person.start(10);
        for (QAction *action : window.findChildren<QAction *>())
            if (action->text().remove(u'&') == u"Message Types…"_s)
                action->trigger();
        QTRY_VERIFY(!person.isActive());
        QTRY_VERIFY2(summary().contains(u"level"_s) && summary().contains(u"42"_s), qPrintable(summary()));
        QVERIFY(window.isWindowModified());
        QVERIFY(window.project()->save());
        QFile saved(file);
        QVERIFY(saved.open(QIODevice::ReadOnly));
        const auto project = Project::fromBytes(saved.readAll());
        QVERIFY(project && project->protocols().size() == 1);
        QCOMPARE(project->protocols().first().name, u"lamp"_s);
    }
};

QTEST_MAIN(TestProjectTypes)
#include "test_projecttypes.moc"
