#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

#include "core/types/impairspec.h"

namespace SockScope {

class BaseSock;
class CommandLine;
struct UsageError;

/// --impair and --impair-seed, and a note that lists the words.
void addImpairOptions(CommandLine *line);

/// What the command line says of a bad network.
struct ImpairRequest
{
    QList<ImpairSpec> specs;
    std::optional<quint64> seed; ///< of all that have none of their own, the project's too
    static std::optional<ImpairRequest> read(const CommandLine &line, UsageError *error);
    /// Those of the command line come first, for the first that applies to a message counts.
    QList<ImpairSpec> before(const QList<ImpairSpec> &others) const;
};

/// One line an impairment of the sock: its words, its seed, what it did.
QStringList impairLines(const BaseSock &sock);
/// A JSON list of the same.
QByteArray impairJson(const BaseSock &sock);

} // namespace SockScope
