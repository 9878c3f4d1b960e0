#include "ui/models/annotations.h"

#include <QSignalBlocker>

#include <algorithm>
#include <iterator>

#include "ui/models/format.h"

namespace SockScope {

namespace {

template <typename Container, typename KeyOf>
quint64 neighbour(const Container &container, quint64 no, bool forward, KeyOf keyOf)
{
    if (container.empty())
        return 0;
    if (forward) {
        const auto it = container.upper_bound(no);
        return keyOf(it == container.end() ? *container.begin() : *it);
    }
    const auto it = no == 0 ? container.end() : container.lower_bound(no);
    return keyOf(it == container.begin() ? *std::prev(container.end()) : *std::prev(it));
}

const auto same = [](quint64 no) { return no; };
const auto first = [](const auto &pair) { return pair.first; };

template <typename Container>
quint64 eraseBefore(Container &container, quint64 no)
{
    const auto end = container.lower_bound(no);
    const auto count = static_cast<quint64>(std::distance(container.begin(), end));
    container.erase(container.begin(), end);
    return count;
}

} // namespace

std::optional<QString> Annotations::setMarked(quint64 no, bool marked)
{
    if (marked == m_marked.contains(no))
        return std::nullopt;
    if (marked && static_cast<qsizetype>(m_marked.size()) >= maximumMarks)
        return tr("%1 messages are marked, more are not kept: unmark some first").arg(Format::count(maximumMarks));
    marked ? void(m_marked.insert(no)) : void(m_marked.erase(no));
    Q_EMIT changed(Kind::Mark, no);
    return std::nullopt;
}

std::optional<QString> Annotations::setIgnored(quint64 no, bool ignored)
{
    if (ignored == m_ignored.contains(no))
        return std::nullopt;
    if (ignored && static_cast<qsizetype>(m_ignored.size()) >= maximumIgnored)
        return tr("%1 messages are ignored, more are not kept: hide them with a filter instead")
            .arg(Format::count(maximumIgnored));
    ignored ? void(m_ignored.insert(no)) : void(m_ignored.erase(no));
    Q_EMIT changed(Kind::Ignore, no);
    return std::nullopt;
}

std::optional<QString> Annotations::setReference(quint64 no, bool reference, qint64 wallNs)
{
    if (reference == m_references.contains(no))
        return std::nullopt;
    if (reference && static_cast<qsizetype>(m_references.size()) >= maximumReferences)
        return tr("%1 messages are time references, more are not kept: unset some first")
            .arg(Format::count(maximumReferences));
    reference ? void(m_references.emplace(no, wallNs)) : void(m_references.erase(no));
    Q_EMIT changed(Kind::Reference, no);
    return std::nullopt;
}

std::optional<QString> Annotations::setComment(quint64 no, const QString &text)
{
    const auto present = m_comments.find(no);
    if (text.isEmpty()) {
        if (present == m_comments.end())
            return std::nullopt;
        m_comments.erase(present);
    } else {
        if (text.size() > maximumCommentLength)
            return tr("a comment has at most %1 characters, this one has %2: shorten it")
                .arg(Format::count(maximumCommentLength), Format::count(qint64(text.size())));
        if (present == m_comments.end() && static_cast<qsizetype>(m_comments.size()) >= maximumComments)
            return tr("there are %1 comments, more are not kept: remove some first")
                .arg(Format::count(maximumComments));
        m_comments.insert_or_assign(no, text);
    }
    Q_EMIT changed(Kind::Comment, no);
    return std::nullopt;
}

std::optional<QString> Annotations::setColour(quint64 no, const RuleColour &colour)
{
    if (colour == this->colour(no))
        return std::nullopt;
    if (colour.isNone()) {
        m_colours.erase(no);
    } else {
        if (!m_colours.contains(no) && static_cast<qsizetype>(m_colours.size()) >= maximumColours)
            return tr("%1 messages have a colour of their own, more are not kept: a colour rule has no such limit")
                .arg(Format::count(maximumColours));
        m_colours.insert_or_assign(no, colour);
    }
    Q_EMIT changed(Kind::Colour, no);
    return std::nullopt;
}

std::optional<QString> Annotations::setColours(const std::vector<quint64> &numbers, const RuleColour &colour)
{
    std::optional<QString> wrong;
    {
        const QSignalBlocker blocker(this);
        for (const quint64 no : numbers) {
            wrong = setColour(no, colour);
            if (wrong)
                break;
        }
    }
    Q_EMIT changed(Kind::Colour, numbers.size() == 1 ? numbers.front() : 0);
    return wrong;
}

std::optional<QString> Annotations::setAll(Kind kind, const std::vector<quint64> &numbers, bool on)
{
    std::optional<QString> wrong;
    {
        const QSignalBlocker blocker(this);
        for (const quint64 no : numbers) {
            wrong = kind == Kind::Mark ? setMarked(no, on) : setIgnored(no, on);
            if (wrong)
                break;
        }
    }
    Q_EMIT changed(kind, numbers.size() == 1 ? numbers.front() : 0);
    return wrong;
}

void Annotations::clearKind(Kind kind)
{
    if (numbers(kind).empty() && !(kind == Kind::Reference && m_leftReferenceNs) &&
        !(kind == Kind::Mark && m_forgottenMarks > 0))
        return;
    switch (kind) {
    case Kind::Mark:
        m_marked.clear();
        m_forgottenMarks = 0; // who unmarks all asks for none that is gone
        break;
    case Kind::Comment:
        m_comments.clear();
        m_forgottenComments = 0;
        break;
    case Kind::Ignore:
        m_ignored.clear();
        break;
    case Kind::Reference:
        m_references.clear();
        m_leftReferenceNs.reset();
        break;
    case Kind::Colour:
        m_colours.clear();
        break;
    }
    Q_EMIT changed(kind, 0);
}

QString Annotations::comment(quint64 no) const
{
    const auto found = m_comments.find(no);
    return found == m_comments.end() ? QString() : found->second;
}

RuleColour Annotations::colour(quint64 no) const
{
    const auto found = m_colours.find(no);
    return found == m_colours.end() ? RuleColour() : found->second;
}

std::optional<qint64> Annotations::referenceNs(quint64 no) const
{
    const auto after = m_references.upper_bound(no);
    if (after == m_references.begin())
        return m_leftReferenceNs;
    return std::prev(after)->second;
}

quint64 Annotations::next(Kind kind, quint64 no) const
{
    switch (kind) {
    case Kind::Mark:
        return neighbour(m_marked, no, true, same);
    case Kind::Comment:
        return neighbour(m_comments, no, true, first);
    case Kind::Ignore:
        return neighbour(m_ignored, no, true, same);
    case Kind::Reference:
        return neighbour(m_references, no, true, first);
    case Kind::Colour:
        return neighbour(m_colours, no, true, first);
    }
    return 0;
}

quint64 Annotations::previous(Kind kind, quint64 no) const
{
    switch (kind) {
    case Kind::Mark:
        return neighbour(m_marked, no, false, same);
    case Kind::Comment:
        return neighbour(m_comments, no, false, first);
    case Kind::Ignore:
        return neighbour(m_ignored, no, false, same);
    case Kind::Reference:
        return neighbour(m_references, no, false, first);
    case Kind::Colour:
        return neighbour(m_colours, no, false, first);
    }
    return 0;
}

std::vector<quint64> Annotations::commentedNumbers() const
{
    return numbers(Kind::Comment);
}

std::vector<quint64> Annotations::numbers(Kind kind) const
{
    std::vector<quint64> result;
    switch (kind) {
    case Kind::Mark:
        return markedNumbers();
    case Kind::Ignore:
        return ignoredNumbers();
    case Kind::Comment:
        std::transform(m_comments.begin(), m_comments.end(), std::back_inserter(result), first);
        break;
    case Kind::Reference:
        std::transform(m_references.begin(), m_references.end(), std::back_inserter(result), first);
        break;
    case Kind::Colour:
        std::transform(m_colours.begin(), m_colours.end(), std::back_inserter(result), first);
        break;
    }
    return result;
}

qsizetype Annotations::memoryBytes() const
{
    constexpr qsizetype nodeBytes = 64; // of a map, about
    qsizetype bytes = m_marked.memoryBytes() + m_ignored.memoryBytes() +
                      static_cast<qsizetype>(m_references.size() + m_comments.size() + m_colours.size()) * nodeBytes;
    for (const auto &[no, text] : m_comments)
        bytes += text.size() * static_cast<qsizetype>(sizeof(QChar));
    return bytes;
}

void Annotations::dropBefore(quint64 no)
{
    if (const auto end = m_references.lower_bound(no); end != m_references.begin())
        m_leftReferenceNs = std::prev(end)->second;
    const std::pair<Kind, quint64> gone[] = {{Kind::Mark, eraseBefore(m_marked, no)},
                                             {Kind::Comment, eraseBefore(m_comments, no)},
                                             {Kind::Ignore, eraseBefore(m_ignored, no)},
                                             {Kind::Reference, eraseBefore(m_references, no)},
                                             {Kind::Colour, eraseBefore(m_colours, no)}};
    for (const auto &[kind, count] : gone) {
        m_forgotten += count;
        if (kind == Kind::Mark)
            m_forgottenMarks += count;
        else if (kind == Kind::Comment)
            m_forgottenComments += count;
        if (count > 0)
            Q_EMIT changed(kind, 0);
    }
}

void Annotations::clear()
{
    for (const Kind kind : {Kind::Mark, Kind::Comment, Kind::Ignore, Kind::Reference, Kind::Colour})
        clearKind(kind);
    m_leftReferenceNs.reset();
    m_forgotten = m_forgottenMarks = m_forgottenComments = 0;
}

} // namespace SockScope
