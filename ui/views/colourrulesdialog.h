#pragma once

#include <QDialog>

#include <functional>

#include "ui/models/colourrules.h"

class QCheckBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QToolButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace SockScope {

class ColourChoice;
class FilterEdit;

/*! Edits the colour rules: their order, names, filters and colours.
 *  Path    a person ↔ [this] ↔ ColourRules
 *  Shape   a copy of the rules, which OK and Apply put in force; each row of the list looks as its messages will
 *  Units   none
 *  Errors  a filter that cannot be read says why below itself, and while its rule is ticked nothing is put in force; a
 *          file that cannot be read says so at the foot
 *  Thread  the window's
 *  Source  Wireshark's coloring rules
 */
class ColourRulesDialog : public QDialog
{
    Q_OBJECT
public:
    static constexpr qint64 maximumFileBytes = 4 * 1024 * 1024;

    explicit ColourRulesDialog(ColourRules *rules, QWidget *parent = nullptr);

    const ColourRules::List &list() const { return m_list; }
    QTreeWidget *tree() const { return m_tree; }
    QString message() const;
    /// Answers what went wrong, which the dialog shows as well.
    std::optional<QString> importFrom(const QString &path);
    std::optional<QString> exportTo(const QString &path);

public Q_SLOTS:
    /// False when a rule that is ticked has no filter that can be read: it is chosen then, and says why.
    bool apply();
    void accept() override;

private:
    void build();
    QToolButton *addButton(QStringView icon, const QString &text, const QString &key,
                           void (ColourRulesDialog::*slot)());
    void fillTree(int current);
    void showRow(int row);
    void showEditor();
    void showFilterState();
    void showPreview(const ColourRule &rule);
    void showMessage(const QString &text, bool wrong);
    int current() const;
    void edit(const std::function<void(ColourRule &)> &change);
    void insert(const ColourRule &rule, int row);
    void add();
    void duplicate();
    void remove();
    void moveUp();
    void moveDown();
    void moveBy(int step);
    void restoreDefaults();
    void askImport();
    void askExport();

    ColourRules *m_rules;
    ColourRules::List m_list;
    QCheckBox *m_enabled;
    QTreeWidget *m_tree;
    QToolButton *m_add = nullptr;
    QToolButton *m_duplicate = nullptr;
    QToolButton *m_remove = nullptr;
    QToolButton *m_up = nullptr;
    QToolButton *m_down = nullptr;
    QLineEdit *m_name;
    FilterEdit *m_filter;
    QLabel *m_filterState;
    ColourChoice *m_ground;
    ColourChoice *m_text;
    QLabel *m_preview;
    QLabel *m_message;
    QDialogButtonBox *m_buttons;
    bool m_filling = false;
};

} // namespace SockScope
