#include "core/impair/impairlexer_p.h"
#include "core/impair/impairtext.h"

#include <QHostAddress>
#include <QLocale>

#include <array>
#include <cmath>
#include <limits>

#include "core/filter/filter.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

using Word = ImpairWord;

QString tr(const char *text)
{
    return impairTr(text);
}

struct Unit
{
    QLatin1StringView name;
    double factor;
};

constexpr std::array timeUnits{Unit{"ns"_L1, 1},    Unit{"us"_L1, 1e3},   Unit{"usec"_L1, 1e3},  Unit{"usecs"_L1, 1e3},
                               Unit{"ms"_L1, 1e6},  Unit{"msec"_L1, 1e6}, Unit{"msecs"_L1, 1e6}, Unit{"s"_L1, 1e9},
                               Unit{"sec"_L1, 1e9}, Unit{"secs"_L1, 1e9}};
// As in tc(8): bit counts bits, bps bytes.
constexpr std::array rateUnits{Unit{"bit"_L1, 1},          Unit{"kbit"_L1, 1e3},         Unit{"mbit"_L1, 1e6},
                               Unit{"gbit"_L1, 1e9},       Unit{"tbit"_L1, 1e12},        Unit{"kibit"_L1, 1024},
                               Unit{"mibit"_L1, 1048576},  Unit{"gibit"_L1, 1073741824}, Unit{"bps"_L1, 8},
                               Unit{"kbps"_L1, 8e3},       Unit{"mbps"_L1, 8e6},         Unit{"gbps"_L1, 8e9},
                               Unit{"kibps"_L1, 8 * 1024}, Unit{"mibps"_L1, 8388608},    Unit{"gibps"_L1, 8589934592}};
constexpr std::array placeUnits{Unit{"bit"_L1, 0}, Unit{"bits"_L1, 0}, Unit{"byte"_L1, 1}, Unit{"bytes"_L1, 1}};

class Parser
{
public:
    Parser(const QString &text, ImpairError *error)
        : m_text(text)
        , m_error(error)
    {
    }

    std::optional<ImpairSpec> parse()
    {
        if (m_text.size() > maximumImpairCharacters)
            return fail(maximumImpairCharacters, 0, tr("the text is too long"),
                        tr("write at most %1 characters").arg(maximumImpairCharacters));
        ImpairError reason;
        const auto words = splitImpair(m_text, readImpairDirection(m_text, &m_spec), &reason);
        if (!words)
            return fail(reason.column, reason.length, reason.what, reason.remedy);
        m_words = *words;
        for (m_next = 0; m_next < m_words.size();) {
            if (!readTerm(m_words[m_next++]))
                return std::nullopt;
        }
        if (!m_acts)
            return fail(m_text.size(), 0, tr("nothing is said to happen to the messages"),
                        tr("write for example delay 100ms, loss 1% or a preset: %1").arg(presetNames()));
        return check();
    }

private:
    std::nullopt_t fail(qsizetype at, qsizetype length, const QString &what, const QString &remedy)
    {
        if (m_error)
            *m_error = {static_cast<int>(at), static_cast<int>(length), what, remedy};
        return std::nullopt;
    }
    bool wrong(const Word &word, const QString &what, const QString &remedy)
    {
        fail(word.at, word.length, what, remedy);
        return false;
    }
    /// What is quoted back to a person: never a whole wall of it.
    static QString shown(const Word &word) { return word.text.left(40); }

    static QString presetNames()
    {
        QStringList names;
        for (const ImpairPreset &preset : impairPresets())
            names.append(preset.name);
        return names.join(u", "_s);
    }

    // ---- arguments

    const Word *peek() const { return m_next < m_words.size() ? &m_words[m_next] : nullptr; }
    /// The next word, if there is one; else an error behind the last.
    const Word *argument(const Word &of, const QString &expected)
    {
        if (m_next < m_words.size())
            return &m_words[m_next++];
        const Word &last = m_words.last();
        fail(last.at + last.length, 0, tr("expected %1 behind %2").arg(expected, shown(of)), tr("write it there"));
        return nullptr;
    }
    static bool isNumber(const Word *word)
    {
        return word && !word->quoted && !word->text.isEmpty() &&
               (word->text[0].isDigit() || word->text[0] == u'.' || word->text[0] == u'-' || word->text[0] == u'+');
    }
    /// The number at the word's beginning, and the unit behind it.
    static std::optional<double> number(const Word &word, QString *unit)
    {
        qsizetype end = 0;
        while (end < word.text.size() && (word.text[end].isDigit() || word.text[end] == u'.'))
            ++end;
        bool ok = false;
        const double value = QLocale::c().toDouble(QStringView(word.text).first(end), &ok);
        *unit = word.text.sliced(end).toLower();
        return ok && std::isfinite(value) && !word.quoted ? std::optional(value) : std::nullopt;
    }
    template <size_t Size>
    static const Unit *find(const std::array<Unit, Size> &units, const QString &name)
    {
        for (const Unit &unit : units) {
            if (unit.name == name)
                return &unit;
        }
        return nullptr;
    }

