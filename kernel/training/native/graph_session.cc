// A TensorFlow session for Node. Graphs are pure functions of weights and of fed arrays; weights and
// optimizer slots lie here, in memory that TensorFlow reads without a copy and that the optimizer
// updates in place. Each run is one call. Plain Node-API and TensorFlow's C API; no state outside the
// session objects, so that every worker thread can have its own.

#include <node_api.h>

#include <dlfcn.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adamw.h"
#include "pool.h"
#include "row_program.h"
#include "tensorflow/c/c_api.h"

namespace {

struct Slot {
  TF_Output output;
  TF_DataType type;
  std::vector<int64_t> shape;
  size_t bytes;
};

struct Tensors {
  std::vector<TF_Tensor*> values;
  void clear() {
    for (TF_Tensor* tensor : values)
      if (tensor) TF_DeleteTensor(tensor);
    values.clear();
  }
  ~Tensors() { clear(); }
};

// A plan's graph may be for half a batch; both halves then run at once, each on a core of its own.
// Fed are the weights first, then what the caller gives; fetched are what the caller gets, then the
// gradients, one for each weight or none at all.
struct Plan {
  std::vector<TF_Output> feeds;
  std::vector<Slot> given;
  std::vector<TF_Output> fetches;
  size_t wanted;
  size_t halves = 1;
  Tensors weights;
};

// Weights and slots on their way out. A step reads them for a long time before it changes them: another
// thread copies meanwhile, and whoever is about to change them sees to it that the copy is there.
struct CopyOut {
  Parameters* parameters;
  float* into[3];
  enum { kWaiting, kRunning, kDone } state = kWaiting;
  double milliseconds = 0;
  std::mutex lock;
  std::condition_variable done;

  void perform() {
    {
      std::unique_lock<std::mutex> guard(lock);
      if (state != kWaiting) return done.wait(guard, [this] { return state == kDone; });
      state = kRunning;
    }
    const auto began = std::chrono::steady_clock::now();
    for (size_t group = 0; group < 3; group++) parameters->copy(group, into[group], false);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
    {
      std::lock_guard<std::mutex> guard(lock);
      milliseconds = took.count();
      state = kDone;
    }
    done.notify_all();
  }
};

struct GraphSession {
  TF_Graph* graph = nullptr;
  TF_Session* session = nullptr;
  std::vector<std::unique_ptr<Plan>> plans;
  std::unique_ptr<Parameters> parameters;
  std::vector<std::shared_ptr<CopyOut>> copies;

  // Before weights or slots change, or go.
  void settle() {
    for (const auto& copy : copies) copy->perform();
    copies.clear();
  }

  void close() {
    settle();
    TF_Status* status = TF_NewStatus();
    if (session) {
      TF_CloseSession(session, status);
      TF_DeleteSession(session, status);
    }
    if (graph) TF_DeleteGraph(graph);
    TF_DeleteStatus(status);
    session = nullptr;
    graph = nullptr;
    plans.clear();
    parameters.reset();
  }
  ~GraphSession() { close(); }
};

struct Status {
  TF_Status* value = TF_NewStatus();
  Status() = default;
  Status(const Status&) = delete;
  ~Status() { TF_DeleteStatus(value); }
  bool ok() const { return TF_GetCode(value) == TF_OK; }
};

napi_value fail(napi_env env, const std::string& message) {
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}

napi_value fail(napi_env env, const char* what, const Status& status) {
  return fail(env, std::string(what) + ": " + TF_Message(status.value));
}

bool text(napi_env env, napi_value value, std::string* result) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return false;
  result->resize(length);
  return napi_get_value_string_utf8(env, value, &(*result)[0], length + 1, &length) == napi_ok;
}

bool bytesOf(napi_env env, napi_value value, uint8_t** data, size_t* bytes) {
  napi_typedarray_type type;
  size_t length = 0;
  void* start = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &start, nullptr, nullptr) != napi_ok)
    return false;
  const bool narrow = type == napi_uint8_array || type == napi_int8_array;
  const bool wide = type == napi_float32_array || type == napi_int32_array || type == napi_uint32_array;
  if (!narrow && !wide) return false;
  *data = static_cast<uint8_t*>(start);
  *bytes = length * (wide ? 4 : 1);
  return true;
}

template <size_t N>
bool arguments(napi_env env, napi_callback_info info, napi_value (&values)[N]) {
  size_t count = N;
  return napi_get_cb_info(env, info, &count, values, nullptr, nullptr) == napi_ok && count == N;
}

