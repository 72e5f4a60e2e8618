// Where each method sits in the virtual function tables of the four ABI families, and how it is called. Only methods
// that Ingot calls are listed. The numbers come from the layouts that a compiler computes from the public headers,
// checked by calls on TensorRT-RTX 1.4 to 1.7.
//
// 10.8.0 alone has one more entry in INetworkDefinition from slot 63 on: such slots are used from 10.9 on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace ingot::trt {

// T10: libnvinfer.so.10. T11: libnvinfer.so.11. R15: TensorRT-RTX 1.5 to 1.7. R14: TensorRT-RTX 1.3 and 1.4.
enum class Family { T10, T11, R15, R14 };

struct Dims {
  int32_t rank;
  int64_t sizes[8];
};
static_assert(sizeof(Dims) == 72);

// Most objects keep an implementation in their second word, whose table counts; the parser and its errors keep none.
enum class Receiver { implementation, itself };

template <class Signature, Receiver receiver> struct Method;
template <class R, class... A, Receiver receiver> struct Method<R(A...), receiver> {
  const char *name;
  int t10;    // -1 in any column: the family has no such method
  int since;  // the first 10.x that has it: 1013 is 10.13; older tables end before it
  int t11, r15, r14;
};
template <class Signature> using Via = Method<Signature, Receiver::implementation>;
template <class Signature> using Own = Method<Signature, Receiver::itself>;

// clang-format off
//                                            method                    10.x since  11.x  RTX 1.5-1.7  RTX 1.3-1.4
inline constexpr Own<void()> deleteObject    {"delete",                    1, 1000,    1,    1,    1};

namespace builder {
inline constexpr Via<void *()> createBuilderConfig         {"createBuilderConfig",        7, 1000,    5,    5,    7};
inline constexpr Via<void *(uint32_t)> createNetworkV2     {"createNetworkV2",            8, 1000,    6,    6,    8};
inline constexpr Via<void *()> createOptimizationProfile   {"createOptimizationProfile",  9, 1000,    7,    7,    9};
inline constexpr Via<void *(void *, void *)>
  buildSerializedNetwork                                   {"buildSerializedNetwork",    14, 1000,   11,   11,   14};
inline constexpr Via<bool(int32_t)> setMaxThreads          {"setMaxThreads",             17, 1000,   14,   14,   17};
inline constexpr Via<int32_t()> getMaxThreads              {"getMaxThreads",             18, 1000,   15,   15,   18};
inline constexpr Via<void *()> getPluginRegistry           {"getPluginRegistry",         19, 1000,   16,   16,   19};
}  // namespace builder

// A builder's or a runtime's own, or that of the process, which is the parent of all others.
namespace pluginRegistry {
inline constexpr Own<bool()> isParentSearchEnabled         {"isParentSearchEnabled",      8, 1000,    4,    4,   -1};
inline constexpr Own<void *(const char *)> loadLibrary     {"loadLibrary",               10, 1000,    6,    6,   -1};
inline constexpr Own<void(void *)> deregisterLibrary       {"deregisterLibrary",         11, 1000,    7,    7,   -1};
inline constexpr Own<void *(int32_t *)> getAllCreators     {"getAllCreators",            13, 1000,    9,    9,   -1};
}  // namespace pluginRegistry

