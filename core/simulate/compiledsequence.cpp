#include "core/simulate/compiledsequence_p.h"

#include <QRegularExpression>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Kind = SequenceStep::Kind;

QString titleOf(const SequenceStep &step)
{
    if (!step.name.isEmpty())
        return step.name;
    const auto shown = [](const QString &text) { return text.size() > 60 ? text.first(60) + u'…' : text; };
    switch (step.kind) {
    case Kind::Send:
        return u"send %1"_s.arg(shown(step.message.type.isEmpty() ? step.message.payload : step.message.type));
    case Kind::Expect:
        return u"expect %1"_s.arg(step.filter.isEmpty() ? u"a message"_s : shown(step.filter));
    case Kind::Wait:
        return u"wait %1 ms"_s.arg(step.timeout.count());
    case Kind::Repeat:
        return u"repeat %1 times"_s.arg(step.times);
    case Kind::While:
        return u"while %1"_s.arg(shown(step.condition));
    case Kind::Branch:
        return u"if %1"_s.arg(shown(step.condition.isEmpty() ? step.filter : step.condition));
    case Kind::Set:
        return u"set %1"_s.arg(step.variable);
    case Kind::Fail:
        return u"fail"_s;
    }
    return {};
}

class Compiler
{
public:
    explicit Compiler(SimulateError *error)
        : m_error(error)
    {
    }
    bool compile(const QList<SequenceStep> &steps, const QString &path, int depth, std::vector<CompiledStep> &out)
    {
        if (depth > Sequence::maximumDepth)
            return fail(path, -1, u"steps are nested deeper than %1"_s.arg(Sequence::maximumDepth), u"flatten them"_s);
        for (const SequenceStep &step : steps) {
            if (++m_count > Sequence::maximumSteps) {
                return fail(path, -1, u"there are more than %1 steps"_s.arg(Sequence::maximumSteps),
                            u"write repeat instead of the same steps again"_s);
            }
            CompiledStep compiled;
            compiled.source = step;
            compiled.path = u"%1[%2]"_s.arg(path).arg(out.size());
            compiled.title = titleOf(step);
            if (!compile(step, depth, compiled))
                return false;
            out.push_back(std::move(compiled));
        }
        return true;
    }

private:
    bool fail(const QString &path, int column, const QString &what, const QString &remedy)
    {
        if (m_error)
            *m_error = {path, column, what, remedy};
        return false;
    }
    bool fail(const QString &path, const TemplateError &problem)
    {
        return fail(path, problem.column, problem.what, u"correct the text there"_s);
    }
    bool compile(const SequenceStep &step, int depth, CompiledStep &out)
    {
        TemplateError problem;
        if (!step.filter.isEmpty()) {
            FilterError wrong;
            out.filter = Filter::compile(step.filter, &wrong);
            if (!out.filter)
                return fail(out.path + u".filter"_s, wrong.column, wrong.what, u"correct the text there"_s);
        }
        if (!step.condition.isEmpty()) {
            out.condition = Comparison::parse(step.condition, &problem);
            if (!out.condition)
                return fail(out.path + u".condition"_s, problem);
        }
        switch (step.kind) {
        case Kind::Send:
            out.message = ComposedMessage::compile(step.message, &problem);
            return out.message || fail(out.path + u".payload"_s, problem);
        case Kind::Set: {
            static const QRegularExpression word(u"^[A-Za-z_][A-Za-z0-9_]*$"_s);
            if (!word.match(step.variable).hasMatch()) {
                return fail(out.path + u".variable"_s, -1, u"this is no name of a variable"_s,
                            u"write letters, digits and _, a letter first"_s);
            }
            out.condition = Comparison::parse(step.text, &problem);
            return out.condition || fail(out.path + u".to"_s, problem);
        }
        case Kind::Fail:
            out.text = Template::parse(step.text, TemplateSyntax::Plain, &problem);
            return out.text || fail(out.path + u".message"_s, problem);
        case Kind::While:
            if (!out.condition)
                return fail(out.path, -1, u"nothing says how long"_s, u"write \"condition\": \"n < 5\", say"_s);
            break;
        case Kind::Branch:
            if (!out.condition && !out.filter)
                return fail(out.path, -1, u"nothing says when"_s, u"write a condition or a filter"_s);
            break;
        default:
            break;
        }
        const QString inner = step.kind == Kind::Branch ? u".then"_s : u".steps"_s;
        return compile(step.steps, out.path + inner, depth + 1, out.steps) &&
               compile(step.otherwise, out.path + u".else"_s, depth + 1, out.otherwise);
    }

    SimulateError *m_error;
    int m_count = 0;
};

} // namespace

std::shared_ptr<const CompiledSequence> CompiledSequence::compile(const Sequence &sequence, SimulateError *error)
{
    auto compiled = std::make_shared<CompiledSequence>();
    return Compiler(error).compile(sequence.steps, u"steps"_s, 1, compiled->steps) ? compiled : nullptr;
}

} // namespace SockScope
