#pragma once

// QCustomPlot's header is written in Qt's keywords, which this project leaves alone (QT_NO_KEYWORDS): they are there
// for it and gone again behind it.

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH
#define emit

#include <qcustomplot.h>

#undef signals
#undef slots
#undef foreach
#undef emit
