#pragma once

#include <QRegularExpression>
#include <QTest>

namespace SockScope::Test {

/// Every test class calls this in its init(): from there on a warning that no QTest::ignoreMessage expects fails the
/// test function. QtTest forgets it after each function.
inline void failOnWarnings()
{
    QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
}

} // namespace SockScope::Test