GraphSession* sessionOf(napi_env env, napi_value value) {
  void* found = nullptr;
  if (napi_get_value_external(env, value, &found) != napi_ok) return nullptr;
  auto* session = static_cast<GraphSession*>(found);
  return session->session ? session : nullptr;
}

// TensorFlow 2.20 tells of an optimisation pass that is off, past TF_CPP_MIN_LOG_LEVEL.
void quiet() {
  using Set = void (*)(int);
  const char* name = "_ZN4absl12lts_2025012714SetMinLogLevelENS0_18LogSeverityAtLeastE";
  if (auto set = reinterpret_cast<Set>(dlsym(RTLD_DEFAULT, name))) set(2);
}

// A serialised ConfigProto that says how many threads an op may use.
std::string configFor(uint32_t threads) {
  std::string config;
  config += '\x10';
  config += static_cast<char>(threads);
  return config;
}

// A session with threads of its own. TensorFlow shares one pool in a process, made by whoever comes
// first (tfjs); this switch is its tests' way out. Without it the shared pool is used.
TF_Session* ownSession(TF_Graph* graph, TF_SessionOptions* options, TF_Status* status) {
  static std::mutex lock;
  std::lock_guard<std::mutex> guard(lock);
  auto* shared = static_cast<bool*>(dlsym(RTLD_DEFAULT, "_ZN10tensorflow11LocalDevice22use_global_threadpool_E"));
  if (shared) *shared = false;
  TF_Session* session = TF_NewSession(graph, options, status);
  if (shared) *shared = true;
  return session;
}

// open(threads: number) -> session; each op uses so many threads, 0 for as many as there are cores.
napi_value Open(napi_env env, napi_callback_info info) {
  napi_value values[1];
  uint32_t threads;
  if (!arguments(env, info, values) || napi_get_value_uint32(env, values[0], &threads) != napi_ok ||
      threads > 127)
    return fail(env, "open takes a number of threads");
  quiet();
  const std::string failure = registerRowPrograms();
  if (!failure.empty()) return fail(env, "the op ForkpointRows is not known: " + failure);
  auto made = std::make_unique<GraphSession>();
  Status status;
  TF_SessionOptions* options = TF_NewSessionOptions();
  const std::string config = configFor(threads);
  if (threads) TF_SetConfig(options, config.data(), config.size(), status.value);
  if (status.ok()) {
    made->graph = TF_NewGraph();
    made->session = threads ? ownSession(made->graph, options, status.value)
                            : TF_NewSession(made->graph, options, status.value);
  }
  TF_DeleteSessionOptions(options);
  if (!status.ok()) return fail(env, "TensorFlow opened no session", status);
  napi_value result;
  auto free = [](napi_env, void* data, void*) { delete static_cast<GraphSession*>(data); };
  if (napi_create_external(env, made.get(), free, nullptr, &result) != napi_ok)
    return fail(env, "the session could not be handed over");
  made.release();
  return result;
}

// extend(session, graph: Uint8Array, prefix: string)
napi_value Extend(napi_env env, napi_callback_info info) {
  napi_value values[3];
  uint8_t* graph;
  size_t bytes;
  std::string prefix;
  if (!arguments(env, info, values)) return fail(env, "extend takes three arguments");
  GraphSession* session = sessionOf(env, values[0]);
  if (!session) return fail(env, "the session is closed");
  if (!bytesOf(env, values[1], &graph, &bytes) || !text(env, values[2], &prefix))
    return fail(env, "extend takes a graph and a prefix");
  Status status;
  TF_Buffer* buffer = TF_NewBufferFromString(graph, bytes);
  TF_ImportGraphDefOptions* options = TF_NewImportGraphDefOptions();
  TF_ImportGraphDefOptionsSetPrefix(options, prefix.c_str());
  TF_GraphImportGraphDef(session->graph, buffer, options, status.value);
  TF_DeleteImportGraphDefOptions(options);
  TF_DeleteBuffer(buffer);
  if (!status.ok()) return fail(env, "TensorFlow refused the graph", status);
  return nullptr;
}

bool names(napi_env env, napi_value list, std::vector<std::string>* result) {
  uint32_t count = 0;
  if (napi_get_array_length(env, list, &count) != napi_ok) return false;
  for (uint32_t i = 0; i < count; i++) {
    napi_value element;
    std::string name;
    if (napi_get_element(env, list, i, &element) != napi_ok || !text(env, element, &name)) return false;
    result->push_back(name);
  }
  return true;
}

