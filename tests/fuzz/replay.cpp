// Stands in for libFuzzer's main() where the compiler has none: runs the target on every file that it is given.

#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QStringList>

#include "fuzz/fuzz.h"

namespace {

QStringList filesOf(const QString &path)
{
    if (!QFileInfo(path).isDir())
        return {path};
    QStringList files;
    QDirIterator iterator(path, QDir::Files);
    while (iterator.hasNext())
        files << iterator.next();
    files.sort();
    return files;
}

} // namespace

int main(int argc, char **argv)
{
    int ran = 0;
    for (int i = 1; i < argc; ++i) {
        for (const QString &path : filesOf(QFile::decodeName(argv[i]))) {
            QFile file(path);
            if (!file.open(QIODevice::ReadOnly)) {
                std::fprintf(stderr, "%s cannot be read\n", qPrintable(path));
                return 1;
            }
            const QByteArray bytes = file.readAll();
            std::printf("%s\n", qPrintable(path)); // the last one is to blame when the program ends
            std::fflush(stdout);
            const SockScope::Fuzz::Exact input(bytes);
            LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(input.view().data()),
                                   static_cast<size_t>(bytes.size()));
            ++ran;
        }
    }
    std::printf("%d inputs\n", ran);
    return ran > 0 ? 0 : 1; // an empty corpus tests nothing
}
