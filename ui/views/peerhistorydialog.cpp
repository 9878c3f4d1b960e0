#include "ui/views/peerhistorydialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/models/format.h"
#include "ui/models/inspection.h"
#include "ui/models/peermodel.h"
#include "ui/views/datatable.h"
#include "ui/views/emptystate.h"
#include "ui/views/screenfit.h"

namespace SockScope {

using namespace Qt::StringLiterals;

PeerHistoryDialog::PeerHistoryDialog(Inspection *inspection, const std::optional<PeerKey> &key, QWidget *parent)
    : QDialog(parent)
    , m_key(key)
    , m_model(new PeerHistoryModel(inspection->peerModel(), &inspection->directory(), this))
    , m_choice(new QComboBox(this))
    , m_table(new DataTable(tr("What happened"), this))
    , m_note(new QLabel(this))
{
    setWindowTitle(tr("State History"));
    m_choice->setAccessibleName(tr("Whose history"));
    if (key)
        m_choice->addItem(key->endpoint.toString());
    m_choice->addItem(tr("Peers that have left"));
    m_table->setModel(m_model);
    using C = PeerHistoryModel;
    m_table->setColumns({{C::TimeColumn, 12}, {C::PeerColumn, 17}, {C::SocketColumn, 8}, {C::EventColumn, 0}});
    m_table->emptyState()->setText(tr("Who leaves the table of peers stands here afterwards."));
    m_note->setProperty("role", u"secondary"_s);
    m_note->setWordWrap(true);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_choice);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_note);
    layout->addWidget(buttons);
    resizeWithinScreen(this, {720, 400});

    connect(m_choice, &QComboBox::currentIndexChanged, this, &PeerHistoryDialog::choose);
    m_timer.setSingleShot(true);
    m_timer.setInterval(refreshMs);
    connect(&m_timer, &QTimer::timeout, this, &PeerHistoryDialog::refresh);
    connect(inspection, &Inspection::updated, this, [this] {
        if (!m_timer.isActive())
            m_timer.start();
    });
    choose();
}

void PeerHistoryDialog::choose()
{
    const bool one = m_key && m_choice->currentIndex() == 0;
    m_table->setColumnHidden(PeerHistoryModel::PeerColumn, one);
    m_table->setColumnHidden(PeerHistoryModel::SocketColumn, one);
    m_model->setPeer(one ? m_key : std::nullopt);
    refresh();
}

void PeerHistoryDialog::refresh()
{
    m_model->read();
    const QString lost = Format::count(m_model->leftOut());
    if (m_model->leftOut() == 0)
        m_note->setText(m_model->peer() ? tr("Silent is who has sent nothing for half of the time-out.") : QString());
    else if (m_model->peer())
        m_note->setText(tr("%1 events after the first were left out: a history has %2 places.")
                            .arg(lost, Format::count(quint64(PeerStory::maximumEvents))));
    else
        m_note->setText(tr("%1 more have left before: the history has places for %2 peers.")
                            .arg(lost, Format::count(quint64(PastPeers::maximumPeers))));
    m_note->setVisible(!m_note->text().isEmpty());
}

} // namespace SockScope
