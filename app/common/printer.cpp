#include "app/common/printer.h"

#include <QDateTime>

#include <array>

#include "app/common/standardoutput.h"

namespace SockScope {

using namespace Qt::StringLiterals;

void Printer::writeRow(qint64 wallUs, const QString &sock, const QStringList &cells)
{
    static constexpr std::array<qsizetype, 4> widths{4, 21, 9, 9}; // direction, peer, type, size
    const qint64 micros = wallUs % 1'000'000;
    QString line = QDateTime::fromMSecsSinceEpoch(wallUs / 1000).toString(u"HH:mm:ss"_s);
    line += u".%1  "_s.arg(micros, 6, 10, QLatin1Char('0'));
    if (m_options.showSock)
        line += sock.leftJustified(5) + u' ';
    for (qsizetype i = 0; i < cells.size(); ++i) {
        const bool isLast = i + 1 == cells.size();
        const bool isAligned = !isLast && i < static_cast<qsizetype>(widths.size());
        line += isAligned ? cells.at(i).leftJustified(widths.at(static_cast<size_t>(i))) : cells.at(i);
        if (!isLast)
            line += u' ';
    }
    m_output->writeLine(withoutControls(line).toUtf8());
}

void Printer::writeJson(const QByteArray &object)
{
    m_output->writeLine(object);
}

void Printer::writeText(const QString &line)
{
    m_output->writeLine(withoutControls(line).toUtf8());
}

} // namespace SockScope
