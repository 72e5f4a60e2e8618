#include "CCUDA.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names with _v2 are the 64-bit forms; the bare ones are older and take other arguments. cuDeviceGetUuid_v2 tells
   the parts of a divided GPU apart and came with 11.4. */
/* clang-format off */
#define CUDA_FUNCTIONS(F) \
  F(cuInit,                "cuInit",                (unsigned)) \
  F(cuDriverGetVersion,    "cuDriverGetVersion",    (int *)) \
  F(cuGetErrorName,        "cuGetErrorName",        (int, const char **)) \
  F(cuGetErrorString,      "cuGetErrorString",      (int, const char **)) \
  F(cuDeviceGetCount,      "cuDeviceGetCount",      (int *)) \
  F(cuDeviceGet,           "cuDeviceGet",           (int *, int)) \
  F(cuDeviceGetName,       "cuDeviceGetName",       (char *, int, int)) \
  F(cuDeviceGetAttribute,  "cuDeviceGetAttribute",  (int *, int, int)) \
  F(cuDeviceTotalMem,      "cuDeviceTotalMem_v2",   (size_t *, int)) \
  F(cuDeviceGetPCIBusId,   "cuDeviceGetPCIBusId",   (char *, int, int))
/* clang-format on */

typedef struct {
#define F(name, symbol, arguments) int(*name) arguments;
  CUDA_FUNCTIONS(F)
#undef F
  int (*cuDeviceGetUuid)(uint8_t *, int);
} cuda_functions;

enum { NO_DEVICE = 100 };
enum { MULTIPROCESSOR_COUNT = 16, COMPUTE_MAJOR = 75, COMPUTE_MINOR = 76 }; /* attributes */
enum { NAME_CAPACITY = 256, PCI_CAPACITY = 32 };

typedef struct {
  ingot_cuda_device device;
  char name[NAME_CAPACITY];
  char pci[PCI_CAPACITY];
} device_record;

struct ingot_cuda_report {
  int version;
  size_t count;
  device_record *devices;
};

void ingot_cuda_free_text(char *text) { free(text); }

static int load_functions(const char *path, cuda_functions *f, char **error) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    *error = strdup(dlerror());
    return INGOT_CUDA_ABSENT;
  }
#define F(name, symbol, arguments) \
  *(void **)&f->name = dlsym(handle, symbol); \
  if (f->name == NULL) { \
    *error = strdup(dlerror()); \
    return INGOT_CUDA_FAILED; \
  }
  CUDA_FUNCTIONS(F)
#undef F
  *(void **)&f->cuDeviceGetUuid = dlsym(handle, "cuDeviceGetUuid_v2");
  if (f->cuDeviceGetUuid == NULL) *(void **)&f->cuDeviceGetUuid = dlsym(handle, "cuDeviceGetUuid");
  if (f->cuDeviceGetUuid == NULL) {
    *error = strdup(dlerror());
    return INGOT_CUDA_FAILED;
  }
  return 0;
}

/* 0 for a result of 0; else the call's name and the driver's texts. */
static int check(const cuda_functions *f, int result, const char *call, char **error) {
  if (result == 0) return 0;
  const char *name = NULL, *text = NULL;
  if (f->cuGetErrorName(result, &name) != 0 || name == NULL) name = "an unknown error";
  if (f->cuGetErrorString(result, &text) != 0 || text == NULL) text = "no text";
  if (asprintf(error, "%s: %s (%d): %s", call, name, result, text) < 0) *error = strdup(call);
  return INGOT_CUDA_FAILED;
}

static int read_attribute(const cuda_functions *f, int *value, int attribute, int device, char **error) {
  return check(f, f->cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute", error);
}

static int read_device(const cuda_functions *f, int ordinal, device_record *made, char **error) {
  int device = 0, major = 0, minor = 0, multiprocessors = 0;
  size_t bytes = 0;
  int code = check(f, f->cuDeviceGet(&device, ordinal), "cuDeviceGet", error);
  if (code == 0) code = check(f, f->cuDeviceGetName(made->name, NAME_CAPACITY - 1, device), "cuDeviceGetName", error);
  if (code == 0) code = read_attribute(f, &major, COMPUTE_MAJOR, device, error);
  if (code == 0) code = read_attribute(f, &minor, COMPUTE_MINOR, device, error);
  if (code == 0) code = read_attribute(f, &multiprocessors, MULTIPROCESSOR_COUNT, device, error);
  if (code == 0) code = check(f, f->cuDeviceTotalMem(&bytes, device), "cuDeviceTotalMem", error);
  if (code == 0) code = check(f, f->cuDeviceGetUuid(made->device.uuid, device), "cuDeviceGetUuid", error);
  if (code == 0) {
    code = check(f, f->cuDeviceGetPCIBusId(made->pci, PCI_CAPACITY - 1, device), "cuDeviceGetPCIBusId", error);
  }
  made->device.name = made->name;
  made->device.pci = made->pci;
  made->device.compute_major = major;
  made->device.compute_minor = minor;
  made->device.multiprocessor_count = multiprocessors;
  made->device.byte_count = bytes;
  return code;
}

static int read_devices(const cuda_functions *f, ingot_cuda_report *made, char **error) {
  int result = f->cuInit(0);
  if (result == NO_DEVICE) return 0;
  int count = 0;
  int code = check(f, result, "cuInit", error);
  if (code == 0) code = check(f, f->cuDeviceGetCount(&count), "cuDeviceGetCount", error);
  if (code != 0 || count <= 0) return code;
  made->devices = calloc((size_t)count, sizeof *made->devices);
  if (made->devices == NULL) {
    *error = strdup("out of memory");
    return INGOT_CUDA_FAILED;
  }
  made->count = (size_t)count;
  for (int i = 0; i < count && code == 0; i++) code = read_device(f, i, &made->devices[i], error);
  return code;
}

int ingot_cuda_probe(const char *path, ingot_cuda_report **report, char **error) {
  cuda_functions f = {0};
  int code = load_functions(path == NULL ? "libcuda.so.1" : path, &f, error);
  if (code != 0) return code;
  ingot_cuda_report *made = calloc(1, sizeof *made);
  if (made == NULL) {
    *error = strdup("out of memory");
    return INGOT_CUDA_FAILED;
  }
  code = check(&f, f.cuDriverGetVersion(&made->version), "cuDriverGetVersion", error);
  if (code == 0) code = read_devices(&f, made, error);
  if (code != 0) {
    ingot_cuda_release(made);
    return code;
  }
  *report = made;
  return 0;
}

void ingot_cuda_release(ingot_cuda_report *report) {
  free(report->devices);
  free(report);
}

int32_t ingot_cuda_version(const ingot_cuda_report *report) { return report->version; }

const ingot_cuda_device *ingot_cuda_device_at(const ingot_cuda_report *report, size_t index) {
  return index < report->count ? &report->devices[index].device : NULL;
}