    bool readTime(const Word &word, qint64 *ns)
    {
        QString name;
        const auto value = number(word, &name);
        const Unit *unit = find(timeUnits, name);
        if (!value || (!unit && (*value != 0 || !name.isEmpty())))
            return wrong(word, tr("%1 is not a time").arg(shown(word)), tr("write a number and its unit, as in 100ms"));
        const double result = *value * (unit ? unit->factor : 1);
        if (result > double(ImpairSpec::maximumDelayNs))
            return wrong(word, tr("%1 is longer than an hour").arg(shown(word)), tr("write at most 3600s"));
        *ns = std::llround(result);
        return true;
    }
    bool readChance(const Word &word, double *chance)
    {
        QString unit;
        const auto value = number(word, &unit);
        if (!value || (!unit.isEmpty() && unit != u"%"))
            return wrong(word, tr("%1 is not a percentage").arg(shown(word)), tr("write it as in 1% or 0.5%"));
        if (*value > 100)
            return wrong(word, tr("%1 is more than all").arg(shown(word)), tr("write at most 100%"));
        *chance = std::round(*value * 1e12) / 1e14; // as exactly as impairText writes it
        return true;
    }
    bool readRate(const Word &word, qint64 *bits)
    {
        QString name;
        const auto value = number(word, &name);
        const Unit *unit = find(rateUnits, name);
        if (!value || !unit)
            return wrong(word, tr("%1 is not a rate").arg(shown(word)),
                         tr("write a number and its unit: kbit, mbit, gbit a second, or kbps, mbps for bytes"));
        const double result = std::round(*value * unit->factor);
        if (result < 1 || result > double(ImpairSpec::maximumRate))
            return wrong(word, tr("a rate of %1 is out of range").arg(shown(word)), tr("write 1bit up to 1tbit"));
        *bits = static_cast<qint64>(result);
        return true;
    }
    template <typename Number>
    bool readWhole(const Word &word, quint64 minimum, quint64 maximum, Number *result)
    {
        bool ok = false;
        const quint64 value = QLocale::c().toULongLong(word.text, &ok);
        if (!ok || word.quoted || !word.text[0].isDigit() || value < minimum || value > maximum)
            return wrong(word, tr("%1 is not a whole number from %2 to %3").arg(shown(word)).arg(minimum).arg(maximum),
                         tr("write one"));
        *result = static_cast<Number>(value);
        return true;
    }
    /// A second percentage is netem's correlation, which is not done here: said, rather than passed over.
    bool noCorrelation()
    {
        if (!isNumber(peek()))
            return true;
        return wrong(*peek(), tr("correlations are not simulated"),
                     tr("leave it out; loss burst 1% 5 loses five in a row"));
    }
    bool readOneChance(const Word &word, double *chance)
    {
        const Word *value = argument(word, tr("a percentage"));
        return value && readChance(*value, chance);
    }

    // ---- terms

    bool readTerm(const Word &word)
    {
        if (word.quoted)
            return unknown(word);
        if (m_seen.contains(word.text))
            return wrong(word, tr("%1 stands there twice").arg(shown(word)), tr("leave one"));
        m_seen.append(word.text);
        if (word.text == u"peer" || word.text == u"type" || word.text == u"filter" || word.text == u"seed")
            return readCondition(word);
        if (readPreset(word))
            return true;
        m_begun = true;
        if (word.text == u"limit") {
            const Word *value = argument(word, tr("a number of messages"));
            return value && readWhole(*value, 1, ImpairSpec::maximumLimit, &m_spec.limit);
        }
        m_acts = true;
        if (word.text == u"delay" || word.text == u"latency")
            return readDelay(word);
        if (word.text == u"distribution")
            return readDistribution(word);
        if (word.text == u"loss" || word.text == u"drop")
            return readLoss(word);
        if (word.text == u"duplicate")
            return readOneChance(word, &m_spec.duplicate) && noCorrelation();
        if (word.text == u"corrupt")
            return readCorrupt(word);
        if (word.text == u"reorder")
            return readReorder(word);
        if (word.text == u"gap")
            return readGap(word);
        if (word.text == u"rate") {
            const Word *value = argument(word, tr("a rate"));
            return value && readRate(*value, &m_spec.rateBitsPerSecond);
        }
        return unknown(word);
    }

