/* The functions of ONNX Runtime that Ingot calls: index in the array that GetApi answers, result, name, arguments.
   The array only grows, so an index holds for every version from the one that brought it; all of these are in
   version 24 (1.24). A null status is success. */
#ifndef INGOT_ORT_FUNCTIONS_H
#define INGOT_ORT_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORT_API_VERSION 24

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorInfo OrtTensorInfo;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtBinding OrtBinding;
typedef struct OrtProvider OrtProvider; /* options of an execution provider */

typedef void (*OrtLog)(
    void *context, int severity, const char *category, const char *id, const char *location, const char *message);

/* clang-format off */
#define ORT_FUNCTIONS(F) \
  F(1,   int,         GetErrorCode,                   (const OrtStatus *)) \
  F(2,   const char *, GetErrorMessage,               (const OrtStatus *)) \
  F(4,   OrtStatus *, CreateEnvWithCustomLogger,      (OrtLog, void *context, int severity, const char *id, OrtEnv **)) \
  F(7,   OrtStatus *, CreateSession,                  (const OrtEnv *, const char *path, const OrtSessionOptions *, OrtSession **)) \
  F(9,   OrtStatus *, Run,                            (OrtSession *, const OrtRunOptions *, const char *const *input_names, \
                                                       const OrtValue *const *inputs, size_t input_count, \
                                                       const char *const *output_names, size_t output_count, OrtValue **outputs)) \
  F(10,  OrtStatus *, CreateSessionOptions,           (OrtSessionOptions **)) \
  F(11,  OrtStatus *, SetOptimizedModelFilePath,      (OrtSessionOptions *, const char *path)) \
  F(13,  OrtStatus *, SetSessionExecutionMode,        (OrtSessionOptions *, int)) \
  F(14,  OrtStatus *, EnableProfiling,                (OrtSessionOptions *, const char *prefix)) \
  F(17,  OrtStatus *, DisableMemPattern,              (OrtSessionOptions *)) \
  F(19,  OrtStatus *, DisableCpuMemArena,             (OrtSessionOptions *)) \
  F(22,  OrtStatus *, SetSessionLogSeverityLevel,     (OrtSessionOptions *, int)) \
  F(23,  OrtStatus *, SetSessionGraphOptimizationLevel, (OrtSessionOptions *, int)) \
  F(24,  OrtStatus *, SetIntraOpNumThreads,           (OrtSessionOptions *, int)) \
  F(25,  OrtStatus *, SetInterOpNumThreads,           (OrtSessionOptions *, int)) \
  F(30,  OrtStatus *, SessionGetInputCount,           (const OrtSession *, size_t *)) \
  F(31,  OrtStatus *, SessionGetOutputCount,          (const OrtSession *, size_t *)) \
  F(33,  OrtStatus *, SessionGetInputTypeInfo,        (const OrtSession *, size_t index, OrtTypeInfo **)) \
  F(34,  OrtStatus *, SessionGetOutputTypeInfo,       (const OrtSession *, size_t index, OrtTypeInfo **)) \
  F(36,  OrtStatus *, SessionGetInputName,            (const OrtSession *, size_t index, OrtAllocator *, char **)) \
  F(37,  OrtStatus *, SessionGetOutputName,           (const OrtSession *, size_t index, OrtAllocator *, char **)) \
  F(49,  OrtStatus *, CreateTensorWithDataAsOrtValue, (const OrtMemoryInfo *, void *, size_t byte_count, const int64_t *dims, \
                                                       size_t rank, int type, OrtValue **)) \
  F(50,  OrtStatus *, IsTensor,                       (const OrtValue *, int *)) \
  F(51,  OrtStatus *, GetTensorMutableData,           (OrtValue *, void **)) \
  F(55,  OrtStatus *, CastTypeInfoToTensorInfo,       (const OrtTypeInfo *, const OrtTensorInfo **)) \
  F(60,  OrtStatus *, GetTensorElementType,           (const OrtTensorInfo *, int *)) \
  F(61,  OrtStatus *, GetDimensionsCount,             (const OrtTensorInfo *, size_t *)) \
  F(62,  OrtStatus *, GetDimensions,                  (const OrtTensorInfo *, int64_t *, size_t)) \
  F(63,  OrtStatus *, GetSymbolicDimensions,          (const OrtTensorInfo *, const char **, size_t)) \
  F(64,  OrtStatus *, GetTensorShapeElementCount,     (const OrtTensorInfo *, size_t *)) \
  F(65,  OrtStatus *, GetTensorTypeAndShape,          (const OrtValue *, OrtTensorInfo **)) \
  F(68,  OrtStatus *, CreateMemoryInfo,               (const char *name, int allocator_type, int id, int memory_type, OrtMemoryInfo **)) \
  F(69,  OrtStatus *, CreateCpuMemoryInfo,            (int allocator_type, int memory_type, OrtMemoryInfo **)) \
  F(76,  OrtStatus *, AllocatorFree,                  (OrtAllocator *, void *)) \
  F(78,  OrtStatus *, GetAllocatorWithDefaultOptions, (OrtAllocator **)) \
  F(92,  void,        ReleaseEnv,                     (OrtEnv *)) \
  F(93,  void,        ReleaseStatus,                  (OrtStatus *)) \
  F(94,  void,        ReleaseMemoryInfo,              (OrtMemoryInfo *)) \
  F(95,  void,        ReleaseSession,                 (OrtSession *)) \
  F(96,  void,        ReleaseValue,                   (OrtValue *)) \
  F(98,  void,        ReleaseTypeInfo,                (OrtTypeInfo *)) \
  F(99,  void,        ReleaseTensorTypeAndShapeInfo,  (OrtTensorInfo *)) \
  F(100, void,        ReleaseSessionOptions,          (OrtSessionOptions *)) \
  F(110, OrtStatus *, SessionEndProfiling,            (OrtSession *, OrtAllocator *, char **path)) \
  F(130, OrtStatus *, AddSessionConfigEntry,          (OrtSessionOptions *, const char *key, const char *value)) \
  F(133, OrtStatus *, RunWithBinding,                 (OrtSession *, const OrtRunOptions *, const OrtBinding *)) \
  F(134, OrtStatus *, CreateIoBinding,                (OrtSession *, OrtBinding **)) \
  F(135, void,        ReleaseIoBinding,               (OrtBinding *)) \
  F(136, OrtStatus *, BindInput,                      (OrtBinding *, const char *name, const OrtValue *)) \
  F(138, OrtStatus *, BindOutputToDevice,             (OrtBinding *, const char *name, const OrtMemoryInfo *)) \
  F(170, OrtStatus *, SessionOptionsAppendExecutionProvider_TensorRT_V2, (OrtSessionOptions *, const OrtProvider *)) \
  F(171, OrtStatus *, CreateTensorRTProviderOptions,  (OrtProvider **)) \
  F(172, OrtStatus *, UpdateTensorRTProviderOptions,  (OrtProvider *, const char *const *, const char *const *, size_t)) \
  F(174, void,        ReleaseTensorRTProviderOptions, (OrtProvider *)) \
  F(204, OrtStatus *, SessionOptionsAppendExecutionProvider_CUDA_V2, (OrtSessionOptions *, const OrtProvider *)) \
  F(205, OrtStatus *, CreateCUDAProviderOptions,      (OrtProvider **)) \
  F(206, OrtStatus *, UpdateCUDAProviderOptions,      (OrtProvider *, const char *const *, const char *const *, size_t)) \
  F(207, OrtStatus *, GetCUDAProviderOptionsAsString, (const OrtProvider *, OrtAllocator *, char **)) \
  F(208, void,        ReleaseCUDAProviderOptions,     (OrtProvider *)) \
  F(266, OrtStatus *, SetUserLoggingFunction,         (OrtSessionOptions *, OrtLog, void *context)) \
  F(273, OrtStatus *, SetDeterministicCompute,        (OrtSessionOptions *, bool)) \
  F(390, bool,        TensorTypeAndShape_HasShape,    (const OrtTensorInfo *))
/* clang-format on */

typedef struct {
#define F(index, result, name, arguments) result(*name) arguments;
  ORT_FUNCTIONS(F)
#undef F
} ort_functions;

#endif
