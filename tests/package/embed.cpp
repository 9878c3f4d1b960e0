#include <QApplication>
#include <core/udpsock.h>
#include <ui/inspectorwindow.h>

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    SockScope::SockOptions options;
    options.bind = SockScope::HostPort{QStringLiteral("127.0.0.1"), 0}; // any free port
    SockScope::UdpSock sock(options);
    sock.addHandler(0, &app, [&sock](const SockScope::Envelope &envelope) {
        sock.sendMessage(0, envelope.message.data(), envelope.peer); // an echo
    });
    sock.start();
    SockScope::InspectorWindow window(&sock);
    window.show();
    return app.exec();
}
