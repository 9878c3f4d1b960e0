#pragma once

#include <QAbstractListModel>
#include <QDateTime>
#include <QList>

#include <optional>

#include "core/project/projectitem.h"

namespace SockScope {

/*! What a person has injected, the newest first, so that it can be injected again.
 *  Path    Composer → [this] → HistoryPanel
 *  Shape   at most maximum messages and maximumCharacters of payload, the newest always; those that were forgotten are
 *          counted
 *  Units   characters
 *  Errors  what the sock answered stands in the row
 *  Thread  the window's
 *  Source  none
 */
class InjectHistory : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role { FailedRole = Qt::UserRole + 1 };
    static constexpr qsizetype maximum = 200;
    static constexpr qsizetype maximumCharacters = 16 * 1024 * 1024;

    using QAbstractListModel::QAbstractListModel;

    /// Answers its number, for what becomes of it.
    /// breakage: how its frame was broken, as Breakage reads it; empty: not at all.
    int add(const ProjectMessage &message, const QDateTime &when, const QString &breakage = {});
    /// Nothing happens when it is forgotten by then.
    void setResult(int number, const QString &result, bool failed);
    std::optional<ProjectMessage> messageAt(const QModelIndex &index) const;
    QString breakageAt(const QModelIndex &index) const;
    qint64 forgotten() const { return m_forgotten; }
    void clear();

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

private:
    struct Entry
    {
        int number = 0;
        ProjectMessage message;
        QDateTime when;
        QString breakage;
        QString result;
        bool failed = false;
    };

    QList<Entry> m_entries;
    qsizetype m_characters = 0;
    qint64 m_forgotten = 0;
    int m_next = 1;
};

} // namespace SockScope