// "node:1" -> (node, 1)
bool find(TF_Graph* graph, const std::string& name, TF_Output* output) {
  const size_t colon = name.find(':');
  output->oper = TF_GraphOperationByName(graph, name.substr(0, colon).c_str());
  output->index = colon == std::string::npos ? 0 : atoi(name.c_str() + colon + 1);
  return output->oper && output->index < TF_OperationNumOutputs(output->oper);
}

// The placeholder of this name with its shape, which must be fixed.
bool slotOf(TF_Graph* graph, const std::string& name, Slot* slot) {
  if (!find(graph, name, &slot->output)) return false;
  Status status;
  slot->type = TF_OperationOutputType(slot->output);
  const int rank = TF_GraphGetTensorNumDims(graph, slot->output, status.value);
  if (!status.ok() || rank < 0) return false;
  slot->shape.resize(rank);
  if (rank > 0) TF_GraphGetTensorShape(graph, slot->output, slot->shape.data(), rank, status.value);
  slot->bytes = TF_DataTypeSize(slot->type);
  for (int64_t extent : slot->shape) {
    if (extent < 0) return false;
    slot->bytes *= extent;
  }
  return status.ok();
}

// place(session, sizes: Int32Array, decays: Uint8Array): makes room for weights and two slots each.
napi_value Place(napi_env env, napi_callback_info info) {
  napi_value values[3];
  uint8_t *sizes, *decays;
  size_t sizeBytes, count;
  if (!arguments(env, info, values)) return fail(env, "place takes three arguments");
  GraphSession* session = sessionOf(env, values[0]);
  if (!session) return fail(env, "the session is closed");
  if (!bytesOf(env, values[1], &sizes, &sizeBytes) || !bytesOf(env, values[2], &decays, &count) ||
      sizeBytes != 4 * count)
    return fail(env, "place takes one size and one mark for each weight");
  if (!session->plans.empty()) return fail(env, "weights are placed before the first plan");
  session->parameters = std::make_unique<Parameters>(reinterpret_cast<int32_t*>(sizes), decays, count);
  if (!session->parameters->memory[0]) return fail(env, "there is not enough memory for the weights");
  return nullptr;
}

// copy(session, group: 0 weights, 1 m or 2 v; values: Float32Array, write: boolean)
napi_value Copy(napi_env env, napi_callback_info info) {
  napi_value values[4];
  uint32_t group;
  uint8_t* data;
  size_t bytes;
  bool write;
  if (!arguments(env, info, values)) return fail(env, "copy takes four arguments");
  GraphSession* session = sessionOf(env, values[0]);
  if (!session || !session->parameters) return fail(env, "the session has no weights");
  if (napi_get_value_uint32(env, values[1], &group) != napi_ok || group > 2 ||
      !bytesOf(env, values[2], &data, &bytes) || bytes != 4 * session->parameters->total ||
      napi_get_value_bool(env, values[3], &write) != napi_ok)
    return fail(env, "copy takes a group and an array as long as all weights");
  if (write) session->settle();
  session->parameters->copy(group, reinterpret_cast<float*>(data), write);
  return nullptr;
}

struct CopyWork {
  std::shared_ptr<CopyOut> copy = std::make_shared<CopyOut>();
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  napi_ref arrays[3] = {nullptr, nullptr, nullptr};
};

