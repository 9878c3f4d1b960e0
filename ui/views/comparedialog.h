#pragma once

#include <QDialog>

#include "ui/models/bytediff.h"
#include "ui/models/detailmessage.h"
#include "ui/models/latestjob.h"
#include "ui/models/messagediff.h"

class QCheckBox;
class QLabel;

namespace SockScope {

class ByteDiffView;
class ChangedFieldsModel;
class ElidedLabel;
class EmptyState;
class FieldTreeView;
class FieldTreeModel;

/*! Two messages beside each other: their fields in a tree with both values, their bytes in two columns.
 *  Path    two DetailMessages → [this]
 *  Shape   not modal: the window goes on, and several can be open. F8 and Shift+F8 go from difference to difference,
 *          of the bytes while those have the focus, else of the fields
 *  Units   bytes of the payloads
 *  Errors  a payload that cannot be decoded shows what could be read; bytes that differ too much are compared by
 *          position, and the dialog says so
 *  Thread  the window's; the comparison runs elsewhere
 *  Source  none
 */
class CompareDialog : public QDialog
{
    Q_OBJECT
public:
    /// The types as people read them, behind the numbers in the heading.
    CompareDialog(const DetailMessage &left, const DetailMessage &right, const QString &leftType,
                  const QString &rightType, QWidget *parent = nullptr);

    FieldTreeView *tree() const { return m_tree; }
    ByteDiffView *bytes() const { return m_bytes; }
    QCheckBox *onlyDifferences() const { return m_only; }
    QString summary() const;
    bool isComparing() const { return m_job.isRunning(); }

public Q_SLOTS:
    void goToNext() { go(true); }
    void goToPrevious() { go(false); }

Q_SIGNALS:
    void messageRequested(quint64 no);

private:
    struct Result
    {
        ComparedField fields;
        ByteDiff bytes;
    };
    static Result compare(const DetailMessage &left, const DetailMessage &right, const LatestJob::Cancelled *cancelled);
    QWidget *makeHeading(const DetailMessage &message, const QString &typeText);
    void present(Result &&result);
    void go(bool forward);
    void chooseField(const QModelIndex &current);

    DetailMessage m_left;
    DetailMessage m_right;
    FieldTreeModel *m_model;
    ChangedFieldsModel *m_shown;
    FieldTreeView *m_tree;
    EmptyState *m_emptyState;
    ByteDiffView *m_bytes;
    QCheckBox *m_only;
    ElidedLabel *m_summary;
    QLabel *m_remark;
    LatestJob m_job;
};

} // namespace SockScope