namespace config {
inline constexpr Via<void(int32_t)> setAvgTimingIterations {"setAvgTimingIterations",     2, 1000,    2,    2,    2};
inline constexpr Via<int32_t()> getAvgTimingIterations     {"getAvgTimingIterations",     3, 1000,    3,    3,    3};
inline constexpr Via<int32_t()> getEngineCapability        {"getEngineCapability",        5, 1000,    5,    5,    5};
inline constexpr Via<void(int32_t)> clearFlag              {"clearFlag",                 10, 1000,    8,    8,    8};
inline constexpr Via<void(int32_t)> setFlag                {"setFlag",                   11, 1000,    9,    9,    9};
inline constexpr Via<bool(int32_t)> getFlag                {"getFlag",                   12, 1000,   10,   10,   10};
inline constexpr Via<int32_t(void *)>
  addOptimizationProfile                                   {"addOptimizationProfile",    25, 1000,   23,   23,   23};
inline constexpr Via<int32_t()>
  getNbOptimizationProfiles                                {"getNbOptimizationProfiles", 26, 1000,   24,   24,   24};
inline constexpr Via<void(int32_t)> setProfilingVerbosity  {"setProfilingVerbosity",     27, 1000,   25,   25,   25};
inline constexpr Via<int32_t()> getProfilingVerbosity      {"getProfilingVerbosity",     28, 1000,   26,   26,   26};
inline constexpr Via<bool(uint32_t)> setTacticSources      {"setTacticSources",          38, 1000,   27,   27,   27};
inline constexpr Via<uint32_t()> getTacticSources          {"getTacticSources",          39, 1000,   28,   28,   28};
inline constexpr Via<void *(const void *, size_t)>
  createTimingCache                                        {"createTimingCache",         40, 1000,   29,   29,   29};
inline constexpr Via<bool(void *, bool)> setTimingCache    {"setTimingCache",            41, 1000,   30,   30,   30};
inline constexpr Via<void(int32_t, size_t)>
  setMemoryPoolLimit                                       {"setMemoryPoolLimit",        43, 1000,   32,   32,   32};
inline constexpr Via<size_t(int32_t)> getMemoryPoolLimit   {"getMemoryPoolLimit",        44, 1000,   33,   33,   33};
inline constexpr Via<void(int32_t, bool)>
  setPreviewFeature                                        {"setPreviewFeature",         45, 1000,   34,   34,   34};
inline constexpr Via<bool(int32_t)> getPreviewFeature      {"getPreviewFeature",         46, 1000,   35,   35,   35};
inline constexpr Via<void(int32_t)>
  setBuilderOptimizationLevel                            {"setBuilderOptimizationLevel", 47, 1000,   36,   36,   36};
inline constexpr Via<int32_t()>
  getBuilderOptimizationLevel                            {"getBuilderOptimizationLevel", 48, 1000,   37,   37,   37};
inline constexpr Via<void(int32_t)>
  setHardwareCompatibilityLevel                        {"setHardwareCompatibilityLevel", 49, 1000,   38,   38,   38};
inline constexpr Via<int32_t()>
  getHardwareCompatibilityLevel                        {"getHardwareCompatibilityLevel", 50, 1000,   39,   39,   39};
inline constexpr Via<void(const char *const *, int32_t)>
  setPluginsToSerialize                                    {"setPluginsToSerialize",     51, 1000,   40,   40,   40};
inline constexpr Via<int32_t()> getNbPluginsToSerialize    {"getNbPluginsToSerialize",   53, 1000,   42,   42,   42};
inline constexpr Via<void(int32_t)> setMaxAuxStreams       {"setMaxAuxStreams",          54, 1000,   43,   43,   43};
inline constexpr Via<int32_t()> getMaxAuxStreams           {"getMaxAuxStreams",          55, 1000,   44,   44,   44};
inline constexpr Via<void(void *)> setProgressMonitor      {"setProgressMonitor",        56, 1000,   45,   45,   45};
inline constexpr Via<void *()> getProgressMonitor          {"getProgressMonitor",        57, 1000,   46,   46,   46};
inline constexpr Via<void(int32_t)> setRuntimePlatform     {"setRuntimePlatform",        58, 1002,   47,   47,   47};
inline constexpr Via<int32_t()> getRuntimePlatform         {"getRuntimePlatform",        59, 1002,   48,   48,   48};
inline constexpr Via<void(int32_t)> setMaxNbTactics        {"setMaxNbTactics",           60, 1004,   49,   49,   49};
inline constexpr Via<int32_t()> getMaxNbTactics            {"getMaxNbTactics",           61, 1004,   50,   50,   50};
inline constexpr Via<bool(int32_t)>
  setTilingOptimizationLevel                               {"setTilingOptimizationLevel", 62, 1008,  51,   51,   51};
inline constexpr Via<int32_t()>
  getTilingOptimizationLevel                               {"getTilingOptimizationLevel", 63, 1008,  52,   52,   52};
inline constexpr Via<bool(int64_t)> setL2LimitForTiling    {"setL2LimitForTiling",       64, 1008,   53,   53,   53};
inline constexpr Via<int64_t()> getL2LimitForTiling        {"getL2LimitForTiling",       65, 1008,   54,   54,   54};
inline constexpr Via<bool(int32_t)>
  setNbComputeCapabilities                                 {"setNbComputeCapabilities",  -1,    0,   -1,   55,   55};
inline constexpr Via<int32_t()>
  getNbComputeCapabilities                                 {"getNbComputeCapabilities",  -1,    0,   -1,   56,   56};
inline constexpr Via<bool(int32_t, int32_t)>
  setComputeCapability                                     {"setComputeCapability",      -1,    0,   -1,   57,   57};
inline constexpr Via<int32_t(int32_t)>
  getComputeCapability                                     {"getComputeCapability",      -1,    0,   -1,   58,   58};
}  // namespace config

