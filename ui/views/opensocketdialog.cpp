#include "ui/views/opensocketdialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>

#include "core/codec/codec.h"
#include "core/framing/framing.h"
#include "ui/icons.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString framingHint(const QString &name)
{
    const auto tr = [](const char *text) { return OpenSocketDialog::tr(text); };
    if (name == "datagram"_L1)
        return tr("each datagram is a message");
    if (name == "none"_L1)
        return tr("each read is a message");
    if (name == "varint"_L1)
        return tr("a varint length, then the message");
    if (name == "line"_L1)
        return tr("lines that end with LF");
    if (name == "crlf"_L1)
        return tr("lines that end with CR LF");
    if (name.startsWith("delim:"_L1))
        return tr("messages end with these bytes, as in delim:0a0d");
    if (name.startsWith("fixed:"_L1))
        return tr("messages of this many bytes, as in fixed:64");
    if (name == "slip"_L1)
        return tr("SLIP, RFC 1055");
    if (name == "cobs"_L1)
        return tr("COBS, zero byte between messages");
    if (name.startsWith(u'u'))
        return tr("a length of %1 bits, then the message").arg(name.mid(1, name.startsWith("u8"_L1) ? 1 : 2));
    return {};
}

/// The port of a field; an empty one is 0 where any will do.
std::optional<quint16> portOf(const QLineEdit *field, bool zeroAllowed)
{
    const QString text = field->text().trimmed();
    if (text.isEmpty() && zeroAllowed)
        return quint16(0);
    bool ok = false;
    const uint port = text.toUInt(&ok);
    if (!ok || port > 65535 || (port == 0 && !zeroAllowed))
        return std::nullopt;
    return static_cast<quint16>(port);
}

} // namespace

OpenSocketDialog::OpenSocketDialog(Opener opener, const RecentSockets &recent, QWidget *parent)
    : QDialog(parent)
    , m_opener(std::move(opener))
{
    setWindowTitle(tr("Open Socket"));
    build();
    fillRecent(recent);
    updateFields();
}

