/* A CUDA driver for tests: two GPUs, none, or one that fails. Compiled by the tests with -DINIT=<cuInit's result>. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef INIT
#define INIT 0
#endif

int cuInit(unsigned flags) { return flags == 0 ? INIT : 1; }
int cuDriverGetVersion(int *version) { return *version = 13010, 0; }
int cuDeviceGetCount(int *count) { return *count = 2, 0; }
int cuDeviceGet(int *device, int ordinal) { return *device = 40 + ordinal, 0; }
int cuDeviceGetName(char *name, int capacity, int device) { return snprintf(name, capacity, "Stand-in %d", device), 0; }
int cuDeviceGetPCIBusId(char *id, int capacity, int device) { return snprintf(id, capacity, "0000:%02x:00.0", device), 0; }

int cuDeviceGetAttribute(int *value, int attribute, int device) {
  switch (attribute) {
  case 16: return *value = 84, 0;
  case 75: return *value = 8, 0;
  case 76: return *value = device == 40 ? 6 : 9, 0;
  default: return 1;
  }
}

/* The old 32-bit form, which must not be called. */
int cuDeviceTotalMem(unsigned *bytes, int device) { return (void)device, *bytes = 1, 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { return (void)device, *bytes = (size_t)24 << 30, 0; }

int cuDeviceGetUuid_v2(uint8_t *uuid, int device) {
  for (int i = 0; i < 16; i++) uuid[i] = (uint8_t)(i * 16 + device - 40);
  return 0;
}

int cuGetErrorName(int code, const char **name) { return *name = code == 804 ? "CUDA_ERROR_COMPAT_NOT_SUPPORTED" : NULL, *name == NULL; }
int cuGetErrorString(int code, const char **text) { return *text = code == 804 ? "not for this GPU" : NULL, *text == NULL; }
