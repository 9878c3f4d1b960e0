#pragma once

#include <QList>
#include <QString>

#include <optional>

#include "core/impair/impairtext.h"

namespace SockScope {

struct ImpairWord
{
    QString text;
    qsizetype at = 0;
    qsizetype length = 0;
    qsizetype contentAt = 0; ///< behind the quote
    bool quoted = false;
};

QString impairTr(const char *text);
/// Reads "out:" into the description; answers where the words begin.
qsizetype readImpairDirection(const QString &text, ImpairSpec *spec);
std::optional<QList<ImpairWord>> splitImpair(const QString &text, qsizetype at, ImpairError *error);

} // namespace SockScope
