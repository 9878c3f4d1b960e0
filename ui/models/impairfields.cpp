#include "ui/models/impairfields.h"

#include <QCoreApplication>

#include <cmath>

#include "core/filter/filter.h"
#include "core/impair/impairtext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SockScope::ImpairFields", text);
}

/// What impairText writes behind the word.
QString argumentsOf(const ImpairSpec &spec, const QString &word)
{
    const QString text = impairText(spec);
    return text.startsWith(word + u' ') ? text.sliced(word.size() + 1) : QString();
}

QString lossText(double loss)
{
    ImpairSpec only;
    only.loss = loss;
    return argumentsOf(only, u"loss"_s);
}

bool isNear(double a, double b)
{
    return std::abs(a - b) < 1e-9;
}

/// Bursts of a whole length that lose all are told by share and length, others by netem's model.
void setBurst(const BurstLoss &burst, ImpairFields *fields)
{
    const double length = burst.toGood > 0 ? 1 / burst.toGood : 0;
    if (isNear(burst.lossInBad, 1) && isNear(burst.lossInGood, 0) && burst.toBad > 0 && std::round(length) >= 1 &&
        isNear(burst.toGood, 1 / std::round(length))) {
        const double share = burst.toBad / (burst.toBad + burst.toGood);
        fields->texts[ImpairFields::Loss] = lossText(std::round(share * 1e9) / 1e9);
        fields->texts[ImpairFields::Burst] = QString::number(std::llround(length));
        return;
    }
    ImpairSpec only;
    only.burstLoss = burst;
    fields->texts[ImpairFields::Loss] = argumentsOf(only, u"loss"_s);
}

} // namespace

QString ImpairFields::word(Field field)
{
    static const std::array<QString, FieldCount> words{
        u"peer"_s,      u"type"_s,    u"filter"_s, u"delay"_s,   QString(), u"loss"_s, QString(), // Burst
        u"duplicate"_s, u"corrupt"_s, QString(),   u"reorder"_s, u"gap"_s,  u"rate"_s, u"limit"_s, u"seed"_s};
    return field < FieldCount ? words[field] : QString();
}

ImpairFields ImpairFields::of(const ImpairSpec &spec)
{
    ImpairFields fields;
    fields.inbound = spec.inbound;
    fields.outbound = spec.outbound;
    fields.jitterShape = spec.jitterShape;
    fields.corruptBytes = spec.corruptBytes;
    const auto set = [&](Field field, const auto &choose) {
        ImpairSpec only;
        choose(only);
        // "loss 0%" stands behind conditions that nothing follows.
        fields.texts[field] = argumentsOf(only, word(field)).remove(u" loss 0%"_s);
    };
    if (!spec.peer.isNull())
        set(Peer, [&](ImpairSpec &only) { only.peer = spec.peer; });
    if (spec.type)
        set(Type, [&](ImpairSpec &only) { only.type = spec.type; });
    fields.texts[FilterField] = spec.filter;
    if (spec.delayNs > 0)
        set(Delay, [&](ImpairSpec &only) { only.delayNs = spec.delayNs; });
    if (spec.jitterNs > 0) {
        ImpairSpec only;
        only.delayNs = spec.jitterNs;
        fields.texts[Jitter] = argumentsOf(only, u"delay"_s);
    }
    if (spec.burstLoss)
        setBurst(*spec.burstLoss, &fields);
    else if (spec.loss > 0)
        fields.texts[Loss] = lossText(spec.loss);
    if (spec.duplicate > 0)
        set(Duplicate, [&](ImpairSpec &only) { only.duplicate = spec.duplicate; });
    if (spec.corrupt > 0) {
        set(Corrupt, [&](ImpairSpec &only) { only.corrupt = spec.corrupt; });
        if (spec.corruptPlaces != 1 || spec.corruptBytes)
            fields.texts[Places] = QString::number(spec.corruptPlaces);
    }
    if (spec.reorder > 0) {
        set(Reorder, [&](ImpairSpec &only) { only.reorder = spec.reorder; });
        if (spec.reorderGap != 1)
            fields.texts[Gap] = QString::number(spec.reorderGap);
    }
    if (spec.rateBitsPerSecond > 0)
        set(Rate, [&](ImpairSpec &only) { only.rateBitsPerSecond = spec.rateBitsPerSecond; });
    if (spec.limit != ImpairSpec().limit)
        fields.texts[Limit] = QString::number(spec.limit);
    if (spec.seed)
        fields.texts[Seed] = QString::number(*spec.seed);
    return fields;
}

