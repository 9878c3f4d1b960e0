#include "app/common/commandline.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// Insertions, deletions, replacements and swaps of neighbours that make b of a.
qsizetype editDistance(const QString &a, const QString &b)
{
    std::vector<qsizetype> beforeLast;
    std::vector<qsizetype> last(static_cast<size_t>(b.size()) + 1);
    std::iota(last.begin(), last.end(), 0);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        std::vector<qsizetype> row(last.size());
        row[0] = i;
        for (qsizetype j = 1; j <= b.size(); ++j) {
            const auto at = static_cast<size_t>(j);
            const qsizetype replaced = last[at - 1] + (a.at(i - 1) == b.at(j - 1) ? 0 : 1);
            row[at] = std::min({last[at] + 1, row[at - 1] + 1, replaced});
            if (i > 1 && j > 1 && a.at(i - 1) == b.at(j - 2) && a.at(i - 2) == b.at(j - 1))
                row[at] = std::min(row[at], beforeLast[at - 2] + 1);
        }
        beforeLast = std::exchange(last, std::move(row));
    }
    return last.back();
}

QString shortened(const QString &text)
{
    constexpr qsizetype shown = 80;
    return text.size() <= shown ? text : text.first(shown) + u'…';
}

} // namespace

CommandLine::CommandLine(QString usage, QString description, int minimumWords, int maximumWords)
    : m_usage(std::move(usage))
    , m_description(std::move(description))
    , m_minimumWords(minimumWords)
    , m_maximumWords(maximumWords)
{
    add({u"help"_s, {}, tr("Show this help and end."), false, u'h'});
    add({u"version"_s, {}, tr("Show the version and end."), false, u'v'});
}

void CommandLine::add(Option option)
{
    m_options.push_back(std::move(option));
}

const CommandLine::Option *CommandLine::find(QStringView name) const
{
    const auto found = std::find_if(m_options.begin(), m_options.end(), [name](const Option &option) {
        return option.name == name || (name.size() == 1 && option.shortName == name.front());
    });
    return found == m_options.end() ? nullptr : &*found;
}

QString CommandLine::nearest(const QString &text, const QStringList &candidates)
{
    QString best;
    if (text.size() > 64)
        return best;
    qsizetype bestDistance = std::max<qsizetype>(2, text.size() / 3) + 1;
    for (const QString &candidate : candidates) {
        const bool isPrefix = text.size() >= 2 && candidate.startsWith(text, Qt::CaseInsensitive);
        const qsizetype distance = isPrefix ? 0 : editDistance(text.toLower(), candidate.toLower());
        if (distance < bestDistance && distance < candidate.size()) {
            best = candidate;
            bestDistance = distance;
        }
    }
    return best;
}

UsageError CommandLine::unknown(const QString &written) const
{
    QStringList names;
    for (const Option &option : m_options)
        names.append(option.name);
    QString name = written.section(u'=', 0, 0);
    name.remove(0, name.startsWith(u"--"_s) ? 2 : 1);
    const QString near = nearest(name, names);
    return {tr("unknown option %1").arg(shortened(written)),
            near.isEmpty() ? tr("--help lists the options") : tr("did you mean --%1?").arg(near)};
}

