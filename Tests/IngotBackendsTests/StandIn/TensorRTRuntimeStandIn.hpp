// The part of TensorRTStandIn.cpp that runs engines. An engine of it adds a weight to its input: y = x + w, float32
// [batch, 16], on the streams of CUDAStandIn.c. A plan is a header of 64 bytes and words that say what is special:
//
//   two-profiles  batches of 17 to 64 beside those of 1 to 16        sizes    a second input says the shape of y
//   late          y has the rows of x that begin above zero          foreign  of another GPU, as all are where the
//                                                                             environment has STAND_IN_REFUSES
//   streaming     1000 bytes of weights can be streamed              refit    the weight can be replaced
//   direct        y is not row-major                                 weight=N of an engine that was refitted
//   calls=NAME    a plug-in                                          host-code  there is code in it
#pragma once

#define T(of10, of11, of15) (LAYOUT == 10 ? (of10) : LAYOUT == 11 ? (of11) : (of15))

struct Stream {
  void (*submit)(Stream *, void (*run)(const uint64_t *), const uint64_t *arguments);
  void (*finish)(Stream *);
};

struct Engine : Object {
  std::string words;
  float weight = 0;
  int64_t budget = -1;
  bool has(const char *word) const { return words.find(word) != std::string::npos; }
  int profileCount() const { return has("two-profiles") ? 2 : 1; }
};

struct Context : Object {
  Engine *engine = nullptr;
  void *recorder = nullptr, *profiler = nullptr, *allocator = nullptr, *xMemory = nullptr, *yMemory = nullptr;
  int64_t *sizes = nullptr;
  int64_t batch = -1;
  int profile = 0;
};

static void *runtimeRecorder = nullptr;
static Registry runtimeRegistry{{registryTable.slots, nullptr, "registry"}, ""};
static bool isHostCodeAllowed = false;
static void report(void *recorder, int32_t code, const std::string &words) {
  if (recorder == nullptr) return log(1, words.c_str());
  void **table = *(void ***)recorder;
  ((bool (*)(void *, int32_t, const char *))table[9])(recorder, code, words.c_str());
}

// Objects whose implementation is more than a table.
template <class Implementation> static Object *outer(Implementation *inner, Table &table, const char *kind) {
  inner->table = table.slots;
  inner->kind = kind;
  Object *object = make(kind, table);
  object->implementation = inner;
  return object;
}
#define ENGINE(self) (*static_cast<Engine *>(self))
#define CONTEXT(self) (*static_cast<Context *>(self))

// --- contexts

static float weightOf(const Engine &engine) { return engine.weight; }
static Dims shapeOfY(const Context &context) {
  if (context.engine->has("late")) return Dims{2, {-1, 16}};
  if (context.engine->has("sizes")) {
    return context.sizes != nullptr ? Dims{2, {context.sizes[0], context.sizes[1]}} : Dims{2, {-1, -1}};
  }
  return Dims{2, {context.batch, 16}};
}

static void add(const uint64_t *a) {
  const float *from = (const float *)a[0];
  float *to = (float *)a[1], weight;
  memcpy(&weight, &a[3], sizeof weight);
  for (uint64_t index = 0; index < a[2]; index++) to[index] = from[index] + weight;
}

static void *allocated(Context &context, uint64_t bytes, Stream *stream) {
  void **table = *(void ***)context.allocator;
  using Allocate = void *(*)(void *, const char *, void *, uint64_t, uint64_t, void *);
  return ((Allocate)table[T(5, 5, 4)])(context.allocator, "y", nullptr, bytes, 256, stream);
}

static bool runLate(Context &context, Stream *stream) {
  stream->finish(stream);
  const float *x = (const float *)context.xMemory;
  std::string rows;
  for (int64_t row = 0; row < context.batch; row++) {
    if (x[row * 16] > 0) rows.append((const char *)(x + row * 16), 16 * sizeof(float));
  }
  void *memory = allocated(context, rows.size(), stream);
  if (memory == nullptr) return report(context.recorder, 5, "IExecutionContext::enqueueV3: no memory for y"), false;
  const Dims dims{2, {int64_t(rows.size() / 64), 16}};
  void **table = *(void ***)context.allocator;
  ((void (*)(void *, const char *, const Dims *))table[T(6, 6, 5)])(context.allocator, "y", &dims);
  memcpy(memory, rows.data(), rows.size());
  return true;
}

static void reportLayers(void *profiler) {
  void **table = *(void ***)profiler;
  const auto layer = (void (*)(void *, const char *, float))table[T(0, 4, 4)];
  layer(profiler, "scale", 0.25f);
  layer(profiler, "shift", 0.5f);
}

