#pragma once

#include <QObject>

#include <memory>
#include <optional>

#include "app/common/commandline.h"

class QFileSystemWatcher;

namespace SockScope {

class BaseSock;
class ScriptEngine;

/*! A script in a file that is loaded again whenever it changes.
 *  Path    file → [this] → ScriptEngine → socks
 *  Shape   a script with decode or encode is the codec of the socks that are said to have none
 *  Units   none
 *  Errors  open answers what is wrong; later errors go to standard error, and the script that runs stays
 *  Thread  that of the socks
 *  Source  none
 */
class ScriptFile : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 maximumBytes = 4 * 1024 * 1024;

    explicit ScriptFile(quint64 seed, QObject *parent = nullptr);
    ~ScriptFile() override;

    std::optional<UsageError> open(const QString &path);
    /// One that a project holds: nothing watches it.
    std::optional<UsageError> openText(const QString &name, const QString &source);
    /// Before the sock starts. hasCodec: it keeps the codec that it has.
    void addSock(BaseSock *sock, const QString &name, bool hasCodec);
    /// Says what it did, on standard error; answers why it does not run any more.
    std::optional<QString> finish() const;

Q_SIGNALS:
    void logged(const QString &text);

private:
    std::optional<UsageError> load();
    std::optional<UsageError> load(const QString &source);
    void reload();

    QString m_path;
    std::unique_ptr<ScriptEngine> m_engine;
    std::unique_ptr<QFileSystemWatcher> m_watcher;
    QByteArray m_source;
};

} // namespace SockScope
