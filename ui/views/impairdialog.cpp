#include "ui/views/impairdialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

#include "core/impair/impairtext.h"
#include "core/types/sockerror.h"
#include "ui/icons.h"
#include "ui/models/impairmodel.h"
#include "ui/models/sockcontroller.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"
#include "ui/views/screenfit.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

struct FieldLook
{
    const char *name;
    const char *label;
    const char *example;
};

// In the order of ImpairFields::Field.
constexpr FieldLook looks[ImpairFields::FieldCount] = {
    {"impairPeer", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "&Peer"),
     QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "any, or 10.0.0.5:9000")},
    {"impairType", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "T&ype"),
     QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "any")},
    {"impairFilter", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "Fil&ter"),
     QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "any, or size > 100")},
    {"impairDelay", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "De&lay"), "100ms"},
    {"impairJitter", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "&Jitter ±"), "10ms"},
    {"impairLoss", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "Lo&ss"), "1%"},
    {"impairBurst", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "&in a row"),
     QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "at random")},
    {"impairDuplicate", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "D&uplicate"), "1%"},
    {"impairCorrupt", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "Co&rrupt"), "0.1%"},
    {"impairPlaces", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "&how many"), "1"},
    {"impairReorder", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "Re&order"), "25%"},
    {"impairGap", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "every Nt&h"), "1"},
    {"impairRate", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "Rate li&mit"),
     QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "none, or 10mbit")},
    {"impairLimit", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "&Queue"), "1000"},
    {"impairSeed", QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "S&eed"),
     QT_TRANSLATE_NOOP("SockScope::ImpairDialog", "another one each time")}};

QToolButton *makeButton(QWidget *parent, const QIcon &icon, const QString &name, const QString &text)
{
    auto *button = new QToolButton(parent);
    button->setIcon(icon);
    button->setAutoRaise(true);
    button->setObjectName(name);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

QComboBox *makeChoice(QWidget *parent, const QString &name, const QString &accessibleName, const QStringList &texts)
{
    auto *box = new QComboBox(parent);
    box->setObjectName(name);
    box->setAccessibleName(accessibleName);
    box->addItems(texts);
    return box;
}

} // namespace