static Table contextTable = Table()
  .at(5, [](Object *self, void *profiler) { CONTEXT(self).profiler = profiler; })
  .at(T(14, 13, 13), [](Object *self, void *recorder) { CONTEXT(self).recorder = recorder; })
  .at(T(17, 16, 16), [](Object *self, int32_t profile, Stream *) {
    say("setOptimizationProfileAsync " + text(profile));
    CONTEXT(self).profile = profile;
    return true;
  })
  .at(T(21, 20, 20), [](Object *self, const char *name, const Dims *dims) {
    say(std::string("setInputShape ") + name + " " + text(dims));
    Context &context = CONTEXT(self);
    if (strcmp(name, "x") != 0) return true;
    const int64_t least = context.profile == 0 ? 1 : 17, most = context.profile == 0 ? 16 : 64;
    context.batch = dims->sizes[0];
    if (least <= context.batch && context.batch <= most) return true;
    report(context.recorder, 3, "IExecutionContext::setInputShape: Error Code 3: API Usage Error (out of range)");
    return false;
  })
  .at(T(22, 21, 21), [](Object *self, const char *name) -> Dims {
    return !strcmp(name, "y") ? shapeOfY(CONTEXT(self)) : Dims{2, {CONTEXT(self).batch, 16}};
  })
  .at(T(24, 23, 23), [](Object *self, const char *name, void *memory) {
    say(std::string("setTensorAddress ") + name);
    if (!strcmp(name, "x")) CONTEXT(self).xMemory = memory;
    if (!strcmp(name, "y")) CONTEXT(self).yMemory = memory;
    if (!strcmp(name, "sizes")) CONTEXT(self).sizes = (int64_t *)memory;
    return memory != nullptr;
  })
  .at(T(28, 27, 27), [](Object *self, int32_t, const char **names) -> int32_t {
    say("inferShapes");
    if (CONTEXT(self).batch >= 0) return 0;
    names[0] = "x";
    return 1;
  })
  .at(T(32, 31, 31), [](Object *self, const char *name, void *allocator) {
    say(std::string("setOutputAllocator ") + name);
    CONTEXT(self).allocator = allocator;
    return true;
  })
  .at(T(37, 36, 36), [](Object *self, Stream *stream) {
    say("enqueueV3");
    Context &context = CONTEXT(self);
    if (context.profiler != nullptr) reportLayers(context.profiler);
    if (context.engine->has("late")) return runLate(context, stream);
    if (context.xMemory == nullptr || context.yMemory == nullptr) {
      report(context.recorder, 3, "IExecutionContext::enqueueV3: Error Code 3: API Usage Error (no address)");
      return false;
    }
    uint64_t arguments[4] = {(uint64_t)context.xMemory, (uint64_t)context.yMemory, uint64_t(context.batch * 16), 0};
    const float weight = weightOf(*context.engine);
    memcpy(&arguments[3], &weight, sizeof weight);
    stream->submit(stream, add, arguments);
    return true;
  });

static Object *newContext(Object *engine, const std::string &how) {
  say("createExecutionContext " + how);
  auto *inner = new Context;
  inner->engine = &ENGINE(engine);
  return outer(inner, contextTable, "context");
}

// --- what TensorRT-RTX has for contexts: a configuration and a cache

struct RuntimeConfig : Object { int32_t graphs = 0, kernels = 0; };
static Table runtimeCacheTable = Table()
  .at(2, [](Object *) { return makeMemory("runtime cache bytes", "kernels"); })
  .at(3, [](Object *, const char *bytes, size_t count) {
    say("deserialize " + std::string(bytes, count));
    return true;
  });
static Table runtimeConfigTable = Table()
  .at(T(-1, -1, 5), [](Object *) { return make("runtime cache", runtimeCacheTable); })
  .at(T(-1, -1, 6), [](Object *, Object *) { say("setRuntimeCache"); return true; })
  .at(T(-1, -1, 8), [](Object *self, int32_t value) {
    say("setDynamicShapesKernelSpecializationStrategy " + text(value));
    static_cast<RuntimeConfig *>(self)->kernels = value;
  })
  .at(T(-1, -1, 9), [](Object *self) { return static_cast<RuntimeConfig *>(self)->kernels; })
  .at(T(-1, -1, 10), [](Object *self, int32_t value) {
    say("setCudaGraphStrategy " + text(value));
    static_cast<RuntimeConfig *>(self)->graphs = value;
    return true;
  })
  .at(T(-1, -1, 11), [](Object *self) { return static_cast<RuntimeConfig *>(self)->graphs; });

// --- refitting

