#include "ui/views/colourrulesdialog.h"

#include <QAction>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QStyle>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "core/project/wholefile.h"
#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/views/colourchoice.h"
#include "ui/views/filteredit.h"
#include "ui/views/screenfit.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

void setRole(QLabel *label, const QString &role)
{
    if (label->property("role").toString() == role)
        return;
    label->setProperty("role", role);
    label->style()->unpolish(label);
    label->style()->polish(label);
}

} // namespace

ColourRulesDialog::ColourRulesDialog(ColourRules *rules, QWidget *parent)
    : QDialog(parent)
    , m_rules(rules)
    , m_list(rules->rules())
    , m_enabled(new QCheckBox(tr("&Colour the messages"), this))
    , m_tree(new QTreeWidget(this))
    , m_name(new QLineEdit(this))
    , m_filter(new FilterEdit(this))
    , m_filterState(new QLabel(this))
    , m_ground(new ColourChoice(ColourChoice::Use::Ground, tr("Ground"), this))
    , m_text(new ColourChoice(ColourChoice::Use::Text, tr("Text"), this))
    , m_preview(new QLabel(this))
    , m_message(new QLabel(this))
    , m_buttons(new QDialogButtonBox(this))
{
    setWindowTitle(tr("Colour Rules"));
    build();
    m_enabled->setChecked(rules->isEnabled());
    fillTree(0);
    resizeWithinScreen(this, {640, 560});
}

