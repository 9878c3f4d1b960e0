#pragma once

#include <QCoreApplication>

#include <memory>
#include <optional>

#include "app/common/commandline.h"
#include "core/protocol/describedcodec.h"

namespace SockScope {

class BaseSock;

/*! A file that describes a protocol (--types), and the codec that it makes.
 *  Path    command line → [this] → a sock's codec and type names
 *  Shape   a layout is its own codec; a structured payload needs the name of one
 *  Units   none
 *  Errors  UsageError with the file's name and the place in it
 *  Thread  a value
 *  Source  none
 */
class ProtocolFile
{
    Q_DECLARE_TR_FUNCTIONS(SockScope::ProtocolFile)
public:
    /// codecName is empty where none was chosen.
    static std::optional<ProtocolFile> read(const QString &path, const QString &codecName, UsageError *error);

    const ProtocolDescription &description() const { return m_description; }
    /// keepGiven: a layout sends lengths and checksums as they are given.
    std::shared_ptr<const Codec> codec(bool keepGiven = false) const;
    void applyTo(BaseSock *sock, bool keepGiven = false) const;
    /// The type that a person named, by its name or number; there may be only one.
    const TypeDescription *type(const QString &named, UsageError *error) const;

private:
    ProtocolDescription m_description;
    std::shared_ptr<const Codec> m_codec;
};

} // namespace SockScope
