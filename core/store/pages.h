#pragma once

#include <QtGlobal>

namespace SockScope {

/*! A block of memory that the system gives page by page as it is written, and takes back whole.
 *  Path    beside the stages: what a Chunk lies in
 *  Shape   a size, rounded up to pages; zero at first; untouched pages cost no memory; move only
 *  Units   bytes
 *  Errors  std::bad_alloc
 *  Thread  a value; what lies in it is its user's to guard
 *  Source  mmap(2), MAP_NORESERVE; elsewhere the heap
 */
class Pages
{
public:
    Pages() = default;
    explicit Pages(qsizetype bytes);
    ~Pages();
    Pages(Pages &&other) noexcept;
    Pages &operator=(Pages &&other) noexcept;
    Pages(const Pages &) = delete;
    Pages &operator=(const Pages &) = delete;

    char *data() const { return m_data; }
    qsizetype size() const { return m_size; }
    static qsizetype roundUp(qsizetype bytes);
    /// Takes the pages of a part of a block from the system now, where it can be asked to.
    static void populate(char *data, qsizetype bytes);

private:
    void release() noexcept;

    char *m_data = nullptr;
    qsizetype m_size = 0;
};

} // namespace SockScope