QToolButton *ColourRulesDialog::addButton(QStringView icon, const QString &text, const QString &key,
                                          void (ColourRulesDialog::*slot)())
{
    auto *action = new QAction(themeIcon(icon), text, this);
    action->setShortcut(QKeySequence(key));
    action->setToolTip(u"%1 (%2)"_s.arg(text, action->shortcut().toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, slot);
    addAction(action);
    auto *button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setAutoRaise(true);
    button->setAccessibleName(text);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

void ColourRulesDialog::build()
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 12);
    layout->setSpacing(8);
    auto *hint = new QLabel(tr("The first rule whose filter holds gives a message its colour."), this);
    hint->setProperty("role", u"secondary"_s);
    layout->addWidget(m_enabled);
    layout->addWidget(hint);

    m_tree->setObjectName(u"rules"_s);
    m_tree->setAccessibleName(tr("Colour rules in their order"));
    m_tree->setHeaderLabels({tr("Name"), tr("Filter")});
    m_tree->setRootIsDecorated(false);
    m_tree->setUniformRowHeights(true);
    m_tree->setAllColumnsShowFocus(true);
    m_tree->header()->resizeSection(0, 190);
    layout->addWidget(m_tree, 1);

    auto *tools = new QHBoxLayout;
    m_add = addButton(u"add", tr("Add a rule"), u"Ctrl+Shift+A"_s, &ColourRulesDialog::add);
    m_duplicate = addButton(u"copy", tr("Duplicate the rule"), u"Ctrl+D"_s, &ColourRulesDialog::duplicate);
    m_remove = addButton(u"remove", tr("Remove the rule"), u"Ctrl+Del"_s, &ColourRulesDialog::remove);
    m_up = addButton(u"previous", tr("Move the rule up"), u"Ctrl+Up"_s, &ColourRulesDialog::moveUp);
    m_down = addButton(u"next", tr("Move the rule down"), u"Ctrl+Down"_s, &ColourRulesDialog::moveDown);
    for (QToolButton *button : {m_add, m_duplicate, m_remove, m_up, m_down})
        tools->addWidget(button);
    tools->addStretch();
    auto *import = new QPushButton(themeIcon(u"file"), tr("&Import…"), this);
    auto *save = new QPushButton(themeIcon(u"save"), tr("&Export…"), this);
    tools->addWidget(import);
    tools->addWidget(save);
    layout->addLayout(tools);

    auto *form = new QFormLayout;
    form->setHorizontalSpacing(10);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_name->setObjectName(u"ruleName"_s);
    m_name->setMaxLength(ColourRule::maximumName);
    m_name->setAccessibleName(tr("Name of the rule"));
    m_filter->setObjectName(u"ruleFilter"_s);
    m_filter->setMaxLength(static_cast<int>(Filter::maximumLength));
    m_filter->setAccessibleName(tr("Filter of the rule"));
    m_filterState->setWordWrap(true);
    m_filterState->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    m_filterState->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_ground->setObjectName(u"ruleGround"_s);
    m_text->setObjectName(u"ruleText"_s);
    form->addRow(tr("&Name"), m_name);
    form->addRow(tr("&Filter"), m_filter);
    form->addRow(QString(), m_filterState);
    form->addRow(tr("&Ground"), m_ground);
    form->addRow(tr("&Text"), m_text);
    // The chosen row of the list has the selection's ground; here is how its messages look.
    m_preview->setObjectName(u"rulePreview"_s);
    m_preview->setAutoFillBackground(true);
    m_preview->setContentsMargins(6, 3, 6, 3);
    m_preview->setText(tr("12   14:50:32.123456   127.0.0.1:9000   move   24   {\"x\":12.5}"));
    m_preview->setAccessibleName(tr("How the messages of the rule look"));
    form->addRow(tr("Preview"), m_preview);
    layout->addLayout(form);

    m_message->setTextFormat(Qt::PlainText);
    m_message->setWordWrap(true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_message->setAccessibleName(tr("What happened"));
    m_message->hide();
    layout->addWidget(m_message);
    m_buttons->setStandardButtons(QDialogButtonBox::Ok | QDialogButtonBox::Apply | QDialogButtonBox::Cancel |
                                  QDialogButtonBox::RestoreDefaults);
    layout->addWidget(m_buttons);

    connect(m_buttons, &QDialogButtonBox::accepted, this, &ColourRulesDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_buttons->button(QDialogButtonBox::Apply), &QPushButton::clicked, this, &ColourRulesDialog::apply);
    connect(m_buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this,
            &ColourRulesDialog::restoreDefaults);
    connect(import, &QPushButton::clicked, this, &ColourRulesDialog::askImport);
    connect(save, &QPushButton::clicked, this, &ColourRulesDialog::askExport);
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &ColourRulesDialog::showEditor);
    connect(m_tree, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem *item) {
        const int row = m_tree->indexOfTopLevelItem(item);
        if (m_filling || row < 0)
            return;
        m_list[static_cast<size_t>(row)].setEnabled(item->checkState(0) == Qt::Checked);
        showRow(row);
    });
    connect(m_name, &QLineEdit::textEdited, this,
            [this](const QString &text) { edit([&](ColourRule &rule) { rule.setName(text); }); });
    connect(m_filter, &QLineEdit::textEdited, this,
            [this](const QString &text) { edit([&](ColourRule &rule) { rule.setFilterText(text); }); });
    connect(m_ground, &ColourChoice::colourChosen, this,
            [this](const RuleColour &colour) { edit([&](ColourRule &rule) { rule.setGround(colour); }); });
    connect(m_text, &ColourChoice::colourChosen, this,
            [this](const RuleColour &colour) { edit([&](ColourRule &rule) { rule.setText(colour); }); });
    connect(Theme::instance(), &Theme::changed, this, [this] { fillTree(current()); });
}

int ColourRulesDialog::current() const
{
    return m_tree->currentItem() ? m_tree->indexOfTopLevelItem(m_tree->currentItem()) : -1;
}

QString ColourRulesDialog::message() const
{
    return m_message->text();
}

void ColourRulesDialog::fillTree(int current)
{
    {
        const QScopedValueRollback guard(m_filling, true);
        m_tree->clear();
        for (size_t i = 0; i < m_list.size(); ++i)
            new QTreeWidgetItem(m_tree);
        for (size_t i = 0; i < m_list.size(); ++i)
            showRow(static_cast<int>(i));
        if (!m_list.empty())
            m_tree->setCurrentItem(m_tree->topLevelItem(qBound(0, current, static_cast<int>(m_list.size()) - 1)));
    }
    showEditor();
}

