#include "core/script/enginerunner.h"

#include "core/basesock.h"
#include "core/codec/codec.h"
#include "core/script/scriptengine.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

class EngineRunner : public ScriptRunner
{
public:
    explicit EngineRunner(const ScriptSetup &setup)
        : m_engine(optionsOf(setup))
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
    static ScriptOptions optionsOf(const ScriptSetup &setup)
    {
        ScriptOptions options;
        options.seed = setup.seed;
        options.vars = setup.vars;
        return options;
    }
    static ScriptLine lineOf(const ScriptError &error) { return {error.toString(), error.line, error.column, true}; }

    ScriptEngine m_engine;
};

} // namespace

std::unique_ptr<ScriptRunner> makeEngineRunner(const ScriptSetup &setup)
{
    return std::make_unique<EngineRunner>(setup);
}

} // namespace SockScope
