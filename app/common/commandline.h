#pragma once

#include <QCoreApplication>
#include <QHash>
#include <QStringList>

#include <optional>
#include <vector>

namespace SockScope {

/// What is wrong with a command line, and what to write instead.
struct UsageError
{
    QString what;
    QString remedy;
};

/*! Options and words of one command, read strictly: nothing unknown is passed over.
 *  Path    main → [this] → a command
 *  Shape   --name VALUE, --name=VALUE, -n; "--" ends the options; "-" is a word
 *  Units   none
 *  Errors  parse answers the first UsageError; an unknown option names the nearest known one
 *  Thread  one thread; needs no application object, so that --help works without a display
 *  Source  POSIX utility syntax guidelines, GNU long options
 */
class CommandLine
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::CommandLine)
public:
    struct Option
    {
        QString name;      ///< without the dashes
        QString valueName; ///< "URL"; empty: a switch
        QString help;
        bool repeatable = false;
        QChar shortName = {};
    };

    /// usage: the lines below "Usage:"; at most maximumWords words that are not options are taken.
    CommandLine(QString usage, QString description, int minimumWords, int maximumWords);
    void add(Option option);
    /// Paragraphs behind the list of options.
    void addNote(const QString &text) { m_notes.append(text); }

    std::optional<UsageError> parse(const QStringList &arguments);
    bool isSet(const QString &name) const { return m_values.contains(name); }
    /// The last value, or what was asked for when there is none.
    QString value(const QString &name, const QString &otherwise = {}) const;
    QStringList values(const QString &name) const { return m_values.value(name); }
    const QStringList &words() const { return m_words; }
    QString helpText() const;

    /// Seconds and milliseconds as a person writes them, a whole number within a range; nothing and *error when not.
    std::optional<qint64> milliseconds(const QString &name, double unitMs, qint64 otherwise, UsageError *error) const;
    std::optional<qint64> number(const QString &name, qint64 minimum, qint64 maximum, qint64 otherwise,
                                 UsageError *error) const;
    /// The candidate that text was probably meant to be; empty when none is near.
    static QString nearest(const QString &text, const QStringList &candidates);

private:
    const Option *find(QStringView name) const;
    UsageError unknown(const QString &written) const;

    QString m_usage;
    QString m_description;
    int m_minimumWords;
    int m_maximumWords;
    std::vector<Option> m_options;
    QStringList m_notes;
    QHash<QString, QStringList> m_values;
    QStringList m_words;
};

} // namespace SockScope
