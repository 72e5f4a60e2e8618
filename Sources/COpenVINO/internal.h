/* What COpenVINO's files share. */
#ifndef INGOT_OV_INTERNAL_H
#define INGOT_OV_INTERNAL_H

#include "COpenVINO.h"
#include "functions.h"

#include <stdlib.h>
#include <string.h>

struct ingot_ov {
  ov_functions f;
  ov_core *core;
  char *version;
};

typedef struct {
  ingot_ov_port *ports;
  size_t count;
} ov_port_list;

struct ingot_ov_model {
  ingot_ov *library;
  ov_model *model;
  ov_port_list inputs, outputs;
};

struct ingot_ov_program {
  ingot_ov *library;
  ov_compiled *compiled;
  ov_port_list inputs, outputs;
};

struct ingot_ov_request {
  ingot_ov *library;
  ov_request *request;
};

/* Sets *error to a copy of the text and returns the code. */
int ov_fail(char **error, int code, const char *text);

/* 0 for a status of 0; else the status, and the text of the failure. To be asked on the failing thread, at once. */
int ov_finish(const ov_functions *f, int status, char **error);

/* Reads the inputs or outputs of a model or a compiled one. */
typedef int (*ov_count_ports)(const void *owner, size_t *count);
typedef int (*ov_get_port)(const void *owner, size_t index, ov_port **port);
int ov_describe(
    const ov_functions *f, const void *owner, ov_count_ports count, ov_get_port get, ov_port_list *list, char **error);
void ov_forget(ov_port_list *list);

#endif
