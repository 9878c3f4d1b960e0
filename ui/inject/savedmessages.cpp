#include "ui/inject/savedmessages.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSettings>

namespace SockScope {

using namespace Qt::StringLiterals;

QString SavedMessage::label() const
{
    constexpr qsizetype shown = 60;
    QString line = text.simplified();
    if (line.size() > shown)
        line = line.left(shown) + u'…';
    return type.isEmpty() ? line : type + u"  "_s + line;
}

bool SavedMessages::add(const SavedMessage &message)
{
    if (message.text.size() > maximumText)
        return false;
    m_messages.removeAll(message);
    m_messages.prepend(message);
    if (m_messages.size() > maximum)
        m_messages.removeLast();
    return true;
}

void SavedMessages::removeAt(qsizetype index)
{
    if (index >= 0 && index < m_messages.size())
        m_messages.removeAt(index);
}

void SavedMessages::load(const QSettings &settings)
{
    m_messages.clear();
    const QByteArray stored = settings.value("inject/saved"_L1).toString().toUtf8();
    const QJsonArray array = QJsonDocument::fromJson(stored).array();
    for (const QJsonValue &value : array) {
        const int form = value["form"_L1].toInt(-1);
        if (m_messages.size() == maximum || form < 0 || form > static_cast<int>(PayloadForm::File))
            continue;
        m_messages.append({value["type"_L1].toString().left(maximumText), static_cast<PayloadForm>(form),
                           value["text"_L1].toString().left(maximumText)});
    }
}

void SavedMessages::save(QSettings &settings) const
{
    QJsonArray array;
    for (const SavedMessage &message : m_messages)
        array.append(QJsonObject{
            {u"type"_s, message.type}, {u"form"_s, static_cast<int>(message.form)}, {u"text"_s, message.text}});
    settings.setValue("inject/saved"_L1, QString::fromUtf8(QJsonDocument(array).toJson(QJsonDocument::Compact)));
}

} // namespace SockScope
