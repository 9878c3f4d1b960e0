#include "app/common/impairoptions.h"

#include <QCoreApplication>
#include <QStringList>

#include "app/common/commandline.h"
#include "app/common/jsontext.h"
#include "core/basesock.h"
#include "core/impair/impairtext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::ImpairOptions", text);
}

QString statsText(const QString &direction, const ImpairStats &stats)
{
    QStringList parts{tr("%1 %2 messages").arg(direction).arg(stats.applied)};
    const auto add = [&parts](quint64 count, const QString &what) {
        if (count > 0)
            parts += what.arg(count);
    };
    add(stats.lost, tr("%1 lost"));
    add(stats.delayed, tr("%1 delayed"));
    add(stats.duplicated, tr("%1 copied"));
    add(stats.corrupted, tr("%1 corrupted"));
    add(stats.overtook, tr("%1 overtook others"));
    add(stats.queueFull, tr("%1 dropped by a full queue"));
    add(static_cast<quint64>(stats.highWater), tr("at most %1 waited"));
    return parts.join(u", "_s);
}

QByteArray statsJson(const ImpairStats &stats)
{
    JsonText json;
    json.add("applied"_L1, stats.applied).add("lost"_L1, stats.lost).add("delayed"_L1, stats.delayed);
    json.add("duplicated"_L1, stats.duplicated).add("corrupted"_L1, stats.corrupted);
    json.add("overtook"_L1, stats.overtook).add("queueFull"_L1, stats.queueFull);
    json.add("highWater"_L1, qint64(stats.highWater));
    return json.object();
}

} // namespace

void addImpairOptions(CommandLine *line)
{
    line->add({u"impair"_s, u"WORDS"_s,
               tr("A bad network for the messages that come and go, or with \"in:\" or \"out:\" before the words for\n"
                  "those alone (may be repeated: the first that applies to a message counts)."),
               true});
    line->add({u"impair-seed"_s, u"N"_s,
               tr("The same seed drops the same messages; without it each run has another, which is reported.")});
    QString note = tr("WORDS are those of netem, as in --impair 'out: delay 100ms 10ms loss 1%':");
    for (const auto &[word, does] : impairWords())
        note += u"\n  "_s + word.leftJustified(34) + does;
    note += u'\n' + tr("or begin with a preset:");
    for (const ImpairPreset &preset : impairPresets())
        note += u"\n  "_s + preset.name.leftJustified(11) + preset.words;
    line->addNote(note);
}

std::optional<ImpairRequest> ImpairRequest::read(const CommandLine &line, UsageError *error)
{
    ImpairRequest request;
    for (const QString &words : line.values(u"impair"_s)) {
        ImpairError reason;
        const auto spec = parseImpair(words, &reason);
        if (!spec) {
            *error = {tr("--impair, column %1: %2").arg(reason.column + 1).arg(reason.what), reason.remedy};
            return std::nullopt;
        }
        request.specs.append(*spec);
    }
    const auto seed = line.number(u"impair-seed"_s, 0, 1'000'000'000'000'000, 0, error);
    if (!seed)
        return std::nullopt;
    if (line.isSet(u"impair-seed"_s))
        request.seed = static_cast<quint64>(*seed);
    return request;
}

QList<ImpairSpec> ImpairRequest::before(const QList<ImpairSpec> &others) const
{
    QList<ImpairSpec> all = specs + others;
    for (ImpairSpec &spec : all) {
        if (!spec.seed)
            spec.seed = seed;
    }
    return all;
}

QStringList impairLines(const BaseSock &sock)
{
    QStringList lines;
    for (const ImpairReport &report : sock.impairReports()) {
        ImpairSpec words = report.spec;
        words.seed = report.seed;
        QStringList parts;
        if (report.spec.inbound)
            parts += statsText(tr("in"), report.in);
        if (report.spec.outbound)
            parts += statsText(tr("out"), report.out);
        lines += tr("impairment ") + impairText(words) + u": "_s + parts.join(u"; "_s);
    }
    return lines;
}

QByteArray impairJson(const BaseSock &sock)
{
    QByteArray list;
    for (const ImpairReport &report : sock.impairReports()) {
        JsonText json;
        json.add("words"_L1, impairText(report.spec)).add("seed"_L1, report.seed);
        json.addJson("in"_L1, statsJson(report.in)).addJson("out"_L1, statsJson(report.out));
        list += (list.isEmpty() ? "" : ",") + json.object();
    }
    return '[' + list + ']';
}

} // namespace SockScope
