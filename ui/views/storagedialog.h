#pragma once

#include <QDialog>

#include <functional>

#include "core/store/messagestore.h"

class QCheckBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QToolButton;

namespace SockScope {

/*! Sets how much memory and disk the log may use, and where.
 *  Path    a person → StoreLimits → [this] → who owns the store
 *  Shape   OK and Apply hand the limits over, in force at once; used and free space are shown as they are now
 *  Units   MiB
 *  Errors  a value that cannot be says so below its field, and nothing is applied
 *  Thread  the window's
 *  Source  none
 */
class StorageDialog : public QDialog
{
    Q_OBJECT
public:
    using Apply = std::function<void(const StoreLimits &limits)>;
    using Used = std::function<StoreStats()>;

    StorageDialog(const StoreLimits &limits, Used used, Apply apply, QWidget *parent = nullptr);

    StoreLimits limits() const;
    void setLimits(const StoreLimits &limits);
    QString errorText() const;

public Q_SLOTS:
    /// Answers whether the limits could be applied.
    bool apply();
    void accept() override;

private:
    void build();
    void showFields();
    void showUsed();
    void chooseFolder();

    Used m_used;
    Apply m_apply;
    QSpinBox *m_memory;
    QLabel *m_memoryUsed;
    QCheckBox *m_spool;
    QSpinBox *m_disk;
    QLabel *m_diskUsed;
    QLineEdit *m_folder;
    QToolButton *m_browse;
    QLabel *m_free;
    QLabel *m_error;
    QDialogButtonBox *m_buttons;
};

} // namespace SockScope
