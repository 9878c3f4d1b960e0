// The fields of the composer and where they stand; what they do is in composer.cpp.
#include <QCheckBox>
#include <QCompleter>
#include <QFontDatabase>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStringListModel>
#include <QTabWidget>
#include <QToolButton>

#include "core/compose/sendpace.h"
#include "ui/icons.h"
#include "ui/inject/composer.h"
#include "ui/inject/fieldseditor.h"
#include "ui/inject/historypanel.h"
#include "ui/inject/peerbox.h"
#include "ui/inject/savedpanel.h"
#include "ui/models/messagetreemodel.h"
#include "ui/views/jsonhighlighter.h"

namespace SockScope {

using namespace Qt::StringLiterals;

void Composer::build()
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(8, 8, 8, 8);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(5);
    grid->setColumnStretch(1, 1);
    int row = 0;
    const auto label = [&](const QString &text, QWidget *buddy) {
        auto *widget = new QLabel(text, this);
        widget->setBuddy(buddy);
        grid->addWidget(widget, row, 0);
        return widget;
    };

    m_sock = new QComboBox(this);
    m_sock->setObjectName(u"injectSocket"_s);
    m_sock->setAccessibleName(tr("Socket that sends"));
    m_sock->setPlaceholderText(tr("no socket yet"));
    label(tr("Soc&ket"), m_sock);
    grid->addWidget(m_sock, row++, 1, 1, 2);

    m_peer = new PeerBox([this] { fillPeers(); }, this);
    m_peer->setObjectName(u"injectPeer"_s);
    m_peer->setAccessibleName(tr("Peer, or all peers"));
    m_peer->setToolTip(tr("A peer of the list, or any address and port"));
    m_peerLabel = label(tr("T&o"), m_peer);
    grid->addWidget(m_peer, row++, 1, 1, 2);

    m_asReceived = new QCheckBox(tr("&As if received from this peer"), this);
    m_asReceived->setObjectName(u"injectAsReceived"_s);
    m_asReceived->setToolTip(tr("The message does not go out: it comes in, and its handlers run"));
    grid->addWidget(m_asReceived, row++, 1, 1, 2);

    m_type = new QLineEdit(this);
    m_type->setObjectName(u"injectType"_s);
    m_type->setAccessibleName(tr("Message type"));
    m_typeNames = new QStringListModel(this);
    auto *completer = new QCompleter(m_typeNames, m_type);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_type->setCompleter(completer);
    label(tr("T&ype"), m_type);
    grid->addWidget(m_type, row++, 1, 1, 2);

    m_form = new QComboBox(this);
    m_form->setObjectName(u"injectForm"_s);
    m_form->setAccessibleName(tr("How the payload is written"));
    m_form->addItem(tr("Text"), static_cast<int>(PayloadForm::Text));
    m_form->addItem(tr("JSON"), static_cast<int>(PayloadForm::Json));
    m_form->addItem(tr("Hex"), static_cast<int>(PayloadForm::Hex));
    m_form->addItem(tr("File"), static_cast<int>(PayloadForm::File));
    label(tr("Pay&load"), m_form);
    m_size = new QLabel(this);
    m_size->setProperty("role", u"secondary"_s);
    m_size->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_size->setAccessibleName(tr("Size of the payload"));
    m_asFields = new QToolButton(this);
    m_asFields->setObjectName(u"injectAsFields"_s);
    m_asFields->setText(tr("Fields"));
    m_asFields->setCheckable(true);
    m_asFields->setChecked(true);
    m_asFields->setToolTip(tr("Show the fields of the message type instead of the JSON text"));
    m_stage = new QComboBox(this);
    m_stage->setObjectName(u"injectStage"_s);
    m_stage->setAccessibleName(tr("Stage at which it enters the socket"));
    const auto addStage = [this](const QString &name, ProjectStage stage, const QString &says) {
        m_stage->addItem(name, static_cast<int>(stage));
        m_stage->setItemData(m_stage->count() - 1, says, Qt::ToolTipRole);
    };
    addStage(tr("Message"), ProjectStage::Message, tr("Text and JSON pass the codec, then it is framed"));
    addStage(tr("Frame"), ProjectStage::Frame, tr("What is written is the payload of a frame; no codec touches it"));
    addStage(tr("Raw bytes"), ProjectStage::Raw, tr("What is written is what the wire carries: no codec, no framing"));
    m_stage->setToolTip(tr("Message: through codec and framing. Frame: as a payload. Raw bytes: as the wire has them"));
    auto *formRow = new QHBoxLayout;
    formRow->addWidget(m_form, 1);
    formRow->addWidget(m_stage, 1);
    formRow->addWidget(m_asFields);
    grid->addLayout(formRow, row, 1);
    grid->addWidget(m_size, row++, 2);

