// What the files of this module share: a loaded library, and how errors and exceptions become a status.
#pragma once

#include "CTensorRT.h"
#include "Slots.hpp"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

struct ingot_trt_library {
  ingot::trt::Layout layout;
  int version;
  int buildNumber;
  int parserVersion;
  bool isUntested;
  // Null in a library that only runs engines.
  void *(*createBuilder)(void *logger, int32_t version);
  void *(*createParser)(void *network, void *logger, int32_t version);
  void *(*createParserRefitter)(void *refitter, void *logger, int32_t version);
  void *(*createRuntime)(void *logger, int32_t version);
  void *(*pluginRegistry)();  // of the process; null where the library has none
};

namespace ingot::trt {

// Calls the getters and setters that Ingot uses and compares with what every known version answers, in a child process
// that a wrong table may crash.
// Returns an empty text, or what went wrong.
std::string selfCheck(const ingot_trt_library &library);

// Takes over an IHostMemory that the library made; where it made nothing, `status`.
ingot_trt_status take(Layout layout, void *memory, ingot_trt_status status, ingot_trt_memory **result);

inline char *copied(const std::string &text) { return strdup(text.c_str()); }

inline ingot_trt_status fail(ingot_trt_status status, const std::string &text, char **message) {
  if (message != nullptr) *message = copied(text);
  return status;
}

// Runs a body that may throw: an exception becomes INGOT_TRT_FAILED.
template <class Body> ingot_trt_status guarded(char **message, Body body) noexcept {
  try {
    return body();
  } catch (const std::exception &error) {
    if (message != nullptr) *message = strdup(error.what());
  } catch (...) {
    if (message != nullptr) *message = strdup("an exception of an unknown type");
  }
  return INGOT_TRT_FAILED;
}

}  // namespace ingot::trt
