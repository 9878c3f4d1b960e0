#pragma once

#include <QString>
#include <QStringList>

#include <optional>

#include "core/types/impairspec.h"

namespace SockScope {

/*! Where a description of an impairment is wrong, and what to write instead.
 *  Path    parseImpair → [this] → command line, project file, window
 *  Shape   column from 0 and the number of characters that are wrong; 0 at the end of the text
 *  Units   characters
 *  Errors  none: it is one
 *  Thread  a value
 *  Source  none
 */
struct ImpairError
{
    int column = 0;
    int length = 0;
    QString what;
    QString remedy;
    /// "column 8: what: remedy", counted from 1.
    QString toString() const;
};

/*! A named description to begin with.
 *  Path    impairPresets → [this] → parseImpair, help texts, window
 *  Shape   the name is a word of the language and means the words
 *  Units   none
 *  Errors  none
 *  Thread  a value
 *  Source  usual figures of such links; each direction has the delay
 */
struct ImpairPreset
{
    QString name;  ///< "wifi"
    QString words; ///< "delay 3ms 2ms …"
};
const QList<ImpairPreset> &impairPresets();

constexpr qsizetype maximumImpairCharacters = 12'000;

/*! "out: peer 10.0.0.5 delay 100ms 10ms distribution normal loss 1%": netem's words, and which messages they are for.
 *  Nothing, and *error, when it is wrong.
 */
std::optional<ImpairSpec> parseImpair(const QString &text, ImpairError *error = nullptr);
/// What is wrong with one that no words made: empty when nothing is.
QString impairProblem(const ImpairSpec &spec);
/// The words that mean the same; parseImpair reads them back.
QString impairText(const ImpairSpec &spec);
/// One line a word, for help texts: the word with its arguments, and what it does.
QList<std::pair<QString, QString>> impairWords();

} // namespace SockScope
