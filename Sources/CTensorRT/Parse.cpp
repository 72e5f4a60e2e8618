// Asking the ONNX parser, and reading what it made of the model.

#include "Job.hpp"

#include "Names.hpp"

using namespace ingot::trt;

static const char *orEmpty(const char *text) { return isObject(text) ? text : ""; }

ingot_trt_status ingot_trt_parse(ingot_trt_job *job, const void *model, size_t byte_count, const char *path) {
  return during(job, [&] {
    return job->call(job->parser, parser::parse, model, byte_count, path) ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

ingot_trt_status ingot_trt_check_support(ingot_trt_job *job, const void *model, size_t byte_count, const char *path) {
  return during(job, [&] {
    if (!job->layout().has(parser::supportsModelV2)) return INGOT_TRT_LACKING;
    return job->call(job->parser, parser::supportsModelV2, model, byte_count, path) ? INGOT_TRT_OK : INGOT_TRT_REFUSED;
  });
}

int64_t ingot_trt_subgraph_count(ingot_trt_job *job) {
  return answer<int64_t>(job, 0, [&] { return job->call(job->parser, parser::getNbSubgraphs); });
}

const int64_t *ingot_trt_subgraph(ingot_trt_job *job, int64_t index, bool *is_supported, int64_t *node_count) {
  *is_supported = false;
  *node_count = 0;
  return answer<const int64_t *>(job, nullptr, [&]() -> const int64_t * {
    *is_supported = job->call(job->parser, parser::isSubgraphSupported, index);
    const int64_t *nodes = job->call(job->parser, parser::getSubgraphNodes, index, node_count);
    return isObject(nodes) ? nodes : nullptr;
  });
}

int ingot_trt_parse_error_count(ingot_trt_job *job) {
  return answer(job, 0, [&] { return job->call(job->parser, parser::getNbErrors); });
}

bool ingot_trt_parse_error_at(ingot_trt_job *job, int index, ingot_trt_parse_error *error) {
  return answer(job, false, [&] {
    void *const found = job->call(job->parser, parser::getError, index);
    if (!isObject(found)) return false;
    const int code = job->call(found, parserError::code);
    const int names = sizeof parserErrorNames / sizeof *parserErrorNames;
    error->code = code;
    error->code_name = code >= 0 && code < names ? parserErrorNames[code] : "";
    error->node = job->call(found, parserError::node);
    error->node_name = orEmpty(job->call(found, parserError::nodeName));
    error->node_op = orEmpty(job->call(found, parserError::nodeOperator));
    error->description = orEmpty(job->call(found, parserError::desc));
    error->file = orEmpty(job->call(found, parserError::file));
    error->line = job->call(found, parserError::line);
    error->functions = job->call(found, parserError::localFunctionStack);
    error->function_count = isObject(error->functions) ? job->call(found, parserError::localFunctionStackSize) : 0;
    return true;
  });
}

int ingot_trt_input_count(ingot_trt_job *job) {
  return answer(job, 0, [&] { return job->call(job->network, network::getNbInputs); });
}

int ingot_trt_output_count(ingot_trt_job *job) {
  return answer(job, 0, [&] { return job->call(job->network, network::getNbOutputs); });
}

int ingot_trt_layer_count(ingot_trt_job *job) {
  return answer(job, 0, [&] { return job->call(job->network, network::getNbLayers); });
}

static bool describe(ingot_trt_job *job, void *tensor, ingot_trt_tensor *description) {
  if (!isObject(tensor)) return false;
  const Dims dims = job->call(tensor, tensor::getDimensions);
  description->name = orEmpty(job->call(tensor, tensor::getName));
  description->type = job->call(tensor, tensor::getType);
  description->rank = dims.rank >= 0 && dims.rank <= INGOT_TRT_MAX_RANK ? dims.rank : -1;
  for (int axis = 0; axis < INGOT_TRT_MAX_RANK; axis++) {
    description->sizes[axis] = axis < description->rank ? dims.sizes[axis] : -1;
    const char *name = axis < description->rank ? job->call(tensor, tensor::getDimensionName, axis) : nullptr;
    description->dim_names[axis] = isObject(name) ? name : nullptr;
  }
  description->is_shape_tensor = job->call(tensor, tensor::isShapeTensor);
  return true;
}

bool ingot_trt_input_at(ingot_trt_job *job, int index, ingot_trt_tensor *tensor) {
  return answer(job, false, [&] { return describe(job, job->call(job->network, network::getInput, index), tensor); });
}

bool ingot_trt_output_at(ingot_trt_job *job, int index, ingot_trt_tensor *tensor) {
  return answer(job, false, [&] { return describe(job, job->call(job->network, network::getOutput, index), tensor); });
}
