#include "ui/models/messagelogmodel.h"

#include <algorithm>
#include <utility>

#include "core/filter/filtertext.h"
#include "ui/models/colourrules.h"
#include "ui/models/fieldvalue.h"
#include "ui/models/roles.h"
#include "ui/models/sockdirectory.h"

// The part of MessageLogModel that finds, and that follows notes, columns and names.

namespace SockScope {

using namespace Qt::StringLiterals;

std::shared_ptr<const FilterContext> MessageLogModel::filterContext() const
{
    if (m_context)
        return m_context;
    auto context = std::make_shared<FilterContext>();
    for (const SockInfo &info : m_directory->all())
        context->socks.push_back({info.sockId, info.name, info.url, info.codec, info.types});
    std::sort(context->socks.begin(), context->socks.end(),
              [](const FilterSock &a, const FilterSock &b) { return a.id < b.id; });
    context->originNs = m_firstWallNs;
    context->marked = m_annotations.markedNumbers();
    context->commented = m_annotations.commentedNumbers();
    context->failed = m_failures.numbers();
    m_context = std::move(context);
    return m_context;
}

void MessageLogModel::handleAnnotationChanged(Annotations::Kind kind, quint64 no)
{
    using Kind = Annotations::Kind;
    if (kind == Kind::Mark || kind == Kind::Comment) { // a colour rule may ask for them
        m_context.reset();
        no == 0 ? m_readRows.clear() : void(m_readRows.remove(no));
    }
    const QString &text = m_filter.text();
    // What is ignored now stays, grey, until the filter runs again; what is ignored no more may have no row yet.
    const int ignored = m_annotations.ignoredCount();
    const bool fewer = ignored < std::exchange(m_ignoredCount, ignored);
    const bool passes = (kind == Kind::Ignore && fewer && isFiltered()) ||
                        (kind == Kind::Mark && text.contains(u"marked"_s)) ||
                        (kind == Kind::Comment && text.contains(u"commented"_s));
    const int last = columnCount() - 1;
    if (kind == Kind::Reference) {
        handleReferencesChanged();
    } else if (passes) {
        m_refilterTimer.start(0); // once, however many notes change now
    } else if (no == 0) {
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, last));
    } else if (const int row = rowOfNo(no); row >= 0) {
        Q_EMIT dataChanged(index(row, 0), index(row, last));
    }
    if (kind == Kind::Mark)
        Q_EMIT marksChanged();
}

// The first reference says what it is for only where times count from it; without one, time is again what was chosen.
void MessageLogModel::handleReferencesChanged()
{
    const bool has = m_annotations.hasReferences();
    const bool changed = std::exchange(m_hadReferences, has) != has;
    if (changed)
        m_fromReference = has;
    showTimesAgain();
    if (changed)
        Q_EMIT timeFormatChanged();
}

void MessageLogModel::showTimesAgain()
{
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, TimeColumn), index(rowCount() - 1, TimeColumn));
    Q_EMIT headerDataChanged(Qt::Horizontal, TimeColumn, TimeColumn);
}

QString MessageLogModel::noteOf(const StoredMessage &message) const
{
    const QString late = m_failures.text(message.no());
    const QString own = message.note();
    return late.isEmpty() ? own : own.isEmpty() ? late : own + u"; "_s + late;
}

// A handler that threw after its message was stored: the row turns red, and filters and rules hear of it.
void MessageLogModel::settleFailures()
{
    constexpr int pauseMs = 500; // where handlers throw all the time, a scan must come to its end in between
    const std::vector<quint64> found = m_failures.resolve(*m_recorder);
    if (found.empty())
        return;
    m_context.reset();
    for (const quint64 no : found)
        m_readRows.remove(no);
    const auto [least, most] = std::minmax_element(found.begin(), found.end());
    const int last = rowOfNo(*most);
    const int first = rowAtOrAfterNo(*least);
    if (first >= 0)
        Q_EMIT dataChanged(index(first, 0), index(last < 0 ? rowCount() - 1 : last, columnCount() - 1));
    if (m_filter.text().contains(u"error"_s) && !m_refilterTimer.isActive())
        m_refilterTimer.start(pauseMs);
}

int MessageLogModel::notedRow(quint64 start, NotedStep step, Annotations::Kind kind) const
{
    // Notes of messages that the filter hides have no row and are passed over.
    for (quint64 no = (m_annotations.*step)(kind, start), first = no; no != 0;) {
        if (const int row = rowOfNo(no); row >= 0)
            return row;
        no = (m_annotations.*step)(kind, no);
        if (no == first)
            break;
    }
    return -1;
}

