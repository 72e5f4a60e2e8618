/* The CUDA driver: what it is, which GPUs it has, and work on one of them. Opened at run time (libcuda.so.1), so that a
   machine without a GPU needs nothing. */
#ifndef INGOT_CCUDA_H
#define INGOT_CCUDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Functions that return int: 0, or one of these; then *error is a text that the caller frees with
   ingot_cuda_free_text. */
enum {
  INGOT_CUDA_ABSENT = 1,        /* there is no driver library: the loader's text */
  INGOT_CUDA_FAILED = 2,        /* the call and the driver's text */
  INGOT_CUDA_OUT_OF_MEMORY = 3, /* likewise; of allocations also how much was asked for and is free */
};

void ingot_cuda_free_text(char *text);

/* What there is. Makes no context, allocates no device memory and starts no work. */

typedef struct ingot_cuda_report ingot_cuda_report;

typedef struct {
  const char *name;
  int32_t compute_major, compute_minor;
  int32_t multiprocessor_count;
  uint64_t byte_count; /* of device memory */
  uint8_t uuid[16];
  const char *pci; /* "0000:3b:00.0" */
} ingot_cuda_device;

/* path: of the driver library; null: libcuda.so.1 of the system. A driver without GPUs is a report without devices. */
int ingot_cuda_probe(const char *path, ingot_cuda_report **report, char **error);
void ingot_cuda_release(ingot_cuda_report *report);

/* The CUDA version that the driver supports: 13000 is 13.0. */
int32_t ingot_cuda_version(const ingot_cuda_report *report);

/* In the driver's order, which CUDA_VISIBLE_DEVICES may change; null past the last. */
const ingot_cuda_device *ingot_cuda_device_at(const ingot_cuda_report *report, size_t index);

/* Work on a GPU. Any thread may call; a stream and what is done on it belong to one thread at a time. Streams, events
   and graphs are the driver's own handles, memory is the driver's own address: others (TensorRT) take them as they are. */

typedef struct ingot_cuda_context ingot_cuda_context;

/* Holds the GPU's primary context, which everything that uses CUDA in the process shares. ordinal: in the driver's
   order. Released last: nothing that was made with it may be left. */
int ingot_cuda_retain(const char *path, int32_t ordinal, ingot_cuda_context **context, char **error);
void ingot_cuda_release_context(ingot_cuda_context *context);

/* On the calling thread, for libraries that take the context that is current. The functions below do it themselves. */
int ingot_cuda_make_current(ingot_cuda_context *context, char **error);

/* Bytes of device memory. */
int ingot_cuda_memory(ingot_cuda_context *context, uint64_t *free_count, uint64_t *total, char **error);

int ingot_cuda_allocate(ingot_cuda_context *context, size_t byte_count, uint64_t *address, char **error);
void ingot_cuda_free(ingot_cuda_context *context, uint64_t address);

/* Host memory that stays where it is, so that copies need no stop on their way. */
int ingot_cuda_allocate_host(ingot_cuda_context *context, size_t byte_count, void **memory, char **error);
void ingot_cuda_free_host(ingot_cuda_context *context, void *memory);

int ingot_cuda_make_stream(ingot_cuda_context *context, void **stream, char **error);
/* Waits until all that was given to the stream is done. Errors of that work are reported here. */
int ingot_cuda_synchronize(ingot_cuda_context *context, void *stream, char **error);
void ingot_cuda_destroy_stream(ingot_cuda_context *context, void *stream);

/* Both return before it is done: the memory must stay until the stream is synchronized. */
int ingot_cuda_copy_to_device(
    ingot_cuda_context *context, uint64_t address, const void *memory, size_t byte_count, void *stream, char **error);
int ingot_cuda_copy_to_host(
    ingot_cuda_context *context, void *memory, uint64_t address, size_t byte_count, void *stream, char **error);

int ingot_cuda_make_event(ingot_cuda_context *context, void **event, char **error);
int ingot_cuda_record(ingot_cuda_context *context, void *event, void *stream, char **error);
/* Waits for the second of two recorded events. */
int ingot_cuda_elapsed(ingot_cuda_context *context, void *start, void *end, float *milliseconds, char **error);
void ingot_cuda_destroy_event(ingot_cuda_context *context, void *event);

/* Between the two, what is given to the stream is recorded and not done; it ends as a graph that can be launched. */
int ingot_cuda_begin_capture(ingot_cuda_context *context, void *stream, char **error);
int ingot_cuda_end_capture(ingot_cuda_context *context, void *stream, void **graph, char **error);
int ingot_cuda_launch(ingot_cuda_context *context, void *graph, void *stream, char **error);
void ingot_cuda_destroy_graph(ingot_cuda_context *context, void *graph);

#endif
