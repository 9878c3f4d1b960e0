#include "ui/models/scripts.h"

#include <QSettings>
#include <QTimer>

#include <algorithm>
#include <map>
#include <utility>

#include "core/basesock.h"
#include "core/project/jsontext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

/// The scripts that run, in the network thread.
struct Scripts::Host : public QObject
{
    using Tie = HostTie<Scripts, Host>;

    Host(const std::shared_ptr<Tie> &tie, QObject *parent)
        : QObject(parent)
        , m_tie(tie)
    {
        m_timer.setInterval(reportMs);
        connect(&m_timer, &QTimer::timeout, this, [this] { report(); });
    }
    ~Host() override { m_tie->host = nullptr; }

    void add(const std::shared_ptr<SockLink> &, BaseSock *sock, const QString &given)
    {
        // A script sends by name: one without has its address, and a second of the same name a number.
        const QString wanted = given.isEmpty() ? sock->url() : given;
        QString name = wanted;
        const auto isTaken = [this, &name] {
            return std::any_of(m_socks.begin(), m_socks.end(),
                               [&name](const auto &each) { return each.second == name; });
        };
        for (int number = 2; isTaken(); ++number)
            name = u"%1 %2"_s.arg(wanted).arg(number);
        m_socks.emplace_back(sock, name);
        connect(sock, &QObject::destroyed, this,
                [this, sock] { std::erase_if(m_socks, [sock](const auto &each) { return each.first == sock; }); });
        for (auto &[id, running] : m_running)
            running.runner->addSock(sock, name);
    }
    void load(int id, int run, const QString &source, const QString &name, const ScriptRunnerFactory &factory)
    {
        const auto found = m_running.find(id);
        std::unique_ptr<ScriptRunner> fresh = found == m_running.end() ? factory({}) : nullptr;
        ScriptRunner *runner = fresh ? fresh.get() : found->second.runner.get();
        if (fresh) // what it says while it loads, too
            connect(runner, &ScriptRunner::said, this, [this, id](const ScriptLine &line) { keep(id, line); });
        const auto error = runner->load(source, name);
        if (fresh && !error) {
            for (const auto &[sock, sockName] : m_socks)
                runner->addSock(sock, sockName);
            m_running[id].runner = std::move(fresh);
            m_timer.start();
        }
        m_tie->post([id, run, source, error](Scripts &window) { window.takeLoaded(id, run, source, error); });
        report();
    }
    void stop(int id)
    {
        report();
        m_running.erase(id);
        m_waiting.erase(id);
        if (m_running.empty())
            m_timer.stop();
    }

private:
    struct Running
    {
        std::unique_ptr<ScriptRunner> runner;
        ScriptFigures told;
    };
    struct Waiting
    {
        QList<ScriptLine> lines;
        quint64 dropped = 0;
    };

    void keep(int id, const ScriptLine &line)
    {
        Waiting &waiting = m_waiting[id];
        if (waiting.lines.size() < maximumWaiting)
            waiting.lines.append(line);
        else
            ++waiting.dropped;
    }
    void report()
    {
        for (auto &[id, waiting] : m_waiting) { // of those that did not begin, too
            if (m_running.contains(id))
                continue;
            m_tie->post([id = id, lines = waiting.lines, dropped = waiting.dropped](Scripts &window) {
                window.take(id, lines, {}, dropped);
            });
        }
        for (auto &[id, running] : m_running) {
            const Waiting waiting = std::exchange(m_waiting[id], {});
            const ScriptFigures figures = running.runner->figures();
            if (waiting.lines.isEmpty() && waiting.dropped == 0 && figures == running.told)
                continue;
            running.told = figures;
            m_tie->post([id = id, waiting, figures](Scripts &window) {
                window.take(id, waiting.lines, figures, waiting.dropped);
            });
        }
        m_waiting.clear();
    }

    std::shared_ptr<Tie> m_tie;
    std::vector<std::pair<BaseSock *, QString>> m_socks;
    std::map<int, Running> m_running;
    std::map<int, Waiting> m_waiting;
    QTimer m_timer{this};
};

struct Scripts::Entry
{
    int id = 0;
    int run = 0; ///< counts starts and stops: an answer for an earlier one is not taken
    ScriptText text;
    QString running; ///< the text that runs
    bool isRunning = false;
    ScriptFigures figures;
    QString lastError;
    std::unique_ptr<ScriptLogModel> log = std::make_unique<ScriptLogModel>();
};