void ColourRulesDialog::showRow(int row)
{
    const QScopedValueRollback guard(m_filling, true);
    const ColourRule &rule = m_list[static_cast<size_t>(row)];
    QTreeWidgetItem *item = m_tree->topLevelItem(row);
    item->setCheckState(0, rule.isEnabled() ? Qt::Checked : Qt::Unchecked);
    item->setText(0, rule.name().isEmpty() ? tr("(no name)") : rule.name());
    item->setText(1, rule.filterText());
    item->setSizeHint(0, QSize(0, fontMetrics().height() + 7));
    item->setIcon(1, rule.why() ? themeIcon(u"error") : QIcon());
    item->setToolTip(1, rule.why() ? rule.why()->toString() : rule.filterText());
    const QColor ground = Theme::instance()->ruleGround(rule.ground());
    const QColor text = Theme::instance()->ruleText(rule.text(), rule.ground());
    for (const int column : {0, 1}) {
        item->setBackground(column, ground.isValid() ? QBrush(ground) : QBrush());
        item->setForeground(column, rule.isActive() ? text : Theme::instance()->colors().disabled);
    }
}

void ColourRulesDialog::showEditor()
{
    if (m_filling)
        return;
    const int row = current();
    const bool any = row >= 0;
    const int count = static_cast<int>(m_list.size());
    for (QWidget *widget : std::initializer_list<QWidget *>{m_name, m_filter, m_ground, m_text})
        widget->setEnabled(any);
    m_add->defaultAction()->setEnabled(m_list.size() < ColourRules::maximum);
    m_duplicate->defaultAction()->setEnabled(any && m_list.size() < ColourRules::maximum);
    m_remove->defaultAction()->setEnabled(any);
    m_up->defaultAction()->setEnabled(row > 0);
    m_down->defaultAction()->setEnabled(any && row + 1 < count);
    const ColourRule rule = any ? m_list[static_cast<size_t>(row)] : ColourRule();
    if (m_name->text() != rule.name())
        m_name->setText(rule.name());
    if (m_filter->text() != rule.filterText())
        m_filter->setText(rule.filterText());
    m_ground->setColour(rule.ground());
    m_text->setColour(rule.text());
    showFilterState();
    showPreview(rule);
}

void ColourRulesDialog::showPreview(const ColourRule &rule)
{
    const QColor ground = Theme::instance()->ruleGround(rule.ground());
    QPalette look = palette();
    look.setColor(QPalette::Window, ground.isValid() ? ground : Theme::instance()->colors().base);
    look.setColor(QPalette::WindowText, Theme::instance()->ruleText(rule.text(), rule.ground()));
    m_preview->setPalette(look);
}

void ColourRulesDialog::showFilterState()
{
    const int row = current();
    const std::optional<FilterError> why = row < 0 ? std::nullopt : m_list[static_cast<size_t>(row)].why();
    m_filter->setLook(row < 0 ? FilterEdit::Look::Plain : why ? FilterEdit::Look::Invalid : FilterEdit::Look::Valid);
    if (why)
        m_filter->setWrong(why->column, why->length);
    else
        m_filter->clearWrong();
    setRole(m_filterState, why ? u"error"_s : u"secondary"_s);
    m_filterState->setText(row < 0 ? tr("There is no rule: add one, or restore the defaults.")
                           : why   ? why->toString()
                                   : tr("The filter can be read."));
    m_filter->setAccessibleDescription(m_filterState->text());
}

void ColourRulesDialog::showMessage(const QString &text, bool wrong)
{
    setRole(m_message, wrong ? u"error"_s : u"secondary"_s);
    m_message->setText(text);
    m_message->setVisible(!text.isEmpty());
}

void ColourRulesDialog::edit(const std::function<void(ColourRule &)> &change)
{
    const int row = current();
    if (row < 0)
        return;
    change(m_list[static_cast<size_t>(row)]);
    showRow(row);
    showFilterState();
    showPreview(m_list[static_cast<size_t>(row)]);
    showMessage({}, false);
}

void ColourRulesDialog::insert(const ColourRule &rule, int row)
{
    if (m_list.size() >= ColourRules::maximum)
        return showMessage(tr("There are %1 rules already: remove one first.").arg(ColourRules::maximum), true);
    m_list.insert(m_list.begin() + row, rule);
    fillTree(row);
}