    bool unknown(const Word &word)
    {
        return wrong(word, tr("%1 is not a word of impairments").arg(shown(word)),
                     tr("write delay, loss, duplicate, corrupt, reorder, rate, limit, seed, peer, type, filter, or "
                        "first a preset: %1")
                         .arg(presetNames()));
    }

    bool readPreset(const Word &word)
    {
        for (const ImpairPreset &preset : impairPresets()) {
            if (preset.name != word.text || m_begun)
                continue;
            ImpairSpec meant = *parseImpair(preset.words);
            meant.inbound = m_spec.inbound;
            meant.outbound = m_spec.outbound;
            meant.peer = m_spec.peer;
            meant.type = m_spec.type;
            meant.filter = m_spec.filter;
            meant.seed = m_spec.seed;
            m_spec = meant;
            return m_acts = m_begun = true;
        }
        return false;
    }

    bool readCondition(const Word &word)
    {
        if (word.text == u"peer")
            return readPeer(word);
        if (word.text == u"seed") {
            const Word *value = argument(word, tr("a whole number"));
            quint64 seed = 0;
            if (!value || !readWhole(*value, 0, std::numeric_limits<quint64>::max(), &seed))
                return false;
            m_spec.seed = seed;
            return true;
        }
        if (word.text == u"type") {
            const Word *value = argument(word, tr("a message type"));
            if (!value)
                return false;
            bool isNumeral = false;
            const qint64 numeral = value->text.toLongLong(&isNumeral);
            m_spec.type = isNumeral && !value->quoted ? std::optional<MessageType>(numeral)
                                                      : MessageType::tryFromName(value->text);
            return m_spec.type.has_value() ||
                   wrong(*value, tr("%1 cannot be a message type").arg(shown(*value)), tr("write a shorter name"));
        }
        const Word *value = argument(word, tr("a filter, in quotes"));
        if (!value)
            return false;
        FilterError reason;
        m_spec.filter = value->text;
        if (Filter::compile(value->text, &reason) && !value->text.trimmed().isEmpty())
            return true;
        const qsizetype last = value->at + value->length;
        const qsizetype at = qMin(value->contentAt + reason.column, last);
        fail(at, qMin<qsizetype>(reason.length, last - at),
             reason.what.isEmpty() ? tr("the filter is empty") : tr("in the filter: %1").arg(reason.what),
             tr("correct it there; a filter with spaces stands in quotes"));
        return false;
    }

    bool readPeer(const Word &word)
    {
        const Word *value = argument(word, tr("an address"));
        if (!value)
            return false;
        std::optional<Endpoint> peer = Endpoint::fromString(value->text);
        const QHostAddress address(value->text);
        if (!peer && !address.isNull())
            peer = Endpoint(address, 0);
        if (!peer)
            return wrong(*value, tr("%1 is not an address").arg(shown(*value)),
                         tr("write it as in 127.0.0.1, 127.0.0.1:9000, ::1 or [::1]:9000"));
        m_spec.peer = *peer;
        return true;
    }

