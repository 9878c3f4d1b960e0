#include "app/cli/scriptfile.h"

#include <QFileInfo>
#include <QFileSystemWatcher>

#include "app/cli/commands.h"
#include "app/cli/session.h"
#ifdef SOCKSCOPE_WITH_SCRIPTS
#include "core/basesock.h"
#include "core/project/wholefile.h"
#include "core/script/scriptengine.h"
#else
namespace SockScope {
class ScriptEngine
{
};
} // namespace SockScope
#endif

namespace SockScope {

ScriptFile::~ScriptFile() = default;

#ifndef SOCKSCOPE_WITH_SCRIPTS

ScriptFile::ScriptFile(quint64, QObject *parent)
    : QObject(parent)
{
}

std::optional<UsageError> ScriptFile::open(const QString &)
{
    return UsageError{tr("this build has no scripts"), tr("install qt6-declarative-dev and build it again")};
}

std::optional<UsageError> ScriptFile::openText(const QString &, const QString &)
{
    return open({});
}

void ScriptFile::addSock(BaseSock *, const QString &, bool) {}

std::optional<QString> ScriptFile::finish() const
{
    return std::nullopt;
}

#else

ScriptFile::ScriptFile(quint64 seed, QObject *parent)
    : QObject(parent)
{
    ScriptOptions options;
    options.seed = seed;
    m_engine = std::make_unique<ScriptEngine>(options);
    connect(m_engine.get(), &ScriptEngine::logged, this, &ScriptFile::logged);
    connect(m_engine.get(), &ScriptEngine::failed, this,
            [](const ScriptError &error) { printFailure(error.toString(), {}); });
}

std::optional<UsageError> ScriptFile::open(const QString &path)
{
    m_path = path;
    if (auto error = load())
        return error;
    m_watcher = std::make_unique<QFileSystemWatcher>();
    // Editors put another file in its place: the folder tells that, the file itself that it was written to.
    m_watcher->addPaths({path, QFileInfo(path).absolutePath()});
    connect(m_watcher.get(), &QFileSystemWatcher::fileChanged, this, &ScriptFile::reload);
    connect(m_watcher.get(), &QFileSystemWatcher::directoryChanged, this, &ScriptFile::reload);
    return std::nullopt;
}

std::optional<UsageError> ScriptFile::load()
{
    QString why;
    const auto bytes = readBoundedFile(m_path, maximumBytes, &why);
    if (!bytes)
        return UsageError{tr("%1 cannot be read: %2").arg(m_path, why), tr("name a script")};
    m_source = *bytes;
    if (!m_source.isValidUtf8())
        return UsageError{tr("%1 is no UTF-8 text").arg(m_path), tr("save it as UTF-8")};
    return load(QString::fromUtf8(m_source));
}

std::optional<UsageError> ScriptFile::openText(const QString &name, const QString &source)
{
    m_path = name;
    return load(source);
}

std::optional<UsageError> ScriptFile::load(const QString &source)
{
    if (const auto error = m_engine->load(source, m_path)) {
        ScriptError place = *error;
        place.remedy.clear();
        return UsageError{place.toString(), error->remedy};
    }
    return std::nullopt;
}

void ScriptFile::reload()
{
    if (!m_watcher->files().contains(m_path) && QFileInfo::exists(m_path))
        m_watcher->addPath(m_path); // the one that was watched has been replaced
    QString why;
    const auto now = readBoundedFile(m_path, maximumBytes, &why);
    if (!now || now->isEmpty() || *now == m_source) // or it is on its way
        return;
    if (const auto error = load()) {
        printFailure(error->what, error->remedy);
        return;
    }
    writeError(tr("%1 was loaded again").arg(m_path));
}

void ScriptFile::addSock(BaseSock *sock, const QString &name, bool hasCodec)
{
    m_engine->addSock(sock, name);
    if (!hasCodec)
        m_engine->lendCodec(sock);
}

std::optional<QString> ScriptFile::finish() const
{
    const ScriptStats stats = m_engine->stats();
    writeError(tr("script %1: %2 calls, %3 sent, %4 not sent, %5 errors")
                   .arg(m_path)
                   .arg(stats.calls)
                   .arg(stats.sent)
                   .arg(stats.refused)
                   .arg(stats.errors));
    return stats.hasEnded ? std::optional(tr("the script %1 was ended: a call ran too long").arg(m_path))
                          : std::nullopt;
}

#endif

} // namespace SockScope
