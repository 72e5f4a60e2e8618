/* OpenVINO, opened at run time, in Ingot's words. No header of OpenVINO takes part; the functions that are called
   are listed in functions.h.

   Every function that can fail returns 0 or a code, and then *error is a text that the caller frees with
   ingot_ov_free_text. Codes of OpenVINO are negative and nearly always -1: the text is what matters. Nothing here
   keeps a pointer that it was given, except where it says so.

   Element types are OpenVINO's numbers, which differ between releases; the caller learns them from a model that it
   knows. */
#ifndef INGOT_COPENVINO_H
#define INGOT_COPENVINO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  INGOT_OV_CANNOT_LOAD = 1,     /* not a library, or not this one */
  INGOT_OV_UNKNOWN_VERSION = 2, /* *error is the version's text */
  INGOT_OV_NO_MEMORY = 3,
};

typedef struct ingot_ov ingot_ov;                 /* the library, with a core of its own */
typedef struct ingot_ov_model ingot_ov_model;     /* a graph that was read */
typedef struct ingot_ov_program ingot_ov_program; /* compiled for a device */
typedef struct ingot_ov_request ingot_ov_request; /* runs a program; several of one program run at once */
typedef struct ingot_ov_output ingot_ov_output;   /* one output of the last run */

void ingot_ov_free_text(char *text);

/* Opens libopenvino_c.so…; OpenVINO finds its plug-ins beside that file. The library stays in memory for good. */
int ingot_ov_open(const char *path, ingot_ov **library, char **error);
void ingot_ov_close(ingot_ov *library);

/* "2026.4.1"; lives as long as the library. */
const char *ingot_ov_version(const ingot_ov *library);

/* Sets a property of a device for what is compiled and imported after. */
int ingot_ov_configure(ingot_ov *library, const char *device, const char *key, const char *value, char **error);

int ingot_ov_read(ingot_ov *library, const char *path, ingot_ov_model **model, char **error);
int ingot_ov_read_bytes(ingot_ov *library, const void *bytes, size_t byte_count, ingot_ov_model **model, char **error);
void ingot_ov_close_model(ingot_ov_model *model);

typedef struct {
  int64_t min, max; /* equal where fixed; max -1 where there is no limit */
} ingot_ov_dimension;

/* An input or output; its memory is that of what it was asked of. */
typedef struct {
  const char *name; /* "" where it has none */
  int32_t type;     /* OpenVINO's number */
  int32_t rank;     /* -1 where unknown */
  const ingot_ov_dimension *dims;
} ingot_ov_port;

/* Null past the last. */
const ingot_ov_port *ingot_ov_model_input(const ingot_ov_model *model, size_t index);
const ingot_ov_port *ingot_ov_model_output(const ingot_ov_model *model, size_t index);
const ingot_ov_port *ingot_ov_program_input(const ingot_ov_program *program, size_t index);
const ingot_ov_port *ingot_ov_program_output(const ingot_ov_program *program, size_t index);

/* Narrows the input of that number; takes effect with ingot_ov_reshape. rank is the input's. */
void ingot_ov_bind(ingot_ov_model *model, size_t input, const ingot_ov_dimension *dims);
int ingot_ov_reshape(ingot_ov_model *model, char **error);

int ingot_ov_compile(ingot_ov_model *model, const char *device, ingot_ov_program **program, char **error);

/* What the program has for a property. The caller frees *value with ingot_ov_free_text. */
int ingot_ov_property(const ingot_ov_program *program, const char *key, char **value, char **error);
int ingot_ov_export(ingot_ov_program *program, const char *path, char **error);

/* The bytes must stay until the program is closed. */
int ingot_ov_import(
    ingot_ov *library, const void *bytes, size_t byte_count, const char *device, ingot_ov_program **program,
    char **error);
void ingot_ov_close_program(ingot_ov_program *program);

typedef struct {
  const char *name;   /* the model's node, and what became part of it behind a slash */
  const char *kernel; /* "jit_avx2_I8": what runs it, and the type that it computes in */
  const char *op;     /* OpenVINO's word: "Convolution" */
  int64_t microseconds; /* in the last run, where PERF_COUNT is YES */
} ingot_ov_node;

/* Close requests before their program. One call at a time for each. */
int ingot_ov_make_request(ingot_ov_program *program, ingot_ov_request **request, char **error);
void ingot_ov_close_request(ingot_ov_request *request);

typedef struct ingot_ov_nodes ingot_ov_nodes;

/* The nodes of the request's program; without times nothing has to have run. */
int ingot_ov_list_nodes(ingot_ov_request *request, ingot_ov_nodes **nodes, char **error);
/* False past the last. The texts last until the list is released. */
bool ingot_ov_node_at(const ingot_ov_nodes *nodes, size_t index, ingot_ov_node *node);
void ingot_ov_release_nodes(ingot_ov_nodes *nodes);

/* Copies the data into the input of that number, where it stays for all runs that follow. byte_count must be what type and dims say. */
int ingot_ov_set_input(
    ingot_ov_request *request, size_t index, int32_t type, const int64_t *dims, size_t rank, const void *data,
    size_t byte_count, char **error);
int ingot_ov_infer(ingot_ov_request *request, char **error);

typedef struct {
  int32_t type;
  const int64_t *dims;
  size_t rank;
  const void *data;
  size_t byte_count;
} ingot_ov_tensor;

int ingot_ov_take_output(ingot_ov_request *request, size_t index, ingot_ov_output **output, char **error);
const ingot_ov_tensor *ingot_ov_output_tensor(const ingot_ov_output *output);
void ingot_ov_release_output(ingot_ov_output *output);

#endif
