#include "ui/views/logactions.h"

#include <QAction>
#include <QInputDialog>
#include <QItemSelectionModel>
#include <QMenu>
#include <QPlainTextEdit>

#include <algorithm>
#include <functional>

#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/messagelogmodel.h"
#include "ui/models/roles.h"
#include "ui/theme.h"
#include "ui/views/colourchoice.h"
#include "ui/views/commentsdialog.h"
#include "ui/views/filtermenu.h"
#include "ui/views/logtable.h"

namespace SockScope {

using namespace Qt::StringLiterals;
using Kind = Annotations::Kind;

LogActions::LogActions(MessageLogModel *log, LogTable *table, QWidget *parent)
    : QObject(parent)
    , m_log(log)
    , m_table(table)
    , m_window(parent)
{
    const auto make = [this](QStringView icon, const QString &text, const QString &key, const QString &tip,
                             auto handler) {
        auto *action = new QAction(text, this);
        if (!icon.isEmpty())
            action->setIcon(themeIcon(icon));
        if (!key.isEmpty())
            action->setShortcut(QKeySequence(key));
        action->setToolTip(key.isEmpty() ? tip : u"%1 (%2)"_s.arg(tip, key));
        connect(action, &QAction::triggered, this, handler);
        return action;
    };
    m_mark = make(u"mark", tr("&Mark/Unmark Message"), u"Ctrl+M"_s, tr("Mark the chosen messages"),
                  [this] { toggle(Kind::Mark); });
    m_ignore = make(u"ignore", tr("&Ignore/Unignore Message"), u"Ctrl+D"_s,
                    tr("Show the chosen messages without contents, and hide them from every filter"),
                    [this] { toggle(Kind::Ignore); });
    m_comment = make(u"comment", tr("&Comment…"), u"Ctrl+Alt+C"_s, tr("Write a comment to this message"),
                     [this] { askForComment(); });
    m_reference = make(u"clock", tr("Set/Unset &Time Reference"), u"Ctrl+Alt+T"_s,
                       tr("Let later times count from this message"), [this] { toggleReference(); });
    m_follow = make(u"peers", tr("&Follow Conversation"), u"Ctrl+Alt+Shift+F"_s,
                    tr("Show this peer's messages only, both ways"), [this] { followConversation(); });
    m_addColumn =
        make(u"columns", tr("&Add Column…"), {}, tr("Show a decoded field in a column"), [this] { askForColumn(); });
    m_comments = make({}, tr("C&omments…"), u"Ctrl+Alt+Shift+C"_s, tr("List all comments"), [this] { showComments(); });
    m_apply = makeFilterMenu(tr("&Apply as Filter"), u"filter", true);
    m_prepare = makeFilterMenu(tr("&Prepare as Filter"), u"edit", false);
    m_colour = makeColourMenu();
    m_steps = {makeStep(tr("Next Mar&k"), u"Ctrl+Shift+N"_s, Kind::Mark, true),
               makeStep(tr("Pre&vious Mark"), u"Ctrl+Shift+B"_s, Kind::Mark, false),
               makeStep(tr("Next Time Re&ference"), u"Ctrl+Alt+N"_s, Kind::Reference, true),
               makeStep(tr("Previous Time Refere&nce"), u"Ctrl+Alt+B"_s, Kind::Reference, false)};
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &LogActions::updateActions);
    connect(m_log, &QAbstractItemModel::modelReset, this, &LogActions::updateActions);
    updateActions();
}

QMenu *LogActions::makeFilterMenu(const QString &title, QStringView icon, bool apply)
{
    auto *menu = new QMenu(title, m_window);
    menu->setIcon(themeIcon(icon));
    addFilterJoins(menu, this, [this, apply](FilterJoin join) {
        const QString term = m_log->cellTerm(m_table->currentIndex());
        if (!term.isEmpty())
            apply ? Q_EMIT termApplied(term, join) : Q_EMIT termPrepared(term, join);
    });
    menu->setToolTipsVisible(true);
    // What it would be about is read from the cell when it opens.
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        const QString term = m_log->cellTerm(m_table->currentIndex());
        for (QAction *action : menu->actions()) {
            action->setEnabled(!term.isEmpty());
            action->setToolTip(term.isEmpty() ? tr("This cell holds nothing that a filter can ask for") : term);
        }
    });
    return menu;
}

