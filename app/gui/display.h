#pragma once

#include <QApplication>

#include <memory>

namespace SockScope {

/// The application, or a line on standard error that says what to do and an end of the process where no display can be
/// reached: Qt itself would abort.
std::unique_ptr<QApplication> createApplication(int &argc, char **argv);

} // namespace SockScope
