#pragma once

#include <QHash>
#include <QObject>
#include <QString>

#include <map>
#include <optional>
#include <vector>

#include "ui/models/numberset.h"
#include "ui/models/rulecolour.h"

namespace SockScope {

/*! What a person noted about messages: marks, comments, colours, ignored ones, references of time.
 *  Path    a person → [this] → MessageLogModel, FilterContext
 *  Shape   ordered sets of numbers; they leave with their messages, which counts as forgotten
 *  Units   numbers of messages; wallNs: nanoseconds since 1970 UTC
 *  Errors  a full set or a comment that is too long answers what is wrong and what to do; nothing is changed then
 *  Thread  the window's
 *  Source  Wireshark's marks, comments, ignored packets and time references
 */
class Annotations : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype maximumComments = 10'000;
    static constexpr qsizetype maximumCommentLength = 2'000;
    static constexpr qsizetype maximumMarks = 100'000;
    static constexpr qsizetype maximumIgnored = 100'000;
    static constexpr qsizetype maximumReferences = 1'000;
    static constexpr qsizetype maximumColours = 100'000;
    enum class Kind : quint8 { Mark, Comment, Ignore, Reference, Colour };
    Q_ENUM(Kind)

    using QObject::QObject;

    /// Nothing when it was done, else what is wrong.
    std::optional<QString> setMarked(quint64 no, bool marked);
    std::optional<QString> setIgnored(quint64 no, bool ignored);
    std::optional<QString> setReference(quint64 no, bool reference, qint64 wallNs);
    /// An empty text takes the comment away.
    std::optional<QString> setComment(quint64 no, const QString &text);
    /// None takes the colour away.
    std::optional<QString> setColour(quint64 no, const RuleColour &colour);
    std::optional<QString> setColours(const std::vector<quint64> &numbers, const RuleColour &colour);
    /// Marks or ignores many, with one signal; what comes before an error is done.
    std::optional<QString> setAll(Kind kind, const std::vector<quint64> &numbers, bool on);
    void clearKind(Kind kind);

    bool isMarked(quint64 no) const { return m_marked.contains(no); }
    bool isIgnored(quint64 no) const { return m_ignored.contains(no); }
    bool isReference(quint64 no) const { return m_references.contains(no); }
    QString comment(quint64 no) const;
    RuleColour colour(quint64 no) const;
    /// The time from which a message counts: that of the last reference at or before it. Nothing before the first.
    std::optional<qint64> referenceNs(quint64 no) const;
    /// The next number of a kind after (or before) no, round the end; 0 when there is none.
    quint64 next(Kind kind, quint64 no) const;
    quint64 previous(Kind kind, quint64 no) const;

    int markCount() const { return static_cast<int>(m_marked.size()); }
    int commentCount() const { return static_cast<int>(m_comments.size()); }
    int ignoredCount() const { return static_cast<int>(m_ignored.size()); }
    int colourCount() const { return static_cast<int>(m_colours.size()); }
    int referenceCount() const { return static_cast<int>(m_references.size()); }
    /// Whether times count from a reference: one that is here, or one that left with its message.
    bool hasReferences() const { return !m_references.empty() || m_leftReferenceNs.has_value(); }
    const std::map<quint64, QString> &comments() const { return m_comments; }
    std::vector<quint64> markedNumbers() const { return {m_marked.begin(), m_marked.end()}; }
    std::vector<quint64> commentedNumbers() const;
    std::vector<quint64> ignoredNumbers() const { return {m_ignored.begin(), m_ignored.end()}; }
    /// Notes that left with their messages since the last clear().
    quint64 forgotten() const { return m_forgotten; }
    /// Of those the marks alone.
    quint64 forgottenMarks() const { return m_forgottenMarks; }
    quint64 forgottenComments() const { return m_forgottenComments; }

    /// What they cost beside the store's budget; bounded by the maxima above.
    qsizetype memoryBytes() const;

    /// The messages below no leave.
    void dropBefore(quint64 no);
    void clear();

Q_SIGNALS:
    /// Of one message; no 0: of many.
    void changed(SockScope::Annotations::Kind kind, quint64 no);

private:
    std::vector<quint64> numbers(Kind kind) const;

    NumberSet m_marked;
    NumberSet m_ignored;
    std::map<quint64, qint64> m_references;
    std::map<quint64, QString> m_comments;
    std::map<quint64, RuleColour> m_colours;
    std::optional<qint64> m_leftReferenceNs; ///< of the last reference that left: later times still count from it
    quint64 m_forgotten = 0;
    quint64 m_forgottenMarks = 0;
    quint64 m_forgottenComments = 0;
};

} // namespace SockScope
