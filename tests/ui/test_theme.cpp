#include <QTest>

#include <cmath>

#include "support/testmain.h"
#include "ui/models/rulecolour.h"
#include "ui/theme.h"

using namespace SockScope;
using namespace Qt::StringLiterals;

class TestTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { SockScope::Test::failOnWarnings(); }

    void textStandsOutFromItsGround_data()
    {
        QTest::addColumn<Theme::Mode>("mode");
        QTest::newRow("light") << Theme::Mode::Light;
        QTest::newRow("dark") << Theme::Mode::Dark;
    }
    void textStandsOutFromItsGround()
    {
        QFETCH(Theme::Mode, mode);
        Theme::instance()->setMode(mode);
        const Theme::Colors &c = Theme::instance()->colors();
        const auto luminance = [](const QColor &color) {
            const auto channel = [](double v) { return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
            return 0.2126 * channel(static_cast<double>(color.redF())) +
                   0.7152 * channel(static_cast<double>(color.greenF())) +
                   0.0722 * channel(static_cast<double>(color.blueF()));
        };
        const auto contrast = [&](const QColor &a, const QColor &b) {
            const double x = luminance(a) + 0.05;
            const double y = luminance(b) + 0.05;
            return x > y ? x / y : y / x;
        };
        const std::pair<QColor, QColor> pairs[] = {
            {c.text, c.base},      {c.text, c.window},       {c.text, c.selection},      {c.text, c.mark},
            {c.secondary, c.base}, {c.secondary, c.window},  {c.secondary, c.selection}, {c.accent, c.base},
            {c.error, c.base},     {c.error, c.errorGround}, {c.warning, c.base},        {c.warning, c.warningGround},
            {c.ok, c.window},      {c.text, c.okGround},     {c.text, c.errorGround},    {c.onAccent, c.error}};
        for (const auto &[front, ground] : pairs)
            QVERIFY2(contrast(front, ground) >= 4.5,
                     qPrintable(u"%1 on %2: %3"_s.arg(front.name(), ground.name()).arg(contrast(front, ground))));
        for (const QColor &ground : c.ruleGrounds) {
            for (const QColor &front : c.ruleTexts)
                QVERIFY2(contrast(front, ground) >= 4.5, qPrintable(front.name() + u" on "_s + ground.name()));
            QVERIFY2(contrast(c.text, ground) >= 4.5, qPrintable(ground.name()));
            QVERIFY2(contrast(c.secondary, ground) >= 4.5, qPrintable(ground.name()));
        }
        // A colour that a person chose may be anything; what stands on it can be read all the same.
        for (const quint32 rgb : {0x000000U, 0xffffffU, 0x808080U, 0xff0000U, 0x0000ffU, 0xffff00U}) {
            const RuleColour own = RuleColour::ofRgb(rgb, rgb);
            QVERIFY(contrast(Theme::instance()->ruleText({}, own), Theme::instance()->ruleGround(own)) >= 4.5);
            QVERIFY(contrast(Theme::instance()->ruleText(own, {}), c.base) >= 4.5);
        }
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
