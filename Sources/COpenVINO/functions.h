/* The functions of OpenVINO's C interface that Ingot calls: name and signature, and the structures that they take by
   value. A status of 0 is success. Called on 2025.1 and 2026.4. */
#ifndef INGOT_OV_FUNCTIONS_H
#define INGOT_OV_FUNCTIONS_H

#include <stddef.h>
#include <stdint.h>

typedef struct ov_core ov_core;
typedef struct ov_model ov_model;
typedef struct ov_port ov_port;
typedef struct ov_compiled ov_compiled;
typedef struct ov_request ov_request;
typedef struct ov_tensor ov_tensor;

typedef struct {
  const char *build;
  const char *description;
} ov_version;

typedef struct {
  int64_t rank;
  int64_t *dims;
} ov_shape;

typedef struct {
  int64_t min, max;
} ov_dimension;

typedef struct {
  ov_dimension rank;
  ov_dimension *dims;
} ov_partial_shape;

typedef struct {
  int status;
  int64_t real_time, cpu_time;
  const char *node, *kernel, *op;
} ov_node_info;

typedef struct {
  ov_node_info *nodes;
  size_t count;
} ov_node_info_list;

/* clang-format off */
#define OV_FUNCTIONS(F) \
  F(const char *, ov_get_last_err_msg,                    (void)) \
  F(const char *, ov_get_error_info,                      (int)) \
  F(void,         ov_free,                                (const char *)) \
  F(int,          ov_core_create,                         (ov_core **)) \
  F(void,         ov_core_free,                           (ov_core *)) \
  F(int,          ov_core_set_property,                   (const ov_core *, const char *device, ... /* key, value */)) \
  F(int,          ov_core_read_model,                     (const ov_core *, const char *path, const char *weights, ov_model **)) \
  F(int,          ov_core_read_model_from_memory_buffer,  (const ov_core *, const char *bytes, size_t, const ov_tensor *, ov_model **)) \
  F(int,          ov_core_compile_model,                  (const ov_core *, const ov_model *, const char *device, size_t strings, \
                                                           ov_compiled **, ...)) \
  F(int,          ov_core_import_model,                   (const ov_core *, const char *bytes, size_t, const char *device, ov_compiled **)) \
  F(void,         ov_model_free,                          (ov_model *)) \
  F(int,          ov_model_inputs_size,                   (const ov_model *, size_t *)) \
  F(int,          ov_model_outputs_size,                  (const ov_model *, size_t *)) \
  F(int,          ov_model_const_input_by_index,          (const ov_model *, size_t, ov_port **)) \
  F(int,          ov_model_const_output_by_index,         (const ov_model *, size_t, ov_port **)) \
  F(int,          ov_model_reshape,                       (const ov_model *, const char **names, const ov_partial_shape *, size_t)) \
  F(int,          ov_compiled_model_inputs_size,          (const ov_compiled *, size_t *)) \
  F(int,          ov_compiled_model_outputs_size,         (const ov_compiled *, size_t *)) \
  F(int,          ov_compiled_model_input_by_index,       (const ov_compiled *, size_t, ov_port **)) \
  F(int,          ov_compiled_model_output_by_index,      (const ov_compiled *, size_t, ov_port **)) \
  F(int,          ov_compiled_model_create_infer_request, (const ov_compiled *, ov_request **)) \
  F(int,          ov_compiled_model_export_model,         (const ov_compiled *, const char *path)) \
  F(int,          ov_compiled_model_get_property,         (const ov_compiled *, const char *key, char **)) \
  F(void,         ov_compiled_model_free,                 (ov_compiled *)) \
  F(int,          ov_port_get_any_name,                   (const ov_port *, char **)) \
  F(int,          ov_port_get_element_type,               (const ov_port *, int *)) \
  F(int,          ov_port_get_partial_shape,              (const ov_port *, ov_partial_shape *)) \
  F(void,         ov_output_const_port_free,              (ov_port *)) \
  F(void,         ov_partial_shape_free,                  (ov_partial_shape *)) \
  F(int,          ov_shape_free,                          (ov_shape *)) \
  F(int,          ov_infer_request_set_input_tensor_by_index,  (ov_request *, size_t, const ov_tensor *)) \
  F(int,          ov_infer_request_get_output_tensor_by_index, (const ov_request *, size_t, ov_tensor **)) \
  F(int,          ov_infer_request_infer,                 (ov_request *)) \
  F(int,          ov_infer_request_get_profiling_info,    (const ov_request *, ov_node_info_list *)) \
  F(void,         ov_profiling_info_list_free,            (ov_node_info_list *)) \
  F(void,         ov_infer_request_free,                  (ov_request *)) \
  F(int,          ov_tensor_create,                       (int type, ov_shape, ov_tensor **)) \
  F(int,          ov_tensor_data,                         (const ov_tensor *, void **)) \
  F(int,          ov_tensor_get_shape,                    (const ov_tensor *, ov_shape *)) \
  F(int,          ov_tensor_get_element_type,             (const ov_tensor *, int *)) \
  F(int,          ov_tensor_get_byte_size,                (const ov_tensor *, size_t *)) \
  F(void,         ov_tensor_free,                         (ov_tensor *))
/* clang-format on */

typedef struct {
#define F(result, name, arguments) result(*name) arguments;
  OV_FUNCTIONS(F)
#undef F
} ov_functions;

#endif
