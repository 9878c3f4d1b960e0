#include "core/filter/filternode_p.h"

#include <QHostAddress>

#include "core/filter/filtertext.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

std::optional<Endpoint> endpointOf(QStringView address)
{
    if (address.contains(u'.') && !address.contains(u':'))
        return Endpoint::fromString(address.toString() + ":0"_L1);
    if (address.startsWith(u'[') && address.endsWith(u']'))
        return Endpoint::fromString(address.toString() + ":0"_L1);
    if (!address.contains(u':'))
        return std::nullopt;
    return Endpoint::fromString(u'[' + address.toString() + "]:0"_L1);
}

bool sameBits(const quint8 *a, const quint8 *b, int bits)
{
    const int whole = bits / 8;
    for (int i = 0; i < whole; ++i) {
        if (a[i] != b[i])
            return false;
    }
    const int rest = bits % 8;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

QString nodeName(const FilterNode &node)
{
    for (const FilterFieldInfo &info : filterFields()) {
        if (info.field == node.field)
            return info.name + filterPathText(node.path);
    }
    return {};
}

} // namespace

std::optional<FilterAddress> FilterAddress::fromText(QStringView text)
{
    FilterAddress address;
    if (const qsizetype slash = text.indexOf(u'/'); slash >= 0) {
        const auto endpoint = endpointOf(text.first(slash));
        const QStringView digits = text.sliced(slash + 1);
        bool ok = false;
        const int bits = digits.toInt(&ok);
        if (!endpoint || !ok || digits.size() > 3 || !digits[0].isDigit() ||
            bits > (endpoint->family() == Endpoint::Family::IPv4 ? 32 : 128))
            return std::nullopt;
        address.endpoint = *endpoint;
        address.prefixBits = bits;
        return address;
    }
    if (const auto whole = Endpoint::fromString(text)) {
        address.endpoint = *whole;
        address.hasPort = true;
        return address;
    }
    const auto endpoint = endpointOf(text);
    if (!endpoint)
        return std::nullopt;
    address.endpoint = *endpoint;
    return address;
}

bool FilterAddress::contains(const Endpoint &peer) const
{
    if (hasPort)
        return peer == endpoint;
    if (peer.family() != endpoint.family() || (endpoint.scopeId() && endpoint.scopeId() != peer.scopeId()))
        return false;
    if (peer.family() == Endpoint::Family::IPv4) {
        const int bits = prefixBits < 0 ? 32 : prefixBits;
        return bits == 0 || (peer.ipv4() ^ endpoint.ipv4()) >> (32 - bits) == 0;
    }
    return sameBits(peer.ipv6Bytes(), endpoint.ipv6Bytes(), prefixBits < 0 ? 128 : prefixBits);
}

QString FilterAddress::toString() const
{
    if (hasPort)
        return endpoint.toString();
    return prefixBits < 0 ? endpoint.addressString() : endpoint.addressString() + u'/' + QString::number(prefixBits);
}

QString FilterValue::toString() const
{
    switch (kind) {
    case Kind::Number:
        return number.toString();
    case Kind::Range:
        return number.toString() + ".."_L1 + upper.toString();
    case Kind::Text:
        return filterQuoted(text());
    case Kind::Bytes:
        return filterBytes(bytes);
    case Kind::Boolean:
        return boolean ? u"true"_s : u"false"_s;
    case Kind::Null:
        return u"null"_s;
    case Kind::Undefined:
        return u"undefined"_s;
    case Kind::Address:
        break;
    }
    return address.toString();
}

QString FilterNode::toString() const
{
    if (kind == Kind::Test || kind == Kind::Word) {
        QString text = kind == Kind::Word ? u"search"_s : nodeName(*this);
        if (op != FilterOp::None)
            text += u' ' + filterOpText(op);
        for (const FilterValue &value : values)
            text += u' ' + value.toString();
        return u'(' + text + u')';
    }
    QString text = kind == Kind::And ? u"(and"_s : kind == Kind::Or ? u"(or"_s : u"(not"_s;
    for (const FilterNode &child : children)
        text += u' ' + child.toString();
    return text + u')';
}

QString filterOpText(FilterOp op)
{
    switch (op) {
    case FilterOp::None:
        break;
    case FilterOp::Equal:
        return u"=="_s;
    case FilterOp::NotEqual:
        return u"!="_s;
    case FilterOp::Greater:
        return u">"_s;
    case FilterOp::GreaterEqual:
        return u">="_s;
    case FilterOp::Less:
        return u"<"_s;
    case FilterOp::LessEqual:
        return u"<="_s;
    case FilterOp::Contains:
        return u"contains"_s;
    case FilterOp::Matches:
        return u"matches"_s;
    case FilterOp::In:
        return u"in"_s;
    }
    return {};
}

} // namespace SockScope
