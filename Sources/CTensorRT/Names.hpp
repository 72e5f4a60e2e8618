// TensorRT's enumerators by name, with their value in each ABI family: the values moved between families, so a literal
// would set another flag silently. Columns as in Slots.hpp.
#pragma once

#include "Slots.hpp"

#include <string_view>

namespace ingot::trt {

struct Enumerator {
  std::string_view name;
  int t10;    // -1 in any column: the family has no such value
  int since;  // the first 10.x that has it
  int t11, r15, r14;
};

// clang-format off
//                                    name                       10.x since  11.x  RTX 1.5-1.7  RTX 1.3-1.4
inline constexpr Enumerator builderFlags[] = {
  {"GPU_FALLBACK",                 3, 1000,    3,    3,    3},
  {"REFIT",                        4, 1000,    4,    4,    4},
  {"DISABLE_TIMING_CACHE",         5, 1000,    5,    5,    5},
  {"TF32",                         6, 1000,    6,    6,    6},
  {"SPARSE_WEIGHTS",               7, 1000,    7,    7,    7},
  {"DIRECT_IO",                   11, 1000,   11,   11,   11},
  {"VERSION_COMPATIBLE",          13, 1000,   12,   12,   13},
  {"EXCLUDE_LEAN_RUNTIME",        14, 1000,   13,   13,   14},
  {"ERROR_ON_TIMING_CACHE_MISS",  16, 1000,   15,   15,   16},
  {"DISABLE_COMPILATION_CACHE",   18, 1000,   17,   17,   18},
  {"STRIP_PLAN",                  19, 1000,   18,   18,   19},
  {"REFIT_IDENTICAL",             20, 1000,   19,   19,   20},
  {"WEIGHT_STREAMING",            21, 1000,   20,   20,   21},
  {"REFIT_INDIVIDUAL",            23, 1002,   22,   22,   23},
  {"STRICT_NANS",                 24, 1006,   23,   23,   24},
  {"MONITOR_MEMORY",              25, 1006,   24,   24,   25},
  {"EDITABLE_TIMING_CACHE",       27, 1008,   26,   26,   27},
  {"DISTRIBUTIVE_INDEPENDENCE",   28, 1012,   27,   27,   28},
  {"REQUIRE_USER_ALLOCATION",     -1,    0,   -1,   28,   -1},
};
inline constexpr Enumerator networkFlags[] = {
  {"STRONGLY_TYPED",               1, 1000,    0,    0,    1},
};
inline constexpr Enumerator memoryPools[] = {
  {"WORKSPACE",                    0, 1000,    0,    0,    0},
  {"TACTIC_DRAM",                  4, 1000,    4,    4,    4},
  {"TACTIC_SHARED_MEMORY",         5, 1000,    5,    5,    5},
};
inline constexpr Enumerator tacticSources[] = {
  {"CUBLAS",                       0, 1000,   -1,   -1,    0},
  {"CUBLAS_LT",                    1, 1000,   -1,   -1,    1},
  {"CUDNN",                        2, 1000,   -1,   -1,    2},
  {"EDGE_MASK_CONVOLUTIONS",       3, 1000,    0,    0,    3},
  {"JIT_CONVOLUTIONS",             4, 1000,    1,    1,    4},
};
inline constexpr Enumerator previewFeatures[] = {
  {"PROFILE_SHARING",              0, 1000,   -1,   -1,    0},
  {"ALIASED_PLUGIN_IO",            1, 1003,    0,    0,    1},
  {"RUNTIME_ACTIVATION_RESIZE",    2, 1010,    1,    1,    2},
};
inline constexpr Enumerator runtimePlatforms[] = {
  {"SAME_AS_BUILD",                0, 1002,    0,    0,    0},
  {"WINDOWS_AMD64",                1, 1002,    1,   -1,   -1},
};
inline constexpr Enumerator tilingLevels[] = {
  {"NONE",                         0, 1008,    0,    0,    0},
  {"FAST",                         1, 1008,    1,    1,    1},
  {"MODERATE",                     2, 1008,    2,    2,    2},
  {"FULL",                         3, 1008,    3,    3,    3},
};
// RTX keeps the enumerators, but refuses to use them.
inline constexpr Enumerator hardwareCompatibilityLevels[] = {
  {"NONE",                         0, 1000,    0,    0,    0},
  {"AMPERE_PLUS",                  1, 1000,    1,   -1,   -1},
  {"SAME_COMPUTE_CAPABILITY",      2, 1009,    2,   -1,   -1},
};
inline constexpr Enumerator profilingVerbosities[] = {
  {"LAYER_NAMES_ONLY",             0, 1000,    0,    0,    0},
  {"NONE",                         1, 1000,    1,    1,    1},
  {"DETAILED",                     2, 1000,    2,    2,    2},
};
inline constexpr Enumerator cudaGraphStrategies[] = {
  {"DISABLED",                    -1,    0,   -1,    0,    0},
  {"WHOLE_GRAPH_CAPTURE",         -1,    0,   -1,    1,    1},
};
inline constexpr Enumerator dynamicKernelStrategies[] = {
  {"LAZY",                        -1,    0,   -1,    0,    0},
  {"EAGER",                       -1,    0,   -1,    1,    1},
  {"NONE",                        -1,    0,   -1,    2,    2},
};
inline constexpr Enumerator computeCapabilities[] = {
  {"75",                          -1,    0,   -1,   75,   75},
  {"80",                          -1,    0,   -1,   80,   80},
  {"86",                          -1,    0,   -1,   86,   86},
  {"89",                          -1,    0,   -1,   89,   89},
  {"120",                         -1,    0,   -1,  120,  120},
  {"121",                         -1,    0,   -1,  121,   -1},
};
// clang-format on

// The same in all families.
inline constexpr const char *parserErrorNames[] = {
    "SUCCESS",           "INTERNAL_ERROR",   "MEM_ALLOC_FAILED",      "MODEL_DESERIALIZE_FAILED",
    "INVALID_VALUE",     "INVALID_GRAPH",    "INVALID_NODE",          "UNSUPPORTED_GRAPH",
    "UNSUPPORTED_NODE",  "UNSUPPORTED_NODE_ATTR", "UNSUPPORTED_NODE_INPUT", "UNSUPPORTED_NODE_DATATYPE",
    "UNSUPPORTED_NODE_DYNAMIC", "UNSUPPORTED_NODE_SHAPE", "REFIT_FAILED",
};

// -1 where the family has no such value.
template <size_t count> int valueOf(std::string_view name, const Enumerator (&list)[count], Layout layout) {
  for (const Enumerator &each : list) {
    if (each.name != name) continue;
    switch (layout.family) {
      case Family::T10: return layout.minor >= each.since ? each.t10 : -1;
      case Family::T11: return each.t11;
      case Family::R15: return each.r15;
      case Family::R14: return each.r14;
    }
  }
  return -1;
}

}  // namespace ingot::trt