// Filled when it opens: the swatches are the theme's.
QMenu *LogActions::makeColourMenu()
{
    auto *menu = new QMenu(tr("Co&lour Message"), m_window);
    menu->setIcon(themeIcon(u"theme"));
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        const RuleColour present = m_log->annotations()->colour(currentNo());
        const auto add = [&](const QIcon &icon, const QString &text, const RuleColour &colour) {
            QAction *action = menu->addAction(icon, text, this, [this, colour] {
                if (const auto wrong = m_log->annotations()->setColours(selectedNumbers(), colour))
                    Q_EMIT failed(*wrong);
            });
            action->setEnabled(currentNo() != 0 && colour != present);
        };
        for (const QString &name : RuleColour::names()) {
            const RuleColour colour = RuleColour::ofName(name);
            add(ColourChoice::swatch(Theme::instance()->ruleGround(colour)), ColourChoice::shownName(name), colour);
        }
        menu->addSeparator();
        add(ColourChoice::swatch({}), tr("None"), {});
    });
    return menu;
}

QAction *LogActions::makeStep(const QString &text, const QString &key, Kind kind, bool forward)
{
    auto *action = new QAction(text, this);
    action->setShortcut(QKeySequence(key));
    connect(action, &QAction::triggered, this, [this, kind, forward] {
        const int from = m_log->rowOfNo(currentNo());
        const int row = forward ? m_log->nextNoted(kind, from) : m_log->previousNoted(kind, from);
        if (row >= 0)
            Q_EMIT goToRequested(m_log->noOfRow(row));
        else
            Q_EMIT failed(kind == Kind::Mark ? tr("No message in the list is marked")
                                             : tr("No message in the list is a time reference"));
    });
    return action;
}

void LogActions::addNoteActions(QMenu *menu) const
{
    menu->addAction(m_mark);
    menu->addActions({m_steps[0], m_steps[1]});
    menu->addAction(tr("&Unmark All"), m_log->annotations(), [this] { m_log->annotations()->clearKind(Kind::Mark); });
    menu->addSeparator();
    menu->addAction(m_ignore);
    menu->addAction(tr("Uni&gnore All"), m_log->annotations(),
                    [this] { m_log->annotations()->clearKind(Kind::Ignore); });
    menu->addSeparator();
    menu->addActions({m_reference, m_steps[2], m_steps[3]});
    menu->addAction(tr("Unset All Time &References"), m_log->annotations(),
                    [this] { m_log->annotations()->clearKind(Kind::Reference); });
    menu->addSeparator();
    menu->addActions({m_comment, m_comments});
    menu->addSeparator();
    menu->addMenu(m_colour);
    menu->addAction(tr("U&ncolour All"), m_log->annotations(),
                    [this] { m_log->annotations()->clearKind(Kind::Colour); });
}

void LogActions::updateActions()
{
    const bool any = currentNo() != 0;
    for (QAction *action : {m_mark, m_ignore, m_comment, m_reference, m_follow})
        action->setEnabled(any);
}

quint64 LogActions::currentNo() const
{
    return m_log->noOfRow(m_table->currentIndex().row());
}

