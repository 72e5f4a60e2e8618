/* Ports and nodes, described; and requests: inputs copied in, outputs viewed. */
#include "internal.h"

static int describe_port(const ov_functions *f, const ov_port *port, ingot_ov_port *made, char **error) {
  char *name = NULL;
  /* An error here means that the port has no name. */
  int unnamed = f->ov_port_get_any_name(port, &name);
  made->name = strdup(unnamed || name == NULL ? "" : name);
  if (name != NULL) f->ov_free(name);
  int code = ov_finish(f, f->ov_port_get_element_type(port, &made->type), error);
  if (code != 0) return code;
  ov_partial_shape shape = {0};
  code = ov_finish(f, f->ov_port_get_partial_shape(port, &shape), error);
  if (code != 0) return code;
  made->rank = -1;
  if (shape.rank.min == shape.rank.max && shape.rank.min >= 0) {
    size_t rank = (size_t)shape.rank.min;
    ingot_ov_dimension *dims = calloc(rank + 1, sizeof *dims);
    if (dims != NULL) {
      for (size_t i = 0; i < rank; i++) dims[i] = (ingot_ov_dimension){shape.dims[i].min, shape.dims[i].max};
      made->dims = dims;
      made->rank = (int32_t)rank;
    }
  }
  f->ov_partial_shape_free(&shape);
  return 0;
}

int ov_describe(
    const ov_functions *f, const void *owner, ov_count_ports count, ov_get_port get, ov_port_list *list, char **error) {
  size_t found = 0;
  int code = ov_finish(f, count(owner, &found), error);
  if (code != 0) return code;
  list->ports = calloc(found + 1, sizeof *list->ports);
  if (list->ports == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  list->count = found;
  for (size_t i = 0; i < found && code == 0; i++) {
    ov_port *port = NULL;
    code = ov_finish(f, get(owner, i, &port), error);
    if (code != 0) break;
    code = describe_port(f, port, &list->ports[i], error);
    f->ov_output_const_port_free(port);
  }
  return code;
}

void ov_forget(ov_port_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free((char *)list->ports[i].name);
    free((ingot_ov_dimension *)list->ports[i].dims);
  }
  free(list->ports);
}

static const ingot_ov_port *port_at(const ov_port_list *list, size_t index) {
  return index < list->count ? &list->ports[index] : NULL;
}

const ingot_ov_port *ingot_ov_model_input(const ingot_ov_model *model, size_t index) {
  return port_at(&model->inputs, index);
}
const ingot_ov_port *ingot_ov_model_output(const ingot_ov_model *model, size_t index) {
  return port_at(&model->outputs, index);
}
const ingot_ov_port *ingot_ov_program_input(const ingot_ov_program *program, size_t index) {
  return port_at(&program->inputs, index);
}
const ingot_ov_port *ingot_ov_program_output(const ingot_ov_program *program, size_t index) {
  return port_at(&program->outputs, index);
}