    m_text = new QPlainTextEdit(this);
    m_text->setObjectName(u"injectText"_s);
    m_text->setAccessibleName(tr("Payload"));
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setTabChangesFocus(true);
    m_highlighter = new JsonHighlighter(m_text->document());
    m_text->setMinimumHeight(m_text->fontMetrics().height() * 3 + 12);
    // What they would like to have must not count: the panel scrolls only where the least of it has no room.
    m_text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
    m_fields = new FieldsEditor;
    m_fieldsArea = new QScrollArea(this);
    m_fieldsArea->setWidget(m_fields);
    m_fieldsArea->setWidgetResizable(true);
    m_fieldsArea->setFrameShape(QFrame::NoFrame);
    m_fieldsArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_fieldsArea->setMinimumHeight(m_text->minimumHeight());
    m_fieldsArea->hide();
    grid->addWidget(m_text, row, 0, 1, 3);
    grid->addWidget(m_fieldsArea, row, 0, 1, 3);
    grid->setRowStretch(row++, 3);
    m_path = new QLineEdit(this);
    m_path->setObjectName(u"injectPath"_s);
    m_path->setAccessibleName(tr("File whose bytes are the payload"));
    m_path->setPlaceholderText(tr("path of a file, at most 16 MiB"));
    m_browse = new QToolButton(this);
    m_browse->setIcon(themeIcon(u"file"));
    m_browse->setToolTip(tr("Choose a file"));
    m_browse->setAccessibleName(m_browse->toolTip());
    grid->addWidget(m_path, row, 0, 1, 2);
    grid->addWidget(m_browse, row++, 2, Qt::AlignRight);

    m_error = new QLabel(this);
    m_error->setObjectName(u"injectError"_s);
    m_error->setProperty("role", u"error"_s);
    m_answer = new QLabel(this);
    m_answer->setObjectName(u"injectAnswer"_s);
    m_answer->setProperty("role", u"secondary"_s);
    for (QLabel *text : {m_error, m_answer}) {
        text->setWordWrap(true);
        text->setTextFormat(Qt::PlainText);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        // A line is theirs when they say nothing, too: the buttons stay where they are.
        QSizePolicy policy = text->sizePolicy();
        policy.setRetainSizeWhenHidden(true);
        text->setSizePolicy(policy);
        text->setMinimumHeight(text->fontMetrics().height());
        text->hide();
    }
    grid->addWidget(m_error, row++, 0, 1, 3);
    grid->addWidget(buildRepeatRow(), row++, 0, 1, 3);
    grid->addWidget(m_answer, row++, 0, 1, 3);
    grid->addWidget(buildLists(), row, 0, 1, 3);
    grid->setRowStretch(row, 2);
}