namespace profile {
inline constexpr Via<bool(const char *, int32_t, const Dims *)>
  setDimensions                                            {"setDimensions",              2, 1000,    2,    2,    2};
inline constexpr Via<bool(const char *, int32_t, const int32_t *, int32_t)>
  setShapeValues                                           {"setShapeValues",             4, 1000,   -1,   -1,    4};
inline constexpr Via<bool()> isValid                       {"isValid",                    9, 1000,    7,    7,    9};
inline constexpr Via<bool(const char *, int32_t, const int64_t *, int32_t)>
  setShapeValuesV2                                         {"setShapeValuesV2",          10, 1011,    8,    8,   10};
}  // namespace profile

namespace timingCache {
inline constexpr Via<void *()> serialize                   {"serialize",                  2, 1000,    2,    2,    2};
inline constexpr Via<bool(const void *, bool)> combine     {"combine",                    3, 1000,    3,    3,    3};
}  // namespace timingCache

namespace network {
inline constexpr Via<int32_t()> getNbLayers                {"getNbLayers",               12, 1000,   12,   12,   12};
inline constexpr Via<void *(int32_t)> getLayer             {"getLayer",                  13, 1000,   13,   13,   13};
inline constexpr Via<int32_t()> getNbInputs                {"getNbInputs",               14, 1000,   14,   14,   14};
inline constexpr Via<void *(int32_t)> getInput             {"getInput",                  15, 1000,   15,   15,   15};
inline constexpr Via<int32_t()> getNbOutputs               {"getNbOutputs",              16, 1000,   16,   16,   16};
inline constexpr Via<void *(int32_t)> getOutput            {"getOutput",                 17, 1000,   17,   17,   17};
inline constexpr Via<void(const char *)> setName           {"setName",                   30, 1000,   30,   28,   28};
inline constexpr Via<const char *()> getName               {"getName",                   31, 1000,   31,   29,   29};
inline constexpr Via<bool(void *)> markDebug               {"markDebug",                 69, 1009,   66,   64,   64};
inline constexpr Via<bool(const void *)> isDebugTensor     {"isDebugTensor",             71, 1009,   68,   66,   66};
}  // namespace network

namespace layer {
inline constexpr Via<int32_t()> getNbOutputs               {"getNbOutputs",               7, 1000,    7,    7,    7};
inline constexpr Via<void *(int32_t)> getOutput            {"getOutput",                  8, 1000,    8,    8,    8};
}  // namespace layer

namespace tensor {
inline constexpr Via<const char *()> getName               {"getName",                    3, 1000,    3,    3,    3};
inline constexpr Via<Dims()> getDimensions                 {"getDimensions",              5, 1000,    5,    5,    5};
inline constexpr Via<int32_t()> getType                    {"getType",                    7, 1000,    6,    6,    7};
inline constexpr Via<bool()> isShapeTensor                 {"isShapeTensor",             21, 1000,   15,   11,   12};
inline constexpr Via<const char *(int32_t)>
  getDimensionName                                         {"getDimensionName",          24, 1000,   18,   14,   15};
}  // namespace tensor

