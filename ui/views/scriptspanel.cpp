#include "ui/views/scriptspanel.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QTextBlock>
#include <QVBoxLayout>

#include "core/project/wholefile.h"
#include "ui/delegates/rowdelegate.h"
#include "ui/icons.h"
#include "ui/models/format.h"
#include "ui/models/scripts.h"
#include "ui/theme.h"
#include "ui/views/actionbuttons.h"
#include "ui/views/emptystate.h"
#include "ui/views/refusallabel.h"
#include "ui/views/scripteditor.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// Errors in their colour.
class SaidDelegate : public RowDelegate
{
public:
    using RowDelegate::RowDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        RowDelegate::initStyleOption(option, index);
        if (!index.data(ScriptLogModel::ErrorRole).toBool())
            return;
        for (const QPalette::ColorRole role : {QPalette::Text, QPalette::HighlightedText})
            option->palette.setColor(role, Theme::instance()->colors().error);
    }
};

QString example()
{
    return u"// Called for each message that comes in.\n"
           "function onMessage(message) {\n"
           "    log(message.peer, message.type, message.data);\n"
           "    // message.reply(message.type, message.data);\n"
           "}\n"_s;
}

} // namespace

ScriptsPanel::ScriptsPanel(Scripts *scripts, QWidget *parent)
    : QWidget(parent)
    , m_scripts(scripts)
    , m_list(new QListView(this))
    , m_text(new ScriptEditor(this))
    , m_log(new QListView(this))
    , m_error(new QLabel(this))
    , m_state(new QLabel(this))
    , m_run(new QPushButton(this))
    , m_refusal(new RefusalLabel(this))
    , m_add(new QAction(themeIcon(u"add"), tr("&New Script"), this))
    , m_open(new QAction(themeIcon(u"file"), tr("&Open a File…"), this))
    , m_save(new QAction(themeIcon(u"save"), tr("&Save to a File…"), this))
    , m_remove(new QAction(themeIcon(u"remove"), tr("&Remove Script"), this))
    , m_undo(new QAction(themeIcon(u"undo"), tr("U&ndo Remove Script"), this))
    , m_clear(new QAction(themeIcon(u"clear"), tr("C&lear What It Said"), this))
{
    m_list->setObjectName(u"scriptsList"_s);
    m_list->setAccessibleName(tr("Scripts"));
    m_list->setModel(scripts);
    m_list->setItemDelegate(new SaidDelegate(m_list));
    m_list->setMinimumHeight(m_list->fontMetrics().height() * 2);
    m_list->installEventFilter(this);
    auto *empty = new EmptyState(m_list);
    empty->setText(tr("JavaScript that answers messages, beside the sockets."));
    m_text->setObjectName(u"scriptText"_s);
    m_text->setAccessibleName(tr("Text of the script"));
    m_text->installEventFilter(this);
    m_text->setMinimumHeight(m_text->fontMetrics().height() * 3);
    m_log->setObjectName(u"scriptLog"_s);
    m_log->setAccessibleName(tr("What the script said"));
    m_log->setItemDelegate(new SaidDelegate(m_log));
    m_log->setUniformItemSizes(true);
    m_log->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_log->setMinimumHeight(m_log->fontMetrics().height() * 2);
    m_log->setTextElideMode(Qt::ElideRight);
    m_log->setHorizontalScrollBarPolicy(
        Qt::ScrollBarAlwaysOff); // the tool tip has the rest, the last error stands below
    m_run->setObjectName(u"scriptRun"_s);
    m_error->setObjectName(u"scriptError"_s);
    m_error->setProperty("role", u"error"_s);
    m_state->setObjectName(u"scriptState"_s);
    m_state->setProperty("role", u"secondary"_s);
    for (QLabel *label : {m_error, m_state}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    m_error->hide();
    createActions();

    auto *top = new QHBoxLayout;
    top->setSpacing(4);
    addActionButtons(top, this, {m_add, m_open, m_save, m_remove, m_undo, m_clear});
    top->addStretch();
    top->addWidget(m_run);
    auto *splitter = new QSplitter(Qt::Vertical, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_list);
    splitter->addWidget(m_text);
    splitter->addWidget(m_log);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 4);
    splitter->setStretchFactor(2, 2);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(3);
    layout->addLayout(top);
    layout->addWidget(m_refusal);
    layout->addWidget(m_error);
    layout->addWidget(splitter, 1);
    layout->addWidget(m_state);

    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &ScriptsPanel::showCurrent);
    connect(scripts, &QAbstractItemModel::modelReset, this, [this] {
        m_list->setCurrentIndex(m_scripts->index(0));
        showCurrent();
    });
    connect(scripts, &QAbstractItemModel::rowsRemoved, this, &ScriptsPanel::showCurrent);
    connect(scripts, &Scripts::stateChanged, this, [this](int row) {
        if (row == current())
            update();
    });
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        m_text->setExtraSelections({});
        if (!m_isShowing)
            m_scripts->setSource(current(), m_text->toPlainText());
    });
    connect(m_run, &QPushButton::clicked, this, [this] {
        const int row = current();
        m_scripts->isStale(row)     ? m_scripts->reload(row)
        : m_scripts->isRunning(row) ? m_scripts->stop(row)
                                    : m_scripts->start(row);
    });
    connect(m_log, &QListView::clicked, this, &ScriptsPanel::goTo);
    connect(m_log, &QListView::activated, this, &ScriptsPanel::goTo);
    m_list->setCurrentIndex(scripts->index(0));
    showCurrent();
}

