#pragma once

#include <QByteArray>
#include <QString>

#include <memory>
#include <vector>

#include "core/filter/filterfields.h"
#include "core/filter/filterlexer_p.h"
#include "core/filter/filternumber_p.h"
#include "core/types/endpoint.h"

namespace SockScope {

/// An address of a filter: of a peer, of a host, of a network.
struct FilterAddress
{
    Endpoint endpoint;
    bool hasPort = false;
    int prefixBits = -1; ///< of a network; -1: the address itself

    static std::optional<FilterAddress> fromText(QStringView text);
    bool contains(const Endpoint &peer) const;
    QString toString() const;
};

/// What a field is compared with.
struct FilterValue
{
    enum class Kind : quint8 { Number, Range, Text, Bytes, Boolean, Null, Undefined, Address };
    Kind kind = Kind::Text;
    QByteArray bytes; ///< of Text (UTF-8) and Bytes
    FilterNumber number;
    FilterNumber upper; ///< of Range
    QString numberText; ///< as it was typed
    QString upperText;
    bool boolean = false;
    FilterAddress address;

    QString text() const { return QString::fromUtf8(bytes); }
    QString toString() const;
};

enum class FilterOp : quint8 { None, Equal, NotEqual, Greater, GreaterEqual, Less, LessEqual, Contains, Matches, In };

/// A condition, or conditions joined.
struct FilterNode
{
    enum class Kind : quint8 { And, Or, Not, Test, Word };
    Kind kind = Kind::Test;
    std::vector<FilterNode> children; ///< of And, Or, Not
    FilterField field = FilterField::No;
    FilterKind fieldKind = FilterKind::Flag;
    FilterPath path;                 ///< of Data
    FilterOp op = FilterOp::None;    ///< None: a flag, or whether the field is there
    std::vector<FilterValue> values; ///< one, or those of In; of Word the text
    int column = 0;

    /// (and (dir == in) (size > 100)): each thing has one form.
    QString toString() const;
};

QString filterOpText(FilterOp op);

} // namespace SockScope
