#pragma once

#include <QJsonObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

#include "core/protocol/fielddescription.h"
#include "core/types/messagetype.h"
#include "core/types/messagetypes.h"
#include "core/types/sockerror.h"

namespace SockScope {

/// What is wrong with a description: "types[2].fields[3].bits", what, and what to do.
struct ProtocolError
{
    QString path;
    QString what;
    QString remedy;
    /// "types[2].fields[3].bits: what: remedy"
    QString toString() const;
    SockError toSockError() const;
};

/// One type of message; its fields stand between the protocol's header and trailer.
struct TypeDescription
{
    QString name;
    qint64 number = 0;
    bool isNumbered = true; ///< false: in a structured payload, its name travels
    QString comment;
    bool isList = false; ///< structured payloads: the fields are the elements of a list, not the keys of a map
    std::vector<FieldDescription> fields;
    QJsonObject unknown;
    friend bool operator==(const TypeDescription &, const TypeDescription &) = default;
};

enum class DescribedForm : quint8 {
    Layout,    ///< bytes in fixed places: LayoutCodec
    Structured ///< the data of JSON, MessagePack or CBOR: DescribedCodec
};

/*! The message types of a protocol, with their fields.
 *  Path    project file → [this] → LayoutCodec, DescribedCodec
 *  Shape   a layout is header, the type's fields, trailer; the type's number is the header's field typeField, or
 *          fixedType names the only type. At most maximumTypes types, maximumFields fields in all places of a type
 *          together, nested maximumDepth deep
 *  Units   none
 *  Errors  fromJson answers nothing and the first ProtocolError: what is unknown is kept, what is wrong is refused
 *  Thread  a value
 *  Source  none
 */
class ProtocolDescription
{
public:
    static constexpr qsizetype maximumTypes = 4096;
    static constexpr qsizetype maximumFields = 1024;
    static constexpr int maximumDepth = 8;
    static constexpr qsizetype maximumEnumNames = 4096;
    static constexpr qsizetype maximumNameCharacters = 128;
    static constexpr qsizetype maximumTextCharacters = 4096;
    static constexpr qint64 maximumArrayCount = 65536;
    static constexpr qint64 maximumMessageBytes = 16 * 1024 * 1024;

    QString name;
    QString comment;
    DescribedForm form = DescribedForm::Layout;
    ByteOrder byteOrder = ByteOrder::Big;
    std::vector<FieldDescription> header;
    std::vector<FieldDescription> trailer;
    QString typeField;
    QString fixedType;
    std::vector<TypeDescription> types;
    QJsonObject unknown;

    /// Reads and checks all of it.
    static std::optional<ProtocolDescription> fromJson(const QJsonObject &object, ProtocolError *error = nullptr);
    /// The same from a text of at most 16 MiB; a syntax error says its line and column.
    static std::optional<ProtocolDescription> fromText(const QByteArray &text, ProtocolError *error = nullptr);
    /// Canonical: what has its default is left out, keys are in the order of the alphabet.
    QJsonObject toJson() const;

    /// Whether a codec can be made of it.
    std::optional<ProtocolError> check() const;
    const TypeDescription *type(const MessageType &type) const;
    const TypeDescription *type(QStringView typeName) const;
    std::shared_ptr<const MessageTypes> messageTypes() const;

    friend bool operator==(const ProtocolDescription &, const ProtocolDescription &) = default;
};

} // namespace SockScope