void ColourRulesDialog::add()
{
    insert(ColourRule(tr("New rule"), {}, RuleColour::ofName(u"blue")), std::max(current(), 0));
    m_name->setFocus(Qt::OtherFocusReason);
    m_name->selectAll();
}

void ColourRulesDialog::duplicate()
{
    const int row = current();
    if (row < 0)
        return;
    ColourRule rule = m_list[static_cast<size_t>(row)];
    rule.setName(tr("%1, copy").arg(rule.name()));
    insert(rule, row + 1);
}

void ColourRulesDialog::remove()
{
    const int row = current();
    if (row < 0)
        return;
    m_list.erase(m_list.begin() + row);
    fillTree(row);
}

void ColourRulesDialog::moveBy(int step)
{
    const int row = current();
    const int to = row + step;
    if (row < 0 || to < 0 || to >= static_cast<int>(m_list.size()))
        return;
    std::swap(m_list[static_cast<size_t>(row)], m_list[static_cast<size_t>(to)]);
    fillTree(to);
}

void ColourRulesDialog::moveUp()
{
    moveBy(-1);
}

void ColourRulesDialog::moveDown()
{
    moveBy(1);
}

void ColourRulesDialog::restoreDefaults()
{
    m_list = ColourRules::defaults();
    fillTree(0);
    showMessage(tr("These are the defaults; OK or Apply puts them in force."), false);
}

std::optional<QString> ColourRulesDialog::importFrom(const QString &path)
{
    const auto refuse = [&](const QString &why) {
        const QString text = tr("%1 was not read: %2").arg(path, why);
        showMessage(text, true);
        return text;
    };
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return refuse(file.errorString());
    if (file.size() > maximumFileBytes)
        return refuse(tr("it is larger than 4 MiB, which no file of colour rules is"));
    QString error;
    auto list = ColourRules::fromLines(file.readAll(), &error);
    if (!list)
        return refuse(error);
    m_list = *std::move(list);
    fillTree(0);
    showMessage(tr("Rules read: %1. OK or Apply puts them in force.").arg(m_list.size()), false);
    return std::nullopt;
}

std::optional<QString> ColourRulesDialog::exportTo(const QString &path)
{
    if (const auto why = writeWholeFile(path, ColourRules::toLines(m_list))) {
        const QString text = tr("%1 was not written: %2").arg(path, *why);
        showMessage(text, true);
        return text;
    }
    showMessage(tr("Rules written: %1.").arg(m_list.size()), false);
    return std::nullopt;
}

void ColourRulesDialog::askImport()
{
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Import Colour Rules"), {}, tr("Colour rules (*.jsonl);;All files (*)"));
    if (!path.isEmpty())
        importFrom(path);
}

void ColourRulesDialog::askExport()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Export Colour Rules"), u"colours.jsonl"_s,
                                                      tr("Colour rules (*.jsonl);;All files (*)"));
    if (!path.isEmpty())
        exportTo(path);
}

bool ColourRulesDialog::apply()
{
    const auto wrong = std::find_if(m_list.begin(), m_list.end(),
                                    [](const ColourRule &rule) { return rule.isEnabled() && rule.why().has_value(); });
    if (wrong != m_list.end()) {
        const auto row = static_cast<int>(wrong - m_list.begin());
        m_tree->setCurrentItem(m_tree->topLevelItem(row));
        m_tree->scrollToItem(m_tree->currentItem());
        m_filter->setFocus(Qt::OtherFocusReason);
        m_filter->setCursorPosition(wrong->why()->column);
        showMessage(tr("Nothing was changed: the filter of rule %1, “%2”, cannot be read (%3). Mend it, or untick or "
                       "remove the rule.")
                        .arg(row + 1)
                        .arg(wrong->name(), wrong->why()->toString()),
                    true);
        return false;
    }
    showMessage({}, false);
    m_rules->setEnabled(m_enabled->isChecked());
    m_rules->setRules(m_list);
    return true;
}

void ColourRulesDialog::accept()
{
    if (apply())
        QDialog::accept();
}

} // namespace SockScope
