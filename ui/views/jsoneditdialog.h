#pragma once

#include <QDialog>

#include <functional>
#include <optional>

#include "core/project/projecterror.h"

class QLabel;
class QPlainTextEdit;

namespace SockScope {

class JsonNode;

/*! A value of a project as JSON text, in a dialog that closes only when it can be used.
 *  Path    a person → [this] → accept
 *  Shape   the cursor goes to what is wrong
 *  Units   lines and columns from 1
 *  Errors  stand below the text
 *  Thread  the window's
 *  Source  none
 */
class JsonEditDialog : public QDialog
{
    Q_OBJECT
public:
    /// Takes the value, or says what is wrong with it, with line and column in the text.
    using Accept = std::function<std::optional<ProjectError>(const JsonNode &value, const QByteArray &text)>;

    JsonEditDialog(const QString &title, const QString &text, Accept accept, QWidget *parent = nullptr);

    QString errorText() const;

public Q_SLOTS:
    void accept() override;
    /// What a person has written goes only when it is asked for twice.
    void reject() override;

private:
    void showError(const ProjectError &error);

    Accept m_accept;
    QPlainTextEdit *m_text;
    QLabel *m_error;
    bool m_wasAsked = false; ///< whether what was written may go
};

} // namespace SockScope
