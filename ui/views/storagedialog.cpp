#include "ui/views/storagedialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTimer>
#include <QToolButton>

#include <algorithm>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/storagesettings.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr int refreshMs = 500;

QSpinBox *makeBudget(QWidget *parent, const char *name, const QString &accessibleName)
{
    auto *box = new QSpinBox(parent);
    box->setObjectName(QLatin1StringView(name));
    box->setAccessibleName(accessibleName);
    // From 1, so that a budget that is too small can be written, and is refused with the reason.
    box->setRange(1, static_cast<int>(StorageSettings::maximumBytes / StorageSettings::mebibyte));
    box->setGroupSeparatorShown(true);
    box->setSingleStep(64);
    box->setSuffix(StorageDialog::tr(" MiB"));
    box->setAlignment(Qt::AlignRight);
    return box;
}

QLabel *makeHint(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setProperty("role", u"secondary"_s);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

StorageDialog::StorageDialog(const StoreLimits &limits, Used used, Apply apply, QWidget *parent)
    : QDialog(parent)
    , m_used(std::move(used))
    , m_apply(std::move(apply))
    , m_memory(makeBudget(this, "memoryBudget", tr("Memory budget")))
    , m_memoryUsed(makeHint(this))
    , m_spool(new QCheckBox(tr("&Keep older messages on disk"), this))
    , m_disk(makeBudget(this, "diskBudget", tr("Disk budget")))
    , m_diskUsed(makeHint(this))
    , m_folder(new QLineEdit(this))
    , m_browse(new QToolButton(this))
    , m_free(makeHint(this))
    , m_error(new QLabel(this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Apply | QDialogButtonBox::Cancel |
                                         QDialogButtonBox::RestoreDefaults,
                                     this))
{
    setWindowTitle(tr("Storage"));
    build();
    setLimits(limits);
    auto *refresh = new QTimer(this);
    connect(refresh, &QTimer::timeout, this, &StorageDialog::showUsed);
    refresh->start(refreshMs);
    resize(560, sizeHint().height());
}

void StorageDialog::build()
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(16, 14, 16, 12);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(2, 1);
    const auto label = [&](const QString &text, QWidget *buddy, int row) {
        auto *widget = new QLabel(text, this);
        widget->setBuddy(buddy);
        grid->addWidget(widget, row, 0);
    };
    auto *hint =
        new QLabel(tr("The newest messages stay in memory. Over its budget the oldest go to disk, where they can "
                      "still be read and filtered; over both, the oldest are dropped, and counted."),
                   this);
    hint->setWordWrap(true);
    hint->setProperty("role", u"secondary"_s);
    int row = 0;
    grid->addWidget(hint, row++, 0, 1, 4);
    label(tr("&Memory"), m_memory, row);
    grid->addWidget(m_memory, row, 1);
    grid->addWidget(m_memoryUsed, row++, 2, 1, 2);
    m_spool->setObjectName(u"spool"_s);
    grid->addWidget(m_spool, row++, 1, 1, 3);
    label(tr("&Disk"), m_disk, row);
    grid->addWidget(m_disk, row, 1);
    grid->addWidget(m_diskUsed, row++, 2, 1, 2);
    label(tr("&Folder"), m_folder, row);
    m_folder->setObjectName(u"spoolFolder"_s);
    m_folder->setAccessibleName(tr("Folder for messages on disk"));
    m_browse->setIcon(themeIcon(u"file"));
    m_browse->setToolTip(tr("Choose a folder"));
    m_browse->setAccessibleName(m_browse->toolTip());
    m_browse->setFocusPolicy(Qt::TabFocus);
    grid->addWidget(m_folder, row, 1, 1, 2);
    grid->addWidget(m_browse, row++, 3);
    grid->addWidget(m_free, row++, 1, 1, 3);
    m_error->setProperty("role", u"error"_s);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setWordWrap(true);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_error->setAccessibleName(tr("What is wrong"));
    m_error->hide();
    grid->addWidget(m_error, row++, 0, 1, 4);
    grid->setRowStretch(row++, 1);
    grid->addWidget(m_buttons, row, 0, 1, 4);

    connect(m_spool, &QCheckBox::toggled, this, &StorageDialog::showFields);
    connect(m_folder, &QLineEdit::textChanged, this, &StorageDialog::showUsed);
    connect(m_browse, &QToolButton::clicked, this, &StorageDialog::chooseFolder);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &StorageDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_buttons->button(QDialogButtonBox::Apply), &QPushButton::clicked, this, &StorageDialog::apply);
    connect(m_buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this,
            [this] { setLimits(StorageSettings::defaults()); });
}

StoreLimits StorageDialog::limits() const
{
    StoreLimits limits;
    limits.memoryBytes = m_memory->value() * StorageSettings::mebibyte;
    limits.diskBytes = m_disk->value() * StorageSettings::mebibyte;
    limits.spoolFolder = m_spool->isChecked() ? m_folder->text().trimmed() : QString();
    return limits;
}

void StorageDialog::setLimits(const StoreLimits &limits)
{
    m_memory->setValue(static_cast<int>(limits.memoryBytes / StorageSettings::mebibyte));
    m_disk->setValue(static_cast<int>(limits.diskBytes / StorageSettings::mebibyte));
    m_spool->setChecked(!limits.spoolFolder.isEmpty());
    m_folder->setText(limits.spoolFolder.isEmpty() ? StorageSettings::defaultFolder() : limits.spoolFolder);
    m_folder->setCursorPosition(0);
    showFields();
}

QString StorageDialog::errorText() const
{
    return m_error->text();
}

void StorageDialog::showFields()
{
    for (QWidget *widget : std::initializer_list<QWidget *>{m_disk, m_folder, m_browse})
        widget->setEnabled(m_spool->isChecked());
    showUsed();
}

void StorageDialog::showUsed()
{
    const StoreStats stats = m_used();
    const auto bytes = [](qsizetype value) {
        return Format::bytes(static_cast<quint64>(std::max<qsizetype>(value, 0)));
    };
    m_memoryUsed->setText(
        tr("used now: %1, %2 messages").arg(bytes(stats.memoryBytes), Format::count(stats.stored - stats.spooled)));
    m_diskUsed->setText(tr("used now: %1, %2 messages").arg(bytes(stats.diskBytes), Format::count(stats.spooled)));
    const auto available = StorageSettings::freeBytes(m_folder->text().trimmed());
    m_free->setText(available ? tr("%1 free there").arg(bytes(*available)) : tr("the free space there is not known"));
}

void StorageDialog::chooseFolder()
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder for Messages on Disk"), m_folder->text());
    if (!folder.isEmpty())
        m_folder->setText(folder);
}

bool StorageDialog::apply()
{
    const auto wrong = StorageSettings::check(limits());
    m_error->setText(wrong ? wrong->what : QString());
    m_error->setVisible(wrong.has_value());
    if (!wrong) {
        m_apply(limits());
        showUsed();
        return true;
    }
    switch (wrong->field) {
    case StorageSettings::Field::Memory:
        m_memory->setFocus();
        break;
    case StorageSettings::Field::Disk:
        m_disk->setFocus();
        break;
    case StorageSettings::Field::Folder:
        m_folder->setFocus();
        break;
    }
    return false;
}

void StorageDialog::accept()
{
    if (apply())
        QDialog::accept();
}

} // namespace SockScope
