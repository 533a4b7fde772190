// The store's addon. SHA-256 of many tensors for Node, in memory or while they are read from files, on as many
// threads as asked for (hash_work.h); and larger pages of memory (large_pages.h). Plain Node-API, no state:
// every worker thread can have its own.

#include <node_api.h>

#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "hash_work.h"
#include "large_pages.h"

namespace {

using hashing::Input;
using hashing::Work;

bool bytesOf(napi_env env, napi_value value, Input& input) {
  napi_typedarray_type type;
  size_t length;
  void* data;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) return false;
  if (type != napi_uint8_array) return false;
  input = {static_cast<uint8_t*>(data), length, -1, 0, {}, 0};
  return true;
}

bool takeArrays(napi_env env, napi_value arrays, Work& work) {
  uint32_t count;
  if (napi_get_array_length(env, arrays, &count) != napi_ok) return false;
  work.inputs.resize(count);
  for (uint32_t at = 0; at < count; at++) {
    napi_value each;
    if (napi_get_element(env, arrays, at, &each) != napi_ok) return false;
    if (!bytesOf(env, each, work.inputs[at])) return false;
  }
  return true;
}

napi_value digestsOf(napi_env env, const Work& work) {
  napi_value buffer, array;
  void* data;
  const size_t bytes = work.inputs.size() * lanes::kDigest;
  napi_create_arraybuffer(env, bytes, &data, &buffer);
  auto* into = static_cast<uint8_t*>(data);
  for (const Input& input : work.inputs) {
    memcpy(into, input.digest, lanes::kDigest);
    into += lanes::kDigest;
  }
  napi_create_typedarray(env, napi_uint8_array, bytes, buffer, 0, &array);
  return array;
}

napi_value refuse(napi_env env, const char* what) {
  napi_throw_type_error(env, nullptr, what);
  return nullptr;
}

napi_value faultsOf(napi_env env, const Work& work) {
  napi_value faults;
  napi_create_array_with_length(env, work.inputs.size(), &faults);
  for (size_t at = 0; at < work.inputs.size(); at++) {
    napi_value fault;
    napi_create_int32(env, work.inputs[at].fault, &fault);
    napi_set_element(env, faults, at, fault);
  }
  return faults;
}

bool takeFiles(napi_env env, napi_value files, napi_value offsets, Work& work) {
  for (uint32_t at = 0; at < work.inputs.size(); at++) {
    Input& input = work.inputs[at];
    napi_value file, offset;
    int64_t from;
    if (napi_get_element(env, files, at, &file) != napi_ok) return false;
    if (napi_get_element(env, offsets, at, &offset) != napi_ok) return false;
    if (napi_get_value_int32(env, file, &input.file) != napi_ok || input.file < 0) return false;
    if (napi_get_value_int64(env, offset, &from) != napi_ok || from < 0) return false;
    input.offset = from;
  }
  return true;
}

bool takeReads(napi_env env, const napi_value* given, Work& work) {
  if (!takeArrays(env, given[0], work)) {
    refuse(env, "an array of Uint8Arrays is wanted");
    return false;
  }
  if (takeFiles(env, given[1], given[2], work)) return true;
  refuse(env, "an open file and an offset are wanted for each array");
  return false;
}

napi_value answerOf(napi_env env, const Work& work) {
  napi_value answer;
  napi_create_object(env, &answer);
  napi_set_named_property(env, answer, "digests", digestsOf(env, work));
  napi_set_named_property(env, answer, "faults", faultsOf(env, work));
  return answer;
}

// read(arrays: Uint8Array[], files: number[], offsets: number[]):
//   { digests: Uint8Array of 32 bytes each, faults: number[] }
// Fills each array from an open file, beginning at its offset, and hashes it.
napi_value read(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value given[3];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  Work work;
  if (!takeReads(env, given, work)) return nullptr;
  work.order();
  work.share();
  return answerOf(env, work);
}

struct Task {
  Work work;
  napi_value (*answer)(napi_env, const Work&);
  std::vector<napi_async_work> handles;
  uint32_t ended = 0;
  napi_deferred deferred;
  napi_ref arrays;
};

void share(napi_env, void* data) { static_cast<Task*>(data)->work.share(); }

void end(napi_env env, napi_status, void* data) {
  auto* task = static_cast<Task*>(data);
  if (++task->ended < task->handles.size()) return;
  napi_delete_reference(env, task->arrays);
  for (napi_async_work handle : task->handles) napi_delete_async_work(env, handle);
  napi_resolve_deferred(env, task->deferred, task->answer(env, task->work));
  delete task;
}

// On threads of Node's pool: a new one would begin on the processor of whoever made it, and stay there for
// longer than most of this takes.
napi_value queue(napi_env env, std::unique_ptr<Task> task, napi_value arrays, napi_value threads) {
  uint32_t count;
  const bool counted = napi_get_value_uint32(env, threads, &count) == napi_ok;
  if (!counted || count == 0) return refuse(env, "a number of threads is wanted");
  napi_value promise, name;
  napi_create_string_utf8(env, "forkpoint-hash", NAPI_AUTO_LENGTH, &name);
  // The memory stays where it is until all is done.
  napi_create_reference(env, arrays, 1, &task->arrays);
  napi_create_promise(env, &task->deferred, &promise);
  task->work.threads = count;
  task->work.order();
  task->handles.resize(count);
  for (napi_async_work& handle : task->handles)
    napi_create_async_work(env, nullptr, name, share, end, task.get(), &handle);
  for (napi_async_work handle : task->handles) napi_queue_async_work(env, handle);
  task.release();
  return promise;
}

// begin(arrays: Uint8Array[], threads: number): Promise<Uint8Array of 32 bytes each>
// Hashes on other threads, while the caller goes on.
napi_value begin(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  auto task = std::make_unique<Task>();
  if (!takeArrays(env, given[0], task->work)) return refuse(env, "an array of Uint8Arrays is wanted");
  task->answer = digestsOf;
  return queue(env, std::move(task), given[0], given[1]);
}

// beginReading(arrays, files, offsets, threads: number): Promise of what read returns
// Reads on other threads, while the caller goes on; the files are to stay open.
napi_value beginReading(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value given[4];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  auto task = std::make_unique<Task>();
  if (!takeReads(env, given, task->work)) return nullptr;
  task->answer = answerOf;
  return queue(env, std::move(task), given[0], given[3]);
}

napi_value hashes(napi_env env, napi_callback_info) {
  napi_value answer;
  napi_get_boolean(env, lanes::supported(), &answer);
  return answer;
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"hashes", nullptr, hashes, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"preferLargePages", nullptr, preferLargePages, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"read", nullptr, read, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"begin", nullptr, begin, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"beginReading", nullptr, beginReading, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, std::size(functions), functions);
  return exports;
}
