// The op ForkpointRows: a small program over the rows of its inputs, run tile by tile in the cache, in
// place of a chain of TensorFlow ops that would each go through memory. Programs are made by
// engine/graph/rows/ and come from stores, so everything in them is checked.

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pool.h"
#include "row_program.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// From tensorflow/c/kernels.h, which needs headers that are not installed with the C API's.
extern "C" {
typedef struct TF_KernelBuilder TF_KernelBuilder;
typedef struct TF_OpKernelConstruction TF_OpKernelConstruction;
typedef struct TF_OpKernelContext TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device,
                                      void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder*, TF_Status*);
int TF_NumInputs(TF_OpKernelContext*);
int TF_NumOutputs(TF_OpKernelContext*);
void TF_GetInput(TF_OpKernelContext*, int, TF_Tensor**, TF_Status*);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext*, int, TF_DataType, const int64_t* shape, int rank,
                             size_t bytes, TF_Status*);
void TF_OpKernelContext_Failure(TF_OpKernelContext*, TF_Status*);
void TF_OpKernelConstruction_Failure(TF_OpKernelConstruction*, TF_Status*);
void TF_OpKernelConstruction_GetAttrSize(TF_OpKernelConstruction*, const char* name, int32_t* size,
                                         int32_t* bytes, TF_Status*);
void TF_OpKernelConstruction_GetAttrInt32List(TF_OpKernelConstruction*, const char* name, int32_t* values,
                                              int most, TF_Status*);
void TF_OpKernelConstruction_GetAttrFloatList(TF_OpKernelConstruction*, const char* name, float* values,
                                              int most, TF_Status*);
}

namespace {

// The order is that of engine/graph/rows/instructions.ts.
enum Op : int {
  kAdd, kSub, kMul, kDiv, kMaximum, kMinimum,
  kNeg, kSquare, kSqrt, kRsqrt, kReciprocal, kAbs, kRelu, kExp, kErf, kCopy,
  kSum, kMean, kMax,
  kOps
};

struct Instruction {
  int op, d, a, b;
};

// Where an operand lies for the rows of one tile.
struct Place {
  float* base;
  size_t step;    // floats from one row to the next, 0 to 1 or a row's width
  size_t first;   // the tile's first row
  size_t period;  // rows after which the operand begins again
  bool wide;      // a value for each column, or one for the row
  bool whole;     // the tile's rows lie behind one another
  bool single;    // one value for all
  float* row(size_t r) const { return base + (whole ? r : (first + r) % period) * step; }
};

#define ROW_LOOPS base
#include "row_loops.h"
#undef ROW_LOOPS
#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define ROW_LOOPS avx2
#include "row_loops.h"
#undef ROW_LOOPS
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,fma,prefer-vector-width=512")
#define ROW_LOOPS avx512
#include "row_loops.h"
#undef ROW_LOOPS
#pragma GCC pop_options
#endif

using Execute = void (*)(const Instruction&, const Place&, const Place&, const Place&, size_t, size_t);

Execute chooseLoops() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
    return avx512::execute;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::execute;
#endif
  return base::execute;
}

struct Operand {
  bool wide;
  size_t period;
};

struct Output {
  bool wide;
  std::vector<int64_t> shape;
};

struct Program {
  static constexpr int64_t kMost = int64_t{1} << 31;
  size_t rows = 0, width = 0, temporaries = 0;
  std::vector<Operand> inputs;
  std::vector<float> constants;
  std::vector<Output> outputs;
  std::vector<bool> wide;  // of outputs, then temporaries
  std::vector<Instruction> code;

  // Operands are numbered: inputs, constants, outputs, temporaries.
  size_t operands() const { return inputs.size() + constants.size() + wide.size(); }
  size_t firstWritable() const { return inputs.size() + constants.size(); }

