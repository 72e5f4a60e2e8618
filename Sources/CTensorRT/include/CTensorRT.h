/* TensorRT and TensorRT-RTX, opened at run time, in Ingot's own words.

   No NVIDIA header or library is needed to compile this. The library's version number alone decides which table of
   virtual functions is used (Slots.hpp); nothing in the libraries protects a caller from a wrong table, so versions
   outside the tested range are refused unless a caller insists, and then checked first in a process of their own
   (SelfCheck.cpp).

   No exception leaves any function. Text that comes back through `char **message` belongs to the caller, who frees it
   with ingot_trt_free; other strings live as long as their job or library. */
#ifndef INGOT_CTENSORRT_H
#define INGOT_CTENSORRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  INGOT_TRT_OK = 0,
  INGOT_TRT_NOT_LOADED,      /* dlopen or dlsym failed */
  INGOT_TRT_UNKNOWN_VERSION, /* outside the tested range, or its self-check failed */
  INGOT_TRT_NOT_A_BUILDER,   /* a lean or dispatch runtime */
  INGOT_TRT_NO_DRIVER,       /* a CUDA driver is needed and is not here */
  INGOT_TRT_LACKING,         /* this version has no such feature */
  INGOT_TRT_REFUSED,         /* the library said no: see the log */
  INGOT_TRT_ABSENT,          /* the network has no such thing */
  INGOT_TRT_NOT_PLUGINS,     /* a library that has no plug-ins for one job alone: see the message */
  INGOT_TRT_FAILED,          /* something broke: see the message */
} ingot_trt_status;

void ingot_trt_free(void *memory);

/* The CUDA driver. */

typedef struct {
  int driver_version; /* 13020: CUDA 13.2 */
  int device_count;
  int capability; /* of device 0: 89 for sm_89; 0 where there is no device */
  char name[256]; /* of device 0 */
} ingot_trt_driver;

/* Loads the driver and runs cuInit. Null stands for libcuda.so.1. */
ingot_trt_status ingot_trt_probe_driver(const char *driver_path, ingot_trt_driver *driver, char **message);

/* A library and the ONNX parser beside it; loaded for the life of the process. */

typedef struct ingot_trt_library ingot_trt_library;

/* parser_path: null for a library that shall only run engines, as lean runtimes do.
   driver_path: of the CUDA driver that libraries other than RTX need before any of their objects is made; null stands
   for libcuda.so.1. allow_untested: run a version outside the tested range if a child process can call its getters and
   finds known defaults. */
ingot_trt_status ingot_trt_open(
    const char *library_path, const char *parser_path, const char *driver_path, bool allow_untested,
    ingot_trt_library **library, char **message);

/* Calls getters with known defaults and reads settings back, in a child process. */
ingot_trt_status ingot_trt_self_check(const ingot_trt_library *library, char **message);

/* The versions that were tested, in words. */
const char *ingot_trt_known_versions(void);
/* major * 10000 + minor * 100 + patch; below 100000 it is TensorRT-RTX. */
int ingot_trt_version(const ingot_trt_library *library);
int ingot_trt_build_number(const ingot_trt_library *library);
int ingot_trt_parser_version(const ingot_trt_library *library);
bool ingot_trt_is_rtx(const ingot_trt_library *library);
bool ingot_trt_is_untested(const ingot_trt_library *library);
/* "TensorRT 10", "TensorRT 11", "TensorRT-RTX 1.3 to 1.4", "TensorRT-RTX 1.5 to 1.7" */
const char *ingot_trt_family_name(const ingot_trt_library *library);

/* The compute capabilities that the library can be told to build for, ascending: 86 for sm_86. 0 past the last; none
   where it builds for the GPU that it runs on. */
int ingot_trt_compute_capability(const ingot_trt_library *library, int index);

/* Who hears what the library says during a job's calls: always on the thread of the call. All four may be null. */
typedef struct {
  void *context;
  /* severity: 0 internal error, 1 error, 2 warning, 3 information, 4 detail */
  void (*log)(void *context, int severity, const char *message);
  void (*phase_start)(void *context, const char *phase, const char *parent, int step_count);
  bool (*step_complete)(void *context, const char *phase, int step); /* false stops the build */
  void (*phase_finish)(void *context, const char *phase);
} ingot_trt_listener;

/* A job: one builder with its network, configuration and parser. One thread at a time; several jobs at once are fine.
   Builds of jobs with different compute capabilities wait for each other. */

typedef struct ingot_trt_job ingot_trt_job;

ingot_trt_status ingot_trt_job_open(
    const ingot_trt_library *library, ingot_trt_listener listener, ingot_trt_job **job, char **message);
void ingot_trt_job_close(ingot_trt_job *job);

/* Memory that the library made. */

typedef struct ingot_trt_memory ingot_trt_memory;

const void *ingot_trt_memory_bytes(const ingot_trt_memory *memory);
size_t ingot_trt_memory_byte_count(const ingot_trt_memory *memory);
void ingot_trt_memory_free(ingot_trt_memory *memory);

/* Plug-ins: operators that the library lacks, from a library of the user's. They are in the registry of the job's own
   builder, where no other job sees them, and are gone when the job is closed. Load them before the model is parsed.

   INGOT_TRT_NOT_LOADED: the loader's words are in the message. serialize: the plan of a version-compatible engine shall
   hold the library. */

ingot_trt_status ingot_trt_load_plugins(ingot_trt_job *job, const char *path, bool serialize, char **message);

/* The parser. The bytes must stay where they are until the job is closed: weights are referenced, not copied.
   path: of the model, to find external data beside it. */

