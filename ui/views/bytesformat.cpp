#include "ui/views/bytesformat.h"

#include <QStringDecoder>

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr char digits[] = "0123456789abcdef";

QString asHex(QByteArrayView bytes)
{
    QString text;
    text.reserve(bytes.size() * 3);
    for (const char c : bytes) {
        const auto byte = static_cast<uchar>(c);
        if (!text.isEmpty())
            text += u' ';
        text += QLatin1Char(digits[byte >> 4]);
        text += QLatin1Char(digits[byte & 15]);
    }
    return text;
}

QString asText(QByteArrayView bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    QString text = decoder(bytes);
    for (QChar &c : text) {
        const bool blank = c == u'\n' || c == u'\r' || c == u'\t';
        if ((!c.isPrint() && !blank && !c.isSurrogate()) || c == QChar::ReplacementCharacter)
            c = u'.';
    }
    return text;
}

QString asCArray(QByteArrayView bytes)
{
    constexpr qsizetype perLine = 12;
    QString text = u"const unsigned char data[%1] = {"_s.arg(bytes.size());
    text.reserve(text.size() + bytes.size() * 7);
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<uchar>(bytes[i]);
        text += i % perLine == 0 ? u"\n    0x"_s : u" 0x"_s;
        text += QLatin1Char(digits[byte >> 4]);
        text += QLatin1Char(digits[byte & 15]);
        text += u',';
    }
    text += u"\n};\n"_s;
    return text;
}

} // namespace

QString formatBytes(QByteArrayView bytes, BytesFormat format)
{
    switch (format) {
    case BytesFormat::Hex:
        return asHex(bytes);
    case BytesFormat::Text:
        return asText(bytes);
    case BytesFormat::CArray:
        return asCArray(bytes);
    case BytesFormat::Base64:
        return QString::fromLatin1(bytes.toByteArray().toBase64());
    }
    return {};
}

} // namespace SockScope