  // The program from its numbers; false when they make none.
  bool parse(const std::vector<int32_t>& n, const std::vector<float>& values) {
    size_t at = 0;
    bool good = true;
    const auto next = [&](int64_t least, int64_t most) -> int64_t {
      if (at >= n.size() || n[at] < least || n[at] > most) {
        good = false;
        return least;
      }
      return n[at++];
    };
    rows = next(1, kMost - 1);
    width = next(1, 1 << 20);
    if (static_cast<int64_t>(rows) * static_cast<int64_t>(width) >= kMost) return false;
    const size_t inputCount = next(0, 4096);
    for (size_t i = 0; good && i < inputCount; i++) {
      const bool isWide = next(0, 1);
      inputs.push_back({isWide, static_cast<size_t>(next(1, rows))});
    }
    constants = values;
    const size_t outputCount = next(1, 4096);
    for (size_t i = 0; good && i < outputCount; i++) {
      Output output{next(0, 1) == 1, {}};
      const size_t rank = next(0, 8);
      int64_t size = 1;
      for (size_t j = 0; good && j < rank; j++) {
        output.shape.push_back(next(1, kMost - 1));
        size *= output.shape.back();
        if (size >= kMost) return false;
      }
      if (size != static_cast<int64_t>(rows * (output.wide ? width : 1))) return false;
      wide.push_back(output.wide);
      outputs.push_back(std::move(output));
    }
    temporaries = next(0, 65536);
    for (size_t i = 0; good && i < temporaries; i++) wide.push_back(next(0, 1));
    const size_t count = next(0, 1 << 20);
    const int64_t last = static_cast<int64_t>(operands()) - 1;
    for (size_t i = 0; good && i < count; i++) {
      Instruction one;
      one.op = next(0, kOps - 1);
      one.d = next(firstWritable(), last);
      one.a = next(0, last);
      one.b = next(0, last);
      if (!good) return false;
      const bool to = isWide(one.d), from = isWide(one.a), other = isWide(one.b);
      // A row never becomes one value but by a reduction, which is of a row.
      if (one.op >= kSum ? to || !from : !to && (from || (one.op < kNeg && other))) return false;
      code.push_back(one);
    }
    return good && at == n.size();
  }

  bool isWide(size_t operand) const {
    if (operand < inputs.size()) return inputs[operand].wide;
    if (operand < firstWritable()) return false;
    return wide[operand - firstWritable()];
  }
};

struct Kernel {
  Program program;
};

void failWith(TF_OpKernelConstruction* context, const char* message) {
  TF_Status* status = TF_NewStatus();
  TF_SetStatus(status, TF_INVALID_ARGUMENT, message);
  TF_OpKernelConstruction_Failure(context, status);
  TF_DeleteStatus(status);
}

void* create(TF_OpKernelConstruction* context) {
  TF_Status* status = TF_NewStatus();
  int32_t numbers = 0, values = 0, bytes = 0;
  TF_OpKernelConstruction_GetAttrSize(context, "program", &numbers, &bytes, status);
  TF_OpKernelConstruction_GetAttrSize(context, "constants", &values, &bytes, status);
  std::vector<int32_t> program(numbers > 0 ? numbers : 0);
  std::vector<float> constants(values > 0 ? values : 0);
  if (!program.empty())
    TF_OpKernelConstruction_GetAttrInt32List(context, "program", program.data(), numbers, status);
  if (!constants.empty())
    TF_OpKernelConstruction_GetAttrFloatList(context, "constants", constants.data(), values, status);
  const bool read = TF_GetCode(status) == TF_OK;
  TF_DeleteStatus(status);
  auto kernel = std::make_unique<Kernel>();
  if (!read || !kernel->program.parse(program, constants)) {
    failWith(context, "the program of a ForkpointRows op is damaged");
    return nullptr;
  }
  return kernel.release();
}

struct Held {
  std::vector<TF_Tensor*> tensors;
  TF_Status* status = TF_NewStatus();
  ~Held() {
    for (TF_Tensor* tensor : tensors)
      if (tensor) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status);
  }
};