std::optional<ImpairSpec> ImpairFields::read(Error *error) const
{
    ImpairSpec spec;
    spec.inbound = inbound;
    spec.outbound = outbound;
    Error wrong;
    const auto fail = [&wrong](Field field, const QString &text) {
        if (wrong.field == FieldCount)
            wrong = {field, text};
    };
    const auto text = [this](Field field) { return texts[field].trimmed(); };
    // One word of the language with what was typed behind it; the others of the language are not to be written there.
    const auto read = [&](Field field, const QString &before, const QString &after,
                          bool oneWord = true) -> std::optional<ImpairSpec> {
        const QString typed = text(field);
        if (typed.isEmpty())
            return std::nullopt;
        if (oneWord && typed.contains(u' ')) {
            fail(field, tr("one value, without blanks"));
            return std::nullopt;
        }
        ImpairError reason;
        auto result = parseImpair(before + u' ' + typed + after, &reason);
        if (!result)
            fail(field, reason.what + u": "_s + reason.remedy);
        return result;
    };
    const QString filler = u" loss 0%"_s;
    if (const auto one = read(Peer, u"peer"_s, filler))
        spec.peer = one->peer;
    const QString type = text(Type); // quoted: a name, even of digits or with blanks
    const bool quoted = type.size() > 1 && type.startsWith(u'"') && type.endsWith(u'"');
    if (const qint64 number = type.toLongLong(); number != 0 || type == u"0"_s)
        spec.type = MessageType(number);
    else if (!type.isEmpty() && !(spec.type = MessageType::tryFromName(quoted ? type.sliced(1).chopped(1) : type)))
        fail(Type, tr("cannot be a message type: write a number or a shorter name"));
    spec.filter = text(FilterField);
    FilterError filterError;
    if (!Filter::compile(spec.filter, &filterError))
        fail(FilterField, tr("column %1: %2").arg(filterError.column + 1).arg(filterError.what));
    if (const auto one = read(Delay, u"delay"_s, {}))
        spec.delayNs = one->delayNs;
    if (const auto one = read(Jitter, u"delay"_s, {}))
        spec.jitterNs = one->delayNs;
    if (spec.jitterNs > 0)
        spec.jitterShape = jitterShape;
    if (const QString burst = text(Burst); burst.isEmpty()) {
        const bool model = text(Loss).startsWith(u"gemodel"_s);
        if (const auto one = read(Loss, u"loss"_s, {}, !model)) {
            spec.loss = one->loss;
            spec.burstLoss = one->burstLoss;
        }
    } else if (text(Loss).isEmpty()) {
        fail(Burst, tr("nothing is lost: write a share of loss beside it"));
    } else if (const auto share = read(Loss, u"loss"_s, {})) {
        if (const auto one = read(Burst, u"loss burst "_s + text(Loss), {}))
            spec.burstLoss = one->burstLoss;
    }
    if (const auto one = read(Duplicate, u"duplicate"_s, {}))
        spec.duplicate = one->duplicate;
    if (const auto one = read(Corrupt, u"corrupt"_s, {}))
        spec.corrupt = one->corrupt;
    if (spec.corrupt > 0) {
        spec.corruptBytes = corruptBytes;
        if (const auto one = read(Places, u"corrupt 1%"_s, corruptBytes ? u" bytes"_s : u" bits"_s))
            spec.corruptPlaces = one->corruptPlaces;
    }
    if (const auto one = read(Rate, u"rate"_s, {}))
        spec.rateBitsPerSecond = one->rateBitsPerSecond;
    if (const auto one = read(Reorder, u"delay 1ms reorder"_s, {}))
        spec.reorder = one->reorder;
    if (spec.reorder > 0) {
        if (spec.delayNs == 0 && spec.jitterNs == 0 && spec.rateBitsPerSecond == 0)
            fail(Reorder, tr("nothing waits that could be overtaken: write a delay as well"));
        if (const auto one = read(Gap, u"delay 1ms reorder 1% gap"_s, {}))
            spec.reorderGap = one->reorderGap;
    } else if (!text(Gap).isEmpty()) {
        fail(Gap, tr("nothing is reordered: write a share beside it"));
    }
    if (const auto one = read(Limit, u"loss 0% limit"_s, {}))
        spec.limit = one->limit;
    if (const auto one = read(Seed, u"loss 0% seed"_s, {}))
        spec.seed = one->seed;
    if (wrong.field == FieldCount)
        return spec;
    if (error)
        *error = wrong;
    return std::nullopt;
}

} // namespace SockScope
