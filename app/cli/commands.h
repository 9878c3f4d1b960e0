#pragma once

#include <QStringList>

#include <optional>

namespace SockScope {

class CommandLine;
class Project;

/// What a program answers to its caller.
enum ExitCode { ExitDone = 0, ExitFailed = 1, ExitBadUsage = 2 };

// Each takes the words behind its name and answers an ExitCode.
int runListen(const QStringList &arguments);
int runSend(const QStringList &arguments);
int runDemo(const QStringList &arguments);
int runProject(const QStringList &arguments);
int runRun(const QStringList &arguments);
int runSwarm(const QStringList &arguments);

/// The options that say how bytes become messages, with the names that there are.
void addWireOptions(CommandLine *line);
/// Reads the arguments; nothing when the command shall run, else the exit code after help, version or an error.
std::optional<int> readArguments(CommandLine *line, const QStringList &arguments);
/// The project of a file; nothing, and said on standard error, when it cannot be read.
std::optional<Project> readProject(const QString &path);
int badUsage(const QString &what, const QString &remedy);
/// What --json writes, for help texts.
QString jsonNote();

} // namespace SockScope
