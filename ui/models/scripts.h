#pragma once

#include <QAbstractListModel>

#include <memory>
#include <optional>

#include "core/simulate/scripttext.h"
#include "ui/models/networkhost.h"
#include "ui/models/scriptlogmodel.h"

class QSettings;

namespace SockScope {

/*! The scripts of a project, and those of them that run beside the socks that the window has opened.
 *  Path    project, a person → [this] → ScriptRunner in the network thread; what it says → ScriptLogModel
 *  Shape   a row a script. A script that runs goes on with its text until it is loaded again; what it says comes at
 *          most every reportMs, and at most maximumWaiting lines wait for that, the rest is counted
 *  Units   milliseconds
 *  Errors  a text that does not load is said in the log with its place, and the one that runs stays
 *  Thread  the window's
 *  Source  none
 */
class Scripts : public QAbstractListModel
{
    Q_OBJECT
public:
    static constexpr int reportMs = 100;
    static constexpr qsizetype maximumWaiting = 2'000;

    explicit Scripts(Inspection *inspection, QObject *parent = nullptr);
    ~Scripts() override;

    /// Without one no script runs.
    void setFactory(ScriptRunnerFactory factory);
    bool canRun() const { return bool(m_factory); }

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

    /// All of them, none of which runs then.
    void setScripts(const QList<ScriptText> &scripts);
    QList<ScriptText> scripts() const;
    void load(const QSettings &settings);
    void save(QSettings &settings) const;
    /// The row; -1 when there are too many. The name gets a number where another has it.
    int add(const QString &name, const QString &source) { return insert(rowCount(), {name, source}); }
    int insert(int row, const ScriptText &text);
    /// It stops.
    ScriptText take(int row);
    QString source(int row) const;
    void setSource(int row, const QString &source);
    /// Why a script may not have the name; nothing when it may.
    std::optional<QString> refusal(int row, const QString &name) const;

    void start(int row);
    void stop(int row);
    void stopAll();
    /// The text as it is now: peers and variables stay.
    void reload(int row);
    bool isRunning(int row) const;
    /// Whether the text is another than the one that runs.
    bool isStale(int row) const;
    ScriptFigures figures(int row) const;
    /// Since it was loaded; empty: none.
    QString lastError(int row) const;
    ScriptLogModel *log(int row) const;

Q_SIGNALS:
    /// Others, or other texts or names.
    void scriptsChanged();
    /// It began, ended, or did something.
    void stateChanged(int row);

private:
    struct Host;
    struct Entry;

    std::unique_ptr<Entry> makeEntry(const ScriptText &text);
    void loadInto(Entry &entry);
    void take(int id, const QList<ScriptLine> &lines, const ScriptFigures &figures, quint64 dropped);
    void takeLoaded(int id, int run, const QString &source, const std::optional<ScriptLine> &error);
    void tellState(int row);
    int rowOf(int id) const;

    NetworkHost<Scripts, Host> m_host;
    ScriptRunnerFactory m_factory;
    std::vector<std::unique_ptr<Entry>> m_entries;
    int m_nextId = 1;
};

} // namespace SockScope
