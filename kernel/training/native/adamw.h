// Weights and optimizer slots in one block of memory each, and AdamW over them in one pass.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "pool.h"

// One update's numbers, in the order in which JavaScript writes them.
struct AdamW {
  float learningRate, beta1, rest1, beta2, rest2, correction1, correction2, epsilon, weightDecay;
};

// The same operations in the same order as the eager update, so that elementwise nothing differs; no
// contraction into fused multiply-adds, so that every instruction set gives the same bits.
inline __attribute__((always_inline)) void adamWOne(const AdamW& a, float decay, float& w, float& m,
                                                    float& v, float g) {
  const float mean = m * a.beta1 + g * a.rest1;
  const float square = v * a.beta2 + (g * g) * a.rest2;
  const float step = (mean * a.correction1) / (__builtin_sqrtf(square) * a.correction2 + a.epsilon);
  w = w - (w * decay + step) * a.learningRate;
  m = mean;
  v = square;
}

__attribute__((target_clones("avx512f", "avx2", "default"))) inline void adamWBlock(
    const AdamW& a, float decay, size_t count, float* __restrict w, float* __restrict m,
    float* __restrict v, const float* __restrict g) {
  for (size_t i = 0; i < count; i++) adamWOne(a, decay, w[i], m[i], v[i], g[i]);
}

// The gradient of a batch that was computed in two halves is their mean.
__attribute__((target_clones("avx512f", "avx2", "default"))) inline void adamWBlockOfHalves(
    const AdamW& a, float decay, size_t count, float* __restrict w, float* __restrict m,
    float* __restrict v, const float* __restrict g, const float* __restrict other) {
  for (size_t i = 0; i < count; i++) adamWOne(a, decay, w[i], m[i], v[i], (g[i] + other[i]) * 0.5f);
}

struct Parameters {
  static constexpr size_t kLine = 16;          // floats in 64 bytes, TensorFlow's alignment
  static constexpr size_t kBlock = 1 << 15;    // floats that one thread takes at a time
  static constexpr size_t kThreaded = 1 << 17; // below it other threads cost more than they give

  std::vector<size_t> sizes, offsets;
  std::vector<uint8_t> decays;
  size_t total = 0, padded = 0;
  float* memory[3] = {nullptr, nullptr, nullptr};

  Parameters(const int32_t* given, const uint8_t* marks, size_t count) : decays(marks, marks + count) {
    for (size_t i = 0; i < count; i++) {
      sizes.push_back(given[i]);
      offsets.push_back(padded);
      total += given[i];
      padded += (given[i] + kLine - 1) / kLine * kLine;
    }
    auto* block = static_cast<float*>(aligned_alloc(64, 3 * padded * sizeof(float)));
    if (!block) return;
    memset(block, 0, 3 * padded * sizeof(float));
    for (size_t group = 0; group < 3; group++) memory[group] = block + group * padded;
  }
  ~Parameters() { free(memory[0]); }

  float* at(size_t group, size_t index) { return memory[group] + offsets[index]; }

  void copy(size_t group, float* packed, bool write) {
    for (size_t i = 0; i < sizes.size(); i++) {
      const size_t bytes = sizes[i] * sizeof(float);
      if (write)
        memcpy(at(group, i), packed, bytes);
      else
        memcpy(packed, at(group, i), bytes);
      packed += sizes[i];
    }
  }

  // `gradients` are those of the whole batch, or of its first half and then of its second.
  void update(const AdamW& adamW, const std::vector<const float*>& gradients) {
    const bool halves = gradients.size() == 2 * sizes.size();
    struct Block {
      size_t index, from, count;
    };
    std::vector<Block> blocks;
    for (size_t i = 0; i < sizes.size(); i++)
      for (size_t from = 0; from < sizes[i]; from += kBlock)
        blocks.push_back({i, from, sizes[i] - from < kBlock ? sizes[i] - from : kBlock});
    const auto work = [&](size_t at) {
      const auto [i, from, count] = blocks[at];
      const float decay = decays[i] ? adamW.weightDecay : 0.0f;
      float *w = this->at(0, i) + from, *m = this->at(1, i) + from, *v = this->at(2, i) + from;
      const float* g = gradients[i] + from;
      if (halves)
        adamWBlockOfHalves(adamW, decay, count, w, m, v, g, gradients[sizes.size() + i] + from);
      else
        adamWBlock(adamW, decay, count, w, m, v, g);
    };
    if (total >= kThreaded) return Pool::shared().run(blocks.size(), work);
    for (size_t at = 0; at < blocks.size(); at++) work(at);
  }
};
