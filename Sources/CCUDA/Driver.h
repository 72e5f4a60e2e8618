/* The CUDA driver's functions, found by name at run time, and its errors as text. */
#ifndef INGOT_CUDA_DRIVER_H
#define INGOT_CUDA_DRIVER_H

#include "CCUDA.h"

/* Names with _v2 are the 64-bit forms, or the ones that cuda.h stands for today; the bare ones are older and mostly take
   other arguments. A third name is one that does as well where the second is not there: cuDeviceGetUuid_v2, which tells
   the parts of a divided GPU apart, came with CUDA 11.4, cuEventElapsedTime_v2 with 12.8. */
/* clang-format off */
#define CUDA_DESCRIBING_FUNCTIONS(F) \
  F(cuInit,                      "cuInit",                       NULL, (unsigned)) \
  F(cuDriverGetVersion,          "cuDriverGetVersion",           NULL, (int *)) \
  F(cuGetErrorName,              "cuGetErrorName",               NULL, (int, const char **)) \
  F(cuGetErrorString,            "cuGetErrorString",             NULL, (int, const char **)) \
  F(cuDeviceGetCount,            "cuDeviceGetCount",             NULL, (int *)) \
  F(cuDeviceGet,                 "cuDeviceGet",                  NULL, (int *, int)) \
  F(cuDeviceGetName,             "cuDeviceGetName",              NULL, (char *, int, int)) \
  F(cuDeviceGetAttribute,        "cuDeviceGetAttribute",         NULL, (int *, int, int)) \
  F(cuDeviceTotalMem,            "cuDeviceTotalMem_v2",          NULL, (size_t *, int)) \
  F(cuDeviceGetPCIBusId,         "cuDeviceGetPCIBusId",          NULL, (char *, int, int)) \
  F(cuDeviceGetUuid,             "cuDeviceGetUuid_v2",           "cuDeviceGetUuid", (uint8_t *, int))

/* What work on a GPU needs besides: all of it is there from CUDA 11.4 on, where cuGraphInstantiateWithFlags came. */
#define CUDA_WORKING_FUNCTIONS(F) \
  F(cuDevicePrimaryCtxRetain,    "cuDevicePrimaryCtxRetain",     NULL, (void **, int)) \
  F(cuDevicePrimaryCtxRelease,   "cuDevicePrimaryCtxRelease_v2", NULL, (int)) \
  F(cuCtxSetCurrent,             "cuCtxSetCurrent",              NULL, (void *)) \
  F(cuMemGetInfo,                "cuMemGetInfo_v2",              NULL, (size_t *, size_t *)) \
  F(cuMemAlloc,                  "cuMemAlloc_v2",                NULL, (uint64_t *, size_t)) \
  F(cuMemFree,                   "cuMemFree_v2",                 NULL, (uint64_t)) \
  F(cuMemHostAlloc,              "cuMemHostAlloc",               NULL, (void **, size_t, unsigned)) \
  F(cuMemFreeHost,               "cuMemFreeHost",                NULL, (void *)) \
  F(cuMemcpyHtoDAsync,           "cuMemcpyHtoDAsync_v2",         NULL, (uint64_t, const void *, size_t, void *)) \
  F(cuMemcpyDtoHAsync,           "cuMemcpyDtoHAsync_v2",         NULL, (void *, uint64_t, size_t, void *)) \
  F(cuStreamCreate,              "cuStreamCreate",               NULL, (void **, unsigned)) \
  F(cuStreamSynchronize,         "cuStreamSynchronize",          NULL, (void *)) \
  F(cuStreamDestroy,             "cuStreamDestroy_v2",           NULL, (void *)) \
  F(cuStreamBeginCapture,        "cuStreamBeginCapture_v2",      NULL, (void *, int)) \
  F(cuStreamEndCapture,          "cuStreamEndCapture",           NULL, (void *, void **)) \
  F(cuEventCreate,               "cuEventCreate",                NULL, (void **, unsigned)) \
  F(cuEventRecord,               "cuEventRecord",                NULL, (void *, void *)) \
  F(cuEventSynchronize,          "cuEventSynchronize",           NULL, (void *)) \
  F(cuEventElapsedTime,          "cuEventElapsedTime_v2",        "cuEventElapsedTime", (float *, void *, void *)) \
  F(cuEventDestroy,              "cuEventDestroy_v2",            NULL, (void *)) \
  F(cuGraphInstantiateWithFlags, "cuGraphInstantiateWithFlags",  NULL, (void **, void *, unsigned long long)) \
  F(cuGraphLaunch,               "cuGraphLaunch",                NULL, (void *, void *)) \
  F(cuGraphExecDestroy,          "cuGraphExecDestroy",           NULL, (void *)) \
  F(cuGraphDestroy,              "cuGraphDestroy",               NULL, (void *))
/* clang-format on */

typedef struct {
#define F(name, symbol, older, arguments) int(*name) arguments;
  CUDA_DESCRIBING_FUNCTIONS(F)
  CUDA_WORKING_FUNCTIONS(F)
#undef F
} ingot_cuda_functions;

enum { CUDA_OUT_OF_MEMORY = 2, CUDA_NO_DEVICE = 100 };

/* path: of the library; null: libcuda.so.1 of the system. The functions that work are looked for only where they are
   wanted: a driver that is too old for them can still say what it is. */
int ingot_cuda_load(const char *path, bool wants_work, ingot_cuda_functions *functions, char **error);

/* 0 for a result of 0; else the call's name and the driver's texts. */
int ingot_cuda_check(const ingot_cuda_functions *functions, int result, const char *call, char **error);

#endif
