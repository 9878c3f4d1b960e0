#include "core/script/scriptruntime_p.h"

#include <QRegularExpression>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// The engine gives its errors the name as an address.
QString plainFile(QString file)
{
    if (file.startsWith("file://"_L1))
        return file.sliced(7);
    return file.startsWith("file:"_L1) ? file.sliced(5) : file;
}

} // namespace

/// The outermost call's time is that of all inside it.
class ScriptRuntime::Watched
{
public:
    explicit Watched(ScriptRuntime &runtime)
        : m_runtime(runtime)
    {
        if (m_runtime.m_depth++ == 0)
            m_runtime.m_watch.begin();
    }
    ~Watched()
    {
        if (!m_ended)
            end();
    }
    Watched(const Watched &) = delete;
    Watched &operator=(const Watched &) = delete;

    /// True when the script ran too long.
    bool end()
    {
        m_ended = true;
        if (--m_runtime.m_depth > 0)
            return m_runtime.m_engine.isInterrupted();
        return m_runtime.m_watch.end();
    }

private:
    ScriptRuntime &m_runtime;
    bool m_ended = false;
};

ScriptRuntime::ScriptRuntime(const QString &source, const QString &file, std::chrono::milliseconds limit)
    : m_watch(m_engine, limit)
    , m_source(source)
    , m_file(file)
    , m_limit(limit)
{
    m_engine
        .evaluate(uR"((function (limit, globals) {
        const refuse = function (count, bytes, what) {
            if (typeof count === 'number' && count * bytes > limit)
                throw new RangeError(what + ' of more than ' + limit + ' bytes');
        };
        const bounded = function (name, bytes) {
            const Made = globals[name];
            if (!Made)
                return;
            // A Proxy would do, but instanceof does not know it here.
            const Bounded = function (...values) {
                if (values.length === 1 || bytes === 1)
                    refuse(values[0], bytes, name);
                if (new.target === undefined)
                    return Made.apply(this, values);
                return Reflect.construct(Made, values, new.target === Bounded ? Made : new.target);
            };
            Bounded.prototype = Made.prototype;
            for (const key of Object.getOwnPropertyNames(Made)) {
                if (!['length', 'name', 'prototype', 'caller', 'arguments'].includes(key))
                    Bounded[key] = Made[key];
            }
            Made.prototype.constructor = globals[name] = Bounded;
        };
        bounded('ArrayBuffer', 1);
        bounded('SharedArrayBuffer', 1);
        bounded('Array', 8);
        for (const kind of ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64'])
            bounded(kind + 'Array', globals[kind + 'Array'].BYTES_PER_ELEMENT);
        const from = Array.from;
        globals.Array.from = function (items, ...others) {
            refuse(items && items.length, 8, 'Array');
            return from.call(this === undefined ? Array : this, items, ...others);
        };
        const fill = Array.prototype.fill;
        Array.prototype.fill = function (...values) {
            refuse(this.length, 8, 'Array');
            return fill.apply(this, values);
        };
        const text = String.prototype;
        const repeat = text.repeat;
        text.repeat = function (count) {
            refuse(count * this.length, 2, 'a text');
            return repeat.call(this, count);
        };
        for (const name of ['padStart', 'padEnd']) {
            const pad = text[name];
            if (!pad)
                continue;
            text[name] = function (length, filler) {
                refuse(length, 2, 'a text');
                return filler === undefined ? pad.call(this, length) : pad.call(this, length, filler);
            };
        }
    }))"_s,
                  u"limits"_s)
        .call({QJSValue(double(maximumBytesAtOnce)), m_engine.globalObject()});
    m_guard = m_engine.evaluate(uR"((function (Error, String) {
        return function (call, values) {
            try {
                return call.apply(undefined, values);
            } catch (thrown) {
                if (thrown instanceof Error)
                    throw thrown;
                throw new Error('threw ' + String(thrown) + '; throw new Error(…) instead to see the line');
            }
        };
    })(Error, String))"_s,
                                u"guard"_s);
}

