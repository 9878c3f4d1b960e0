#pragma once

#include "core/protocol/layout.h"

namespace SockScope {

/// Puts fields into their places; the first contradiction is remembered with its path.
class LayoutCompiler
{
public:
    explicit LayoutCompiler(ByteOrder order)
        : m_order(order)
    {
    }

    /// Fields and the places where they are described.
    struct Source
    {
        std::vector<const FieldDescription *> fields;
        QStringList paths;
        int headerCount = 0;
        int trailerCount = 0;
        bool isMessage = false; ///< "@header" and the like have a meaning
        void add(const std::vector<FieldDescription> &more, const QString &path);
    };
    LayoutLevel compile(const Source &source, int depth = 1);
    const std::optional<ProtocolError> &error() const { return m_error; }
    void fail(const QString &path, const QString &what, const QString &remedy);
    static int indexOf(const Source &source, QStringView name);

private:
    void place(const Source &source, int index, LayoutLevel &level, int depth);
    void element(const Source &source, int index, LayoutField &place, int depth);
    void repeat(const Source &source, int index, LayoutField &place);
    void counter(const Source &source, int index, const QString &name, LayoutLevel &level);
    void runs(const Source &source, LayoutLevel &level);
    void endRun(const Source &source, LayoutLevel &level, int first, int end, int bits);
    void measure(const Source &source, LayoutLevel &level);
    void ranges(const Source &source, LayoutLevel &level);
    std::optional<int> edge(const Source &source, int index, const QString &name, QLatin1StringView key, bool isFirst);
    void checkLength(const QString &path, const LayoutLevel &level, const LayoutField &place);
    void orderChecksums(const Source &source, LayoutLevel &level);

    const ByteOrder m_order;
    qsizetype m_fields = 0;
    std::optional<ProtocolError> m_error;
};

} // namespace SockScope
