#include "core/store/runfile.h"

#include <QtEndian>

#include <array>
#include <cstring>

namespace SockScope {

namespace {

constexpr quint64 magic = 0x314e555245504353; // "SCOPRUN1"
constexpr qsizetype fileBytes = 3 * sizeof(quint64);

} // namespace

QString RunFile::pathIn(const QString &folder)
{
    return folder + QStringLiteral("/count");
}

std::unique_ptr<RunFile> RunFile::create(const QString &folder)
{
    std::unique_ptr<RunFile> made(new RunFile);
    made->m_file.setFileName(pathIn(folder));
    if (!made->m_file.open(QIODevice::ReadWrite | QIODevice::Unbuffered))
        return nullptr;
    return made;
}

void RunFile::write(quint64 messages)
{
    const std::array<quint64, 3> words{qToLittleEndian(magic), qToLittleEndian(messages), qToLittleEndian(~messages)};
    if (m_file.seek(0))
        m_file.write(reinterpret_cast<const char *>(words.data()), fileBytes);
}

std::optional<quint64> RunFile::read(const QString &folder)
{
    QFile file(pathIn(folder));
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QByteArray bytes = file.read(fileBytes);
    if (bytes.size() != fileBytes)
        return std::nullopt;
    std::array<quint64, 3> words{};
    std::memcpy(words.data(), bytes.constData(), fileBytes);
    const quint64 messages = qFromLittleEndian(words[1]);
    if (qFromLittleEndian(words[0]) != magic || qFromLittleEndian(words[2]) != ~messages)
        return std::nullopt;
    return messages;
}

} // namespace SockScope