void ScriptsPanel::createActions()
{
    m_add->setObjectName(u"scriptAdd"_s);
    m_open->setObjectName(u"scriptOpen"_s);
    m_save->setObjectName(u"scriptSave"_s);
    m_remove->setObjectName(u"scriptRemove"_s);
    m_remove->setToolTip(tr("Remove Script (Del)"));
    m_undo->setObjectName(u"scriptUndo"_s);
    m_clear->setObjectName(u"scriptClear"_s);
    connect(m_add, &QAction::triggered, this, [this] {
        add(tr("script"), example());
        m_text->setFocus();
    });
    connect(m_open, &QAction::triggered, this, [this] {
        if (const QString path = QFileDialog::getOpenFileName(this, tr("Open a Script"), {},
                                                              tr("JavaScript (*.js *.mjs);;All files (*)"));
            !path.isEmpty())
            openFile(path);
    });
    connect(m_save, &QAction::triggered, this, [this] {
        const QString name = m_list->currentIndex().data().toString();
        if (const QString path = QFileDialog::getSaveFileName(this, tr("Save the Script"),
                                                              name.endsWith(u".js"_s) ? name : name + u".js"_s,
                                                              tr("JavaScript (*.js *.mjs);;All files (*)"));
            !path.isEmpty())
            saveFile(path);
    });
    connect(m_remove, &QAction::triggered, this, &ScriptsPanel::remove);
    connect(m_undo, &QAction::triggered, this, &ScriptsPanel::restore);
    connect(m_clear, &QAction::triggered, this, [this] {
        if (ScriptLogModel *log = m_scripts->log(current()))
            log->clear();
        update();
    });
}

int ScriptsPanel::current() const
{
    return m_list->currentIndex().row();
}

QString ScriptsPanel::errorText() const
{
    return m_error->isHidden() ? QString() : m_error->text();
}

void ScriptsPanel::showError(const QString &text)
{
    m_error->setText(text);
    m_error->setAccessibleName(text);
    m_error->setVisible(!text.isEmpty());
}

void ScriptsPanel::add(const QString &name, const QString &source)
{
    const int row = m_scripts->add(name, source);
    if (row < 0)
        return showError(tr("There are %1 scripts already; remove one first.").arg(ScriptText::maximumScripts));
    showError({});
    m_list->setCurrentIndex(m_scripts->index(row));
}

void ScriptsPanel::setRefusal(const QString &reason)
{
    m_refusal->setReason(reason);
    update();
}

void ScriptsPanel::remove()
{
    const int row = current();
    if (row < 0)
        return;
    m_removed.add(row, m_scripts->take(row));
    update();
}

void ScriptsPanel::restore()
{
    if (m_removed.isEmpty())
        return;
    const int row = m_scripts->insert(m_removed.last().first, m_removed.last().second);
    if (row < 0)
        return showError(tr("There are %1 scripts already; remove one first.").arg(ScriptText::maximumScripts));
    m_removed.dropLast();
    showError({});
    m_list->setCurrentIndex(m_scripts->index(row));
    update();
}

void ScriptsPanel::openFile(const QString &path)
{
    QString why;
    const auto bytes = readBoundedFile(path, ScriptText::maximumCharacters, &why);
    if (!bytes)
        return showError(tr("%1 cannot be read: %2. Choose another file.").arg(path, why));
    if (!bytes->isValidUtf8())
        return showError(tr("%1 is no UTF-8 text; save it as UTF-8.").arg(path));
    add(QFileInfo(path).fileName().left(ScriptText::maximumName), QString::fromUtf8(*bytes));
}

void ScriptsPanel::saveFile(const QString &path)
{
    const auto why = writeWholeFile(path, m_scripts->source(current()).toUtf8());
    showError(why ? tr("%1 cannot be written: %2. Choose another place.").arg(path, *why) : QString());
}

