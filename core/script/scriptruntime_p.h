#pragma once

#include <QJSEngine>
#include <QStringList>

#include <functional>
#include <optional>

#include "core/script/scripterror.h"
#include "core/script/scriptwatch_p.h"

namespace SockScope {

/*! One JavaScript engine with one script in it.
 *  Path    ScriptEngine, ScriptCodec → [this] → QJSEngine
 *  Shape   what a call answers is read inside it, for reading may run the script's getters. A script that was
 *          interrupted has ended: its functions are called no more
 *  Units   milliseconds of processor time a call
 *  Errors  ScriptError of what was thrown, wherever in the script
 *  Thread  one
 *  Source  none
 */
class ScriptRuntime
{
public:
    /// A buffer, list or text that is made in one go may have so many: that is native code, which no watchdog ends.
    static constexpr qint64 maximumBytesAtOnce = 64 * 1024 * 1024;

    ScriptRuntime(const QString &source, const QString &file, std::chrono::milliseconds limit);

    /// Runs the script's own code; set up the engine's global object before.
    std::optional<ScriptError> evaluate();
    bool has(const QString &function) const;
    /// of may be anything that is callable; into sees what it answered.
    std::optional<ScriptError> call(const QString &function, const QJSValueList &arguments,
                                    const std::function<void(const QJSValue &)> &into = {});
    bool hasEnded() const { return m_hasEnded; }
    QJSEngine &engine() { return m_engine; }
    const QString &file() const { return m_file; }

private:
    class Watched;
    ScriptError errorOf(const QJSValue &error, const QStringList &trace) const;
    int columnIn(int line, const QString &what) const;
    ScriptError overrun(const QString &function);

    QJSEngine m_engine;
    ScriptWatch m_watch;
    QJSValue m_guard; ///< calls a function, and makes an Error of what is thrown and is none
    const QString m_source;
    const QString m_file;
    const std::chrono::milliseconds m_limit;
    int m_depth = 0;
    bool m_hasEnded = false;
};

} // namespace SockScope