namespace hostMemory {
inline constexpr Via<void *()> data                        {"data",                       2, 1000,    2,    2,    2};
inline constexpr Via<size_t()> size                        {"size",                       3, 1000,    3,    3,    3};
}  // namespace hostMemory

namespace parser {
inline constexpr Own<bool(const void *, size_t, const char *)>
  parse                                                    {"parse",                      0, 1000,    0,    0,    0};
inline constexpr Own<int32_t()> getNbErrors                {"getNbErrors",                5, 1000,    3,    3,    5};
inline constexpr Own<void *(int32_t)> getError             {"getError",                   6, 1000,    4,    4,    6};
inline constexpr Own<void()> deleteParser                  {"delete",                     9, 1000,    7,    7,    9};
inline constexpr Own<bool(const void *, size_t, const char *)>
  supportsModelV2                                          {"supportsModelV2",           17, 1001,   15,   15,   17};
inline constexpr Own<int64_t()> getNbSubgraphs             {"getNbSubgraphs",            18, 1001,   16,   16,   18};
inline constexpr Own<bool(int64_t)> isSubgraphSupported    {"isSubgraphSupported",       19, 1001,   17,   17,   19};
inline constexpr Own<int64_t *(int64_t, int64_t *)>
  getSubgraphNodes                                         {"getSubgraphNodes",          20, 1001,   18,   18,   20};
}  // namespace parser

namespace parserError {
inline constexpr Own<int32_t()> code                       {"code",                       0, 1000,    0,    0,    0};
inline constexpr Own<const char *()> desc                  {"desc",                       1, 1000,    1,    1,    1};
inline constexpr Own<const char *()> file                  {"file",                       2, 1000,    2,    2,    2};
inline constexpr Own<int32_t()> line                       {"line",                       3, 1000,    3,    3,    3};
inline constexpr Own<int32_t()> node                       {"node",                       5, 1000,    5,    5,    5};
inline constexpr Own<const char *()> nodeName              {"nodeName",                   6, 1000,    6,    6,    6};
inline constexpr Own<const char *()> nodeOperator          {"nodeOperator",               7, 1000,    7,    7,    7};
inline constexpr Own<const char *const *()>
  localFunctionStack                                       {"localFunctionStack",         8, 1000,    8,    8,    8};
inline constexpr Own<int32_t()> localFunctionStackSize     {"localFunctionStackSize",     9, 1000,    9,    9,    9};
}  // namespace parserError
// clang-format on

// A family and, for 10.x, how far its tables reach.
struct Layout {
  Family family;
  int minor;  // 1013 for 10.13; counts in T10 only

  template <class Signature, Receiver receiver> int slot(const Method<Signature, receiver> &method) const {
    switch (family) {
      case Family::T10: return minor >= method.since ? method.t10 : -1;
      case Family::T11: return method.t11;
      case Family::R15: return method.r15;
      case Family::R14: return method.r14;
    }
    return -1;
  }
  template <class M> bool has(const M &method) const { return slot(method) >= 0; }
};

// Without a CUDA driver the classic libraries return small numbers where they mean null.
inline bool isObject(const void *pointer) { return reinterpret_cast<uintptr_t>(pointer) >= 4096; }

template <class T> struct Exactly { using Type = T; };

// Calls a method of an object by slot. All methods are noexcept in the headers.
template <class R, class... A, Receiver receiver>
R call(Layout layout, void *object, const Method<R(A...), receiver> &method, typename Exactly<A>::Type... arguments) {
  const int slot = layout.slot(method);
  if (slot < 0) throw std::logic_error(std::string("BUG: this version has no ") + method.name);
  void *target = receiver == Receiver::itself ? object : static_cast<void **>(object)[1];
  auto *table = *static_cast<R (***)(void *, A...)>(target);
  return table[slot](target, arguments...);
}

}  // namespace ingot::trt