void ScriptsPanel::showCurrent()
{
    const int row = current();
    m_isShowing = true;
    if (const QString source = m_scripts->source(row); m_text->toPlainText() != source)
        m_text->setPlainText(source);
    m_isShowing = false;
    ScriptLogModel *log = m_scripts->log(row);
    if (m_log->model() != log) {
        if (QAbstractItemModel *before = m_log->model())
            before->disconnect(m_log);
        m_log->setModel(log);
        if (log) {
            connect(log, &QAbstractItemModel::rowsAboutToBeInserted, m_log, [this] {
                const QScrollBar *bar = m_log->verticalScrollBar();
                m_followsLog = bar->value() == bar->maximum();
            });
            connect(log, &QAbstractItemModel::rowsInserted, m_log, [this] {
                if (m_followsLog)
                    m_log->scrollToBottom();
            });
            m_log->scrollToBottom();
        }
    }
    update();
}

void ScriptsPanel::update()
{
    const int row = current();
    const bool isThere = row >= 0;
    const bool isRunning = m_scripts->isRunning(row);
    const bool isStale = m_scripts->isStale(row);
    m_text->setEnabled(isThere);
    m_save->setEnabled(isThere);
    m_remove->setEnabled(isThere);
    m_undo->setEnabled(!m_removed.isEmpty() && !m_refusal->isRefused());
    m_add->setEnabled(!m_refusal->isRefused());
    m_open->setEnabled(!m_refusal->isRefused());
    m_clear->setEnabled(isThere && m_scripts->log(row)->rowCount() > 0);
    m_run->setEnabled(isThere && m_scripts->canRun());
    m_run->setText(isStale ? tr("Re&load") : isRunning ? tr("Sto&p") : tr("&Run"));
    m_run->setIcon(themeIcon(isStale ? u"restart" : isRunning ? u"stop" : u"start"));
    m_run->setToolTip(isStale     ? tr("Run the text as it is now; peers and vars stay (Ctrl+Return)")
                      : isRunning ? tr("Stop the script; its vars are gone then")
                                  : tr("Run it on the sockets that this window has opened (Ctrl+Return)"));
    if (!m_scripts->canRun())
        return m_state->setText(
            tr("Scripts do not run in this build: install qt6-declarative-dev and build SockScope again."));
    const ScriptFigures figures = m_scripts->figures(row);
    QStringList parts;
    if (isThere)
        parts.append(figures.hasEnded && isRunning ? tr("ended: a call ran too long; load it again")
                     : isStale                     ? tr("runs an earlier text")
                     : isRunning                   ? tr("runs")
                                                   : tr("does not run"));
    const auto part = [&parts](const QString &text, quint64 number) {
        if (number > 0)
            parts.append(text.arg(Format::count(qint64(number))));
    };
    part(tr("%1 calls"), figures.calls);
    part(tr("%1 sent"), figures.sent);
    part(tr("%1 not sent"), figures.refused);
    part(tr("%1 errors"), figures.errors);
    part(tr("%1 lines not shown"), figures.droppedLogLines + (isThere ? m_scripts->log(row)->dropped() : 0));
    QString text = parts.join(u" · "_s);
    if (const QString error = m_scripts->lastError(row); !error.isEmpty())
        text += (text.isEmpty() ? QString() : u"\n"_s) + tr("Last error: %1").arg(error);
    m_state->setText(text);
}

void ScriptsPanel::goTo(const QModelIndex &logLine)
{
    const int line = logLine.data(ScriptLogModel::LineRole).toInt();
    const QTextBlock block = m_text->document()->findBlockByNumber(line - 1);
    if (line <= 0 || !block.isValid())
        return;
    QTextCursor cursor(block);
    const int column = qMax(1, logLine.data(ScriptLogModel::ColumnRole).toInt());
    cursor.movePosition(QTextCursor::Right, QTextCursor::MoveAnchor, qMin(column - 1, block.length() - 1));
    m_text->setTextCursor(cursor);
    QTextEdit::ExtraSelection selection;
    selection.cursor = cursor;
    selection.format.setBackground(Theme::instance()->colors().errorGround);
    selection.format.setProperty(QTextFormat::FullWidthSelection, true);
    m_text->setExtraSelections({selection});
    m_text->setFocus();
}

// Delete is a key of other lists, too, and Ctrl+Return sends in the Inject panel: as shortcuts they would be ambiguous.
bool ScriptsPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (watched == m_list && key->key() == Qt::Key_Delete) {
            remove();
            return true;
        }
        if (watched == m_text && key->key() == Qt::Key_Return && key->modifiers() == Qt::ControlModifier) {
            if (m_scripts->isStale(current()) || !m_scripts->isRunning(current()))
                m_run->click();
            return true;
        }
    }
    if (event->type() == QEvent::ShortcutOverride && watched == m_text) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Return && key->modifiers() == Qt::ControlModifier) {
            event->accept();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace SockScope