std::optional<UsageError> CommandLine::parse(const QStringList &arguments)
{
    m_values.clear();
    m_words.clear();
    bool optionsEnded = false;
    for (auto it = arguments.begin(); it != arguments.end(); ++it) {
        const QString &argument = *it;
        if (optionsEnded || argument == u"-"_s || !argument.startsWith(u'-')) {
            m_words.append(argument);
            continue;
        }
        if (argument == u"--"_s) {
            optionsEnded = true;
            continue;
        }
        const bool isLong = argument.startsWith(u"--"_s);
        const qsizetype equals = argument.indexOf(u'=');
        const QString name = argument.mid(isLong ? 2 : 1, equals < 0 ? -1 : equals - (isLong ? 2 : 1));
        const Option *option = isLong == (name.size() > 1) ? find(name) : nullptr;
        if (!option)
            return unknown(argument);
        if (isSet(option->name) && !option->repeatable)
            return UsageError{tr("--%1 is given twice").arg(option->name), tr("leave one of them out")};
        QString value;
        if (option->valueName.isEmpty()) {
            if (equals >= 0)
                return UsageError{tr("--%1 takes no value").arg(option->name), tr("write it without \"=\"")};
        } else if (equals >= 0) {
            value = argument.mid(equals + 1);
        } else if (std::next(it) != arguments.end()) {
            value = *++it;
        } else {
            return UsageError{tr("--%1 needs a value").arg(option->name),
                              tr("write --%1 %2").arg(option->name, option->valueName)};
        }
        m_values[option->name].append(value);
    }
    if (isSet(u"help"_s) || isSet(u"version"_s))
        return std::nullopt;
    if (m_words.size() < m_minimumWords)
        return UsageError{tr("something is missing"), tr("write %1").arg(m_usage.section(u'\n', 0, 0))};
    if (m_words.size() > m_maximumWords) {
        return UsageError{tr("%1 is one word too many").arg(shortened(m_words.at(m_maximumWords))),
                          tr("write %1, and put what contains blanks in quotes").arg(m_usage.section(u'\n', 0, 0))};
    }
    return std::nullopt;
}

QString CommandLine::value(const QString &name, const QString &otherwise) const
{
    const QStringList all = m_values.value(name);
    return all.isEmpty() ? otherwise : all.last();
}

std::optional<qint64> CommandLine::milliseconds(const QString &name, double unitMs, qint64 otherwise,
                                                UsageError *error) const
{
    if (!isSet(name))
        return otherwise;
    constexpr double year = 365.0 * 24 * 3600 * 1000;
    bool ok = false;
    const double ms = value(name).toDouble(&ok) * unitMs;
    if (!ok || !(ms >= 0) || ms > year) {
        const QString remedy = unitMs == 1.0 ? tr("write a number of milliseconds, 0 or more")
                                             : tr("write a number of seconds, 0 or more, such as 2.5");
        *error = {tr("--%1 cannot be \"%2\"").arg(name, shortened(value(name))), remedy};
        return std::nullopt;
    }
    return static_cast<qint64>(std::ceil(ms));
}

std::optional<qint64> CommandLine::number(const QString &name, qint64 minimum, qint64 maximum, qint64 otherwise,
                                          UsageError *error) const
{
    if (!isSet(name))
        return otherwise;
    bool ok = false;
    const qint64 result = value(name).toLongLong(&ok);
    if (!ok || result < minimum || result > maximum) {
        *error = {tr("--%1 cannot be \"%2\"").arg(name, shortened(value(name))),
                  tr("write a whole number from %1 to %2").arg(minimum).arg(maximum)};
        return std::nullopt;
    }
    return result;
}

QString CommandLine::helpText() const
{
    QString text = tr("Usage: ") + QString(m_usage).replace(u'\n', u"\n       "_s) + u"\n\n"_s + m_description + u'\n';
    QStringList lefts;
    qsizetype width = 0;
    for (const Option &option : m_options) {
        QString left = u"  "_s;
        if (!option.shortName.isNull())
            left += u'-' + QString(option.shortName) + u", "_s;
        left += u"--"_s + option.name;
        if (!option.valueName.isEmpty())
            left += u' ' + option.valueName;
        width = std::max(width, left.size());
        lefts.append(left);
    }
    text += u'\n' + tr("Options:") + u'\n';
    for (size_t i = 0; i < m_options.size(); ++i) {
        QString help = m_options[i].help;
        help.replace(u'\n', u'\n' + QString(width + 2, u' '));
        text += lefts.at(static_cast<qsizetype>(i)).leftJustified(width + 2) + help + u'\n';
    }
    for (const QString &note : m_notes)
        text += u'\n' + note + u'\n';
    return text;
}

} // namespace SockScope
