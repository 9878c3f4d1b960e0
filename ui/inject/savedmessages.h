#pragma once

#include <QList>
#include <QString>

#include "ui/inject/payloadtext.h"

class QSettings;

namespace SockScope {

struct SavedMessage
{
    QString type;
    PayloadForm form = PayloadForm::Text;
    QString text;

    QString label() const;
    friend bool operator==(const SavedMessage &, const SavedMessage &) = default;
};

/*! Messages that a person keeps for later.
 *  Path    Composer ↔ [this] ↔ settings
 *  Shape   at most maximum, the newest first, each once; texts longer than maximumText are not kept
 *  Units   characters
 *  Errors  add answers false when the text is too long; settings that cannot be read are left out
 *  Thread  the window's
 *  Source  none
 */
class SavedMessages
{
public:
    static constexpr qsizetype maximum = 100;
    static constexpr qsizetype maximumText = 64 * 1024;

    bool add(const SavedMessage &message);
    void removeAt(qsizetype index);
    const QList<SavedMessage> &messages() const { return m_messages; }
    void load(const QSettings &settings);
    void save(QSettings &settings) const;

private:
    QList<SavedMessage> m_messages;
};

} // namespace SockScope