std::optional<ScriptError> ScriptRuntime::evaluate()
{
    Watched watched(*this);
    QStringList trace;
    const QJSValue result = m_engine.evaluate(m_source, m_file, 1, &trace);
    std::optional<ScriptError> error;
    if (result.isError() || !trace.isEmpty())
        error = errorOf(result, trace);
    if (watched.end())
        return overrun(u"the script's own code"_s);
    return error;
}

bool ScriptRuntime::has(const QString &function) const
{
    return m_engine.globalObject().property(function).isCallable();
}

std::optional<ScriptError> ScriptRuntime::call(const QString &function, const QJSValueList &arguments,
                                               const std::function<void(const QJSValue &)> &into)
{
    if (m_hasEnded)
        return ScriptError{m_file, 0, 0, u"the script was ended"_s, u"mend it and load it again"_s};
    Watched watched(*this);
    QJSValue list = m_engine.newArray(static_cast<uint>(arguments.size()));
    for (qsizetype i = 0; i < arguments.size(); ++i)
        list.setProperty(static_cast<quint32>(i), arguments[i]);
    const QJSValue result = m_guard.call({m_engine.globalObject().property(function), list});
    std::optional<ScriptError> error;
    if (result.isError())
        error = errorOf(result, {});
    else if (into)
        into(result);
    if (watched.end())
        return overrun(function);
    return error;
}

ScriptError ScriptRuntime::overrun(const QString &function)
{
    m_hasEnded = true;
    m_engine.collectGarbage();
    return {m_file, 0, 0, u"%1 ran longer than %2 ms: the script was ended"_s.arg(function).arg(m_limit.count()),
            u"do less in one call, then load it again"_s};
}

ScriptError ScriptRuntime::errorOf(const QJSValue &error, const QStringList &trace) const
{
    ScriptError result;
    result.file = m_file;
    result.what = error.toString();
    // Frames are "name@file:line", the innermost first; those of ours are not what the script's author wrote.
    const QStringList frames = error.property(u"stack"_s).toString().split(u'\n');
    for (const QString &frame : frames) {
        const qsizetype at = frame.indexOf(u'@');
        const qsizetype colon = frame.lastIndexOf(u':');
        if (at >= 0 && colon > at && plainFile(frame.sliced(at + 1, colon - at - 1)) == m_file) {
            result.line = frame.sliced(colon + 1).toInt();
            break;
        }
    }
    // "name:line:column:file", of what the evaluation of the whole script threw.
    static const QRegularExpression traced(u"^[^:]*:(-?\\d+):(-?\\d+):(.*)$"_s);
    for (const QString &frame : trace) {
        const auto match = traced.match(frame);
        if (!match.hasMatch() || plainFile(match.captured(3)) != m_file)
            continue;
        if (result.line == 0)
            result.line = match.captured(1).toInt();
        if (result.line == match.captured(1).toInt())
            result.column = qMax(0, match.captured(2).toInt());
        break;
    }
    if (result.line > 0 && result.column == 0)
        result.column = columnIn(result.line, result.what);
    if (!error.isError())
        result.what = u"threw "_s + result.what;
    return result;
}

int ScriptRuntime::columnIn(int line, const QString &what) const
{
    const QString text = m_source.section(u'\n', line - 1, line - 1);
    static const QRegularExpression quoted(u"'([^']+)'|^ReferenceError: (\\S+) "_s);
    const auto match = quoted.match(what);
    if (!match.hasMatch())
        return 0;
    const QString name = match.captured(1).isEmpty() ? match.captured(2) : match.captured(1);
    const QRegularExpression whole(u"(?<![\\w$])%1(?![\\w$])"_s.arg(QRegularExpression::escape(name)));
    const auto first = whole.match(text);
    if (!first.hasMatch() || whole.match(text, first.capturedEnd()).hasMatch())
        return 0;
    return static_cast<int>(first.capturedStart()) + 1;
}

} // namespace SockScope
