// A TensorFlow session for Node. Graphs are pure functions of weights and of fed arrays; weights and
// optimizer slots lie here, in memory that TensorFlow reads without a copy and that the optimizer
// updates in place. Each run is one call. Plain Node-API and TensorFlow's C API; no state outside the
// session objects, so that every worker thread can have its own.

#include <node_api.h>

#include <dlfcn.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "adamw.h"
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

// Fed are the weights first, then what the caller gives; fetched are what the caller gets, then the
// gradients, one for each weight or none at all.
struct Plan {
  std::vector<TF_Output> feeds;
  std::vector<Slot> given;
  std::vector<TF_Output> fetches;
  size_t wanted;
  Tensors weights;
};

struct GraphSession {
  TF_Graph* graph = nullptr;
  TF_Session* session = nullptr;
  std::vector<std::unique_ptr<Plan>> plans;
  std::unique_ptr<Parameters> parameters;

  void close() {
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

// open(config: Uint8Array) -> session; config is a serialised ConfigProto.
napi_value Open(napi_env env, napi_callback_info info) {
  napi_value values[1];
  uint8_t* config;
  size_t bytes;
  if (!arguments(env, info, values) || !bytesOf(env, values[0], &config, &bytes))
    return fail(env, "open takes a configuration");
  quiet();
  const std::string failure = registerRowPrograms();
  if (!failure.empty()) return fail(env, "the op ForkpointRows is not known: " + failure);
  auto made = std::make_unique<GraphSession>();
  Status status;
  TF_SessionOptions* options = TF_NewSessionOptions();
  TF_SetConfig(options, config, bytes, status.value);
  if (status.ok()) {
    made->graph = TF_NewGraph();
    made->session = TF_NewSession(made->graph, options, status.value);
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
  session->parameters->copy(group, reinterpret_cast<float*>(data), write);
  return nullptr;
}

void keepMemory(void*, size_t, void*) {}

// plan(session, feeds: string[], fetches: string[], weights: string[], gradients: string[]) -> number
napi_value MakePlan(napi_env env, napi_callback_info info) {
  napi_value values[5];
  if (!arguments(env, info, values)) return fail(env, "plan takes five arguments");
  GraphSession* session = sessionOf(env, values[0]);
  if (!session) return fail(env, "the session is closed");
  std::vector<std::string> feeds, fetches, weights, gradients;
  if (!names(env, values[1], &feeds) || !names(env, values[2], &fetches) ||
      !names(env, values[3], &weights) || !names(env, values[4], &gradients))
    return fail(env, "plan takes lists of names");
  const size_t placed = session->parameters ? session->parameters->sizes.size() : 0;
  if (weights.size() > placed || (!gradients.empty() && gradients.size() != placed))
    return fail(env, "the graph has another number of weights than the session");
  auto plan = std::make_unique<Plan>();
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

  Tensors given, outputs;
  std::vector<TF_Tensor*> inputs = plan.weights.values;
  for (uint32_t i = 0; i < fed; i++) {
    const Slot& slot = plan.given[i];
    napi_value element;
    uint8_t* data;
    size_t bytes;
    if (napi_get_element(env, values[2], i, &element) != napi_ok || !bytesOf(env, element, &data, &bytes) ||
        bytes != slot.bytes)
      return fail(env, "a fed array has another size than its placeholder");
    TF_Tensor* tensor = TF_AllocateTensor(slot.type, slot.shape.data(), slot.shape.size(), bytes);
    given.values.push_back(tensor);
    inputs.push_back(tensor);
    memcpy(TF_TensorData(tensor), data, bytes);
  }
  outputs.values.resize(plan.fetches.size(), nullptr);
  Status status;
  TF_SessionRun(session->session, nullptr, plan.feeds.data(), inputs.data(), inputs.size(),
                plan.fetches.data(), outputs.values.data(), outputs.values.size(), nullptr, 0, nullptr,
                status.value);
  if (!status.ok()) return fail(env, "TensorFlow could not run the graph", status);
  for (uint32_t i = 0; i < fetched; i++) {
    napi_value element;
    uint8_t* data;
    size_t bytes;
    if (napi_get_element(env, values[3], i, &element) != napi_ok || !bytesOf(env, element, &data, &bytes) ||
        bytes != TF_TensorByteSize(outputs.values[i]))
      return fail(env, "a fetched array has another size than its output");
    memcpy(data, TF_TensorData(outputs.values[i]), bytes);
  }
  if (updated == 0) return nullptr;
  std::vector<const float*> gradients;
  for (size_t i = 0; i < updated; i++) {
    TF_Tensor* gradient = outputs.values[plan.wanted + i];
    if (TF_TensorType(gradient) != TF_FLOAT ||
        TF_TensorByteSize(gradient) != 4 * session->parameters->sizes[i])
      return fail(env, "a gradient has another shape than its weight");
    gradients.push_back(static_cast<float*>(TF_TensorData(gradient)));
  }
  AdamW adamW;
  memcpy(&adamW, hyper, sizeof adamW);
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
                   {"plan", MakePlan}, {"run", Run}, {"close", Close}};
  for (const auto& function : functions) {
    napi_value value;
    if (napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.call, nullptr, &value) != napi_ok ||
        napi_set_named_property(env, exports, function.name, value) != napi_ok)
      return nullptr;
  }
  return exports;
}
