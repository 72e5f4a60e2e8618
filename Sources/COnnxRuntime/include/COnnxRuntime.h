/* ONNX Runtime, opened at run time, in Ingot's words. No header of ONNX Runtime takes part: its C interface is an
   append-only array of functions, called by index (the table is in functions.h).

   Every function that can fail returns 0 or a code, and then *error is a text that the caller frees with
   ingot_ort_free_text. Positive codes are ONNX Runtime's own. Nothing here keeps a pointer that it was given, except
   where it says so. A session runs on several threads at once; all else takes one call at a time. */
#ifndef INGOT_CONNXRUNTIME_H
#define INGOT_CONNXRUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  INGOT_ORT_CANNOT_LOAD = -1,     /* not a library, or not this one */
  INGOT_ORT_UNKNOWN_VERSION = -2, /* *error is the version's text */
  INGOT_ORT_NO_MEMORY = -3,
  INGOT_ORT_NO_TENSOR = -4, /* an input or output that is no tensor of numbers */
  INGOT_ORT_INVALID_ARGUMENT = 2,
  INGOT_ORT_NO_SUCH_FILE = 3,
  INGOT_ORT_INVALID_PROTOBUF = 7,
};

typedef struct ingot_ort ingot_ort;                 /* the library; one may be opened several times */
typedef struct ingot_ort_options ingot_ort_options; /* of a session to be */
typedef struct ingot_ort_session ingot_ort_session; /* a loaded model; close it before its library */
typedef struct ingot_ort_outputs ingot_ort_outputs; /* what one run made */

void ingot_ort_free_text(char *text);

/* Opens the library file at path. It stays in memory for good; closing gives back only what was made since. */
int ingot_ort_open(const char *path, ingot_ort **library, char **error);
void ingot_ort_close(ingot_ort *library);

/* "1.31.1"; lives as long as the process. */
const char *ingot_ort_version(const ingot_ort *library);

typedef struct {
  int32_t optimization;   /* 0 none, 1 basic, 2 extended, 99 all */
  int32_t thread_count;   /* for one operator; 0 lets ONNX Runtime choose */
  int32_t operator_count; /* that may run at once; 1: one after the other */
  bool is_deterministic;
  bool has_arena;      /* whether memory is kept between runs */
  /* Takes memory for each tensor when it is made, not for all of a run's at once: with many outputs, which the caller gets,
     that is a third less, and no slower. */
  bool spares_memory;
  bool tells_settings; /* whether ingot_ort_session_settings has an answer */
} ingot_ort_settings;

int ingot_ort_make_options(ingot_ort *library, const ingot_ort_settings *settings, ingot_ort_options **options, char **error);
void ingot_ort_release_options(ingot_ort_options *options);

/* Has the optimized model written when the session is made. */
int ingot_ort_write_optimized(ingot_ort_options *options, const char *path, char **error);

/* Has the session write how long its nodes take, into a file whose path starts with prefix. */
int ingot_ort_profile(ingot_ort_options *options, const char *prefix, char **error);
/* Ends that, also in the file. *path: the file's; the caller frees it. */
int ingot_ort_end_profile(ingot_ort_session *session, char **path, char **error);

/* Sets a session configuration entry. */
int ingot_ort_configure(ingot_ort_options *options, const char *key, const char *value, char **error);

enum { INGOT_ORT_CUDA = 1, INGOT_ORT_TENSORRT = 2 };

/* Lets a GPU run the operators that the provider has; those added first come first. Its libraries must be there.
   gpu: its number. *told: for CUDA, the options as ONNX Runtime has them then; the caller frees it. */
int ingot_ort_add_provider(
    ingot_ort_options *options, int32_t provider, int32_t gpu, const char *const *keys, const char *const *values,
    size_t count, char **told, char **error);

/* The options may be released after. */
int ingot_ort_open_session(
    ingot_ort_options *options, const char *model_path, ingot_ort_session **session, char **error);
void ingot_ort_close_session(ingot_ort_session *session);

/* Warnings and errors that ONNX Runtime logged for this session so far; the first 100 are kept. Null past the last. */
const char *ingot_ort_log_line(ingot_ort_session *session, size_t index);

/* All options in ONNX Runtime's own words; null where they were not asked for. */
const char *ingot_ort_session_settings(const ingot_ort_session *session);

/* An input or output; its memory is the session's. */
typedef struct {
  const char *name;
  int32_t type; /* ONNX's number; 0 where it is no tensor */
  bool has_rank;
  size_t rank;
  const int64_t *dims;          /* -1 where unknown */
  const char *const *dim_names; /* "" where there is none */
} ingot_ort_io;

size_t ingot_ort_input_count(const ingot_ort_session *session);
size_t ingot_ort_output_count(const ingot_ort_session *session);
const ingot_ort_io *ingot_ort_input(const ingot_ort_session *session, size_t index);
const ingot_ort_io *ingot_ort_output(const ingot_ort_session *session, size_t index);

typedef struct {
  int32_t type; /* ONNX's number */
  const int64_t *dims;
  size_t rank;
  const void *data;
  size_t byte_count;
} ingot_ort_tensor;

/* Runs the model for all its outputs. There is one tensor for each input, in the order of ingot_ort_input; its data
   is only read, but must stay until the outputs are released. */
int ingot_ort_run(
    ingot_ort_session *session, const ingot_ort_tensor *inputs, ingot_ort_outputs **outputs, char **error);

/* The output of that number, in the order of ingot_ort_output; valid until the outputs are released. */
const ingot_ort_tensor *ingot_ort_output_tensor(const ingot_ort_outputs *outputs, size_t index);
void ingot_ort_release_outputs(ingot_ort_outputs *outputs);

/* The same inputs for many runs; close it before its session. One call at a time, but several of one session run at once. */
typedef struct ingot_ort_prepared ingot_ort_prepared;

/* Copies the tensors, to the device where the session has one. */
int ingot_ort_prepare(
    ingot_ort_session *session, const ingot_ort_tensor *inputs, ingot_ort_prepared **prepared, char **error);

/* with_copies: inputs come from the host's memory and outputs go there; else both stay where the session has them. */
int ingot_ort_run_prepared(ingot_ort_prepared *prepared, bool with_copies, char **error);
void ingot_ort_close_prepared(ingot_ort_prepared *prepared);

#endif
