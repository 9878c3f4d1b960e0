#pragma once

#include <QLabel>

namespace SockScope {

/// Why a list of the project's takes nothing; hidden where it does.
class RefusalLabel : public QLabel
{
public:
    explicit RefusalLabel(QWidget *parent)
        : QLabel(parent)
    {
        setObjectName(QStringLiteral("refusal"));
        setProperty("role", QStringLiteral("error"));
        setWordWrap(true);
        setTextFormat(Qt::PlainText);
        setTextInteractionFlags(Qt::TextSelectableByMouse);
        hide();
    }
    void setReason(const QString &reason)
    {
        setText(reason);
        setAccessibleName(reason);
        setToolTip(reason); // a low panel may not have room for all of it
        setVisible(!reason.isEmpty());
    }
    bool isRefused() const { return !text().isEmpty(); }
};

} // namespace SockScope
