#pragma once

#include <QByteArray>

#include <optional>

#include "core/project/jsonnode.h"
#include "core/project/projecterror.h"

namespace SockScope {

/// What a text may cost before it is believed.
struct JsonLimits
{
    qsizetype bytes = 64 * 1024 * 1024;
    int values = 1'000'000;
    int depth = 64; ///< above what folders nested as deep as they may be need
};

/// One JSON value; else nothing, and *error says in which line and column and what was expected there. A key that is
/// given twice is an error: one of the two would be lost.
std::optional<JsonNode> parseJsonText(const QByteArray &text, ProjectError *error, const JsonLimits &limits = {});
/// Fills in line and column of a byte of the text.
void locate(const QByteArray &text, qint64 offset, ProjectError *error);

/// For people and their version control: two blanks a level, a short item of a list in one line, LF, one at the end.
QByteArray writeJsonText(const JsonNode &node);

} // namespace SockScope
