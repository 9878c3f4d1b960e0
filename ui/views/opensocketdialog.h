#pragma once

#include <QDialog>

#include <functional>

#include "core/sockspec.h"
#include "ui/views/recentsockets.h"

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QFrame;
class QGridLayout;
class QLabel;
class QLineEdit;
class QRadioButton;
class QSpinBox;
class QDoubleSpinBox;

namespace SockScope {

/*! Asks for a socket and stays until it really runs, or the person gives up.
 *  Path    a person → SockSpec → [this] → the opener
 *  Shape   out: a SockSpec given to the opener, which answers with an error or nothing when the socket has started
 *  Units   the time-out in seconds, the tick in milliseconds
 *  Errors  stand in the dialog with their remedy, at the field where that is known
 *  Thread  the window's; the answer must come in it
 *  Source  none
 */
class OpenSocketDialog : public QDialog
{
    Q_OBJECT
public:
    using Answer = std::function<void(const std::optional<SockError> &error)>;
    using Opener = std::function<void(const SockSpec &spec, Answer answer)>;

    OpenSocketDialog(Opener opener, const RecentSockets &recent, QWidget *parent = nullptr);

    void setSpec(const SockSpec &spec);
    /// What the fields say, or nothing and the error that the dialog shows.
    std::optional<SockSpec> spec(SockError *error = nullptr) const;
    QString errorText() const;
    bool isOpening() const { return m_opening; }

public Q_SLOTS:
    void accept() override;

private:
    void build();
    void addAddressRows(QGridLayout *grid, int row);
    void fillRecent(const RecentSockets &recent);
    void updateFields();
    void showError(const SockError &error);
    void hideError();
    void setOpening(bool opening);
    void handleAnswer(const std::optional<SockError> &error);

    Opener m_opener;
    QList<SockSpec> m_recentSpecs;
    bool m_opening = false;
    bool m_framingTouched = false;

    QComboBox *m_recent = nullptr;
    QLineEdit *m_name = nullptr;
    QRadioButton *m_udp = nullptr;
    QRadioButton *m_tcp = nullptr;
    QCheckBox *m_listen = nullptr;
    QComboBox *m_listenHost = nullptr;
    QLineEdit *m_listenPort = nullptr;
    QCheckBox *m_connect = nullptr;
    QLineEdit *m_connectHost = nullptr;
    QLineEdit *m_connectPort = nullptr;
    QComboBox *m_framing = nullptr;
    QComboBox *m_codec = nullptr;
    QLabel *m_framingHint = nullptr;
    QDoubleSpinBox *m_timeout = nullptr;
    QSpinBox *m_tick = nullptr;
    QCheckBox *m_reuse = nullptr;
    QCheckBox *m_broadcast = nullptr;
    QFrame *m_errorBox = nullptr;
    QLabel *m_errorWhat = nullptr;
    QLabel *m_errorRemedy = nullptr;
    QDialogButtonBox *m_buttons = nullptr;
};

} // namespace SockScope