ImpairDialog::ImpairDialog(SockController *controller, QWidget *parent)
    : QDialog(parent)
    , m_controller(controller)
    , m_model(new ImpairModel(controller, this))
    , m_table(new DataTable(tr("Impairments"), this))
    , m_add(makeButton(this, themeIcon(u"add"), u"impairAdd"_s, tr("Add an impairment")))
    , m_remove(makeButton(this, themeIcon(u"remove"), u"impairRemove"_s, tr("Remove impairment")))
    , m_up(makeButton(this, themeIcon(u"previous"), u"impairUp"_s, tr("Try earlier")))
    , m_down(makeButton(this, themeIcon(u"next"), u"impairDown"_s, tr("Try later")))
    , m_form(new QWidget(this))
    , m_direction(makeChoice(m_form, u"impairDirection"_s, tr("Direction"), {tr("in and out"), tr("in"), tr("out")}))
    , m_shape(makeChoice(m_form, u"impairShape"_s, tr("Distribution of the jitter"),
                         {tr("uniform"), tr("normal"), tr("pareto")}))
    , m_unit(makeChoice(m_form, u"impairUnit"_s, tr("What changes"), {tr("bits"), tr("bytes")}))
    , m_words(new QLineEdit(m_form))
    , m_error(new QLabel(this))
{
    setObjectName(u"impairDialog"_s);
    setWindowTitle(tr("Impairments of %1").arg(controller->name()));
    m_table->setObjectName(u"impairTable"_s);
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    using C = ImpairModel;
    m_table->setColumns({{C::WordsColumn, 0},
                         {C::AppliedColumn, 9},
                         {C::LostColumn, 7},
                         {C::DelayedColumn, 8},
                         {C::DuplicatedColumn, 7},
                         {C::CorruptedColumn, 9},
                         {C::OvertookColumn, 8.5},
                         {C::FullColumn, 8},
                         {C::WaitingColumn, 7.5}});
    m_table->setMinimumHeight(m_table->fontMetrics().height() * 5);
    m_table->emptyState()->setText(tr("Nothing happens to the messages of this socket.\nAdd an impairment, or one that "
                                      "is like a usual network."));
    m_error->setObjectName(u"impairError"_s);
    m_error->setProperty("role", u"error"_s);
    m_error->setWordWrap(true);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    createButtons();

    auto *top = new QHBoxLayout;
    top->setSpacing(4);
    for (QToolButton *button : {m_add, m_remove, m_up, m_down})
        top->addWidget(button);
    top->addStretch();
    auto *note = new QLabel(tr("The first that applies to a message counts"), this);
    note->setProperty("role", u"secondary"_s);
    top->addWidget(note);
    auto *grid = new QGridLayout(m_form);
    grid->setContentsMargins(0, 0, 0, 0);
    createFields(grid);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (QAbstractButton *button : buttons->buttons())
        if (auto *push = qobject_cast<QPushButton *>(button))
            push->setAutoDefault(false); // Enter is for the fields
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_form);
    layout->addWidget(m_error);
    layout->addWidget(buttons);
    resizeWithinScreen(this, {880, 560});

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ImpairDialog::showSpec);
    connect(controller, &SockController::impairmentsChanged, this, &ImpairDialog::handleChanged);
    connect(controller, &SockController::died, this, &ImpairDialog::updateEnabled);
    connect(controller, &QObject::destroyed, this, &QWidget::close);
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        if (m_controller)
            m_controller->readImpairments();
    });
    m_refresh.start(refreshMs);
    controller->readImpairments();
    m_table->setCurrentIndex(m_model->index(0, 0));
    showSpec();
}

void ImpairDialog::createButtons()
{
    auto *menu = new QMenu(m_add);
    menu->addAction(tr("&Delay 100ms"), this, [this] { add(u"delay 100ms"_s); });
    menu->addAction(tr("&Loss 1%"), this, [this] { add(u"loss 1%"_s); });
    menu->addSeparator();
    const std::pair<QString, QString> titles[] = {{u"wifi"_s, tr("&Wi-Fi")},
                                                  {u"3g"_s, tr("&3G")},
                                                  {u"satellite"_s, tr("&Satellite")},
                                                  {u"lossy-lan"_s, tr("Loss&y LAN")}};
    for (const ImpairPreset &preset : impairPresets()) {
        QString title = preset.name;
        for (const auto &[name, text] : titles)
            if (name == preset.name)
                title = text;
        QAction *action = menu->addAction(title, this, [this, name = preset.name] { add(name); });
        action->setObjectName(u"impairPreset_"_s + preset.name);
        action->setToolTip(preset.words);
    }
    menu->setToolTipsVisible(true);
    m_add->setMenu(menu);
    m_add->setPopupMode(QToolButton::InstantPopup);
    connect(m_remove, &QToolButton::clicked, this, &ImpairDialog::remove);
    connect(m_up, &QToolButton::clicked, this, [this] { move(-1); });
    connect(m_down, &QToolButton::clicked, this, [this] { move(1); });
}

