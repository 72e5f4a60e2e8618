/* What COnnxRuntime's files share. */
#ifndef INGOT_ORT_INTERNAL_H
#define INGOT_ORT_INTERNAL_H

#include "COnnxRuntime.h"
#include "functions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_CAPACITY = 100 };

typedef struct {
  pthread_mutex_t lock;
  size_t count;
  char *lines[LOG_CAPACITY];
  char *settings; /* what ONNX Runtime says that the session was made with */
} ort_log;

struct ingot_ort {
  ort_functions f;
  const char *version;
  OrtEnv *env;
};

struct ingot_ort_options {
  ingot_ort *library;
  OrtSessionOptions *options;
  int32_t gpu; /* where a provider runs; -1 where none does */
};

struct ingot_ort_session {
  ingot_ort *library;
  OrtSession *session;
  OrtMemoryInfo *memory;        /* the host's */
  OrtMemoryInfo *output_memory; /* where outputs stay that nobody is given */
  ort_log log;
  ingot_ort_io *inputs, *outputs;
  size_t input_count, output_count;
};

/* Values over the memory of tensors, in the order of a session's inputs. */
typedef struct {
  const ort_functions *f;
  size_t count;
  OrtValue **values;
  void **copies; /* of inputs that are not where they were given */
  const char **names;
} ort_inputs;

/* copies_all: also those that could be read where they are. Released with ort_release_inputs, also half made. */
int ort_make_inputs(
    ingot_ort_session *session, const ingot_ort_tensor *tensors, bool copies_all, ort_inputs *inputs, char **error);
void ort_release_inputs(ort_inputs *inputs);

/* A copy on the heap. */
char *ort_text(const char *text);

/* Sets *error to a copy of the text and returns the code. */
int ort_fail(char **error, int code, const char *text);

/* 0 for no status; else its code and text. Releases it. */
int ort_finish(const ort_functions *f, OrtStatus *status, char **error);

/* Fills in the session's inputs and outputs. */
int ort_describe(ingot_ort_session *session, char **error);

/* Frees what ort_describe made, also half made. */
void ort_forget(ingot_ort_session *session);

/* ONNX's number of an element type, from ONNX Runtime's; and back. */
int ort_to_onnx_type(int type);
int ort_from_onnx_type(int type);

#endif
