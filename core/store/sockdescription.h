#pragma once

#include <QString>

#include <memory>

#include "core/types/messagetypes.h"

namespace SockScope {

/*! What is needed of a sock to read its messages when it is gone: stands in the spool beside them.
 *  Path    SockSnapshot → MessageStore::describeSock → spool → [this] → models
 *  Shape   plain values; types is null when the sock defined none
 *  Units   none
 *  Errors  none
 *  Thread  a value: any thread
 *  Source  none
 */
struct SockDescription
{
    quint32 id = 0; ///< SockMonitor::sockId; of a recovered one a number that no running sock has
    QString name;
    QString url;
    QString codecName; ///< as makeCodec() takes it; empty: none
    std::shared_ptr<const MessageTypes> types;
};

} // namespace SockScope