void OpenSocketDialog::build()
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(16, 16, 16, 12);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    int row = 0;
    const auto label = [&](const QString &text, QWidget *buddy) {
        auto *widget = new QLabel(text, this);
        widget->setBuddy(buddy);
        buddy->setAccessibleName(QString(text).remove(u'&'));
        grid->addWidget(widget, row, 0);
    };

    m_recent = new QComboBox(this);
    m_recent->setObjectName(u"recent"_s);
    label(tr("&Recent"), m_recent);
    grid->addWidget(m_recent, row++, 1, 1, 3);

    m_name = new QLineEdit(this);
    m_name->setObjectName(u"name"_s);
    m_name->setPlaceholderText(tr("made from the address"));
    m_name->setMaxLength(100);
    label(tr("&Name"), m_name);
    grid->addWidget(m_name, row++, 1, 1, 3);

    m_udp = new QRadioButton(tr("&UDP"), this);
    m_udp->setObjectName(u"udp"_s);
    m_tcp = new QRadioButton(tr("&TCP"), this);
    m_tcp->setObjectName(u"tcp"_s);
    m_udp->setChecked(true);
    auto *kinds = new QHBoxLayout;
    kinds->addWidget(m_udp);
    kinds->addSpacing(12);
    kinds->addWidget(m_tcp);
    kinds->addStretch();
    label(tr("Transport"), m_udp);
    grid->addLayout(kinds, row++, 1, 1, 3);

    addAddressRows(grid, row);
    row += 2;

    m_framing = new QComboBox(this);
    m_framing->setObjectName(u"framing"_s);
    m_framing->setEditable(true);
    m_framing->addItems(framingNames());
    m_framing->addItems({u"delim:0a0d"_s, u"fixed:64"_s});
    m_framingHint = new QLabel(this);
    m_framingHint->setProperty("role", u"secondary"_s);
    label(tr("&Framing"), m_framing);
    grid->addWidget(m_framing, row, 1);
    grid->addWidget(m_framingHint, row++, 2, 1, 2);

    m_codec = new QComboBox(this);
    m_codec->setObjectName(u"codec"_s);
    m_codec->addItems(codecNames());
    auto *codecHint = new QLabel(tr("what a message's bytes mean"), this);
    codecHint->setProperty("role", u"secondary"_s);
    label(tr("C&odec"), m_codec);
    grid->addWidget(m_codec, row, 1);
    grid->addWidget(codecHint, row++, 2, 1, 2);

    m_timeout = new QDoubleSpinBox(this);
    m_timeout->setObjectName(u"timeout"_s);
    m_timeout->setRange(0, 86400);
    m_timeout->setDecimals(1);
    m_timeout->setValue(10);
    m_timeout->setSuffix(tr(" s"));
    m_timeout->setSpecialValueText(tr("never"));
    auto *timeoutHint = new QLabel(tr("a silent peer is forgotten after this"), this);
    timeoutHint->setProperty("role", u"secondary"_s);
    label(tr("Ti&me-out"), m_timeout);
    grid->addWidget(m_timeout, row, 1);
    grid->addWidget(timeoutHint, row++, 2, 1, 2);

    m_tick = new QSpinBox(this);
    m_tick->setObjectName(u"tick"_s);
    m_tick->setRange(0, 3600000);
    m_tick->setValue(250);
    m_tick->setSuffix(tr(" ms"));
    m_tick->setSpecialValueText(tr("none"));
    auto *tickHint = new QLabel(tr("how often the application's tick runs"), this);
    tickHint->setProperty("role", u"secondary"_s);
    label(tr("T&ick"), m_tick);
    grid->addWidget(m_tick, row, 1);
    grid->addWidget(tickHint, row++, 2, 1, 2);

    m_reuse = new QCheckBox(tr("Share the address with other &programs"), this);
    m_reuse->setObjectName(u"reuse"_s);
    m_broadcast = new QCheckBox(tr("&Broadcast"), this);
    m_broadcast->setObjectName(u"broadcast"_s);
    auto *checks = new QHBoxLayout;
    checks->addWidget(m_reuse);
    checks->addSpacing(12);
    checks->addWidget(m_broadcast);
    checks->addStretch();
    grid->addLayout(checks, row++, 1, 1, 3);

    m_errorBox = new QFrame(this);
    m_errorBox->setObjectName(u"errorBox"_s);
    m_errorBox->setProperty("role", u"errorBox"_s);
    auto *errorLayout = new QGridLayout(m_errorBox);
    errorLayout->setContentsMargins(10, 8, 10, 8);
    auto *errorIcon = new QLabel(m_errorBox);
    errorIcon->setPixmap(themeIcon(u"error").pixmap(18, 18));
    m_errorWhat = new QLabel(m_errorBox);
    m_errorWhat->setObjectName(u"errorWhat"_s);
    m_errorWhat->setProperty("role", u"title"_s);
    m_errorRemedy = new QLabel(m_errorBox);
    for (QLabel *text : {m_errorWhat, m_errorRemedy}) {
        text->setWordWrap(true);
        text->setTextFormat(Qt::PlainText);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }
    errorLayout->addWidget(errorIcon, 0, 0, Qt::AlignTop);
    errorLayout->addWidget(m_errorWhat, 0, 1);
    errorLayout->addWidget(m_errorRemedy, 1, 1);
    errorLayout->setColumnStretch(1, 1);
    m_errorBox->hide();
    grid->addWidget(m_errorBox, row++, 0, 1, 4);

    m_buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("Op&en"));
    for (QAbstractButton *button : m_buttons->buttons())
        button->setIcon({}); // the style's own would be the only coloured ones
    grid->setRowMinimumHeight(row, 12);
    grid->setRowStretch(row++, 1);
    grid->addWidget(m_buttons, row, 0, 1, 4);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &OpenSocketDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &OpenSocketDialog::reject);

    connect(m_udp, &QRadioButton::toggled, this, [this] {
        if (!m_framingTouched)
            m_framing->setCurrentText(m_udp->isChecked() ? u"datagram"_s : u"u32"_s);
        updateFields();
    });
    connect(m_framing, &QComboBox::textActivated, this, [this] { m_framingTouched = true; });
    connect(m_framing->lineEdit(), &QLineEdit::textEdited, this, [this] { m_framingTouched = true; });
    connect(m_framing, &QComboBox::currentTextChanged, this, &OpenSocketDialog::updateFields);
    m_framing->setCurrentText(u"datagram"_s);
    setMinimumWidth(540);
    setTabOrder(m_framing, m_codec);
}

