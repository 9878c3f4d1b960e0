#include "app/gui/rateschoice.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

#include "ui/models/format.h"

namespace SockScope {

using namespace Qt::StringLiterals;

RatesChoice::RatesChoice(const QString &title, std::vector<Entry> entries, const std::vector<RateKey> &checked,
                         Chosen chosen, QWidget *parent)
    : QDialog(parent)
    , m_entries(std::move(entries))
    , m_chosen(std::move(chosen))
    , m_search(new QLineEdit(this))
    , m_list(new QListWidget(this))
    , m_note(new QLabel(this))
{
    setObjectName(u"ratesChoice"_s);
    setWindowTitle(title);
    const auto isChecked = [&checked](const Entry &entry) {
        return std::find(checked.begin(), checked.end(), entry.key) != checked.end();
    };
    std::stable_partition(m_entries.begin(), m_entries.end(), isChecked);
    for (const Entry &entry : m_entries)
        m_checked.push_back(isChecked(entry));
    m_search->setPlaceholderText(tr("Search"));
    m_search->setAccessibleName(tr("Search what can have a line"));
    m_search->setClearButtonEnabled(true);
    m_list->setAccessibleName(tr("What has a line"));
    m_list->setUniformItemSizes(true);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_note->setWordWrap(true);
    m_note->setProperty("role", u"secondary"_s);
    m_note->setMinimumHeight(m_note->fontMetrics().height() * 2);
    m_note->setAlignment(Qt::AlignTop);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    auto *busiest = buttons->addButton(tr("&Busiest"), QDialogButtonBox::ResetRole);
    busiest->setToolTip(tr("Check none: the busiest have a line"));
    busiest->setAutoDefault(false);
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_search);
    column->addWidget(m_list, 1);
    column->addWidget(m_note);
    column->addWidget(buttons);
    connect(m_search, &QLineEdit::textChanged, this, &RatesChoice::fill);
    connect(m_list, &QListWidget::itemChanged, this, &RatesChoice::take);
    connect(buttons, &QDialogButtonBox::accepted, this, &RatesChoice::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(busiest, &QPushButton::clicked, this, [this] {
        m_checked.assign(m_checked.size(), false);
        fill();
    });
    resize(360, 380);
    fill();
}

QString RatesChoice::noteText() const
{
    return m_note->text();
}

void RatesChoice::fill()
{
    const QScopedValueRollback filling(m_filling, true);
    m_list->clear();
    m_left = 0;
    const QString wanted = m_search->text().trimmed();
    for (size_t i = 0; i < m_entries.size(); ++i) {
        if (!m_entries[i].name.contains(wanted, Qt::CaseInsensitive))
            continue;
        if (m_list->count() == maximumRows) {
            ++m_left;
            continue;
        }
        auto *item = new QListWidgetItem(m_entries[i].name, m_list);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(m_checked[i] ? Qt::Checked : Qt::Unchecked);
        item->setToolTip(m_entries[i].name);
        item->setData(Qt::UserRole, static_cast<int>(i));
    }
    if (m_list->count() > 0)
        m_list->setCurrentRow(0);
    say();
}

void RatesChoice::take(QListWidgetItem *item)
{
    if (m_filling)
        return;
    const auto place = static_cast<size_t>(item->data(Qt::UserRole).toInt());
    const bool checked = item->checkState() == Qt::Checked;
    if (checked && std::count(m_checked.begin(), m_checked.end(), true) >= RateSpec::maximumSeries) {
        const QScopedValueRollback filling(m_filling, true);
        item->setCheckState(Qt::Unchecked);
        return say(tr("At most %1 lines: uncheck another first.").arg(RateSpec::maximumSeries));
    }
    m_checked[place] = checked;
    say();
}

void RatesChoice::say(const QString &text)
{
    QStringList parts;
    const auto checked = std::count(m_checked.begin(), m_checked.end(), true);
    if (!text.isEmpty())
        parts.append(text);
    else if (m_entries.empty())
        parts.append(tr("There is nothing to choose yet: what has sent or received stands here."));
    else if (m_list->count() == 0)
        parts.append(tr("Nothing has this in its name."));
    else if (checked == 0)
        parts.append(tr("None is checked: the busiest have a line."));
    else
        parts.append(tr("%1 checked: the others share one line.").arg(checked));
    if (m_left > 0)
        parts.append(tr("%1 more are not listed: search for them.").arg(Format::count(static_cast<quint64>(m_left))));
    m_note->setText(parts.join(u' '));
}

void RatesChoice::accept()
{
    std::vector<RateKey> keys;
    for (size_t i = 0; i < m_entries.size(); ++i)
        if (m_checked[i])
            keys.push_back(m_entries[i].key);
    m_chosen(keys);
    QDialog::accept();
}

} // namespace SockScope