void compute(void* opaque, TF_OpKernelContext* context) {
  static const Execute execute = chooseLoops();
  const Program& program = static_cast<Kernel*>(opaque)->program;
  Held held;
  const auto fail = [&](const char* message) {
    TF_SetStatus(held.status, TF_INVALID_ARGUMENT, message);
    TF_OpKernelContext_Failure(context, held.status);
  };
  if (static_cast<size_t>(TF_NumInputs(context)) != program.inputs.size() ||
      static_cast<size_t>(TF_NumOutputs(context)) != program.outputs.size())
    return fail("a ForkpointRows op has another number of inputs or outputs than its program");
  const size_t width = program.width;
  std::vector<float*> memory;
  for (size_t i = 0; i < program.inputs.size(); i++) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context, i, &tensor, held.status);
    held.tensors.push_back(tensor);
    const Operand& input = program.inputs[i];
    if (!tensor || TF_TensorByteSize(tensor) != 4 * input.period * (input.wide ? width : 1))
      return fail("an input of a ForkpointRows op has another size than its program says");
    memory.push_back(static_cast<float*>(TF_TensorData(tensor)));
  }
  for (const float& value : program.constants) memory.push_back(const_cast<float*>(&value));
  for (size_t i = 0; i < program.outputs.size(); i++) {
    const Output& output = program.outputs[i];
    const size_t bytes = 4 * program.rows * (output.wide ? width : 1);
    TF_Tensor* tensor = TF_AllocateOutput(context, i, TF_FLOAT, output.shape.data(), output.shape.size(),
                                          bytes, held.status);
    held.tensors.push_back(tensor);
    if (!tensor) return fail("there is not enough memory");
    memory.push_back(static_cast<float*>(TF_TensorData(tensor)));
  }

  // About 1,000 values at a time: a program's registers then stay in the first cache.
  const size_t height = width >= 1024 ? 1 : 1024 / width;
  const size_t tiles = (program.rows + height - 1) / height;
  // Several tiles a part, or the threads' hand-over costs more than the work.
  const size_t perPart = 8;
  const size_t operands = program.operands();
  const size_t inputs = program.inputs.size(), first = program.firstWritable();
  Pool::shared().run((tiles + perPart - 1) / perPart, [&](size_t part) {
    static thread_local std::vector<float> scratch;
    const size_t row = height * width;
    if (scratch.size() < program.temporaries * row + 16) scratch.resize(program.temporaries * row + 16);
    std::vector<Place> places(operands);
    const size_t end = (part + 1) * perPart < tiles ? (part + 1) * perPart : tiles;
    for (size_t tile = part * perPart; tile < end; tile++) {
      const size_t from = tile * height;
      const size_t rows = program.rows - from < height ? program.rows - from : height;
      for (size_t i = 0; i < operands; i++) {
        Place& place = places[i];
        const bool wide = program.isWide(i);
        const size_t step = wide ? width : 1;
        if (i < inputs) {
          const size_t period = program.inputs[i].period;
          const bool whole = from % period + rows <= period;
          float* start = memory[i] + (whole ? from % period * step : 0);
          place = {start, step, from, period, wide, whole, !wide && period == 1};
        } else if (i < first) {
          place = {memory[i], 0, 0, 1, false, false, true};
        } else if (i < first + program.outputs.size()) {
          place = {memory[i] + from * step, step, 0, program.rows, wide, true, false};
        } else {
          float* start = scratch.data() + (i - first - program.outputs.size()) * row;
          place = {start, step, 0, height, wide, true, false};
        }
      }
      for (const Instruction& at : program.code)
        execute(at, places[at.d], places[at.a], places[at.b], rows, width);
    }
  });
}

void destroy(void* kernel) { delete static_cast<Kernel*>(kernel); }

}  // namespace

std::string registerRowPrograms() {
  static std::string failure;
  static std::once_flag once;
  std::call_once(once, [] {
    TF_Status* status = TF_NewStatus();
    TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder("ForkpointRows");
    TF_OpDefinitionBuilderAddInput(op, "inputs: N * float");
    TF_OpDefinitionBuilderAddOutput(op, "outputs: M * float");
    TF_OpDefinitionBuilderAddAttr(op, "N: int >= 1");
    TF_OpDefinitionBuilderAddAttr(op, "M: int >= 1");
    TF_OpDefinitionBuilderAddAttr(op, "program: list(int)");
    TF_OpDefinitionBuilderAddAttr(op, "constants: list(float)");
    TF_OpDefinitionBuilderSetShapeInferenceFunction(op, [](TF_ShapeInferenceContext* context,
                                                           TF_Status* result) {
      TF_ShapeInferenceContextSetUnknownShape(context, result);
    });
    TF_RegisterOpDefinition(op, status);
    if (TF_GetCode(status) == TF_OK) {
      TF_KernelBuilder* kernel = TF_NewKernelBuilder("ForkpointRows", "CPU", create, compute, destroy);
      TF_RegisterKernelBuilder("ForkpointRows", kernel, status);
    }
    if (TF_GetCode(status) != TF_OK) failure = TF_Message(status);
    TF_DeleteStatus(status);
  });
  return failure;
}
