#pragma once

#include <QList>
#include <QString>

#include <memory>
#include <optional>

#include "core/project/jsonnode.h"
#include "core/project/projecterror.h"

namespace SockScope {

/// How the payload of a saved message is written.
enum class ProjectForm : quint8 {
    Text, ///< with the escapes \n \r \t \0 \\ \xHH \uHHHH
    Json, ///< a value, which the socket's codec writes
    Hex,  ///< bytes as they are
    File  ///< the path of a file whose bytes are the payload
};
QString projectFormName(ProjectForm form);

/// Where what is written enters the socket, or leaves it.
enum class ProjectStage : quint8 {
    Message, ///< text and JSON pass the codec; hex and files are payloads already
    Frame,   ///< a payload as it is written: it is framed, no codec sees it on the way out
    Raw      ///< bytes as the wire has them: no framing either
};
QString projectStageName(ProjectStage stage);

/// A message as a person wrote it.
struct ProjectMessage
{
    QString socket; ///< the name of the socket of the project that sends it; empty: whichever is chosen
    /// "127.0.0.1:9000", or "udp://127.0.0.1:9000" for one that needs no socket; several with commas between them, of
    /// one protocol; empty: all peers
    QString to;
    bool asReceived = false; ///< let in, as if it came from `to`
    QString type;
    ProjectForm form = ProjectForm::Text;
    ProjectStage stage = ProjectStage::Message;
    QString payload;
    qint64 repeatMs = 0;        ///< 0: it is sent once, or as often as the rate allows
    qint64 repeatCount = 0;     ///< 0: until it is stopped
    qint64 repeatJitterMs = 0;  ///< each comes up to so much earlier or later
    qint64 repeatBurst = 1;     ///< so many at once, each time
    qint64 repeatPerSecond = 0; ///< 0: no limit
    static constexpr qsizetype maximumPeers = 100;
    /// Those of `to`, without its protocol; commas are between them. Empty: all peers.
    QStringList peers() const;
    /// Whether it is sent again and again.
    bool repeats() const { return repeatMs > 0 || repeatPerSecond > 0; }
    friend bool operator==(const ProjectMessage &, const ProjectMessage &) = default;
};

/*! What a project keeps of messages: a message, a folder of items, or a sequence of messages and waits.
 *  Path    a project file ↔ [this] ↔ the Inject panel, the command line
 *  Shape   a folder holds messages, sequences and folders, a sequence messages and waits; keys that are not understood
 *          stay with their item wherever it moves
 *  Units   milliseconds; names and payloads in characters
 *  Errors  see ProjectItems
 *  Thread  a value
 *  Source  none
 */
struct ProjectItem
{
    enum class Kind : quint8 { Message, Folder, Sequence, Wait };

    Kind kind = Kind::Message;
    QString name; ///< without a slash; may be empty in a sequence
    ProjectMessage message;
    qint64 waitMs = 0;
    QList<ProjectItem> items;                ///< of a folder, or the steps of a sequence
    std::shared_ptr<const JsonNode> unknown; ///< the object as it was read, when it has keys that are not understood

    bool isContainer() const { return kind == Kind::Folder || kind == Kind::Sequence; }
    /// Whether it may be put into this one (nothing: the top level).
    static bool mayContain(std::optional<Kind> container, Kind kind);
    friend bool operator==(const ProjectItem &a, const ProjectItem &b);
};

/*! The list of saved messages, read and written.
 *  Path    Project ↔ [this]
 *  Shape   at most maximumItems in all, folders nested at most maximumDepth deep
 *  Units   characters
 *  Errors  fromNode answers the first thing that is wrong, with its path; find says what is near, or that a name is
 *          there twice
 *  Thread  functions on values
 *  Source  none
 */
class ProjectItems
{
public:
    static constexpr int maximumItems = 10'000;
    static constexpr int maximumDepth = 16;
    static constexpr qsizetype maximumName = 200;
    static constexpr qsizetype maximumPayload = 16 * 1024 * 1024;
    static constexpr qint64 maximumWaitMs = 24LL * 3600 * 1000;
    static constexpr qint64 maximumCount = 1'000'000'000;

    /// What stands against a name; nothing when it is a good one.
    static std::optional<QString> refusal(const QString &name);
    static std::optional<QList<ProjectItem>> fromNode(const JsonNode &node, const QString &path, qint64 *offset,
                                                      ProjectError *error);
    static JsonNode toNode(const QList<ProjectItem> &items);
    static int count(const QList<ProjectItem> &items);
    /// "folder/name"; the case counts.
    static const ProjectItem *find(const QList<ProjectItem> &items, const QString &path, ProjectError *error);
};

} // namespace SockScope
