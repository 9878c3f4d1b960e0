#include <QXmlStreamWriter>

#include <algorithm>

#include "core/simulate/sequenceresult.h"

namespace SockScope {

using namespace Qt::StringLiterals;

namespace {

/// XML 1.0 has no way to say most control characters and halves of surrogate pairs.
QString cleaned(const QString &text)
{
    QString clean;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c.isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            clean += c;
            clean += text[++i];
        } else if ((c.unicode() < 0x20 && c != u'\n' && c != u'\t') || c.isSurrogate() || c.unicode() >= 0xfffe) {
            clean += u"\\u%1"_s.arg(static_cast<int>(c.unicode()), 4, 16, QLatin1Char('0'));
        } else {
            clean += c;
        }
    }
    return clean;
}

QString seconds(qint64 ns)
{
    return QString::number(static_cast<double>(ns) / 1e9, 'f', 6);
}

qsizetype failuresOf(const SequenceResult &run)
{
    const auto failed =
        std::count_if(run.results.begin(), run.results.end(), [](const StepResult &step) { return !step.passed; });
    return failed > 0 || run.passed ? failed : 1; // one of the run itself
}

void writeRun(QXmlStreamWriter &xml, const SequenceResult &run)
{
    const qsizetype failures = failuresOf(run);
    const bool ownFailure = failures > 0 && std::all_of(run.results.begin(), run.results.end(),
                                                        [](const StepResult &step) { return step.passed; });
    const QString suite = run.peer.isNull() ? run.sequence : run.sequence + u" "_s + run.peer.toString();
    xml.writeStartElement(u"testsuite"_s);
    xml.writeAttribute(u"name"_s, cleaned(suite));
    xml.writeAttribute(u"tests"_s, QString::number(run.results.size() + (ownFailure ? 1 : 0)));
    xml.writeAttribute(u"failures"_s, QString::number(failures));
    xml.writeAttribute(u"errors"_s, u"0"_s);
    xml.writeAttribute(u"skipped"_s, u"0"_s);
    xml.writeAttribute(u"time"_s, seconds(run.durationNs));
    const auto writeCase = [&](const QString &name, qint64 ns, const QString &what, bool passed) {
        xml.writeStartElement(u"testcase"_s);
        xml.writeAttribute(u"classname"_s, cleaned(run.sequence));
        xml.writeAttribute(u"name"_s, cleaned(name));
        xml.writeAttribute(u"time"_s, seconds(ns));
        if (!passed) {
            xml.writeStartElement(u"failure"_s);
            xml.writeAttribute(u"message"_s, cleaned(what));
            xml.writeCharacters(cleaned(what));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    };
    for (const StepResult &step : run.results)
        writeCase(step.path + u' ' + step.title, step.endedNs - step.startedNs, step.what, step.passed);
    if (ownFailure)
        writeCase(u"run"_s, run.durationNs, run.what, false);
    xml.writeEndElement();
}

} // namespace

QByteArray toJUnitXml(const QList<SequenceResult> &results)
{
    QByteArray bytes;
    QXmlStreamWriter xml(&bytes);
    xml.setAutoFormatting(true);
    xml.setAutoFormattingIndent(2);
    xml.writeStartDocument();
    qsizetype tests = 0;
    qsizetype failures = 0;
    for (const SequenceResult &run : results) {
        tests += qMax<qsizetype>(1, run.results.size());
        failures += failuresOf(run);
    }
    xml.writeStartElement(u"testsuites"_s);
    xml.writeAttribute(u"tests"_s, QString::number(tests));
    xml.writeAttribute(u"failures"_s, QString::number(failures));
    for (const SequenceResult &run : results)
        writeRun(xml, run);
    xml.writeEndElement();
    xml.writeEndDocument();
    return bytes;
}

} // namespace SockScope
