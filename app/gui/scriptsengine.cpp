#include "app/gui/scriptsengine.h"

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/script/scriptengine.h"
#include "ui/inspectorwindow.h"
#include "ui/models/scripts.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// A script with decode or encode is the codec of the socks whose bytes nobody else reads, as long as it runs.
class EngineRunner : public ScriptRunner
{
public:
    EngineRunner()
    {
        connect(&m_engine, &ScriptEngine::logged, this, [this](const QString &text) {
            Q_EMIT said({text, 0, 0, false});
        });
        connect(&m_engine, &ScriptEngine::failed, this,
                [this](const ScriptError &error) { Q_EMIT said(lineOf(error)); });
    }

    std::optional<ScriptLine> load(const QString &source, const QString &name) override
    {
        if (const auto error = m_engine.load(source, name))
            return lineOf(*error);
        return std::nullopt;
    }
    void addSock(BaseSock *sock, const QString &name) override
    {
        m_engine.addSock(sock, name);
        if (!sock->codec() || sock->codec()->name() == u"raw"_s)
            m_engine.lendCodec(sock);
    }
    ScriptFigures figures() const override
    {
        const ScriptStats stats = m_engine.stats();
        return {stats.calls, stats.errors, stats.sent, stats.refused, stats.droppedLogLines, stats.hasEnded};
    }

private:
    static ScriptLine lineOf(const ScriptError &error) { return {error.toString(), error.line, error.column, true}; }

    ScriptEngine m_engine;
};

} // namespace

void addScripts(InspectorWindow &window)
{
    window.scripts()->setFactory([]() -> std::unique_ptr<ScriptRunner> { return std::make_unique<EngineRunner>(); });
}

} // namespace SockScope
