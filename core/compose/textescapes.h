#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

#include "core/compose/template.h"

namespace SockScope {

/// Text with \n \r \t \0 \\ \" \{ \xHH (a byte) and \uHHHH as the bytes that it means, in UTF-8; column: where text
/// begins, for the error.
std::optional<QByteArray> unescaped(QStringView text, int column, TemplateError *error);

} // namespace SockScope