void ImpairDialog::createFields(QGridLayout *grid)
{
    const auto place = [&](QWidget *field, const QString &text, int row, int column) {
        auto *label = new QLabel(text, m_form);
        label->setBuddy(field);
        grid->addWidget(label, row, column);
        grid->addWidget(field, row, column + 1);
    };
    place(m_direction, tr("Dire&ction"), 0, 0);
    place(m_shape, tr("distri&bution"), 2, 4);
    grid->addWidget(m_unit, 4, 5);
    struct Place
    {
        int row;
        int column;
    };
    static constexpr Place places[ImpairFields::FieldCount] = {{0, 2}, {0, 4}, {1, 0}, {2, 0}, {2, 2},
                                                               {3, 0}, {3, 2}, {3, 4}, {4, 0}, {4, 2},
                                                               {5, 0}, {5, 2}, {6, 0}, {6, 2}, {6, 4}};
    for (size_t i = 0; i < m_edits.size(); ++i) {
        auto *edit = new QLineEdit(m_form);
        m_edits[i] = edit;
        edit->setObjectName(QLatin1StringView(looks[i].name));
        edit->setAccessibleName(tr(looks[i].label).remove(u'&'));
        edit->setPlaceholderText(tr(looks[i].example));
        edit->setMaxLength(4000);
        edit->setMinimumWidth(edit->fontMetrics().horizontalAdvance(u'0') * 9);
        place(edit, tr(looks[i].label), places[i].row, places[i].column);
        connect(edit, &QLineEdit::textEdited, this, &ImpairDialog::check);
        connect(edit, &QLineEdit::editingFinished, this, &ImpairDialog::apply);
    }
    grid->addWidget(m_edits[ImpairFields::FilterField], 1, 1, 1, 5);
    m_words->setObjectName(u"impairWords"_s);
    m_words->setAccessibleName(tr("All in netem's words"));
    m_words->setMaxLength(static_cast<int>(maximumImpairCharacters));
    auto *label = new QLabel(tr("In &words"), m_form);
    label->setBuddy(m_words);
    grid->addWidget(label, 7, 0);
    grid->addWidget(m_words, 7, 1, 1, 5);
    for (const int column : {1, 3, 5})
        grid->setColumnStretch(column, 1);
    connect(m_words, &QLineEdit::textEdited, this, [this] { showError({}, nullptr); });
    connect(m_words, &QLineEdit::editingFinished, this, &ImpairDialog::applyWords);
    for (QComboBox *box : {m_direction, m_shape, m_unit})
        connect(box, &QComboBox::activated, this, [this] {
            m_edited = true;
            apply();
        });
}

QString ImpairDialog::errorText() const
{
    return m_error->text();
}

int ImpairDialog::current() const
{
    return m_table->currentIndex().row();
}

ImpairFields ImpairDialog::fields() const
{
    ImpairFields fields;
    fields.inbound = m_direction->currentIndex() != 2;
    fields.outbound = m_direction->currentIndex() != 1;
    fields.jitterShape = static_cast<JitterShape>(m_shape->currentIndex());
    fields.corruptBytes = m_unit->currentIndex() == 1;
    for (size_t i = 0; i < m_edits.size(); ++i)
        fields.texts[i] = m_edits[i]->text();
    return fields;
}

void ImpairDialog::showSpec()
{
    const QScopedValueRollback guard(m_filling, true);
    const int row = current();
    const bool chosen = m_controller && row >= 0 && row < m_controller->impairments().size();
    const ImpairSpec spec = chosen ? m_controller->impairments().at(row) : ImpairSpec();
    const ImpairFields fields = chosen ? ImpairFields::of(spec) : ImpairFields();
    m_direction->setCurrentIndex(fields.inbound == fields.outbound ? 0 : fields.inbound ? 1 : 2);
    m_shape->setCurrentIndex(static_cast<int>(fields.jitterShape));
    m_unit->setCurrentIndex(fields.corruptBytes ? 1 : 0);
    for (size_t i = 0; i < m_edits.size(); ++i)
        m_edits[i]->setText(fields.texts[i]);
    m_words->setText(chosen ? impairText(spec) : QString());
    m_words->setCursorPosition(0);
    m_edited = false;
    showError({}, nullptr);
    updateEnabled();
}

