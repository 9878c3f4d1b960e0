#include "core/store/spoolerrors.h"

#include <QCoreApplication>
#include <QDir>

#include <cerrno>

namespace SockScope {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SpoolErrors", text);
}

QString attempt(SpoolOperation operation, const QString &path)
{
    const QString native = QDir::toNativeSeparators(path);
    switch (operation) {
    case SpoolOperation::MakeFolder:
        return tr("cannot make the spool folder %1").arg(native);
    case SpoolOperation::Create:
        return tr("cannot make the spool file %1").arg(native);
    case SpoolOperation::Write:
        return tr("cannot write to the spool file %1").arg(native);
    case SpoolOperation::Open:
        return tr("cannot open the spool file %1").arg(native);
    case SpoolOperation::Read:
        return tr("cannot read the spool file %1").arg(native);
    case SpoolOperation::Remove:
        return tr("cannot remove the spool %1").arg(native);
    }
    return native;
}

} // namespace

SockError SpoolErrors::make(SpoolOperation operation, int systemError, const QString &path)
{
    SockError error;
    error.stage = Stage::Tap;
    error.code = SockError::Code::SystemError;
    QString reason = qt_error_string(systemError);
    error.remedy = tr("the log keeps what its memory budget allows; choose another spool folder");
    switch (systemError) {
    case ENOSPC:
#ifdef EDQUOT
    case EDQUOT:
#endif
        error.code = SockError::Code::LimitReached;
        reason = tr("the disk is full");
        error.remedy = tr("free some space, or choose another spool folder; until then the log keeps what its memory "
                          "budget allows");
        break;
    case EFBIG:
        error.code = SockError::Code::LimitReached;
        reason = tr("the file would be larger than the system allows");
        error.remedy = tr("raise the limit of the file size, or choose a smaller disk budget");
        break;
    case EACCES:
    case EPERM:
    case EROFS:
        error.code = SockError::Code::PermissionDenied;
        reason = tr("no permission");
        error.remedy = tr("choose a spool folder that this program may write to");
        break;
    case EIO:
        reason = tr("the disk fails");
        error.remedy = tr("look after the disk; until then the log keeps what its memory budget allows");
        break;
    default:
        break;
    }
    error.what = attempt(operation, path) + QStringLiteral(" (") + reason + QLatin1Char(')');
    return error;
}

SockError SpoolErrors::deleted(const QString &path)
{
    SockError error;
    error.stage = Stage::Tap;
    error.code = SockError::Code::SystemError;
    error.what = tr("the spool file %1 was deleted").arg(QDir::toNativeSeparators(path));
    error.remedy =
        tr("its messages stay readable until this log is closed, and what comes next goes into a new one; leave "
           "the spool folder alone while the program runs");
    return error;
}

SockError SpoolErrors::tooShort(const QString &path, qint64 offset)
{
    SockError error;
    error.stage = Stage::Tap;
    error.code = SockError::Code::Truncated;
    error.what = tr("the spool file %1 ends too early").arg(QDir::toNativeSeparators(path));
    error.remedy = tr("another program cut it: these messages are lost");
    error.offset = offset;
    return error;
}

SockError SpoolErrors::inUse(const QString &path)
{
    SockError error;
    error.stage = Stage::Tap;
    error.code = SockError::Code::WrongState;
    error.what = tr("the spool %1 is in use by a program that runs").arg(QDir::toNativeSeparators(path));
    error.remedy = tr("end the other program first");
    return error;
}

} // namespace SockScope