// By ranges: asking for the rows of a selection of millions would make an index of each.
std::vector<quint64> LogActions::selectedNumbers()
{
    std::vector<quint64> numbers;
    qint64 all = 0;
    const QItemSelection selection = m_table->selectionModel()->selection();
    for (const QItemSelectionRange &range : selection) {
        all += range.height();
        for (int row = range.top(); row <= range.bottom(); ++row) {
            if (static_cast<qsizetype>(numbers.size()) >= maximumRows)
                break;
            numbers.push_back(m_log->noOfRow(row));
        }
    }
    if (all > maximumRows)
        Q_EMIT failed(tr("%1 messages are chosen; only the first %2 of them are taken. A filter says it of any number")
                          .arg(Format::count(all), Format::count(qint64(maximumRows))));
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

void LogActions::toggle(Kind kind)
{
    const std::vector<quint64> numbers = selectedNumbers();
    Annotations *notes = m_log->annotations();
    const auto has = [&](quint64 no) { return kind == Kind::Mark ? notes->isMarked(no) : notes->isIgnored(no); };
    const bool on = !std::all_of(numbers.begin(), numbers.end(), has);
    if (const std::optional<QString> wrong = notes->setAll(kind, numbers, on))
        Q_EMIT failed(*wrong);
}

void LogActions::toggleReference()
{
    Annotations *notes = m_log->annotations();
    for (const quint64 no : selectedNumbers()) {
        const std::optional<StoredMessage> message = m_log->messageByNo(no);
        if (!message || !message->isReadable())
            continue;
        if (const auto wrong = notes->setReference(no, !notes->isReference(no), message->wallNs())) {
            Q_EMIT failed(*wrong);
            break;
        }
    }
}

void LogActions::askForComment()
{
    const quint64 no = currentNo();
    if (no == 0)
        return;
    auto *dialog = new QInputDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(u"commentDialog"_s);
    dialog->setWindowTitle(tr("Comment"));
    dialog->setLabelText(tr("Comment on message %1. An empty one is removed.").arg(Format::count(no)));
    dialog->setOption(QInputDialog::UsePlainTextEditForTextInput);
    dialog->setTextValue(m_log->annotations()->comment(no));
    if (auto *edit = dialog->findChild<QPlainTextEdit *>()) {
        edit->setTabChangesFocus(true); // Enter begins a line, so that the buttons need Tab
        edit->setAccessibleName(dialog->windowTitle());
    }
    dialog->resize(400, 180);
    connect(dialog, &QInputDialog::textValueSelected, this, [this, no](const QString &text) {
        if (const auto wrong = m_log->annotations()->setComment(no, text.trimmed()))
            Q_EMIT failed(*wrong);
    });
    dialog->open();
}

void LogActions::showComments()
{
    auto *dialog = new CommentsDialog(m_log, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &CommentsDialog::goToRequested, this, &LogActions::goToRequested);
    dialog->show();
}

void LogActions::followConversation()
{
    const QModelIndex index = m_table->currentIndex();
    const auto peer = index.data(EndpointRole).value<Endpoint>();
    QString term = filterTerm(u"sock", index.data(SockNameRole).toString());
    if (!peer.isNull())
        term = filterCombined(term, filterTerm(peer), FilterJoin::And);
    Q_EMIT termApplied(term, FilterJoin::Replace);
}

void LogActions::askForColumn()
{
    auto *dialog = new QInputDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(u"columnDialog"_s);
    dialog->setWindowTitle(tr("Add Column"));
    dialog->setLabelText(tr("Field to show, as a filter names it: data.pos.x, data[0].name, length, seq, outcome"));
    dialog->setTextValue(u"data."_s);
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString &path) { addColumnFor(path); });
    dialog->open();
}

bool LogActions::addColumnFor(const QString &path, const QString &title)
{
    const QString field = path.trimmed();
    FilterError error;
    std::optional<QString> wrong;
    const bool ofStore = field == u"length" || field == u"seq" || field == u"outcome";
    if (!ofStore && (!field.startsWith(u"data") || !Filter::compile(field, &error)))
        wrong = error.what.isEmpty() ? tr("expected the path of a field, such as data.pos.x") : error.toString();
    else
        wrong = m_log->addColumn(field, title);
    if (wrong)
        Q_EMIT failed(tr("No column for %1: %2").arg(field.isEmpty() ? tr("nothing") : field, *wrong));
    return !wrong;
}

void LogActions::addHeaderActions(QMenu *menu, int logical)
{
    if (logical >= MessageLogModel::ColumnCount) {
        const QString title = m_log->headerData(logical, Qt::Horizontal).toString();
        menu->addAction(themeIcon(u"edit"), tr("&Rename “%1”…").arg(title), this,
                        [this, logical] { askForTitle(logical); });
        menu->addAction(themeIcon(u"remove"), tr("Re&move “%1”").arg(title), this,
                        [this, logical] { m_log->removeColumn(logical); });
    }
    menu->addAction(m_addColumn);
    menu->addSeparator();
}

void LogActions::askForTitle(int logical)
{
    auto *dialog = new QInputDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Rename Column"));
    dialog->setLabelText(tr("Title of the column for %1. An empty one is the field's own.")
                             .arg(m_log->headerData(logical, Qt::Horizontal, FieldPathRole).toString()));
    dialog->setTextValue(m_log->headerData(logical, Qt::Horizontal).toString());
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, logical](const QString &title) { m_log->renameColumn(logical, title); });
    dialog->open();
}

} // namespace SockScope
