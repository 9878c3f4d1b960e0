#include "core/store/pages.h"

#include <new>
#include <utility>

#ifdef Q_OS_UNIX
#include <sys/mman.h>
#include <unistd.h>
#else
#include <cstdlib>
#endif

namespace SockScope {

qsizetype Pages::roundUp(qsizetype bytes)
{
#ifdef Q_OS_UNIX
    static const auto page = static_cast<qsizetype>(sysconf(_SC_PAGESIZE));
#else
    constexpr qsizetype page = 4096;
#endif
    return (bytes + page - 1) / page * page;
}

void Pages::populate(char *data, qsizetype bytes)
{
#if defined(Q_OS_LINUX) && defined(MADV_POPULATE_WRITE)
    const auto page = static_cast<quintptr>(roundUp(1));
    const auto begin = reinterpret_cast<quintptr>(data) / page * page;
    const auto end = reinterpret_cast<quintptr>(data) + static_cast<quintptr>(bytes);
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_POPULATE_WRITE); // an older kernel refuses: no harm
#else
    Q_UNUSED(data)
    Q_UNUSED(bytes)
#endif
}

Pages::Pages(qsizetype bytes)
    : m_size(roundUp(qMax(bytes, qsizetype(1))))
{
#ifdef Q_OS_UNIX
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#ifdef MAP_NORESERVE
    flags |= MAP_NORESERVE;
#endif
    void *memory = mmap(nullptr, static_cast<size_t>(m_size), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    m_data = static_cast<char *>(memory);
#else
    m_data = static_cast<char *>(std::calloc(1, static_cast<size_t>(m_size)));
    if (!m_data)
        throw std::bad_alloc();
#endif
}

Pages::~Pages()
{
    release();
}

Pages::Pages(Pages &&other) noexcept
    : m_data(std::exchange(other.m_data, nullptr))
    , m_size(std::exchange(other.m_size, 0))
{
}

Pages &Pages::operator=(Pages &&other) noexcept
{
    if (this != &other) {
        release();
        m_data = std::exchange(other.m_data, nullptr);
        m_size = std::exchange(other.m_size, 0);
    }
    return *this;
}

void Pages::release() noexcept
{
    if (!m_data)
        return;
#ifdef Q_OS_UNIX
    munmap(m_data, static_cast<size_t>(m_size));
#else
    std::free(m_data);
#endif
}

} // namespace SockScope