int ingot_ov_make_request(ingot_ov_program *program, ingot_ov_request **request, char **error) {
  const ov_functions *f = &program->library->f;
  ingot_ov_request *made = calloc(1, sizeof *made);
  if (made == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  made->library = program->library;
  int code = ov_finish(f, f->ov_compiled_model_create_infer_request(program->compiled, &made->request), error);
  if (code != 0) {
    free(made);
    return code;
  }
  *request = made;
  return 0;
}

void ingot_ov_close_request(ingot_ov_request *request) {
  request->library->f.ov_infer_request_free(request->request);
  free(request);
}

struct ingot_ov_nodes {
  const ov_functions *f;
  ov_node_info_list list;
};

int ingot_ov_list_nodes(ingot_ov_request *request, ingot_ov_nodes **nodes, char **error) {
  const ov_functions *f = &request->library->f;
  ingot_ov_nodes *made = calloc(1, sizeof *made);
  if (made == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  made->f = f;
  int code = ov_finish(f, f->ov_infer_request_get_profiling_info(request->request, &made->list), error);
  if (code != 0) {
    free(made);
    return code;
  }
  *nodes = made;
  return 0;
}

bool ingot_ov_node_at(const ingot_ov_nodes *nodes, size_t index, ingot_ov_node *node) {
  if (index >= nodes->list.count) return false;
  const ov_node_info *info = &nodes->list.nodes[index];
  *node = (ingot_ov_node){
      info->node == NULL ? "" : info->node, info->kernel == NULL ? "" : info->kernel, info->op == NULL ? "" : info->op, info->real_time};
  return true;
}

void ingot_ov_release_nodes(ingot_ov_nodes *nodes) {
  nodes->f->ov_profiling_info_list_free(&nodes->list);
  free(nodes);
}

int ingot_ov_set_input(
    ingot_ov_request *request, size_t index, int32_t type, const int64_t *dims, size_t rank, const void *data,
    size_t byte_count, char **error) {
  const ov_functions *f = &request->library->f;
  ov_shape shape = {(int64_t)rank, (int64_t *)dims};
  ov_tensor *tensor = NULL;
  int code = ov_finish(f, f->ov_tensor_create(type, shape, &tensor), error);
  if (code != 0) return code;
  size_t capacity = 0;
  void *target = NULL;
  code = ov_finish(f, f->ov_tensor_get_byte_size(tensor, &capacity), error);
  if (code == 0 && capacity != byte_count) code = ov_fail(error, INGOT_OV_NO_MEMORY, "the tensor has another size");
  if (code == 0 && byte_count > 0) {
    code = ov_finish(f, f->ov_tensor_data(tensor, &target), error);
    if (code == 0) memcpy(target, data, byte_count);
  }
  if (code == 0) {
    code = ov_finish(f, f->ov_infer_request_set_input_tensor_by_index(request->request, index, tensor), error);
  }
  f->ov_tensor_free(tensor);
  return code;
}

int ingot_ov_infer(ingot_ov_request *request, char **error) {
  const ov_functions *f = &request->library->f;
  return ov_finish(f, f->ov_infer_request_infer(request->request), error);
}

struct ingot_ov_output {
  const ov_functions *f;
  ov_tensor *tensor;
  ov_shape shape;
  ingot_ov_tensor view;
};

int ingot_ov_take_output(ingot_ov_request *request, size_t index, ingot_ov_output **output, char **error) {
  const ov_functions *f = &request->library->f;
  ingot_ov_output *made = calloc(1, sizeof *made);
  if (made == NULL) return ov_fail(error, INGOT_OV_NO_MEMORY, "out of memory");
  made->f = f;
  int status = f->ov_infer_request_get_output_tensor_by_index(request->request, index, &made->tensor);
  if (status == 0) status = f->ov_tensor_get_element_type(made->tensor, &made->view.type);
  if (status == 0) status = f->ov_tensor_get_byte_size(made->tensor, &made->view.byte_count);
  if (status == 0) status = f->ov_tensor_get_shape(made->tensor, &made->shape);
  void *data = NULL;
  if (status == 0 && made->view.byte_count > 0) status = f->ov_tensor_data(made->tensor, &data);
  if (status != 0) {
    int code = ov_finish(f, status, error);
    ingot_ov_release_output(made);
    return code;
  }
  made->view.dims = made->shape.dims;
  made->view.rank = (size_t)made->shape.rank;
  made->view.data = data;
  *output = made;
  return 0;
}

const ingot_ov_tensor *ingot_ov_output_tensor(const ingot_ov_output *output) { return &output->view; }

void ingot_ov_release_output(ingot_ov_output *output) {
  if (output->shape.dims != NULL) output->f->ov_shape_free(&output->shape);
  if (output->tensor != NULL) output->f->ov_tensor_free(output->tensor);
  free(output);
}
