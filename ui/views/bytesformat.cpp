#include "ui/views/bytesformat.h"

#include <QApplication>
#include <QClipboard>
#include <QPointer>
#include <QStringDecoder>

#include "ui/models/latestjob.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

constexpr char digits[] = "0123456789abcdef";

QChar digit(uchar value)
{
    return QLatin1Char(digits[value & 15]);
}

// Written in place: sixteen mebibytes are 48 million characters.
QString asHex(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return {};
    QString text(bytes.size() * 3 - 1, u' ');
    QChar *out = text.data();
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<uchar>(bytes[i]);
        out[i * 3] = digit(byte >> 4);
        out[i * 3 + 1] = digit(byte);
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
    text.reserve(text.size() + bytes.size() * 6 + bytes.size() / perLine * 4 + 16);
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<uchar>(bytes[i]);
        text += i % perLine == 0 ? u"\n    0x"_s : u" 0x"_s;
        const QChar pair[] = {digit(byte >> 4), digit(byte), u','};
        text.append(pair, 3);
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

void copyBytes(const Bytes &bytes, BytesFormat format)
{
    constexpr qsizetype atOnce = 256 * 1024;
    static QPointer<LatestJob> job; // what is copied next takes the place of what is on its way
    if (!job)
        job = new LatestJob(qApp);
    job->cancel();
    if (bytes.size() <= atOnce)
        return QApplication::clipboard()->setText(formatBytes(bytes, format));
    job->start([bytes, format](const LatestJob::Cancelled &) { return formatBytes(bytes, format); },
               [](const QString &text) { QApplication::clipboard()->setText(text); });
}

} // namespace SockScope
