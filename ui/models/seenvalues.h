#pragma once

#include <QStringList>

#include <vector>

#include "core/store/messagestore.h"

namespace SockScope {

class SockDirectory;

/// A decoded field that recent messages have.
struct SeenField
{
    QString path;       ///< data.pos.x
    QString kind;       ///< FieldNode::kind: "integer", "text", …
    QStringList values; ///< as a filter writes them, the newest first
};

/*! What a filter could name: the sockets, types, peers and decoded fields of the newest messages.
 *  Path    SockDirectory, the store's newest chunks → [this] → FilterCompletion
 *  Shape   as a filter writes them; at most maximumNames of each, from what is in memory; fields of the newest
 *          maximumDecoded messages, found within maximumDecodeMs
 *  Units   none
 *  Errors  what does not decode is left out
 *  Thread  the window's, where it is collected; then a value
 *  Source  none
 */
struct SeenValues
{
    static constexpr qsizetype maximumNames = 500;
    static constexpr qsizetype maximumValues = 12;
    static constexpr int maximumDecoded = 48;
    static constexpr int maximumDecodeMs = 8;
    static constexpr qsizetype maximumPayloadBytes = 16 * 1024;

    QStringList socks;
    QStringList types;
    QStringList peers;
    QStringList addresses;
    QStringList ports;
    std::vector<SeenField> fields;

    static SeenValues collect(const SockDirectory &directory, const StoredChunks &chunks);
    /// Null when no message has it.
    const SeenField *field(QStringView path) const;
};

} // namespace SockScope
