/* What the driver is and which GPUs it has. */
#include "Driver.h"

#include <stdlib.h>
#include <string.h>

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

static int read_attribute(const ingot_cuda_functions *f, int *value, int attribute, int device, char **error) {
  return ingot_cuda_check(f, f->cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute", error);
}

static int read_device(const ingot_cuda_functions *f, int ordinal, device_record *made, char **error) {
  int device = 0, major = 0, minor = 0, multiprocessors = 0;
  size_t bytes = 0;
  int code = ingot_cuda_check(f, f->cuDeviceGet(&device, ordinal), "cuDeviceGet", error);
  if (code == 0) code = ingot_cuda_check(f, f->cuDeviceGetName(made->name, NAME_CAPACITY - 1, device), "cuDeviceGetName", error);
  if (code == 0) code = read_attribute(f, &major, COMPUTE_MAJOR, device, error);
  if (code == 0) code = read_attribute(f, &minor, COMPUTE_MINOR, device, error);
  if (code == 0) code = read_attribute(f, &multiprocessors, MULTIPROCESSOR_COUNT, device, error);
  if (code == 0) code = ingot_cuda_check(f, f->cuDeviceTotalMem(&bytes, device), "cuDeviceTotalMem", error);
  if (code == 0) code = ingot_cuda_check(f, f->cuDeviceGetUuid(made->device.uuid, device), "cuDeviceGetUuid", error);
  if (code == 0) {
    code = ingot_cuda_check(f, f->cuDeviceGetPCIBusId(made->pci, PCI_CAPACITY - 1, device), "cuDeviceGetPCIBusId", error);
  }
  made->device.name = made->name;
  made->device.pci = made->pci;
  made->device.compute_major = major;
  made->device.compute_minor = minor;
  made->device.multiprocessor_count = multiprocessors;
  made->device.byte_count = bytes;
  return code;
}

static int read_devices(const ingot_cuda_functions *f, ingot_cuda_report *made, char **error) {
  int result = f->cuInit(0);
  if (result == CUDA_NO_DEVICE) return 0;
  int count = 0;
  int code = ingot_cuda_check(f, result, "cuInit", error);
  if (code == 0) code = ingot_cuda_check(f, f->cuDeviceGetCount(&count), "cuDeviceGetCount", error);
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
  ingot_cuda_functions f = {0};
  int code = ingot_cuda_load(path, false, &f, error);
  if (code != 0) return code;
  ingot_cuda_report *made = calloc(1, sizeof *made);
  if (made == NULL) {
    *error = strdup("out of memory");
    return INGOT_CUDA_FAILED;
  }
  code = ingot_cuda_check(&f, f.cuDriverGetVersion(&made->version), "cuDriverGetVersion", error);
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
