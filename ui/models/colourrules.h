#pragma once

#include <QObject>

#include <vector>

#include "ui/models/colourrule.h"

class QSettings;

namespace SockScope {

class Chunk;
struct FilterContext;

/*! The colour rules in their order: the first that holds for a message colours its row.
 *  Path    settings, ColourRulesDialog → [this] → MessageLogModel's visible rows
 *  Shape   at most maximum rules; a file and the settings hold one JSON object a line
 *  Units   none
 *  Errors  fromLines answers which line cannot be read and why; settings that cannot be read leave the defaults
 *  Thread  the window's
 *  Source  Wireshark's coloring rules
 */
class ColourRules : public QObject
{
    Q_OBJECT
public:
    static constexpr size_t maximum = 100;
    using List = std::vector<ColourRule>;

    explicit ColourRules(QObject *parent = nullptr);

    const List &rules() const { return m_rules; }
    /// Those over the maximum are left out; the dialog offers no more.
    void setRules(List rules);
    static List defaults();

    /// Off: no row is coloured, and the rules stay as they are.
    bool isEnabled() const { return m_enabled; }
    void setEnabled(bool enabled);

    /// The place of the first active rule that holds; -1 when none does. For visible rows: it may read the payload.
    int ruleFor(const Chunk &chunk, int index, const FilterContext &context) const;

    static QByteArray toLines(const List &rules);
    static std::optional<List> fromLines(const QByteArray &lines, QString *error = nullptr);
    void load(const QSettings &settings);
    void save(QSettings &settings) const;

Q_SIGNALS:
    void changed();

private:
    List m_rules;
    bool m_enabled = true;
};

} // namespace SockScope
