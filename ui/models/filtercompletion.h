#pragma once

#include <QString>

#include <vector>

#include "ui/models/seenvalues.h"

namespace SockScope {

/// One thing that can stand at the cursor.
struct Completion
{
    QString text; ///< what is offered …
    QString help; ///< … and what it is
    int from = 0; ///< the characters that it replaces
    int length = 0;
    QString insert; ///< what comes in their place

    friend bool operator==(const Completion &, const Completion &) = default;
};

/*! What can stand where the cursor is in a filter: fields, operators, and the values that were seen.
 *  Path    FilterBar's text and cursor → [this] → CompletionPopup
 *  Shape   at most maximum, those that begin with what is typed first, then those that contain it
 *  Units   columns from 0
 *  Errors  nothing is offered where nothing is known; a filter may be written all the same
 *  Thread  the window's
 *  Source  none
 */
namespace FilterCompletion {
constexpr size_t maximum = 100;

/// asked: a person asked for it; otherwise only what can be told from at least one typed character is offered, and
/// values after an operator.
std::vector<Completion> complete(const QString &text, int cursor, const SeenValues &seen, bool asked = false);
} // namespace FilterCompletion

} // namespace SockScope