// copyOut(session, weights, m, v: Float32Array) -> Promise of the milliseconds it took. The arrays get
// what the weights and slots are now, whatever is run or written afterwards.
napi_value StartCopyOut(napi_env env, napi_callback_info info) {
  napi_value values[4], promise, name;
  if (!arguments(env, info, values)) return fail(env, "copyOut takes four arguments");
  GraphSession* session = sessionOf(env, values[0]);
  if (!session || !session->parameters) return fail(env, "the session has no weights");
  auto work = std::make_unique<CopyWork>();
  work->copy->parameters = session->parameters.get();
  for (size_t group = 0; group < 3; group++) {
    uint8_t* data;
    size_t bytes;
    if (!bytesOf(env, values[1 + group], &data, &bytes) || bytes != 4 * session->parameters->total)
      return fail(env, "copyOut takes three arrays as long as all weights");
    work->copy->into[group] = reinterpret_cast<float*>(data);
  }
  const auto execute = [](napi_env, void* data) { static_cast<CopyWork*>(data)->copy->perform(); };
  const auto complete = [](napi_env env, napi_status, void* data) {
    std::unique_ptr<CopyWork> work(static_cast<CopyWork*>(data));
    // The step that came next may have copied before this work's turn came, and its thread never did.
    work->copy->perform();
    napi_value milliseconds;
    if (napi_create_double(env, work->copy->milliseconds, &milliseconds) == napi_ok)
      napi_resolve_deferred(env, work->deferred, milliseconds);
    for (napi_ref array : work->arrays) napi_delete_reference(env, array);
    napi_delete_async_work(env, work->work);
  };
  if (napi_create_string_utf8(env, "forkpoint:copyOut", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_promise(env, &work->deferred, &promise) != napi_ok ||
      napi_create_async_work(env, nullptr, name, execute, complete, work.get(), &work->work) != napi_ok)
    return fail(env, "the copy could not be begun");
  // They stay where they are until it is done.
  for (size_t group = 0; group < 3; group++)
    if (napi_create_reference(env, values[1 + group], 1, &work->arrays[group]) != napi_ok)
      return fail(env, "the copy could not be begun");
  if (napi_queue_async_work(env, work->work) != napi_ok) return fail(env, "the copy could not be begun");
  session->copies.push_back(work->copy);
  work.release();
  return promise;
}

void keepMemory(void*, size_t, void*) {}

// plan(session, feeds: string[], fetches: string[], weights: string[], gradients: string[], halves: 1 | 2)
// -> number
napi_value MakePlan(napi_env env, napi_callback_info info) {
  napi_value values[6];
  uint32_t halves = 1;
  if (!arguments(env, info, values)) return fail(env, "plan takes six arguments");
  GraphSession* session = sessionOf(env, values[0]);
  if (!session) return fail(env, "the session is closed");
  std::vector<std::string> feeds, fetches, weights, gradients;
  if (!names(env, values[1], &feeds) || !names(env, values[2], &fetches) ||
      !names(env, values[3], &weights) || !names(env, values[4], &gradients))
    return fail(env, "plan takes lists of names");
  if (napi_get_value_uint32(env, values[5], &halves) != napi_ok || halves < 1 || halves > 2)
    return fail(env, "a batch is run whole or in halves");
  const size_t placed = session->parameters ? session->parameters->sizes.size() : 0;
  if (weights.size() > placed || (!gradients.empty() && gradients.size() != placed))
    return fail(env, "the graph has another number of weights than the session");
  auto plan = std::make_unique<Plan>();
  plan->halves = halves;
  for (size_t i = 0; i < weights.size(); i++) {
    Slot slot;
    if (!slotOf(session->graph, weights[i], &slot) || slot.type != TF_FLOAT ||
        slot.bytes != 4 * session->parameters->sizes[i])
      return fail(env, "the graph's weight " + weights[i] + " is missing or has another shape");
    // Aligned as TensorFlow wants it, so it reads this memory and takes no copy.
    plan->weights.values.push_back(TF_NewTensor(TF_FLOAT, slot.shape.data(), slot.shape.size(),
                                                session->parameters->at(0, i), slot.bytes, keepMemory,
                                                nullptr));
    plan->feeds.push_back(slot.output);
  }
  for (const auto& name : feeds) {
    Slot slot;
    if (!slotOf(session->graph, name, &slot))
      return fail(env, "the graph's feed " + name + " is missing or has no fixed shape");
    plan->given.push_back(slot);
    plan->feeds.push_back(slot.output);
  }
  plan->wanted = fetches.size();
  fetches.insert(fetches.end(), gradients.begin(), gradients.end());
  for (const auto& name : fetches) {
    TF_Output output;
    if (!find(session->graph, name, &output)) return fail(env, "the graph has no output " + name);
    plan->fetches.push_back(output);
  }
  session->plans.push_back(std::move(plan));
  napi_value result;
  napi_create_uint32(env, session->plans.size() - 1, &result);
  return result;
}

// run(session, plan: number, fed: TypedArray[], fetched: TypedArray[], update: Float32Array): with
// gradients in the plan, weights and slots are updated by the hyperparameters in `update`.
napi_value Run(napi_env env, napi_callback_info info) {
  napi_value values[5];
  uint32_t number = 0, fed = 0, fetched = 0;
  uint8_t* hyper;
  size_t hyperBytes;
  if (!arguments(env, info, values)) return fail(env, "run takes five arguments");
  GraphSession* session = sessionOf(env, values[0]);
  if (!session) return fail(env, "the session is closed");
  if (napi_get_value_uint32(env, values[1], &number) != napi_ok || number >= session->plans.size())
    return fail(env, "there is no such plan");
  const Plan& plan = *session->plans[number];
  if (napi_get_array_length(env, values[2], &fed) != napi_ok || fed != plan.given.size() ||
      napi_get_array_length(env, values[3], &fetched) != napi_ok || fetched != plan.wanted)
    return fail(env, "run takes one array for each feed and each fetch of the plan");
  const size_t updated = plan.fetches.size() - plan.wanted;
  if (!bytesOf(env, values[4], &hyper, &hyperBytes) || (updated && hyperBytes != sizeof(AdamW)))
    return fail(env, "run takes the optimizer's numbers");

  const size_t halves = plan.halves, fetches = plan.fetches.size();
  Tensors given;
  std::vector<std::vector<TF_Tensor*>> inputs(halves, plan.weights.values);
  for (uint32_t i = 0; i < fed; i++) {
    const Slot& slot = plan.given[i];
    napi_value element;
    uint8_t* data;
    size_t bytes;
    if (napi_get_element(env, values[2], i, &element) != napi_ok || !bytesOf(env, element, &data, &bytes) ||
        bytes != halves * slot.bytes)
      return fail(env, "a fed array has another size than its placeholder");
    for (size_t half = 0; half < halves; half++) {
      TF_Tensor* tensor = TF_AllocateTensor(slot.type, slot.shape.data(), slot.shape.size(), slot.bytes);
      given.values.push_back(tensor);
      inputs[half].push_back(tensor);
      memcpy(TF_TensorData(tensor), data + half * slot.bytes, slot.bytes);
    }
  }
  std::vector<Tensors> outputs(halves);
  std::vector<Status> statuses(halves);
  // In halves, each runs on the thread that calls for it, without handing anything over on the way.
  static const unsigned char kOnThisThread[] = {0x18, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1};
  TF_Buffer* options = halves > 1 ? TF_NewBufferFromString(kOnThisThread, sizeof kOnThisThread) : nullptr;
  Pool::shared().run(halves, [&](size_t half) {
    outputs[half].values.resize(fetches, nullptr);
    TF_SessionRun(session->session, options, plan.feeds.data(), inputs[half].data(), inputs[half].size(),
                  plan.fetches.data(), outputs[half].values.data(), fetches, nullptr, 0, nullptr,
                  statuses[half].value);
  });
  if (options) TF_DeleteBuffer(options);
  for (const Status& status : statuses)
    if (!status.ok()) return fail(env, "TensorFlow could not run the graph", status);
  for (uint32_t i = 0; i < fetched; i++) {
    napi_value element;
    uint8_t* data;
    size_t bytes;
    TF_Tensor* first = outputs[0].values[i];
    if (napi_get_element(env, values[3], i, &element) != napi_ok || !bytesOf(env, element, &data, &bytes) ||
        bytes != TF_TensorByteSize(first) || TF_TensorType(first) != TF_FLOAT)
      return fail(env, "a fetched array has another size than its output");
    memcpy(data, TF_TensorData(first), bytes);
    if (halves == 1) continue;
    const auto* other = static_cast<float*>(TF_TensorData(outputs[1].values[i]));
    auto* mean = reinterpret_cast<float*>(data);
    for (size_t j = 0; j < bytes / 4; j++) mean[j] = (mean[j] + other[j]) * 0.5f;
  }
  if (updated == 0) return nullptr;
  std::vector<const float*> gradients;
  for (const Tensors& half : outputs)
    for (size_t i = 0; i < updated; i++) {
      TF_Tensor* gradient = half.values[plan.wanted + i];
      if (TF_TensorType(gradient) != TF_FLOAT ||
          TF_TensorByteSize(gradient) != 4 * session->parameters->sizes[i])
        return fail(env, "a gradient has another shape than its weight");
      gradients.push_back(static_cast<float*>(TF_TensorData(gradient)));
    }
  AdamW adamW;
  memcpy(&adamW, hyper, sizeof adamW);
  session->settle();
  session->parameters->update(adamW, gradients);
  return nullptr;
}

// close(session): gives its memory back at once.
napi_value Close(napi_env env, napi_callback_info info) {
  napi_value values[1];
  if (!arguments(env, info, values)) return fail(env, "close takes a session");
  if (GraphSession* session = sessionOf(env, values[0])) session->close();
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {{"open", Open}, {"extend", Extend}, {"place", Place}, {"copy", Copy},
                   {"copyOut", StartCopyOut},
                   {"plan", MakePlan}, {"run", Run}, {"close", Close}};
  for (const auto& function : functions) {
    napi_value value;
    if (napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.call, nullptr, &value) != napi_ok ||
        napi_set_named_property(env, exports, function.name, value) != napi_ok)
      return nullptr;
  }
  return exports;
}
