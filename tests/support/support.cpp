// The library needs one translation unit even when all helpers are inline.
#include "support/testmain.h"