static Engine *refitted = nullptr;
static float newWeight = 0;
static int missingWeights = 0;
static Table refitterTable = Table()
  .at(4, [](Object *) {
    say("refitCudaEngine");
    refitted->weight = newWeight;
    return true;
  })
  .at(T(11, 7, 7), [](Object *, void *) {})
  .at(T(14, 10, 10), [](Object *, int32_t, const char **names) -> int32_t {
    if (names != nullptr && missingWeights > 0) names[0] = "w2";
    return missingWeights;
  })
  .at(T(15, 11, 11), [](Object *, int32_t, const char **names) -> int32_t {
    if (names != nullptr) names[0] = "w1", names[1] = "w2";
    return 2;
  });

static Table parserRefitterTable = Table()
  .at(0, [](Object *, const char *model, size_t bytes, const char *) {
    const std::string text(model, bytes);
    say("refitFromBytes " + text);
    if (text == "bad") return false;
    newWeight = strtof(text.c_str(), nullptr);
    missingWeights = text.find("partial") != std::string::npos;
    return true;
  })
  .at(2, [](Object *) -> int32_t { return 1; })
  .at(3, [](Object *, int32_t) { return &error; })
  .at(6, [](Object *) { say("delete parser refitter"); });
static Object parserRefitter{parserRefitterTable.slots, nullptr, "parser refitter"};

// --- engines

static std::string plan(const std::string &words) {
  std::string bytes(64, '\0');
  memcpy(&bytes[0], LAYOUT == 15 ? "vtrt" : "ftrt", 4);
  bytes[24] = char(VERSION / 10000);
  bytes[25] = char(VERSION / 100 % 100);
  bytes[26] = char(VERSION % 100);
  bytes += words;
  if (LAYOUT == 15) {
    const uint64_t size = bytes.size(), capabilities = 0x7e;
    memcpy(&bytes[16], &size, sizeof size);
    memcpy(&bytes[32], &capabilities, sizeof capabilities);
  }
  return bytes;
}

static Table inspectorTable = Table().at(6, [](Object *, int32_t format) {
  return format == 1 ? "{\"Layers\": [\"scale\", \"shift\"]}" : "not asked for JSON";
});
static Table serializationConfigTable = Table().at(4, [](Object *, int32_t flag) {
  say("clearFlag of serialization " + text(flag));
  return true;
});

static Dims extent(int32_t profile, int32_t selector) {
  const int64_t batches[2][3] = {{1, 8, 16}, {17, 32, 64}};
  return Dims{2, {batches[profile][selector], 16}};
}

static Table engineTable = Table()
  .at(5, [](Object *self, int32_t strategy) { return newContext(self, text(strategy)); })
  .at(T(7, -1, -1), [](Object *) -> size_t { return 4096; })
  .at(T(8, 6, 6), [](Object *self) { return ENGINE(self).has("refit"); })
  .at(T(10, 8, 8), [](Object *self) -> int32_t { return ENGINE(self).profileCount(); })
  .at(T(11, -1, -1), [](Object *, const char *, int32_t, int32_t selector) {
    static const int32_t values[3][2] = {{1, 1}, {8, 16}, {64, 64}};
    return values[selector];
  })
  .at(T(18, 14, 14), [](Object *) { return make("inspector", inspectorTable); })
  .at(T(19, 15, 15), [](Object *self, const char *name) -> Dims {
    if (!strcmp(name, "sizes")) return Dims{1, {2}};
    return ENGINE(self).has("sizes") && !strcmp(name, "y") ? Dims{2, {-1, -1}} : Dims{2, {-1, 16}};
  })
  .at(T(20, 16, 16), [](Object *, const char *name) -> int32_t { return !strcmp(name, "sizes") ? 8 : 0; })
  .at(T(21, 17, 17), [](Object *, const char *name) -> int32_t { return !strcmp(name, "sizes"); })
  .at(T(22, 18, 18), [](Object *, const char *name) { return !strcmp(name, "sizes"); })
  .at(T(23, 19, 19), [](Object *, const char *name) -> int32_t { return !strcmp(name, "y") ? 2 : 1; })
  .at(T(26, 22, 22), [](Object *self, const char *name) -> int32_t { return ENGINE(self).has("direct") && !strcmp(name, "y"); })
  .at(T(27, 23, 23), [](Object *self, const char *) { return ENGINE(self).has("direct") ? "CHW2" : "Row major linear FP32"; })
  .at(T(29, 25, 25), [](Object *, const char *name, int32_t profile, int32_t selector) -> Dims {
    return !strcmp(name, "x") ? extent(profile, selector) : Dims{-1, {}};
  })
  .at(T(30, 26, 26), [](Object *self) -> int32_t { return ENGINE(self).has("sizes") ? 3 : 2; })
  .at(T(31, 27, 27), [](Object *, int32_t index) {
    const char *const names[] = {"x", "y", "sizes"};
    return names[index];
  })
  .at(T(39, 35, 35), [](Object *) { return make("serialization config", serializationConfigTable); })
  .at(T(40, 36, 36), [](Object *self, Object *) {
    return makeMemory("plan", plan(ENGINE(self).words + " weight=" + std::to_string(ENGINE(self).weight)));
  })
  .at(T(42, 37, 37), [](Object *self, void *) {
    refitted = &ENGINE(self);
    missingWeights = 0;
    return make("refitter", refitterTable);
  })
  .at(T(46, 38, 38), [](Object *self) -> int64_t { return ENGINE(self).has("streaming") ? 1000 : 0; })
  .at(T(48, 40, 40), [](Object *self, int64_t budget) {
    say("setWeightStreamingBudgetV2 " + text(budget));
    ENGINE(self).budget = budget;
    return budget <= 1000;
  })
  .at(T(49, 41, 41), [](Object *self) { return ENGINE(self).budget; })
  .at(T(52, 44, 44), [](Object *) -> int64_t { return 4096; })
  .at(T(54, 46, 46), [](Object *, const char *, int32_t, int32_t selector) {
    static const int64_t values[3][2] = {{1, 1}, {8, 16}, {64, 64}};
    return values[selector];
  })
  .at(T(55, 47, 47), [](Object *self, Object *) { return newContext(self, "with a configuration"); })
  .at(T(56, 48, 48), [](Object *) { return outer(new RuntimeConfig, runtimeConfigTable, "runtime config"); });

