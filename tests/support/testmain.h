#pragma once

#include <QRegularExpression>
#include <QTest>

namespace SockScope::Test {

/// Every test class calls this in its init(): from there on a warning that no QTest::ignoreMessage expects fails the
/// test function. QtTest forgets it after each function.
inline void failOnWarnings()
{
    // Not ours: the offscreen platform says so of windows with a minimum size, and of completions.
    QTest::failOnWarning(QRegularExpression(QStringLiteral(
        "^(?!This plugin does not support (propagateSizeHints|raise)\\(\\)$|This plugin does not support "
        "grabbing the keyboard$)")));
}

} // namespace SockScope::Test
