#include "core/filter/filtertext.h"

#include <QMetaEnum>

#include "core/codec/codectext.h"
#include "core/filter/filterfields.h"
#include "core/filter/filterlexer_p.h"
#include "core/filter/filternode_p.h"
#include "core/filter/filterparser_p.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

QString equals(QStringView field, const QString &value)
{
    return field.toString() + " == "_L1 + value;
}

// Whether `text` can be joined to others with && as it stands.
bool bindsTighterThan(FilterNode::Kind joint, const QString &text)
{
    const auto node = FilterParser(text).parse();
    if (!node)
        return false;
    if (joint == FilterNode::Kind::Or)
        return true;
    if (joint == FilterNode::Kind::And)
        return node->kind != FilterNode::Kind::Or;
    return node->kind == FilterNode::Kind::Word || (node->kind == FilterNode::Kind::Test && node->op == FilterOp::None);
}

QString inParentheses(const QString &text, FilterNode::Kind joint)
{
    return bindsTighterThan(joint, text) ? text : u'(' + text + u')';
}

} // namespace

QString filterQuoted(QStringView text)
{
    QString quoted = u"\""_s;
    for (const QChar c : text) {
        if (c == u'"' || c == u'\\')
            quoted += u'\\' + QString(c);
        else if (c == u'\n')
            quoted += "\\n"_L1;
        else if (c == u'\r')
            quoted += "\\r"_L1;
        else if (c == u'\t')
            quoted += "\\t"_L1;
        else if (c.unicode() < 0x20 || c.unicode() == 0x7f)
            quoted += u"\\x%1"_s.arg(int(c.unicode()), 2, 16, QLatin1Char('0'));
        else
            quoted += c;
    }
    return quoted + u'"';
}

QString filterPatternQuoted(QStringView pattern)
{
    QString quoted = u"\""_s;
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == u'\\' && i + 1 < pattern.size())
            quoted += pattern[i++]; // what it escapes stays escaped
        else if (pattern[i] == u'"')
            quoted += u'\\';
        quoted += pattern[i];
    }
    return quoted + u'"';
}

QString filterBytes(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return u"\"\""_s;
    const QByteArray raw = QByteArray::fromRawData(bytes.data(), bytes.size());
    return bytes.size() == 1 ? "0x"_L1 + QString::fromLatin1(raw.toHex()) : QString::fromLatin1(raw.toHex(':'));
}

QString filterNumber(double number)
{
    return doubleText(number);
}

QString filterTerm(QStringView field, QStringView value)
{
    const auto info = filterField(field);
    const QString text = value.toString();
    switch (info ? info->kind : FilterKind::Data) {
    case FilterKind::Number:
    case FilterKind::Seconds:
    case FilterKind::Direction:
    case FilterKind::Outcome:
        return equals(field, text);
    case FilterKind::Peer:
    case FilterKind::Address:
        return FilterAddress::fromText(value) ? equals(field, text)
                                              : field.toString() + " contains "_L1 + filterQuoted(value);
    case FilterKind::Type:
        return equals(field, FilterNumber::fromText(value) ? text : filterQuoted(value));
    case FilterKind::Flag:
        return field.toString();
    case FilterKind::Text:
    case FilterKind::Bytes:
    case FilterKind::Data:
        break;
    }
    return equals(field, filterQuoted(value));
}

QString filterTerm(QStringView field, qint64 number)
{
    return equals(field, QString::number(number));
}

QString filterTerm(const Endpoint &peer)
{
    return peer.isNull() ? u"!peer"_s : equals(u"peer", peer.toString());
}

QString filterTerm(const MessageType &type)
{
    return equals(u"type", type.isName() ? filterQuoted(type.name()) : QString::number(type.number()));
}

QString filterTerm(Direction direction)
{
    return direction == Direction::In ? u"dir == in"_s : u"dir == out"_s;
}

QString filterTerm(Outcome outcome)
{
    const char *key = QMetaEnum::fromType<Outcome>().valueToKey(static_cast<int>(outcome));
    return equals(u"outcome", QString::fromLatin1(key));
}

QString filterTimeTerm(qint64 sinceOriginNs)
{
    const bool negative = sinceOriginNs < 0;
    const quint64 size = negative ? ~static_cast<quint64>(sinceOriginNs) + 1 : static_cast<quint64>(sinceOriginNs);
    constexpr quint64 second = 1'000'000'000;
    return equals(u"time", (negative ? u"-"_s : QString()) + QString::number(size / second) + u'.' +
                               QString::number(size % second).rightJustified(9, u'0'));
}

QString filterContains(QStringView field, QByteArrayView bytes)
{
    return field.toString() + " contains "_L1 + filterBytes(bytes);
}

QString filterCombined(const QString &present, const QString &term, FilterJoin join)
{
    using Kind = FilterNode::Kind;
    const bool negated = join == FilterJoin::ReplaceNot || join == FilterJoin::AndNot || join == FilterJoin::OrNot;
    const bool alone = present.trimmed().isEmpty() || join == FilterJoin::Replace || join == FilterJoin::ReplaceNot;
    const Kind joint = join == FilterJoin::Or || join == FilterJoin::OrNot ? Kind::Or : Kind::And;
    if (negated && alone)
        return u'!' + inParentheses(term, Kind::Not);
    if (alone)
        return term;
    const QString right = negated ? u'!' + inParentheses(term, Kind::Not) : inParentheses(term, joint);
    return inParentheses(present, joint) + (joint == Kind::Or ? " || "_L1 : " && "_L1) + right;
}

} // namespace SockScope