    bool readDelay(const Word &word)
    {
        const Word *value = argument(word, tr("a time"));
        if (!value || !readTime(*value, &m_spec.delayNs))
            return false;
        m_spec.jitterNs = 0;
        m_spec.jitterShape = JitterShape::Uniform;
        if (!isNumber(peek()))
            return true;
        return readTime(m_words[m_next++], &m_spec.jitterNs) && noCorrelation();
    }
    bool readDistribution(const Word &word)
    {
        const Word *value = argument(word, tr("uniform, normal or pareto"));
        if (!value)
            return false;
        if (m_spec.jitterNs == 0)
            return wrong(word, tr("there is no jitter to distribute"), tr("write it before, as in delay 100ms 10ms"));
        if (value->text == u"uniform")
            m_spec.jitterShape = JitterShape::Uniform;
        else if (value->text == u"normal")
            m_spec.jitterShape = JitterShape::Normal;
        else if (value->text == u"pareto")
            m_spec.jitterShape = JitterShape::Pareto;
        else
            return wrong(*value, tr("%1 is not a distribution").arg(shown(*value)),
                         tr("write uniform, normal or pareto"));
        return true;
    }
    bool readLoss(const Word &word)
    {
        m_spec.loss = 0;
        m_spec.burstLoss.reset();
        const Word *next = peek();
        if (next && next->text == u"gemodel")
            return readGemodel(m_words[m_next++]);
        if (next && next->text == u"burst")
            return readBurst(m_words[m_next++]);
        if (next && next->text == u"random")
            ++m_next;
        return readOneChance(word, &m_spec.loss) && noCorrelation();
    }
    /// p [ r [ 1-h [ 1-k ]]]
    bool readGemodel(const Word &word)
    {
        BurstLoss burst;
        if (!readOneChance(word, &burst.toBad))
            return false;
        burst.toGood = 1 - burst.toBad;
        for (double *chance : {&burst.toGood, &burst.lossInBad, &burst.lossInGood}) {
            if (isNumber(peek()) && !readChance(m_words[m_next++], chance))
                return false;
        }
        m_spec.burstLoss = burst;
        return true;
    }
    /// How much is lost, and how many in a row.
    bool readBurst(const Word &word)
    {
        double loss = 0;
        quint32 length = 0;
        if (!readOneChance(word, &loss))
            return false;
        const Word *share = &m_words[m_next - 1];
        const Word *value = argument(word, tr("how many are lost in a row"));
        if (!value || !readWhole(*value, 1, 1'000'000, &length))
            return false;
        BurstLoss burst;
        burst.toGood = 1.0 / length;
        burst.toBad = loss >= 1 ? 2 : burst.toGood * loss / (1 - loss);
        if (burst.toBad > 1)
            return wrong(*share, tr("bursts of %1 cannot lose %2").arg(length).arg(share->text),
                         tr("write longer bursts, or a smaller share"));
        m_spec.burstLoss = burst;
        return true;
    }
    bool readCorrupt(const Word &word)
    {
        m_spec.corruptPlaces = 1;
        m_spec.corruptBytes = false;
        if (!readOneChance(word, &m_spec.corrupt))
            return false;
        const Word *next = peek();
        if (!isNumber(next))
            return true;
        // "3 bits" or "3bits"
        ++m_next;
        QString name;
        const auto count = number(*next, &name);
        const Word *unitWord = next;
        if (name.isEmpty() && peek() && find(placeUnits, peek()->text)) {
            unitWord = &m_words[m_next++];
            name = unitWord->text;
        }
        const Unit *unit = find(placeUnits, name);
        if (!count || !unit)
            return wrong(*next, tr("%1 does not say how much changes").arg(shown(*next)),
                         tr("write a number of bits or bytes, as in 3 bits"));
        if (*count < 1 || *count > ImpairSpec::maximumCorruptPlaces || *count != std::floor(*count))
            return wrong(
                *next,
                tr("%1 is not a whole number from 1 to %2").arg(shown(*next)).arg(ImpairSpec::maximumCorruptPlaces),
                tr("write one"));
        m_spec.corruptPlaces = static_cast<int>(*count);
        m_spec.corruptBytes = unit->factor != 0;
        return true;
    }
    bool readReorder(const Word &word)
    {
        m_spec.reorderGap = 1;
        m_reorder = word;
        return readOneChance(word, &m_spec.reorder) && noCorrelation();
    }
    bool readGap(const Word &word)
    {
        const Word *value = argument(word, tr("a number of messages"));
        if (!value || !readWhole(*value, 1, 1'000'000, &m_spec.reorderGap))
            return false;
        if (m_spec.reorder > 0)
            return true;
        return wrong(word, tr("gap says how often to reorder, and nothing is"), tr("write reorder 25% before it"));
    }

    std::optional<ImpairSpec> check()
    {
        if (m_spec.reorder > 0 && m_spec.delayNs == 0 && m_spec.jitterNs == 0 && m_spec.rateBitsPerSecond == 0) {
            return fail(m_reorder.at, m_reorder.length, tr("nothing waits that could be overtaken"),
                        tr("write a delay as well, as in delay 10ms reorder 25%"));
        }
        return m_spec;
    }

    const QString m_text;
    ImpairError *m_error;
    QList<Word> m_words;
    qsizetype m_next = 0;
    QStringList m_seen;
    Word m_reorder;
    ImpairSpec m_spec;
    bool m_acts = false;  ///< something happens to the messages
    bool m_begun = false; ///< a word of what happens has come
};

} // namespace

std::optional<ImpairSpec> parseImpair(const QString &text, ImpairError *error)
{
    return Parser(text, error).parse();
}

} // namespace SockScope