int MessageLogModel::nextNoted(Annotations::Kind kind, int row) const
{
    return notedRow(noOfRow(row), &Annotations::next, kind);
}

int MessageLogModel::previousNoted(Annotations::Kind kind, int row) const
{
    return notedRow(noOfRow(row), &Annotations::previous, kind);
}

QString MessageLogModel::cellTerm(const QModelIndex &cell) const
{
    constexpr qsizetype maximumBytes = 64; // more would not be read in the field
    const StoredMessage message = this->message(cell.row());
    if (message.no() == 0)
        return {};
    if (cell.column() == NoColumn)
        return filterTerm(u"no", static_cast<qint64>(message.no()));
    if (!message.isReadable())
        return {};
    switch (cell.column()) {
    case TimeColumn:
        return filterTimeTerm(message.wallNs() - m_firstWallNs);
    case DirectionColumn:
        return filterTerm(message.direction());
    case SocketColumn:
        return filterTerm(u"sock", m_directory->name(message.sock()));
    case PeerColumn:
        return message.peer().isNull() ? QString() : filterTerm(message.peer());
    case TypeColumn:
        return filterTerm(u"type", m_directory->typeLabel(message.sock(), message.type()));
    case SizeColumn:
        return filterTerm(u"size", static_cast<qint64>(message.wireBytes()));
    case SummaryColumn:
        if (!message.note().isEmpty())
            return filterTerm(u"note", message.note());
        return message.payload().isEmpty() || message.payload().size() > maximumBytes
                   ? QString()
                   : u"payload == "_s + filterBytes(message.payload());
    default:
        return fieldValue(message, m_directory->info(message.sock()).codec.get(),
                          m_fieldColumns.at(cell.column() - ColumnCount).path)
            .term;
    }
}

std::optional<QString> MessageLogModel::addColumn(const QString &path, const QString &title)
{
    if (const std::optional<QString> wrong = m_fieldColumns.check(path))
        return wrong;
    beginInsertColumns({}, columnCount(), columnCount());
    m_fieldColumns.add(path, title);
    m_readRows.clear();
    endInsertColumns();
    return std::nullopt;
}

void MessageLogModel::renameColumn(int section, const QString &title)
{
    if (section < ColumnCount || section >= columnCount())
        return;
    m_fieldColumns.rename(section - ColumnCount, title);
    Q_EMIT headerDataChanged(Qt::Horizontal, section, section);
}

void MessageLogModel::removeColumn(int section)
{
    if (section < ColumnCount || section >= columnCount())
        return;
    beginRemoveColumns({}, section, section);
    m_fieldColumns.remove(section - ColumnCount);
    m_readRows.clear();
    endRemoveColumns();
}

void MessageLogModel::setFieldColumns(const LogColumns &columns)
{
    while (columnCount() > ColumnCount)
        removeColumn(columnCount() - 1);
    for (qsizetype i = 0; i < columns.count(); ++i)
        addColumn(columns.at(i).path, columns.at(i).title);
}

void MessageLogModel::startFind(const Filter &wanted, quint64 fromNo, FindRunner::Direction direction, bool wrap)
{
    FindRunner::Search search;
    search.wanted = wanted;
    search.shown = filterInput(m_filter);
    search.direction = direction;
    search.fromNo = fromNo;
    search.wrap = wrap;
    search.first = isFiltered() ? m_recorder->store().firstNo() : m_rangeFirst;
    search.end = visibleEnd();
    m_finder.start(search, m_recorder->store().chunks());
    m_findTimer.start();
}

void MessageLogModel::cancelFind()
{
    m_finder.cancel();
    m_findTimer.stop();
}

void MessageLogModel::handleFindFinished(const FindRunner::Answer &answer)
{
    m_findTimer.stop();
    if (answer.no == 0 || !messageByNo(answer.no))
        Q_EMIT notFound(answer.unreadable);
    else
        Q_EMIT found(answer.no, answer.wrapped);
}

void MessageLogModel::setTimeFormat(TimeFormat format)
{
    if (m_timeFormat == format && !m_fromReference)
        return;
    m_timeFormat = format;
    m_fromReference = false;
    showTimesAgain();
    Q_EMIT timeFormatChanged();
}

void MessageLogModel::setColourRules(const ColourRules *rules)
{
    if (m_rules)
        m_rules->disconnect(this);
    m_rules = rules;
    const auto colourAgain = [this] {
        m_readRows.clear();
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    };
    if (rules)
        connect(rules, &ColourRules::changed, this, colourAgain);
    colourAgain();
}

void MessageLogModel::refreshTexts()
{
    forgetTexts();
    if (isFiltered())
        m_refilterTimer.start(0); // names and codecs decide what passes
    else if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

} // namespace SockScope
