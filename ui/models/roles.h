#pragma once

#include <Qt>

namespace SockScope {

/*! The data roles of all models: raw values for delegates, actions and sorting. Qt::DisplayRole is always plain text.
 *  Path    models → [this] → delegates and views
 *  Shape   one enumeration for all models; a model answers the roles that its header names
 *  Units   said at each role
 *  Errors  a role that a model does not know answers an invalid QVariant
 *  Thread  the window's
 *  Source  none
 */
enum Role : int {
    SortRole = Qt::UserRole + 1, ///< the raw value of a column, to sort by (number or text); every table model
    NumericRole,                 ///< bool: the column holds numbers (also in headerData); every table model
    SockIdRole,                  ///< quint32, SockMonitor::sockId; 0 when the row is not of one sock
    SockNameRole,                ///< QString
    EndpointRole,                ///< Endpoint; null when there is no peer
    ActiveRole,                  ///< bool: the sock is active
    StateRole,                   ///< QString, the untranslated key: "Active", "Known", "Refused"
    LevelRole,                   ///< int, a Level
    ErrorTextRole,               ///< QString: what went wrong; empty when nothing did
    RemedyRole,                  ///< QString: what to do about it

    NoRole,          ///< quint64, StoredMessage::no
    WallUsRole,      ///< qint64, microseconds since 1970 UTC
    DirectionRole,   ///< int, a Direction
    OutcomeRole,     ///< int, an Outcome
    TypeRole,        ///< MessageType
    TypeTextRole,    ///< QString: the type's name, or its number: what `type:` in a filter takes
    PayloadRole,     ///< QByteArray
    SummaryRole,     ///< QString
    NoteRole,        ///< QString, StoredMessage::note
    IsErrorRole,     ///< bool
    IsUnhandledRole, ///< bool
    IsInjectedRole,  ///< bool
    IsMarkedRole,    ///< bool
    IsIgnoredRole,   ///< bool: hidden by every filter, and shown without its contents
    IsReferenceRole, ///< bool: later times count from it
    CommentRole,     ///< QString
    RuleNameRole,    ///< QString: the colour rule that holds for the row; invalid when none does
    RuleGroundRole,  ///< RuleColour
    RuleTextRole,    ///< RuleColour
    FieldPathRole,   ///< QString, of a column in headerData: the decoded field that it shows

    IsRefusedRole,   ///< bool: the peer is in the sock's PeerFilter
    IsImpairedRole,  ///< bool: a bad network is played on the sock
    IsPresentRole,   ///< bool: the peer is in the sock's table (a refused one stays as a row without)
    HistoryRole,     ///< QList<float>: messages a second of the last 60 s, oldest first
    SecondsLeftRole, ///< double: seconds until the time-out; negative: never

    SequenceRole,  ///< quint32, MessageHead::sequence of the message that the row is about; 0: of none that is known
    SpanBeginRole, ///< double, 0 to 1: where a bar begins …
    SpanEndRole,   ///< … and ends
    HandlerIdRole, ///< quint64; 0: a type without a handler
    EnabledRole,   ///< bool

    KeyRole,     ///< QString, an untranslated name of the row (a column in headerData): "decodeErrors"
    SectionRole, ///< int, LedgerModel::Section
    KindRole,    ///< QString: kind of a decoded value
    OffsetRole,  ///< qint64, bytes from the payload's start; -1: unknown
    LengthRole,  ///< qint64, bytes
    PathRole,    ///< QString: what a filter calls the field, "data.pos.x"; empty where it has no name for it
    ChangeRole   ///< int, a FieldChange
};

/// How a row stands; what it looks like is the delegates' business.
enum class Level : int { Good, Notice, Warning, Error };

} // namespace SockScope
