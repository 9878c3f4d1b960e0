#pragma once

#include <QCoreApplication>
#include <QString>
#include <QStringList>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "core/filter/filtercontext.h"
#include "core/store/chunk.h"

namespace SockScope {

/// Where a filter's text is wrong, and what should stand there.
struct FilterError
{
    int column = 0;           ///< from 0
    int length = 0;           ///< characters that are wrong; 0 at the end of the text
    QString what;             ///< "expected a number after >": a sentence for people
    QString toString() const; ///< "column 8: expected a number after >"
};

/*! A compiled display filter: which messages are shown, coloured, found.
 *  Path    text → [this] → scan over chunks
 *  Shape   compiled once, then run on columns; text is looked at no more. An empty filter lets everything pass
 *  Units   `time` in seconds since FilterContext::originNs, `size` in bytes on the wire
 *  Errors  compile answers nothing, and a FilterError with column and expectation; at most maximumLength characters and
 *          maximumTerms conditions, nested at most maximumDepth deep
 *  Thread  immutable: any thread, without locks
 *  Source  Wireshark's display filters, whose words hands know
 */
class Filter
{
public:
    static constexpr qsizetype maximumLength = 10'000;
    static constexpr int maximumTerms = 1000;
    static constexpr int maximumDepth = 100;

    Filter() = default;
    static std::optional<Filter> compile(const QString &text, FilterError *error = nullptr);

    bool isEmpty() const { return !m_program; }
    /// As it was typed.
    const QString &text() const { return m_text; }
    /// Whether it looks at payloads; columns are enough otherwise.
    bool needsPayload() const;

    /// Appends to hits the index of each message of [from, to) that passes, ascending. Answers false when it was
    /// cancelled, and hits is then incomplete.
    bool scan(const Chunk &chunk, int from, int to, const FilterContext &context, std::vector<quint16> &hits,
              const std::atomic<bool> *cancelled = nullptr) const;
    bool matches(const Chunk &chunk, int index, const FilterContext &context) const;

    friend bool operator==(const Filter &a, const Filter &b) { return a.m_text == b.m_text; }

private:
    class Program;

    QString m_text;
    std::shared_ptr<const Program> m_program;
};

} // namespace SockScope