ingot_trt_status ingot_trt_parse(ingot_trt_job *job, const void *model, size_t byte_count, const char *path);
/* Asks about every node instead of stopping at the first that is not taken; use a job of its own for it. */
ingot_trt_status ingot_trt_check_support(ingot_trt_job *job, const void *model, size_t byte_count, const char *path);
int64_t ingot_trt_subgraph_count(ingot_trt_job *job);
/* The numbers of a subgraph's nodes in the model's graph; null past the end. */
const int64_t *ingot_trt_subgraph(ingot_trt_job *job, int64_t index, bool *is_supported, int64_t *node_count);

typedef struct {
  int code;
  const char *code_name;  /* "UNSUPPORTED_NODE" */
  int node;               /* number in the graph, -1 for none */
  const char *node_name;  /* the strings may be empty, never null */
  const char *node_op;
  const char *description;
  const char *file;       /* of the parser's source */
  int line;
  int function_count;     /* ONNX functions around the node, outermost first */
  const char *const *functions;
} ingot_trt_parse_error;

int ingot_trt_parse_error_count(ingot_trt_job *job);
bool ingot_trt_parse_error_at(ingot_trt_job *job, int index, ingot_trt_parse_error *error);

#define INGOT_TRT_MAX_RANK 8
typedef struct {
  const char *name;
  int type;                                   /* DataType: 0 float, 1 half, 2 int8 ... the same in all versions */
  int rank;                                   /* -1: unknown */
  int64_t sizes[INGOT_TRT_MAX_RANK];          /* -1: not fixed */
  const char *dim_names[INGOT_TRT_MAX_RANK];  /* null where an axis has no name */
  bool is_shape_tensor;                       /* its values are sizes: profiles give values, not dimensions */
} ingot_trt_tensor;

static inline int64_t ingot_trt_tensor_size(const ingot_trt_tensor *tensor, int axis) { return tensor->sizes[axis]; }
static inline const char *ingot_trt_tensor_dim_name(const ingot_trt_tensor *tensor, int axis) {
  return tensor->dim_names[axis];
}

int ingot_trt_input_count(ingot_trt_job *job);
int ingot_trt_output_count(ingot_trt_job *job);
int ingot_trt_layer_count(ingot_trt_job *job);
bool ingot_trt_input_at(ingot_trt_job *job, int index, ingot_trt_tensor *tensor);
bool ingot_trt_output_at(ingot_trt_job *job, int index, ingot_trt_tensor *tensor);

/* The configuration. Each returns INGOT_TRT_LACKING where the version has no such setting, INGOT_TRT_REFUSED where the
   library did not take the value. Names are TensorRT's enumerators without the k. */

ingot_trt_status ingot_trt_set_flag(ingot_trt_job *job, const char *name, bool value);
ingot_trt_status ingot_trt_set_pool(ingot_trt_job *job, const char *pool, uint64_t byte_count);
ingot_trt_status ingot_trt_set_compute_capabilities(ingot_trt_job *job, const int *capabilities, int count);
/* These, with commas between them, and no others. */
ingot_trt_status ingot_trt_set_tactic_sources(ingot_trt_job *job, const char *names);
ingot_trt_status ingot_trt_set_preview_feature(ingot_trt_job *job, const char *name, bool value);
ingot_trt_status ingot_trt_set_builder_threads(ingot_trt_job *job, int count);
/* IBuilderConfig's setters of one number, without "set": AvgTimingIterations, BuilderOptimizationLevel,
   L2LimitForTiling, MaxAuxStreams, MaxNbTactics. */
ingot_trt_status ingot_trt_set_number(ingot_trt_job *job, const char *setting, int64_t value);
/* And of one enumerator: HardwareCompatibilityLevel, ProfilingVerbosity, RuntimePlatform, TilingOptimizationLevel. */
ingot_trt_status ingot_trt_set_choice(ingot_trt_job *job, const char *setting, const char *value);
/* A tensor inside the network whose values a debug listener may see; INGOT_TRT_ABSENT where no layer writes it. */
ingot_trt_status ingot_trt_mark_debug(ingot_trt_job *job, const char *tensor);

/* The timing cache: which tactic was the fastest for which layer. */

/* Gives the job a cache with these entries; none where byte_count is 0. INGOT_TRT_REFUSED: the bytes are no cache, or
   one of another device or version: the job then has an empty one. */
ingot_trt_status ingot_trt_use_timing_cache(ingot_trt_job *job, const void *bytes, size_t byte_count);
/* The entries of the job's cache and of another, as bytes. What the other is not good for is left out. */
ingot_trt_status ingot_trt_merge_timing_cache(
    ingot_trt_job *job, const void *other, size_t other_byte_count, ingot_trt_memory **merged);

/* Profiles: begin, set all dynamic inputs, end. */

typedef enum { INGOT_TRT_MIN = 0, INGOT_TRT_OPT = 1, INGOT_TRT_MAX = 2 } ingot_trt_selector;

ingot_trt_status ingot_trt_profile_begin(ingot_trt_job *job);
ingot_trt_status ingot_trt_profile_dimensions(
    ingot_trt_job *job, const char *input, ingot_trt_selector selector, const int64_t *sizes, int count);
/* For shape tensors; 32-bit values before 10.11, where larger ones are refused. */
ingot_trt_status ingot_trt_profile_values(
    ingot_trt_job *job, const char *input, ingot_trt_selector selector, const int64_t *values, int count);
/* index: of the profile in the engine. */
ingot_trt_status ingot_trt_profile_end(ingot_trt_job *job, int *index);

/* Building. The plan stays valid after the job is closed. */

ingot_trt_status ingot_trt_build(ingot_trt_job *job, ingot_trt_memory **plan);

#ifdef __cplusplus
}
#endif

#include "CTensorRTExecution.h"

#endif
