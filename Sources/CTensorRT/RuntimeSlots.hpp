// Slots.hpp for what runs engines: the runtime, engines and their contexts, inspectors and refitters. No family's numbers
// have been confirmed by calls but the runtime's on TensorRT-RTX: the others need a GPU.
#pragma once

#include "Slots.hpp"

namespace ingot::trt {

// clang-format off
//                                            method                    10.x since  11.x  RTX 1.5-1.7  RTX 1.3-1.4
namespace runtime {
inline constexpr Via<void *(const void *, size_t)>
  deserializeCudaEngine                                    {"deserializeCudaEngine",      3, 1000,    3,    3,    3};
inline constexpr Via<void(void *)> setErrorRecorder        {"setErrorRecorder",           9, 1000,    8,    8,    9};
inline constexpr Via<void *()> getPluginRegistry           {"getPluginRegistry",         18, 1000,   17,   17,   18};
inline constexpr Via<void(bool)> setEngineHostCodeAllowed  {"setEngineHostCodeAllowed",  21, 1000,   20,   20,   21};
inline constexpr Via<bool()> getEngineHostCodeAllowed      {"getEngineHostCodeAllowed",  22, 1000,   21,   21,   22};
}  // namespace runtime

namespace engine {
inline constexpr Via<void *(int32_t)>
  createExecutionContext                                   {"createExecutionContext",     5, 1000,    5,    5,    5};
inline constexpr Via<size_t()> getDeviceMemorySize         {"getDeviceMemorySize",        7, 1000,   -1,   -1,   -1};
inline constexpr Via<bool()> isRefittable                  {"isRefittable",               8, 1000,    6,    6,    6};
inline constexpr Via<int32_t()>
  getNbOptimizationProfiles                                {"getNbOptimizationProfiles", 10, 1000,    8,    8,    8};
inline constexpr Via<const int32_t *(const char *, int32_t, int32_t)>
  getProfileTensorValues                                   {"getProfileTensorValues",    11, 1000,   -1,   -1,    9};
inline constexpr Via<void *()> createEngineInspector       {"createEngineInspector",     18, 1000,   14,   14,   16};
inline constexpr Via<Dims(const char *)> getTensorShape    {"getTensorShape",            19, 1000,   15,   15,   17};
inline constexpr Via<int32_t(const char *)>
  getTensorDataType                                        {"getTensorDataType",         20, 1000,   16,   16,   18};
inline constexpr Via<int32_t(const char *)>
  getTensorLocation                                        {"getTensorLocation",         21, 1000,   17,   17,   19};
inline constexpr Via<bool(const char *)>
  isShapeInferenceIO                                       {"isShapeInferenceIO",        22, 1000,   18,   18,   20};
inline constexpr Via<int32_t(const char *)> getTensorIOMode {"getTensorIOMode",          23, 1000,   19,   19,   21};
inline constexpr Via<int32_t(const char *)> getTensorFormat {"getTensorFormat",          26, 1000,   22,   22,   24};
inline constexpr Via<const char *(const char *)>
  getTensorFormatDesc                                      {"getTensorFormatDesc",       27, 1000,   23,   23,   25};
inline constexpr Via<Dims(const char *, int32_t, int32_t)>
  getProfileShape                                          {"getProfileShape",           29, 1000,   25,   25,   27};
inline constexpr Via<int32_t()> getNbIOTensors             {"getNbIOTensors",            30, 1000,   26,   26,   28};
inline constexpr Via<const char *(int32_t)> getIOTensorName {"getIOTensorName",          31, 1000,   27,   27,   29};
inline constexpr Via<void *()> createSerializationConfig   {"createSerializationConfig", 39, 1000,   35,   35,   37};
inline constexpr Via<void *(void *)> serializeWithConfig   {"serializeWithConfig",       40, 1000,   36,   36,   38};
inline constexpr Via<void *(void *)> createRefitter        {"createRefitter",            42, 1000,   37,   37,   40};
inline constexpr Via<int64_t()> getStreamableWeightsSize   {"getStreamableWeightsSize",  46, 1000,   38,   38,   44};
inline constexpr Via<bool(int64_t)>
  setWeightStreamingBudgetV2                             {"setWeightStreamingBudgetV2",  48, 1001,   40,   40,   46};
inline constexpr Via<int64_t()>
  getWeightStreamingBudgetV2                             {"getWeightStreamingBudgetV2",  49, 1001,   41,   41,   47};
inline constexpr Via<int64_t()> getDeviceMemorySizeV2      {"getDeviceMemorySizeV2",     52, 1001,   44,   44,   50};
inline constexpr Via<const int64_t *(const char *, int32_t, int32_t)>
  getProfileTensorValuesV2                                 {"getProfileTensorValuesV2",  54, 1011,   46,   46,   52};
inline constexpr Via<void *(void *)>
  createExecutionContextWithRuntimeConfig     {"createExecutionContextWithRuntimeConfig", 55, 1011,  47,   47,   53};
inline constexpr Via<void *()> createRuntimeConfig         {"createRuntimeConfig",       56, 1011,   48,   48,   54};
}  // namespace engine

namespace serializationConfig {
inline constexpr Via<bool(int32_t)> clearFlag              {"clearFlag",                  4, 1000,    4,    4,    4};
}  // namespace serializationConfig

namespace inspector {
inline constexpr Via<const char *(int32_t)>
  getEngineInformation                                     {"getEngineInformation",       6, 1000,    6,    6,    6};
}  // namespace inspector

namespace runtimeConfig {
inline constexpr Via<void *()> createRuntimeCache          {"createRuntimeCache",        -1,    0,   -1,    5,    5};
inline constexpr Via<bool(void *)> setRuntimeCache         {"setRuntimeCache",           -1,    0,   -1,    6,    6};
inline constexpr Via<void(int32_t)>
  setDynamicShapesKernelStrategy  {"setDynamicShapesKernelSpecializationStrategy",       -1,    0,   -1,    8,    8};
inline constexpr Via<int32_t()>
  getDynamicShapesKernelStrategy  {"getDynamicShapesKernelSpecializationStrategy",       -1,    0,   -1,    9,    9};
inline constexpr Via<bool(int32_t)> setCudaGraphStrategy   {"setCudaGraphStrategy",      -1,    0,   -1,   10,   10};
inline constexpr Via<int32_t()> getCudaGraphStrategy       {"getCudaGraphStrategy",      -1,    0,   -1,   11,   11};
}  // namespace runtimeConfig

namespace runtimeCache {
inline constexpr Via<void *()> serialize                   {"serialize",                 -1,    0,   -1,    2,    2};
inline constexpr Via<bool(const void *, size_t)>
  deserialize                                              {"deserialize",               -1,    0,   -1,    3,    3};
}  // namespace runtimeCache

namespace context {
inline constexpr Via<void(void *)> setProfiler             {"setProfiler",                5, 1000,    5,    5,    5};
inline constexpr Via<void(void *)> setErrorRecorder        {"setErrorRecorder",          14, 1000,   13,   13,   14};
inline constexpr Via<bool(int32_t, void *)>
  setOptimizationProfileAsync                            {"setOptimizationProfileAsync", 17, 1000,   16,   16,   17};
inline constexpr Via<bool(const char *, const Dims *)>
  setInputShape                                            {"setInputShape",             21, 1000,   20,   20,   21};
inline constexpr Via<Dims(const char *)> getTensorShape    {"getTensorShape",            22, 1000,   21,   21,   22};
inline constexpr Via<bool(const char *, void *)>
  setTensorAddress                                         {"setTensorAddress",          24, 1000,   23,   23,   24};
inline constexpr Via<int32_t(int32_t, const char **)>
  inferShapes                                              {"inferShapes",               28, 1000,   27,   27,   28};
inline constexpr Via<bool(const char *, void *)>
  setOutputAllocator                                       {"setOutputAllocator",        32, 1000,   31,   31,   32};
inline constexpr Via<bool(void *)> enqueueV3               {"enqueueV3",                 37, 1000,   36,   36,   37};
}  // namespace context

namespace refitter {
inline constexpr Via<bool()> refitCudaEngine               {"refitCudaEngine",            4, 1000,    4,    4,    4};
inline constexpr Via<void(void *)> setErrorRecorder        {"setErrorRecorder",          11, 1000,    7,    7,   11};
inline constexpr Via<int32_t(int32_t, const char **)>
  getMissingWeights                                        {"getMissingWeights",         14, 1000,   10,   10,   14};
inline constexpr Via<int32_t(int32_t, const char **)>
  getAllWeights                                            {"getAllWeights",             15, 1000,   11,   11,   15};
}  // namespace refitter

namespace parserRefitter {
inline constexpr Own<bool(const void *, size_t, const char *)>
  refitFromBytes                                           {"refitFromBytes",             0, 1000,    0,    0,    0};
inline constexpr Own<int32_t()> getNbErrors                {"getNbErrors",                2, 1000,    2,    2,    2};
inline constexpr Own<void *(int32_t)> getError             {"getError",                   3, 1000,    3,    3,    3};
inline constexpr Own<void()> deleteRefitter                {"delete",                     6, 1000,    6,    6,    6};
}  // namespace parserRefitter
// clang-format on

}  // namespace ingot::trt
