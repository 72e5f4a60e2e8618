#include "CTensorRT.h"
