#pragma once

#include <QCborMap>
#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

namespace SockScope {

class BaseSock;

/// What a script said, or what was wrong with it; line and column from 1, 0 where none is known.
struct ScriptLine
{
    QString text;
    int line = 0;
    int column = 0;
    bool isError = false;
};

/// What a script has done.
struct ScriptFigures
{
    quint64 calls = 0;
    quint64 errors = 0;
    quint64 sent = 0;
    quint64 refused = 0;
    quint64 droppedLogLines = 0;
    bool hasEnded = false; ///< it ran too long; loading begins anew

    friend bool operator==(const ScriptFigures &, const ScriptFigures &) = default;
    ScriptFigures &operator+=(const ScriptFigures &other)
    {
        calls += other.calls;
        errors += other.errors;
        sent += other.sent;
        refused += other.refused;
        droppedLogLines += other.droppedLogLines;
        hasEnded = hasEnded || other.hasEnded;
        return *this;
    }
};

/*! Runs one script beside the socks: what of scripts needs a JavaScript engine, which not every build has.
 *  Path    the window's scripts, Swarm → [this] → socks
 *  Shape   load again keeps peers and variables; a script that does not load leaves the one that runs. A sock whose
 *          codec is raw has that of the script as long as it runs
 *  Units   none
 *  Errors  load answers what is wrong; what a call throws comes by said
 *  Thread  that of the socks
 *  Source  none
 */
class ScriptRunner : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    virtual std::optional<ScriptLine> load(const QString &source, const QString &name) = 0;
    virtual void addSock(BaseSock *sock, const QString &name) = 0;
    virtual ScriptFigures figures() const = 0;

Q_SIGNALS:
    void said(const SockScope::ScriptLine &line);
};

struct ScriptSetup
{
    quint64 seed = 0; ///< of Math.random
    QCborMap vars;    ///< what vars holds at first
};

/// Makes one in the calling thread.
using ScriptRunnerFactory = std::function<std::unique_ptr<ScriptRunner>(const ScriptSetup &setup)>;

} // namespace SockScope
