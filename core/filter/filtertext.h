#pragma once

#include <QByteArrayView>
#include <QString>
#include <QStringView>

#include <optional>
#include <vector>

#include "core/codec/codec.h"
#include "core/types/endpoint.h"
#include "core/types/enums.h"
#include "core/types/messagetype.h"

// Writes filters: the terms of "apply as filter", as Filter::compile reads them.

namespace SockScope {

/// How a term joins the filter that is there.
enum class FilterJoin : quint8 {
    Replace,    ///< the term alone
    ReplaceNot, ///< everything but the term
    And,
    AndNot,
    Or,
    OrNot
};

/// In quotation marks, with what must be escaped.
QString filterQuoted(QStringView text);
/// A regular expression in quotation marks, as `matches` reads it: its backslashes are its own. It must be valid.
QString filterPatternQuoted(QStringView pattern);
/// 0a:0b; one byte as 0x0a; no bytes as "".
QString filterBytes(QByteArrayView bytes);
/// Digits that read back as the same number.
QString filterNumber(double number);

/// `field == value`; the text is quoted where the field's kind needs it: filterTerm(u"sock", u"game") is sock ==
/// "game", filterTerm(u"peer", u"127.0.0.1:9000") is peer == 127.0.0.1:9000.
QString filterTerm(QStringView field, QStringView value);
QString filterTerm(QStringView field, qint64 number);
QString filterTerm(const Endpoint &peer);
QString filterTerm(const MessageType &type);
QString filterTerm(Direction direction);
QString filterTerm(Outcome outcome);
/// time == seconds since the origin, exact to the nanosecond.
QString filterTimeTerm(qint64 sinceOriginNs);
/// `payload contains 0a:0b`: what was chosen among the bytes.
QString filterContains(QStringView field, QByteArrayView bytes);

/// The field of a node of the detail tree, "data.pos.x": the nodes from the root to it. Nothing where the filter has no
/// word for it: an error, a note, a key that is a map.
std::optional<QString> filterFieldOf(const std::vector<const FieldNode *> &fromRoot);
/// The term that its message passes, `data.pos.x == 12.5`, with the whole value as the payload has it; of a map or list
/// its presence, `data.pos`.
std::optional<QString> filterTermOf(const std::vector<const FieldNode *> &fromRoot, const Codec &codec,
                                    QByteArrayView payload);

/// The filter that is there and the term, in parentheses where one of them needs them.
QString filterCombined(const QString &present, const QString &term, FilterJoin join);

} // namespace SockScope
