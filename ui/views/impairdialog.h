#pragma once

#include <QDialog>
#include <QPointer>
#include <QTimer>

#include <array>
#include <optional>

#include "ui/models/impairfields.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace SockScope {

class DataTable;
class ImpairModel;
class SockController;
struct SockError;

/*! The impairments of one socket, shown and changed while it runs.
 *  Path    a person → [this] → SockController
 *  Shape   a row a description, the fields below are those of the chosen one. What is typed is looked at with each
 *          key, and the socket has it with Enter or when the field is left; everything else acts at once
 *  Units   those of netem, as typed: 100ms, 1%, 10mbit
 *  Errors  below the fields, and the field is marked: the socket keeps what it has
 *  Thread  the window's
 *  Source  tc-netem(8)
 */
class ImpairDialog : public QDialog
{
    Q_OBJECT
public:
    explicit ImpairDialog(SockController *controller, QWidget *parent = nullptr);

    SockController *controller() const { return m_controller; }
    DataTable *table() const { return m_table; }
    QString errorText() const;
    static constexpr int refreshMs = 500;

public Q_SLOTS:
    void done(int result) override;

private:
    void createFields(QGridLayout *grid);
    void createButtons();
    void add(const QString &words);
    void remove();
    void move(int by);
    void apply();
    void applyWords();
    void check();
    void showSpec();
    void showError(const QString &text, QWidget *where);
    void set(const QList<ImpairSpec> &impairments, int current);
    void handleChanged();
    void handleRefused(const SockError &error);
    void updateEnabled();
    ImpairFields fields() const;
    int current() const;

    QPointer<SockController> m_controller;
    ImpairModel *m_model;
    DataTable *m_table;
    QToolButton *m_add;
    QToolButton *m_remove;
    QToolButton *m_up;
    QToolButton *m_down;
    QWidget *m_form;
    QComboBox *m_direction;
    QComboBox *m_shape;
    QComboBox *m_unit;
    std::array<QLineEdit *, ImpairFields::FieldCount> m_edits{};
    QLineEdit *m_words;
    QLabel *m_error;
    QTimer m_refresh;
    bool m_filling = false;
    bool m_edited = false; ///< typed, and not yet given to the socket
    int m_wantedRow = -1;  ///< chosen once the socket has answered
};

} // namespace SockScope
