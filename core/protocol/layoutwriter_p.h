#pragma once

#include <QCborMap>

#include <optional>
#include <vector>

#include "core/protocol/layout.h"
#include "core/types/sockerror.h"

namespace SockScope {

/// Writes a message's data by the layout of its type.
class LayoutWriter
{
public:
    /// keepGiven: lengths, counts, checksums, constants and the type are taken as the data has them, right or wrong.
    LayoutWriter(QByteArray &out, bool keepGiven)
        : m_out(out)
        , m_start(out.size())
        , m_keepGiven(keepGiven)
    {
    }
    std::optional<SockError> write(const LayoutLevel &message, const QCborMap &data, qint64 typeNumber);

private:
    using Places = std::vector<std::pair<qsizetype, qsizetype>>;

    bool level(const LayoutLevel &level, const QCborMap &data, const QString &path);
    bool field(const LayoutLevel &level, int index, const QCborValue &given, const QString &path, Places &places);
    bool computed(const LayoutField &place, const QString &path);
    bool list(const LayoutField &place, const QCborValue &given, const QString &path, qint64 *count);
    bool element(const LayoutField &place, const QCborValue &given, const QString &path, qint64 *count);
    bool number(const LayoutField &place, const QCborValue &given, const QString &path);
    bool real(const LayoutField &place, const QCborValue &given, const QString &path);
    bool sized(const LayoutField &place, const QCborValue &given, const QString &path, qint64 *count);
    bool constant(const LayoutField &place, const QCborValue &given, const QString &path);
    bool counters(const LayoutLevel &level, const QCborMap &data, const QString &path, const Places &places,
                  const std::vector<qint64> &counts);
    bool finish(const LayoutLevel &level, const QCborMap &data, const QString &path, const Places &places);
    /// Puts a number where its field stands; the bytes are there already.
    bool put(const LayoutField &place, const WholeNumber &value, qsizetype at, const QString &path);
    void append(quint64 value, int bytes, bool isLittle);
    bool fail(const QString &path, const QString &what, const QString &remedy);
    bool reportUnknown(const LayoutLevel &level, const QCborMap &data, const QString &path);

    QByteArray &m_out;
    const qsizetype m_start;
    const bool m_keepGiven;
    qint64 m_typeNumber = 0;
    std::optional<SockError> m_error;
};

} // namespace SockScope
