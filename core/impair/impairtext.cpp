#include "core/impair/impairtext.h"

#include <QCoreApplication>

#include "core/filter/filter.h"
#include "core/impair/impairlexer_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

QString impairTr(const char *text)
{
    return QCoreApplication::translate("SockScope::Impair", text);
}

namespace {

QString tr(const char *text)
{
    return impairTr(text);
}

QString timeText(qint64 ns)
{
    if (ns % 1'000'000'000 == 0)
        return u"%1s"_s.arg(ns / 1'000'000'000);
    if (ns % 1'000'000 == 0)
        return u"%1ms"_s.arg(ns / 1'000'000);
    if (ns % 1000 == 0)
        return u"%1us"_s.arg(ns / 1000);
    return u"%1ns"_s.arg(ns);
}

QString chanceText(double chance)
{
    QString digits = QString::number(chance * 100, 'f', 12);
    while (digits.endsWith(u'0'))
        digits.chop(1);
    if (digits.endsWith(u'.'))
        digits.chop(1);
    return digits + u'%';
}

QString rateText(qint64 bits)
{
    if (bits % 1'000'000 == 0)
        return u"%1mbit"_s.arg(bits / 1'000'000);
    if (bits % 1000 == 0)
        return u"%1kbit"_s.arg(bits / 1000);
    return u"%1bit"_s.arg(bits);
}

QString quotedText(const QString &text)
{
    QString result(u'"');
    for (const QChar c : text) {
        if (c == u'"' || c == u'\\')
            result += u'\\';
        result += c;
    }
    return result + u'"';
}

QString shapeText(JitterShape shape)
{
    switch (shape) {
    case JitterShape::Normal:
        return u"normal"_s;
    case JitterShape::Pareto:
        return u"pareto"_s;
    case JitterShape::Uniform:
        break;
    }
    return u"uniform"_s;
}

} // namespace

QString ImpairError::toString() const
{
    const QString text = tr("column %1: %2").arg(column + 1).arg(what);
    return remedy.isEmpty() ? text : text + u": "_s + remedy;
}

const QList<ImpairPreset> &impairPresets()
{
    static const QList<ImpairPreset> presets{
        {u"wifi"_s, u"delay 3ms 2ms distribution pareto loss burst 0.5% 3 rate 50mbit limit 1000"_s},
        {u"3g"_s, u"delay 100ms 30ms distribution normal loss burst 1% 4 rate 1600kbit limit 200"_s},
        {u"satellite"_s, u"delay 300ms 10ms distribution normal loss 0.5% rate 10mbit limit 1000"_s},
        {u"lossy-lan"_s, u"delay 1ms 500us loss 5% duplicate 1% corrupt 0.1% reorder 2% limit 1000"_s}};
    return presets;
}

QString impairProblem(const ImpairSpec &spec)
{
    const BurstLoss burst = spec.burstLoss.value_or(BurstLoss());
    for (const double chance : {spec.loss, spec.duplicate, spec.corrupt, spec.reorder, burst.toBad, burst.toGood,
                                burst.lossInBad, burst.lossInGood}) {
        if (!(chance >= 0 && chance <= 1))
            return tr("a chance is not between 0 and 1");
    }
    for (const qint64 ns : {spec.delayNs, spec.jitterNs}) {
        if (ns < 0 || ns > ImpairSpec::maximumDelayNs)
            return tr("a time is negative or longer than an hour");
    }
    if (spec.rateBitsPerSecond < 0 || spec.rateBitsPerSecond > ImpairSpec::maximumRate)
        return tr("the rate is out of range");
    if (spec.limit < 1 || spec.limit > ImpairSpec::maximumLimit)
        return tr("the limit is not between 1 and %1").arg(ImpairSpec::maximumLimit);
    if (spec.corruptPlaces < 1 || spec.corruptPlaces > ImpairSpec::maximumCorruptPlaces || spec.reorderGap < 1)
        return tr("a count is out of range");
    FilterError reason;
    if (!Filter::compile(spec.filter, &reason))
        return reason.toString();
    return {};
}

QString impairText(const ImpairSpec &spec)
{
    QStringList words;
    if (spec.inbound != spec.outbound)
        words += spec.inbound ? u"in:"_s : u"out:"_s;
    if (!spec.peer.isNull())
        words += u"peer "_s + (spec.peer.port() == 0 ? spec.peer.addressString() : spec.peer.toString());
    if (spec.type)
        words += u"type "_s + (spec.type->isName() ? quotedText(spec.type->name()) : spec.type->toString());
    if (!spec.filter.isEmpty())
        words += u"filter "_s + quotedText(spec.filter);
    const qsizetype conditions = words.size();
    if (spec.delayNs > 0 || spec.jitterNs > 0)
        words += u"delay "_s + timeText(spec.delayNs);
    if (spec.jitterNs > 0)
        words += timeText(spec.jitterNs) + u" distribution "_s + shapeText(spec.jitterShape);
    if (const auto &burst = spec.burstLoss) {
        words += u"loss gemodel "_s + QStringList{chanceText(burst->toBad), chanceText(burst->toGood),
                                                  chanceText(burst->lossInBad), chanceText(burst->lossInGood)}
                                          .join(u' ');
    } else if (spec.loss > 0) {
        words += u"loss "_s + chanceText(spec.loss);
    }
    if (spec.duplicate > 0)
        words += u"duplicate "_s + chanceText(spec.duplicate);
    if (spec.corrupt > 0) {
        words += u"corrupt "_s + chanceText(spec.corrupt);
        if (spec.corruptPlaces > 1 || spec.corruptBytes)
            words += u"%1 %2"_s.arg(spec.corruptPlaces).arg(spec.corruptBytes ? u"bytes"_s : u"bits"_s);
    }
    if (spec.reorder > 0) {
        words += u"reorder "_s + chanceText(spec.reorder);
        if (spec.reorderGap > 1)
            words += u"gap %1"_s.arg(spec.reorderGap);
    }
    if (spec.rateBitsPerSecond > 0)
        words += u"rate "_s + rateText(spec.rateBitsPerSecond);
    if (words.size() == conditions)
        words += u"loss 0%"_s;
    if (spec.limit != ImpairSpec().limit)
        words += u"limit %1"_s.arg(spec.limit);
    if (spec.seed)
        words += u"seed %1"_s.arg(*spec.seed);
    return words.join(u' ');
}

QList<std::pair<QString, QString>> impairWords()
{
    return {{u"delay TIME [JITTER]"_s, tr("each message waits so long; without a unit only 0")},
            {u"distribution NAME"_s, tr("of the jitter: uniform, normal or pareto")},
            {u"loss PERCENT"_s, tr("so many are dropped")},
            {u"loss burst PERCENT N"_s, tr("the same, N in a row on average")},
            {u"loss gemodel P [R [1-H [1-K]]]"_s, tr("Gilbert and Elliott's model, as netem has it")},
            {u"duplicate PERCENT"_s, tr("so many come twice")},
            {u"corrupt PERCENT [N bits|bytes]"_s, tr("in so many N bits or bytes change")},
            {u"reorder PERCENT [gap N]"_s, tr("so many do not wait, and overtake the others")},
            {u"rate RATE"_s, tr("as on a link of so many kbit, mbit, gbit (bits) or kbps, mbps (bytes) a second")},
            {u"limit N"_s, tr("at most N messages wait, more are dropped (default: 1000)")},
            {u"seed N"_s, tr("the same seed drops the same messages")},
            {u"peer ADDRESS"_s, tr("only this peer's messages")},
            {u"type T"_s, tr("only messages of this type")},
            {u"filter 'F'"_s, tr("only messages that pass the filter, in the log's language")}};
}

} // namespace SockScope