void OpenSocketDialog::addAddressRows(QGridLayout *grid, int row)
{
    const auto portField = [this](const QString &objectName, const QString &name) {
        auto *field = new QLineEdit(this);
        field->setObjectName(objectName);
        field->setAccessibleName(name);
        field->setMaxLength(5);
        field->setFixedWidth(field->fontMetrics().horizontalAdvance(u"000000000"_s));
        field->setAlignment(Qt::AlignRight);
        return field;
    };
    m_listen = new QCheckBox(tr("&Listen on"), this);
    m_listen->setObjectName(u"listen"_s);
    m_listen->setChecked(true);
    m_listenHost = new QComboBox(this);
    m_listenHost->setObjectName(u"listenHost"_s);
    m_listenHost->setEditable(true);
    m_listenHost->addItems({u"127.0.0.1"_s, u"::1"_s, u"0.0.0.0"_s, u"*"_s});
    m_listenHost->setItemData(0, tr("this machine only"), Qt::ToolTipRole);
    m_listenHost->setItemData(1, tr("this machine only, IPv6"), Qt::ToolTipRole);
    m_listenHost->setItemData(2, tr("every interface, IPv4"), Qt::ToolTipRole);
    m_listenHost->setItemData(3, tr("every interface, IPv4 and IPv6"), Qt::ToolTipRole);
    m_listenHost->setAccessibleName(tr("Address to listen on"));
    m_listenHost->setToolTip(tr("127.0.0.1 and ::1: this machine only; 0.0.0.0: every IPv4 interface; *: every "
                                "interface"));
    m_listenPort = portField(u"listenPort"_s, tr("Port to listen on"));
    m_listenPort->setText(u"9000"_s);
    m_listenPort->setToolTip(tr("0: the system chooses a free one"));

    m_connect = new QCheckBox(tr("&Connect to"), this);
    m_connect->setObjectName(u"connect"_s);
    m_connectHost = new QLineEdit(this);
    m_connectHost->setObjectName(u"connectHost"_s);
    m_connectHost->setPlaceholderText(tr("host name or address"));
    m_connectHost->setAccessibleName(tr("Host to connect to"));
    m_connectPort = portField(u"connectPort"_s, tr("Port to connect to"));

    int line = row;
    for (const auto &[check, host, port] :
         {std::tuple<QWidget *, QWidget *, QWidget *>{m_listen, m_listenHost, m_listenPort},
          std::tuple<QWidget *, QWidget *, QWidget *>{m_connect, m_connectHost, m_connectPort}}) {
        grid->addWidget(check, line, 0);
        grid->addWidget(host, line, 1);
        auto *portLabel = new QLabel(tr("port"), this);
        portLabel->setProperty("role", u"secondary"_s);
        grid->addWidget(portLabel, line, 2, Qt::AlignRight);
        grid->addWidget(port, line, 3, Qt::AlignLeft);
        ++line;
    }
    connect(m_listen, &QCheckBox::toggled, this, &OpenSocketDialog::updateFields);
    connect(m_connect, &QCheckBox::toggled, this, &OpenSocketDialog::updateFields);
}

void OpenSocketDialog::fillRecent(const RecentSockets &recent)
{
    m_recentSpecs = recent.specs();
    m_recent->addItem(m_recentSpecs.isEmpty() ? tr("none yet") : tr("choose one to fill the fields"));
    for (const SockSpec &spec : std::as_const(m_recentSpecs))
        m_recent->addItem(RecentSockets::label(spec));
    m_recent->setEnabled(!m_recentSpecs.isEmpty());
    connect(m_recent, &QComboBox::activated, this, [this](int index) {
        if (index > 0)
            setSpec(m_recentSpecs.at(index - 1));
    });
}

void OpenSocketDialog::updateFields()
{
    m_listenHost->setEnabled(m_listen->isChecked());
    m_listenPort->setEnabled(m_listen->isChecked());
    m_connectHost->setEnabled(m_connect->isChecked());
    m_connectPort->setEnabled(m_connect->isChecked());
    m_broadcast->setEnabled(m_udp->isChecked());
    m_framingHint->setText(framingHint(m_framing->currentText().trimmed()));
}

void OpenSocketDialog::setSpec(const SockSpec &spec)
{
    hideError();
    m_framingTouched = true;
    m_name->setText(spec.name);
    (spec.kind == TransportKind::Tcp ? m_tcp : m_udp)->setChecked(true);
    m_listen->setChecked(spec.listen.has_value());
    if (spec.listen) {
        m_listenHost->setCurrentText(spec.listen->host.isEmpty() ? u"*"_s : spec.listen->host);
        m_listenPort->setText(QString::number(spec.listen->port));
    }
    m_connect->setChecked(!spec.connectTo.isEmpty());
    if (!spec.connectTo.isEmpty()) {
        m_connectHost->setText(spec.connectTo.first().host);
        m_connectPort->setText(QString::number(spec.connectTo.first().port));
    }
    m_framing->setCurrentText(spec.framingOrDefault());
    m_codec->setCurrentText(spec.codec);
    m_timeout->setValue(static_cast<double>(spec.timeoutMs) / 1000.0);
    m_tick->setValue(static_cast<int>(qBound(qint64(0), spec.tickMs, qint64(3600000))));
    m_reuse->setChecked(spec.reuseAddress);
    m_broadcast->setChecked(spec.broadcast);
    updateFields();
}