Scripts::Scripts(Inspection *inspection, QObject *parent)
    : QAbstractListModel(parent)
    , m_host(this, inspection)
{
    m_host.followSocks();
}

Scripts::~Scripts() = default;

void Scripts::setFactory(ScriptRunnerFactory factory)
{
    m_factory = std::move(factory);
    for (int row = 0; row < rowCount(); ++row)
        tellState(row);
}

int Scripts::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant Scripts::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Entry &entry = *m_entries[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
        return entry.text.name;
    case Qt::CheckStateRole:
        return entry.isRunning ? Qt::Checked : Qt::Unchecked;
    case ScriptLogModel::ErrorRole: // a list may show it without asking for more
        return entry.figures.errors > 0 || entry.figures.hasEnded;
    case Qt::ToolTipRole:
        return entry.isRunning ? tr("%1 runs; untick it to stop it").arg(entry.text.name)
                               : tr("Tick %1 to run it").arg(entry.text.name);
    default:
        return {};
    }
}

bool Scripts::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    if (role == Qt::CheckStateRole) {
        value.toInt() == Qt::Checked ? start(index.row()) : stop(index.row());
        return canRun();
    }
    const QString name = value.toString().trimmed();
    if (role != Qt::EditRole || refusal(index.row(), name))
        return false;
    m_entries[static_cast<size_t>(index.row())]->text.name = name;
    Q_EMIT dataChanged(index, index);
    Q_EMIT scriptsChanged();
    return true;
}

Qt::ItemFlags Scripts::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return QAbstractListModel::flags(index);
    Qt::ItemFlags flags = QAbstractListModel::flags(index) | Qt::ItemIsEditable;
    flags.setFlag(Qt::ItemIsUserCheckable, canRun());
    return flags | Qt::ItemNeverHasChildren;
}

void Scripts::setScripts(const QList<ScriptText> &scripts)
{
    if (scripts == this->scripts())
        return;
    stopAll();
    beginResetModel();
    m_entries.clear();
    for (const ScriptText &text : scripts)
        m_entries.push_back(makeEntry(text));
    endResetModel();
    Q_EMIT scriptsChanged();
}

QList<ScriptText> Scripts::scripts() const
{
    QList<ScriptText> result;
    for (const auto &entry : m_entries)
        result.append(entry->text);
    return result;
}

void Scripts::load(const QSettings &settings)
{
    ProjectError damaged;
    SimulateError wrong;
    const auto node = parseJsonText(settings.value("simulate/scripts"_L1).toString().toUtf8(), &damaged);
    setScripts((node ? scriptsFromJson(*node, &wrong) : std::nullopt).value_or(QList<ScriptText>()));
}

void Scripts::save(QSettings &settings) const
{
    settings.setValue("simulate/scripts"_L1, QString::fromUtf8(writeJsonText(scriptsToJson(scripts()))));
}

std::unique_ptr<Scripts::Entry> Scripts::makeEntry(const ScriptText &text)
{
    auto entry = std::make_unique<Entry>();
    entry->id = m_nextId++;
    entry->text = text;
    return entry;
}

int Scripts::insert(int row, const ScriptText &text)
{
    if (rowCount() >= ScriptText::maximumScripts)
        return -1;
    ScriptText free = text;
    for (int number = 2; refusal(-1, free.name); ++number)
        free.name = text.name.left(ScriptText::maximumName - 8) + u" %1"_s.arg(number);
    const int at = qBound(0, row, rowCount());
    beginInsertRows({}, at, at);
    m_entries.insert(m_entries.begin() + at, makeEntry(free));
    endInsertRows();
    Q_EMIT scriptsChanged();
    return at;
}

ScriptText Scripts::take(int row)
{
    if (row < 0 || row >= rowCount())
        return {};
    stop(row);
    beginRemoveRows({}, row, row);
    ScriptText taken = m_entries[static_cast<size_t>(row)]->text;
    m_entries.erase(m_entries.begin() + row);
    endRemoveRows();
    Q_EMIT scriptsChanged();
    return taken;
}

QString Scripts::source(int row) const
{
    return row < 0 || row >= rowCount() ? QString() : m_entries[static_cast<size_t>(row)]->text.source;
}