QWidget *Composer::buildRepeatRow()
{
    auto *widget = new QWidget(this);
    auto *layout = new QGridLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(5);
    m_send = new QPushButton(themeIcon(u"send"), tr("&Send"), widget);
    m_send->setObjectName(u"injectSend"_s);
    m_send->setToolTip(tr("Send it now (Ctrl+Return)"));
    m_send->setShortcut(QKeySequence(u"Ctrl+Return"_s));
    m_sendAs = new QComboBox(widget);
    m_sendAs->setObjectName(u"injectSendAs"_s);
    m_sendAs->setAccessibleName(tr("Send the frame whole, or broken on purpose"));
    m_sendAs->setToolTip(m_sendAs->accessibleName());
    m_sendAs->setMinimumContentsLength(6);
    m_sendAs->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_sendAs->addItem(tr("as it is"), QString());
    m_sendAs->addItem(tr("wrong length"), u"length"_s);
    m_sendAs->addItem(tr("cut frame"), u"cut"_s);
    m_sendAs->addItem(tr("bad checksum"), u"checksum"_s);
    m_sendAs->addItem(tr("pause inside"), u"pause"_s);
    m_sendAs->addItem(tr("byte by byte"), u"bytes"_s);
    const auto number = [widget](const QString &name, const QString &says, int least, int most, int value) {
        auto *box = new QSpinBox(widget);
        box->setObjectName(name);
        box->setMinimumWidth(40);
        box->setRange(least, most);
        box->setValue(value);
        box->setAccessibleName(says);
        box->setToolTip(says);
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
        box->setProperty("plain", u"true"_s);
        box->setGroupSeparatorShown(true);
        return box;
    };
    m_interval = number(u"injectInterval"_s, tr("Milliseconds between repeats; 0 as fast as the rate allows"), 0,
                        3'600'000, 1000);
    m_interval->setSuffix(tr(" ms"));
    m_jitter = number(u"injectJitter"_s, tr("Jitter: each repeat comes up to so many milliseconds earlier or later"), 0,
                      3'600'000, 0);
    m_jitter->setPrefix(u"± "_s);
    m_jitter->setSuffix(tr(" ms"));
    m_count = number(u"injectCount"_s, tr("How many messages; 0 until Stop"), 0, 1'000'000'000, 10);
    m_count->setPrefix(u"× "_s);
    m_count->setSpecialValueText(tr("× ∞"));
    m_burst = number(u"injectBurst"_s, tr("Burst: so many messages at once, each time"), 1,
                     static_cast<int>(SendPace::maximumBurst), 1);
    m_burst->setSuffix(tr(" at once"));
    m_rate = number(u"injectRate"_s, tr("At most so many messages a second; 0 no limit"), 0,
                    static_cast<int>(SendPace::maximumPerSecond), 0);
    m_rate->setSuffix(tr("/s"));
    m_rate->setSpecialValueText(tr("any rate"));
    m_repeat = new QPushButton(themeIcon(u"resend"), tr("Re&peat"), widget);
    m_repeat->setObjectName(u"injectRepeat"_s);
    m_repeat->setToolTip(tr("Send it again and again, until the count is reached or you stop it"));
    m_breakBy = number(u"injectBreakBy"_s, {}, 0, 0, 0);
    layout->addWidget(m_send, 0, 0);
    layout->addWidget(m_sendAs, 0, 1);
    layout->addWidget(m_breakBy, 0, 2);
    layout->addWidget(m_interval, 1, 0);
    layout->addWidget(m_jitter, 1, 1);
    layout->addWidget(m_count, 1, 2);
    layout->addWidget(m_burst, 2, 0);
    layout->addWidget(m_rate, 2, 1);
    layout->addWidget(m_repeat, 2, 2);
    for (int column = 0; column < 3; ++column)
        layout->setColumnStretch(column, 1);
    return widget;
}

QWidget *Composer::buildLists()
{
    m_lists = new QTabWidget(this);
    m_lists->setObjectName(u"injectLists"_s);
    m_lists->setDocumentMode(true);
    m_lists->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
    m_lists->setMinimumHeight(m_lists->fontMetrics().height() * 8);
    m_savedPanel = new SavedPanel(m_saved, m_lists);
    auto *history = new HistoryPanel(m_history, m_lists);
    m_lists->addTab(m_savedPanel, tr("Saved"));
    m_lists->addTab(history, tr("History"));
    connect(m_savedPanel, &SavedPanel::saveRequested, this, [this](bool withRepeat) { keepMessage({}, withRepeat); });
    connect(m_savedPanel, &SavedPanel::replaceRequested, this, [this](const QModelIndex &index) {
        keepMessage(index, m_saved->itemAt(index).value_or(ProjectItem()).message.repeats());
    });
    connect(m_savedPanel, &SavedPanel::sendRequested, this, &Composer::sendItem);
    const auto take = [this](const ProjectMessage &message) {
        if (const auto why = setMessage(message))
            showAnswer(*why, true);
    };
    connect(m_savedPanel, &SavedPanel::chosen, this, take);
    connect(history, &HistoryPanel::editRequested, this,
            [this, take](const ProjectMessage &message, const QString &breakage) {
                take(message);
                setBreakage(breakage);
                focusPayload();
            });
    connect(history, &HistoryPanel::againRequested, this, &Composer::transmit);
    return m_lists;
}

} // namespace SockScope
