/* The CUDA driver, asked what it is and which GPUs it has. Opened at run time (libcuda.so.1), so that a machine
   without a GPU needs nothing. Makes no context, allocates no device memory and starts no work. */
#ifndef INGOT_CCUDA_H
#define INGOT_CCUDA_H

#include <stddef.h>
#include <stdint.h>

typedef struct ingot_cuda_report ingot_cuda_report;

enum {
  INGOT_CUDA_ABSENT = 1, /* there is no driver library: *error is the loader's text */
  INGOT_CUDA_FAILED = 2, /* *error is the call and the driver's text */
};

typedef struct {
  const char *name;
  int32_t compute_major, compute_minor;
  int32_t multiprocessor_count;
  uint64_t byte_count; /* of device memory */
  uint8_t uuid[16];
  const char *pci; /* "0000:3b:00.0" */
} ingot_cuda_device;

/* path: of the driver library; null: libcuda.so.1 of the system. 0 or one of the codes; then *error is a text that
   the caller frees with ingot_cuda_free_text. A driver without GPUs is a report without devices. */
int ingot_cuda_probe(const char *path, ingot_cuda_report **report, char **error);
void ingot_cuda_release(ingot_cuda_report *report);
void ingot_cuda_free_text(char *text);

/* The CUDA version that the driver supports: 13000 is 13.0. */
int32_t ingot_cuda_version(const ingot_cuda_report *report);

/* In the driver's order, which CUDA_VISIBLE_DEVICES may change; null past the last. */
const ingot_cuda_device *ingot_cuda_device_at(const ingot_cuda_report *report, size_t index);

#endif