std::optional<SockSpec> OpenSocketDialog::spec(SockError *error) const
{
    const auto fail = [error](const QString &what, const QString &remedy) {
        if (error)
            *error = {SockError::Code::InvalidOptions, Stage::Setup, what, remedy, -1, {}};
        return std::nullopt;
    };
    SockSpec spec;
    spec.name = m_name->text().trimmed();
    spec.kind = m_tcp->isChecked() ? TransportKind::Tcp : TransportKind::Udp;
    if (!m_listen->isChecked() && !m_connect->isChecked())
        return fail(tr("the socket would neither listen nor connect"), tr("tick one of the two, or both"));
    if (m_listen->isChecked()) {
        const auto port = portOf(m_listenPort, true);
        if (!port)
            return fail(tr("the port to listen on is not a number from 0 to 65535"),
                        tr("write a port, or 0 to let the system choose a free one"));
        QString host = m_listenHost->currentText().trimmed();
        spec.listen = HostPort{host == "*"_L1 ? QString() : host, *port};
    }
    if (m_connect->isChecked()) {
        const QString host = m_connectHost->text().trimmed();
        if (host.isEmpty())
            return fail(tr("no host to connect to"), tr("write a name or an address, as in localhost or ::1"));
        const auto port = portOf(m_connectPort, false);
        if (!port)
            return fail(tr("the port to connect to is not a number from 1 to 65535"),
                        tr("write the port that the other side listens on"));
        spec.connectTo = {HostPort{host, *port}};
    }
    spec.framing = m_framing->currentText().trimmed();
    spec.codec = m_codec->currentText();
    spec.timeoutMs = qRound64(m_timeout->value() * 1000);
    spec.tickMs = m_tick->value();
    spec.reuseAddress = m_reuse->isChecked();
    spec.broadcast = m_broadcast->isEnabled() && m_broadcast->isChecked();
    if (!spec.toOptions(error))
        return std::nullopt;
    return spec;
}

QString OpenSocketDialog::errorText() const
{
    if (m_errorBox->isHidden())
        return {};
    return m_errorRemedy->text().isEmpty() ? m_errorWhat->text()
                                           : m_errorWhat->text() + u": "_s + m_errorRemedy->text();
}

void OpenSocketDialog::showError(const SockError &error)
{
    m_errorWhat->setText(error.what);
    m_errorRemedy->setText(error.remedy);
    m_errorRemedy->setVisible(!error.remedy.isEmpty());
    m_errorBox->show();
    adjustSize(); // the rows keep their distances
    m_errorBox->setAccessibleName(error.toString());
    using Code = SockError::Code;
    if (error.code == Code::AddressInUse && m_listen->isChecked())
        m_listenPort->setFocus();
    else if (error.code == Code::HostNotFound || error.code == Code::ConnectionRefused)
        (m_connect->isChecked() ? static_cast<QWidget *>(m_connectHost) : m_listenHost)->setFocus();
}

void OpenSocketDialog::hideError()
{
    m_errorBox->hide();
}

void OpenSocketDialog::setOpening(bool opening)
{
    m_opening = opening;
    QPushButton *button = m_buttons->button(QDialogButtonBox::Ok);
    button->setEnabled(!opening);
    button->setText(opening ? tr("Opening…") : tr("Op&en"));
}

void OpenSocketDialog::accept()
{
    if (m_opening)
        return;
    hideError();
    SockError error;
    const auto wanted = spec(&error);
    if (!wanted)
        return showError(error);
    setOpening(true);
    m_opener(*wanted, [self = QPointer<OpenSocketDialog>(this)](const std::optional<SockError> &failed) {
        if (self)
            self->handleAnswer(failed);
    });
}

void OpenSocketDialog::handleAnswer(const std::optional<SockError> &error)
{
    setOpening(false);
    if (error)
        showError(*error);
    else
        QDialog::accept();
}

} // namespace SockScope