void ImpairDialog::updateEnabled()
{
    const bool alive = m_controller && m_controller->isAlive();
    const int row = current();
    m_add->setEnabled(alive);
    m_form->setEnabled(alive && row >= 0);
    m_remove->setEnabled(alive && row >= 0);
    m_up->setEnabled(alive && row > 0);
    m_down->setEnabled(alive && row >= 0 && row + 1 < m_model->rowCount());
    if (!alive)
        showError(tr("The socket is gone."), nullptr);
}

void ImpairDialog::showError(const QString &text, QWidget *where)
{
    for (QLineEdit *edit : m_form->findChildren<QLineEdit *>()) {
        const bool wrong = edit == where;
        if (edit->property("wrong").toBool() == wrong)
            continue;
        edit->setProperty("wrong", wrong);
        edit->style()->unpolish(edit);
        edit->style()->polish(edit);
    }
    m_error->setText(text);
    m_error->setAccessibleName(text);
}

void ImpairDialog::check()
{
    m_edited = true;
    ImpairFields::Error error;
    if (fields().read(&error))
        return showError({}, nullptr);
    const auto field = static_cast<size_t>(error.field);
    showError(u"%1: %2"_s.arg(tr(looks[field].label).remove(u'&'), error.text), m_edits[field]);
}

void ImpairDialog::apply()
{
    if (m_filling || !m_edited || !m_controller || current() < 0)
        return;
    check();
    const auto spec = fields().read(nullptr);
    if (!spec)
        return;
    m_edited = false;
    QList<ImpairSpec> all = m_controller->impairments();
    if (current() >= all.size() || all.at(current()) == *spec)
        return;
    all[current()] = *spec;
    set(all, current());
}

void ImpairDialog::applyWords()
{
    if (m_filling || !m_controller || current() < 0 || current() >= m_controller->impairments().size())
        return;
    QList<ImpairSpec> all = m_controller->impairments();
    if (m_words->text() == impairText(all.at(current())))
        return;
    ImpairError error;
    const auto spec = parseImpair(m_words->text(), &error);
    if (!spec) {
        showError(tr("In words, %1").arg(error.toString()), m_words);
        m_words->setCursorPosition(error.column);
        return;
    }
    all[current()] = *spec;
    set(all, current());
}

void ImpairDialog::add(const QString &words)
{
    if (!m_controller)
        return;
    QList<ImpairSpec> all = m_controller->impairments();
    all.append(parseImpair(words).value_or(ImpairSpec()));
    set(all, static_cast<int>(all.size()) - 1);
}

void ImpairDialog::remove()
{
    if (!m_controller || current() < 0 || current() >= m_controller->impairments().size())
        return;
    QList<ImpairSpec> all = m_controller->impairments();
    all.removeAt(current());
    set(all, qMin(current(), static_cast<int>(all.size()) - 1));
}

void ImpairDialog::move(int by)
{
    const int to = current() + by;
    if (!m_controller || current() < 0 || to < 0 || to >= m_controller->impairments().size())
        return;
    QList<ImpairSpec> all = m_controller->impairments();
    all.move(current(), to);
    set(all, to);
}

void ImpairDialog::set(const QList<ImpairSpec> &impairments, int row)
{
    m_wantedRow = row;
    m_controller->setImpairments(impairments,
                                 [self = QPointer<ImpairDialog>(this)](const std::optional<SockError> &error) {
                                     if (self && error)
                                         self->handleRefused(*error);
                                     else if (self && self->m_controller)
                                         self->m_controller->readImpairments();
                                 });
}

void ImpairDialog::handleRefused(const SockError &error)
{
    m_wantedRow = -1;
    showError(error.toString(), nullptr);
}

// What a person is typing stays.
void ImpairDialog::handleChanged()
{
    const int row = std::exchange(m_wantedRow, -1);
    if (row >= 0)
        m_table->setCurrentIndex(m_model->index(row, 0));
    if (!m_edited)
        showSpec();
}

void ImpairDialog::done(int result)
{
    apply();
    QDialog::done(result);
}

} // namespace SockScope
