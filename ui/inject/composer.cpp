#include "ui/inject/composer.h"

#include <QCheckBox>
#include <QDateTime>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QSpinBox>
#include <QStringDecoder>
#include <QStringListModel>
#include <QToolButton>

#include <utility>

#include "core/codec/codec.h"
#include "core/tap/sockmonitor.h"
#include "core/types/messagetypes.h"
#include "ui/icons.h"
#include "ui/inject/fieldseditor.h"
#include "ui/inject/peerbox.h"
#include "ui/models/format.h"
#include "ui/models/injecthistory.h"
#include "ui/models/inspection.h"
#include "ui/models/messagetreemodel.h"
#include "ui/models/peermodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/jsonhighlighter.h"
#include "ui/views/stylerole.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {
constexpr int listedPeers = 1000;
constexpr qsizetype liveCheckCharacters = 256 * 1024; // longer texts are checked when they are sent
} // namespace

Composer::Composer(Inspection *inspection, QWidget *parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_saved(new MessageTreeModel(this))
    , m_history(new InjectHistory(this))
{
    build();
    m_stepTimer.setSingleShot(true);
    connect(&m_stepTimer, &QTimer::timeout, this, &Composer::runStep);
    connect(m_inspection, &Inspection::controllerAdded, this, &Composer::fillSockets);
    connect(
        m_inspection, &Inspection::controllerRemoved, this, [this] { fillSockets(); }, Qt::QueuedConnection);
    connect(m_inspection, &Inspection::updated, this, [this] {
        for (int i = 0; i < m_sock->count(); ++i)
            if (const SockController *c = m_inspection->controller(m_sock->itemData(i).toUInt());
                c && c->name() != m_sock->itemText(i))
                m_sock->setItemText(i, c->name());
        if (const SockController *c = controller(); c && c->snapshot().codec != m_codec)
            updateForm();
    });
    connect(m_sock, &QComboBox::currentIndexChanged, this, [this] {
        fillPeers();
        m_peer->setCurrentIndex(0);
        updateForm();
    });
    connect(m_asReceived, &QCheckBox::toggled, this, &Composer::updateForm);
    connect(m_form, &QComboBox::currentIndexChanged, this, &Composer::updateForm);
    connect(m_stage, &QComboBox::currentIndexChanged, this, &Composer::updateForm);
    connect(m_sendAs, &QComboBox::currentIndexChanged, this, &Composer::updateBreakage);
    connect(m_type, &QLineEdit::textChanged, this, [this] {
        updateFields();
        validate();
    });
    connect(m_asFields, &QToolButton::toggled, this, &Composer::updateForm);
    connect(m_fields, &FieldsEditor::changed, this, [this] { m_text->setPlainText(m_fields->json()); });
    connect(m_text, &QPlainTextEdit::textChanged, this, &Composer::validate);
    connect(m_path, &QLineEdit::textChanged, this, &Composer::validate);
    connect(m_peer, &QComboBox::editTextChanged, this, &Composer::validate);
    connect(m_browse, &QToolButton::clicked, this, &Composer::browse);
    connect(m_send, &QPushButton::clicked, this, &Composer::send);
    connect(m_repeat, &QPushButton::clicked, this, [this] { isRepeating() ? stopRepeat() : startRepeat(); });
    fillPeers();
    m_peer->setCurrentIndex(0);
    fillSockets();
    updateForm();
}

SockController *Composer::controller() const
{
    const QVariant id = m_sock->currentData();
    return id.isValid() ? m_inspection->controller(id.toUInt()) : nullptr;
}

PayloadForm Composer::form() const
{
    return static_cast<PayloadForm>(m_form->currentData().toInt());
}

ProjectStage Composer::stage() const
{
    return static_cast<ProjectStage>(m_stage->currentData().toInt());
}

QString Composer::payloadText() const
{
    return form() == PayloadForm::File ? m_path->text() : m_text->toPlainText();
}

QString Composer::errorText() const
{
    return m_error->isHidden() ? QString() : m_error->text();
}

QString Composer::answerText() const
{
    return m_answer->text();
}

void Composer::setTarget(quint32 sockId, const QList<Endpoint> &peers, bool asReceived)
{
    if (const int index = m_sock->findData(sockId); index >= 0)
        m_sock->setCurrentIndex(index);
    m_asReceived->setChecked(asReceived);
    fillPeers();
    QStringList names;
    for (const Endpoint &peer : peers)
        names.append(peer.toString());
    if (names.isEmpty())
        m_peer->setCurrentIndex(0);
    else
        m_peer->setEditText(names.join(u", "_s));
    validate();
}

void Composer::addTarget(quint32 sockId, const Endpoint &peer)
{
    const ProjectMessage chosen = message();
    const bool isMore = m_sock->currentData() == sockId && !chosen.asReceived && !chosen.to.isEmpty();
    if (!isMore)
        return setTarget(sockId, {peer}, false);
    if (!chosen.peers().contains(peer.toString()))
        m_peer->setEditText(chosen.to + u", "_s + peer.toString());
}

void Composer::setForm(PayloadForm form)
{
    m_form->setCurrentIndex(m_form->findData(static_cast<int>(form)));
}

void Composer::setText(const QString &text)
{
    if (form() == PayloadForm::File)
        return m_path->setText(text);
    m_text->setPlainText(text);
    updateFields();
}

void Composer::focusPayload()
{
    (form() == PayloadForm::File ? static_cast<QWidget *>(m_path) : m_text)->setFocus(Qt::ShortcutFocusReason);
}

void Composer::edit(const StoredMessage &stored)
{
    const Endpoint peer = stored.peer();
    setTarget(stored.sock(), peer.isNull() ? QList<Endpoint>() : QList<Endpoint>{peer},
              stored.direction() == Direction::In);
    const SockInfo &info = m_inspection->directory().info(stored.sock());
    m_type->setText(m_inspection->directory().typeLabel(stored.sock(), stored.type()));
    const QByteArray bytes = stored.payload().toByteArray();
    const QString codecName = info.codec ? info.codec->name() : u"raw"_s;
    Message message;
    const bool decodes = info.codec && !info.codec->decode(Bytes(stored.payload()), message);
    if (decodes && codecName != "raw"_L1 && codecName != "text"_L1) {
        if (const auto json = jsonText(message.value.get())) {
            setForm(PayloadForm::Json);
            return setText(*json);
        }
    } else {
        QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
        const QString text = decoder(bytes);
        const QString escaped = escapeText(text);
        // Text only when it says exactly these bytes again.
        if (!decoder.hasError() && parseEscapedText(escaped, nullptr) == bytes) {
            setForm(PayloadForm::Text);
            return setText(escaped);
        }
    }
    setForm(PayloadForm::Hex);
    setText(Format::hex(bytes));
}

void Composer::fillSockets()
{
    const QVariant chosen = m_sock->currentData();
    const QSignalBlocker blocker(m_sock);
    m_sock->clear();
    for (const SockController *c : m_inspection->controllers())
        m_sock->addItem(c->name(), c->sockId());
    m_sock->setCurrentIndex(qMax(chosen.isValid() ? m_sock->findData(chosen) : 0, m_sock->count() ? 0 : -1));
    m_sock->setEnabled(m_sock->count() > 0);
    if (m_sock->currentData() != chosen) {
        fillPeers();
        m_peer->setCurrentIndex(0);
    }
    updateForm();
}

void Composer::fillPeers()
{
    const QString text = m_peer->currentText();
    const int index = m_peer->currentIndex();
    const QSignalBlocker blocker(m_peer);
    m_peer->clear();
    m_peer->addItem(m_asReceived->isChecked() ? tr("choose or write a peer") : tr("all peers"));
    if (const SockController *c = controller()) {
        const QList<Endpoint> peers = m_inspection->peerModel()->peersOf(c->sockId(), listedPeers);
        for (const Endpoint &peer : peers)
            m_peer->addItem(peer.toString());
    }
    if (index > 0 || (index < 0 && !text.isEmpty()))
        m_peer->setEditText(text);
    else if (index == 0 && text != m_peer->itemText(0) && Endpoint::fromString(text.section(u',', 0, 0)))
        m_peer->setEditText(text);
}

void Composer::updateForm()
{
    const PayloadForm chosen = form();
    const bool file = chosen == PayloadForm::File;
    m_path->setVisible(file);
    m_browse->setVisible(file);
    const QString placeholders[] = {
        tr("text, with \\n \\r \\t \\0 \\xHH \\uHHHH and {{counter}}, {{time}}, {{random 1 6}}"),
        tr("a JSON value, as in {\"text\": \"hello\"}"), tr("bytes as they are: 5b 31, 0x5b,0x31 or 5b:31"), QString()};
    m_text->setPlaceholderText(placeholders[static_cast<int>(chosen)]);
    m_text->viewport()->update(); // Qt 6.4 shows the old one until something else paints

    const SockController *c = controller();
    const std::shared_ptr<const Codec> codec = c ? c->snapshot().codec : nullptr;
    const bool newCodec = m_codec != codec;
    if (newCodec)
        m_fieldsType = nullptr; // another description may lie where that one did
    m_codec = codec;
    if (newCodec && FieldsEditor::descriptionOf(codec.get()) && chosen == PayloadForm::Text &&
        m_text->toPlainText().isEmpty())
        return setForm(PayloadForm::Json); // which its messages are written in; this comes here again
    const bool encoded =
        stage() == ProjectStage::Message && (chosen == PayloadForm::Text || chosen == PayloadForm::Json);
    const bool typed = encoded && codec && codec->carriesType();
    m_type->setEnabled(typed);
    m_type->setPlaceholderText(!c                             ? tr("no socket yet")
                               : typed                        ? tr("a number or a name; empty is 0")
                               : encoded                      ? tr("this codec carries no type")
                               : stage() == ProjectStage::Raw ? tr("the bytes go as they are")
                                                              : tr("the type is in the bytes"));
    m_peerLabel->setText(m_asReceived->isChecked() ? tr("Fr&om") : tr("T&o"));
    m_sendAs->setEnabled(!m_asReceived->isChecked() && stage() != ProjectStage::Raw); // which has no frame
    updateBreakage();
    m_highlighter->setActive(chosen == PayloadForm::Json);
    m_send->setText(m_asReceived->isChecked() ? tr("&Receive") : tr("&Send"));
    updateFields();
    if (m_peer->count() > 0)
        fillPeers();
    validate();
}

/// Shows the rows of the type that is written where there is a description of it, else the text.
void Composer::updateFields()
{
    const ProtocolDescription *protocol = form() == PayloadForm::Json && stage() == ProjectStage::Message
                                              ? FieldsEditor::descriptionOf(m_codec.get())
                                              : nullptr;
    const TypeDescription *type = nullptr;
    if (protocol) {
        const QString text = m_type->text().trimmed();
        bool isNumber = false;
        const qint64 number = text.toLongLong(&isNumber, 0);
        type = protocol->type(QStringView(text));
        if (!type && (isNumber || text.isEmpty()))
            type = protocol->type(MessageType(number));
        if (!type && !protocol->fixedType.isEmpty())
            type = protocol->type(QStringView(protocol->fixedType));
    }
    QStringList names;
    if (protocol) {
        for (const TypeDescription &one : protocol->types)
            names.append(one.name);
        m_type->setPlaceholderText(tr("one of %1").arg(names.join(u", "_s)));
    }
    if (names != m_typeNames->stringList())
        m_typeNames->setStringList(names);
    m_asFields->setVisible(protocol != nullptr);
    m_asFields->setEnabled(type != nullptr);
    if (const bool isOther = std::exchange(m_fieldsType, type) != type; isOther || !type)
        m_fields->setType(protocol, type);
    // A text that no row can show is not hidden behind rows.
    const bool asFields = type && m_asFields->isChecked() && m_fields->setJson(m_text->toPlainText());
    if (asFields && m_text->toPlainText().trimmed().isEmpty())
        m_text->setPlainText(m_fields->json()); // all defaults are a message, too
    m_fieldsArea->setVisible(asFields);
    m_text->setVisible(!asFields && form() != PayloadForm::File);
}

/// The number that belongs to the way in which a frame is broken.
void Composer::updateBreakage()
{
    struct Number
    {
        QString says;
        QString suffix;
        int least;
        int most;
        int value;
    };
    const auto numberOf = [](const QString &way) -> std::optional<Number> {
        if (way == "length"_L1)
            return Number{tr("So many more bytes than there are, or fewer, says its length"), tr(" bytes"), -65'536,
                          65'536, 1};
        if (way == "cut"_L1)
            return Number{tr("Only so many bytes of the frame go"), tr(" bytes"), 0, 1'000'000, 1};
        if (way == "pause"_L1)
            return Number{tr("So long a pause in the middle of the frame"), tr(" ms"), 1, 3'600'000, 1000};
        if (way == "bytes"_L1)
            return Number{tr("So long between two bytes"), tr(" ms"), 1, 60'000, 10};
        return std::nullopt;
    };
    const QString way = m_sendAs->currentData().toString();
    const auto number = numberOf(way);
    m_breakBy->setEnabled(m_sendAs->isEnabled() && number);
    if (const QVariant shown = m_breakBy->property("way"); shown.isValid() && shown.toString() == way)
        return;
    m_breakBy->setProperty("way", way);
    m_breakBy->setRange(number ? number->least : 0, number ? number->most : 0);
    m_breakBy->setValue(number ? number->value : 0);
    m_breakBy->setPrefix(number && way == "length"_L1 ? tr("by ") : QString());
    m_breakBy->setSuffix(number ? number->suffix : QString());
    m_breakBy->setSpecialValueText(number ? QString() : u" "_s); // nothing to say
    m_breakBy->setAccessibleName(number ? number->says : tr("Nothing is broken"));
    m_breakBy->setToolTip(m_breakBy->accessibleName());
}

void Composer::validate()
{
    const bool untouched = payloadText().isEmpty();
    m_error->hide();
    JsonHighlighter::underline(m_text, -1);
    m_size->clear();
    m_send->setEnabled(controller() != nullptr);
    m_repeat->setEnabled(controller() != nullptr || isRepeating());
    if (payloadText().size() > liveCheckCharacters)
        return m_size->setText(tr("checked when sent"));
    PayloadError error;
    const SockController *c = controller();
    ComposeContext values = m_values; // what is looked at counts nothing
    if (const auto to = targets(message(), &error))
        values.peer = to->front().value_or(Endpoint());
    const auto composed = compose(message(), c ? c->snapshot() : SockSnapshot(), values, &error);
    if (composed)
        m_size->setText(tr("%1 bytes").arg(Format::count(qint64(composed->payload.size()))));
    else if (!untouched || !m_type->text().isEmpty())
        showError(error);
}

void Composer::showError(const PayloadError &error)
{
    JsonHighlighter::underline(m_text, error.position);
    m_error->setText(error.position < 0 ? error.text : tr("Character %1: %2").arg(error.position + 1).arg(error.text));
    m_error->setAccessibleName(m_error->text());
    m_error->show();
}

void Composer::showAnswer(const QString &text, bool failed)
{
    m_answer->setText(text);
    m_answer->setAccessibleName(text);
    m_answer->setVisible(!text.isEmpty());
    setRole(m_answer, failed ? u"error"_s : u"secondary"_s);
}

void Composer::browse()
{
    const QString path = QFileDialog::getOpenFileName(this, tr("Choose a File as Payload"), m_path->text());
    if (!path.isEmpty())
        m_path->setText(path);
}

void Composer::loadSettings(const QSettings &settings)
{
    m_saved->load(settings);
    m_interval->setValue(settings.value("inject/interval"_L1, 1000).toInt());
    m_count->setValue(settings.value("inject/count"_L1, 10).toInt());
    m_jitter->setValue(settings.value("inject/jitter"_L1, 0).toInt());
    m_burst->setValue(settings.value("inject/burst"_L1, 1).toInt());
    m_rate->setValue(settings.value("inject/rate"_L1, 0).toInt());
    setForm(static_cast<PayloadForm>(qBound(0, settings.value("inject/form"_L1).toInt(), 3)));
}

void Composer::saveSettings(QSettings &settings) const
{
    m_saved->save(settings);
    settings.setValue("inject/interval"_L1, m_interval->value());
    settings.setValue("inject/count"_L1, m_count->value());
    settings.setValue("inject/jitter"_L1, m_jitter->value());
    settings.setValue("inject/burst"_L1, m_burst->value());
    settings.setValue("inject/rate"_L1, m_rate->value());
    settings.setValue("inject/form"_L1, static_cast<int>(form()));
}

} // namespace SockScope