void Scripts::setSource(int row, const QString &source)
{
    if (row < 0 || row >= rowCount() || m_entries[static_cast<size_t>(row)]->text.source == source)
        return;
    m_entries[static_cast<size_t>(row)]->text.source = source;
    Q_EMIT scriptsChanged();
    Q_EMIT stateChanged(row);
}

std::optional<QString> Scripts::refusal(int row, const QString &name) const
{
    if (name.isEmpty())
        return tr("it needs a name");
    if (name.size() > ScriptText::maximumName)
        return tr("the name has more than %1 characters").arg(ScriptText::maximumName);
    for (int other = 0; other < rowCount(); ++other)
        if (other != row && m_entries[static_cast<size_t>(other)]->text.name == name)
            return tr("another script has this name");
    return std::nullopt;
}

void Scripts::start(int row)
{
    if (row < 0 || row >= rowCount() || !canRun() || isRunning(row))
        return;
    Entry &entry = *m_entries[static_cast<size_t>(row)];
    entry.figures = {};
    ++entry.run;
    loadInto(entry);
}

void Scripts::reload(int row)
{
    if (isRunning(row))
        loadInto(*m_entries[static_cast<size_t>(row)]);
}

void Scripts::loadInto(Entry &entry)
{
    m_host.run([id = entry.id, run = entry.run, text = entry.text, factory = m_factory](Host &host) {
        host.load(id, run, text.source, text.name, factory);
    });
}

void Scripts::takeLoaded(int id, int run, const QString &source, const std::optional<ScriptLine> &error)
{
    const int row = rowOf(id);
    if (row < 0 || m_entries[static_cast<size_t>(row)]->run != run)
        return;
    Entry &entry = *m_entries[static_cast<size_t>(row)];
    entry.lastError = error ? error->text : QString();
    if (error) {
        entry.log->append({*error});
        if (entry.isRunning)
            entry.log->append({{tr("The text that ran before goes on."), 0, 0, false}});
    } else {
        entry.isRunning = true;
        entry.running = source;
    }
    tellState(row);
}

void Scripts::stop(int row)
{
    if (row < 0 || row >= rowCount())
        return;
    Entry &entry = *m_entries[static_cast<size_t>(row)];
    ++entry.run;
    m_host.run([id = entry.id](Host &host) { host.stop(id); });
    if (std::exchange(entry.isRunning, false))
        tellState(row);
}

void Scripts::stopAll()
{
    for (int row = 0; row < rowCount(); ++row)
        stop(row); // one that is about to begin, too
}

bool Scripts::isRunning(int row) const
{
    return row >= 0 && row < rowCount() && m_entries[static_cast<size_t>(row)]->isRunning;
}

bool Scripts::isStale(int row) const
{
    return isRunning(row) &&
           m_entries[static_cast<size_t>(row)]->running != m_entries[static_cast<size_t>(row)]->text.source;
}

ScriptFigures Scripts::figures(int row) const
{
    return row < 0 || row >= rowCount() ? ScriptFigures() : m_entries[static_cast<size_t>(row)]->figures;
}

QString Scripts::lastError(int row) const
{
    return row < 0 || row >= rowCount() ? QString() : m_entries[static_cast<size_t>(row)]->lastError;
}

ScriptLogModel *Scripts::log(int row) const
{
    return row < 0 || row >= rowCount() ? nullptr : m_entries[static_cast<size_t>(row)]->log.get();
}

void Scripts::take(int id, const QList<ScriptLine> &lines, const ScriptFigures &figures, quint64 dropped)
{
    const int row = rowOf(id);
    if (row < 0)
        return;
    Entry &entry = *m_entries[static_cast<size_t>(row)];
    entry.log->append(lines);
    entry.log->countDropped(dropped);
    const bool fails = entry.figures.errors > 0 || entry.figures.hasEnded;
    if (entry.isRunning)
        entry.figures = figures;
    for (const ScriptLine &line : lines)
        if (line.isError)
            entry.lastError = line.text;
    if (fails != (entry.figures.errors > 0 || entry.figures.hasEnded))
        return tellState(row);
    Q_EMIT stateChanged(row);
}

void Scripts::tellState(int row)
{
    Q_EMIT dataChanged(index(row), index(row));
    Q_EMIT stateChanged(row);
}

int Scripts::rowOf(int id) const
{
    for (int row = 0; row < rowCount(); ++row)
        if (m_entries[static_cast<size_t>(row)]->id == id)
            return row;
    return -1;
}

} // namespace SockScope
