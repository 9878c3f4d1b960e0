#include "ui/models/filtercompletion.h"

#include <QCoreApplication>

#include <algorithm>

#include "core/filter/filterfields.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Expected = CompletionContext::Expected;

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::FilterCompletion", text);
}

struct Candidate
{
    QString text;
    QString help;
    bool goesOn = false; ///< something must follow: a space is written as well
};

std::vector<Candidate> fields(const SeenValues &seen)
{
    std::vector<Candidate> result;
    for (const FilterFieldInfo &field : filterFields())
        result.push_back({field.name, field.help, field.kind != FilterKind::Flag && field.kind != FilterKind::Data});
    for (const SeenField &field : seen.fields) {
        if (field.path == "data"_L1)
            continue;
        const QString example =
            field.values.isEmpty() ? field.kind : tr("%1, such as %2").arg(field.kind, field.values.first());
        result.push_back({field.path, example, true});
    }
    return result;
}

std::vector<Candidate> operators(FilterKind kind)
{
    std::vector<Candidate> result;
    for (const QString &op : filterOperators(kind))
        result.push_back({op, filterOperatorHelp(op), true});
    return result;
}

std::vector<Candidate> all(const QStringList &values, const QString &help)
{
    std::vector<Candidate> result;
    for (const QString &value : values)
        result.push_back({value, help});
    return result;
}

std::vector<Candidate> values(const CompletionContext &context, const SeenValues &seen)
{
    switch (context.kind) {
    case FilterKind::Direction:
        return {{u"in"_s, tr("received")}, {u"out"_s, tr("sent")}};
    case FilterKind::Peer:
        return all(seen.peers, tr("peer"));
    case FilterKind::Address:
        return all(seen.addresses, tr("address"));
    case FilterKind::Type:
        return all(seen.types, tr("type"));
    case FilterKind::Outcome:
        return all(filterOutcomes(), tr("outcome"));
    case FilterKind::Text:
        return context.field == "sock"_L1 ? all(seen.socks, tr("socket")) : std::vector<Candidate>();
    case FilterKind::Number:
        return context.field == "peer.port"_L1 ? all(seen.ports, tr("port")) : std::vector<Candidate>();
    case FilterKind::Data:
        if (const SeenField *field = seen.field(context.field))
            return all(field->values, tr("seen lately"));
        return {};
    case FilterKind::Seconds:
    case FilterKind::Bytes:
    case FilterKind::Flag:
        break;
    }
    return {};
}

std::vector<Candidate> candidates(const CompletionContext &context, const SeenValues &seen, bool asked)
{
    switch (context.expected) {
    case Expected::Field:
        return asked || !context.prefix.isEmpty() ? fields(seen) : std::vector<Candidate>();
    case Expected::Operator:
        return asked || !context.prefix.isEmpty() ? operators(context.kind) : std::vector<Candidate>();
    case Expected::Value:
        return values(context, seen);
    case Expected::Joint:
        if (asked)
            return {{u"&&"_s, tr("and: both hold"), true}, {u"||"_s, tr("or: one of them holds"), true}};
        break;
    case Expected::Nothing:
        break;
    }
    return {};
}

/// The characters that are matched: without quotation marks.
QStringView bare(QStringView text)
{
    return text.startsWith(u'"') ? text.mid(1) : text;
}

} // namespace

std::vector<Completion> FilterCompletion::complete(const QString &text, int cursor, const SeenValues &seen, bool asked)
{
    const CompletionContext context = completionContext(text, cursor);
    std::vector<Completion> begins;
    std::vector<Completion> contains;
    const QStringView prefix = context.prefix;
    for (const Candidate &candidate : candidates(context, seen, asked)) {
        const QStringView matched = bare(candidate.text);
        const bool starts = matched.startsWith(prefix, Qt::CaseInsensitive);
        if (!starts && !matched.contains(prefix, Qt::CaseInsensitive))
            continue;
        if (candidate.text == text.mid(context.from, context.length))
            continue; // it stands there already
        const int end = context.from + context.length;
        const bool spaced = end < text.size() && text.at(end).isSpace();
        (starts ? begins : contains)
            .push_back({candidate.text, candidate.help, context.from, context.length,
                        candidate.goesOn && !spaced ? candidate.text + u' ' : candidate.text});
    }
    begins.insert(begins.end(), contains.begin(), contains.end());
    if (begins.size() > maximum)
        begins.resize(maximum);
    return begins;
}

} // namespace SockScope
