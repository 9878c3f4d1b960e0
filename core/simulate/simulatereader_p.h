#pragma once

#include "core/project/projectreader_p.h"
#include "core/simulate/messagetemplate.h"
#include "core/simulate/simulateerror.h"

namespace SockScope {

constexpr qsizetype maximumSimulateText = 1024 * 1024; // characters of one text
constexpr qint64 maximumSimulateMs = 24LL * 3600 * 1000;

/// The first error of a reader, as rules and sequences tell it.
std::optional<SimulateError> simulateError(const ProjectReader &reader);
/// The value that an error is about: below `root`, whose path is `rootPath`.
qint64 offsetOf(const JsonNode &root, const QString &rootPath, const QString &path);

MessageTemplate readMessage(ProjectReader &reader);
void writeMessage(JsonNode *node, const MessageTemplate &message);
/// One of the words that *reader* finds under the key, as its index; -1 after an error.
int readChoice(ProjectReader &reader, const QString &key, const QStringList &words, int otherwise);
QStringList messageKeys();

} // namespace SockScope