// --- the runtime

static Object *deserialized(const char *bytes, size_t count) {
  const auto refuse = [](const char *words) -> Object * {
    report(runtimeRecorder, 1, std::string("IRuntime::deserializeCudaEngine: Error Code 1: ") + words);
    return nullptr;
  };
  if (count < 64) return refuse("Serialization (Assertion bufferSize >= minBufferSize failed)");
  const std::string words(bytes + 64, count - 64);
  if (memcmp(bytes, plan("").data(), 4) != 0 || words.find("damaged") != std::string::npos) {
    return refuse("Serialization (Serialization assertion header.magicTag == kEXPECTED_MAGIC_TAG failed.)");
  }
  if (memcmp(bytes + 24, &plan("")[24], 3) != 0) {
    return refuse("Serialization (Serialization assertion stdVersionRead == kSERIALIZATION_VERSION failed."
        "Version tag does not match. Note: Current Version: 239, Serialized Engine Version: 236)");
  }
  if (words.find("foreign") != std::string::npos || getenv("STAND_IN_REFUSES") != nullptr) {
    return refuse("Internal Error (The engine plan file is generated on an incompatible device, expecting compute 9.0 "
        "got compute 8.6, please rebuild.)");
  }
  if (words.find("host-code") != std::string::npos && !isHostCodeAllowed) {
    return refuse("API Usage Error (the engine has host code, and setEngineHostCodeAllowed was not called)");
  }
  const size_t call = words.find("calls=");
  if (call != std::string::npos) {
    const std::string name = words.substr(call + 6, words.find(' ', call) - call - 6);
    if (runtimeRegistry.plugins.find(name + ";") == std::string::npos) {
      return refuse(("API Usage Error (Cannot find plugin: " + name + ", version: 1, namespace:.)").c_str());
    }
  }
  auto *inner = new Engine;
  inner->words = words;
  const size_t weight = words.find("weight=");
  if (weight != std::string::npos) inner->weight = strtof(words.c_str() + weight + 7, nullptr);
  return outer(inner, engineTable, "engine");
}

static Table runtimeTable = Table()
  .at(3, [](Object *, const char *bytes, size_t count) {
    say("deserializeCudaEngine");
    return deserialized(bytes, count);
  })
  .at(T(9, 8, 8), [](Object *, void *recorder) { runtimeRecorder = recorder; })
  .at(T(18, 17, 17), [](Object *) { return &runtimeRegistry; })
  .at(T(21, 20, 20), [](Object *, bool isAllowed) {
    say(std::string("setEngineHostCodeAllowed ") + (isAllowed ? "on" : "off"));
    isHostCodeAllowed = isAllowed;
  })
  .at(T(22, 21, 21), [](Object *) { return isHostCodeAllowed; });

extern "C" {
void *createInferRuntime_INTERNAL(void *newLogger, int32_t version) {
  record = "createInferRuntime " + text(version) + "\n";
  logger = newLogger;
  runtimeRecorder = nullptr;
  runtimeRegistry.plugins = "";
  isHostCodeAllowed = false;
  return make("runtime", runtimeTable);
}
void *createNvOnnxParserRefitter_INTERNAL(void *, void *, int32_t) { return &parserRefitter; }

// A plan with such words.
const char *standInPlan(const char *words, size_t *count) {
  static std::string made;
  made = plan(words);
  *count = made.size();
  return made.data();
}
}
