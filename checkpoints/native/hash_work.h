// Bytes that are to be hashed, in memory or in files, shared among threads; several at once in each
// (sha256_lanes.h).

#pragma once

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <vector>

#include "sha256_lanes.h"

namespace hashing {

// Read in pieces that the processor still has at hand when they are hashed.
constexpr size_t kPiece = 256 << 10;
// As much as is hashed in the time in which another thread begins, if it has a processor.
constexpr size_t kFirst = 64 << 10;
constexpr int32_t kTooShort = -1;

struct Input {
  uint8_t* bytes;
  uint64_t length;
  int file;         // -1: the bytes are there already
  uint64_t offset;  // in the file
  uint8_t digest[lanes::kDigest];
  int32_t fault;  // 0, an errno, or kTooShort
};

struct Lane {
  Input* input = nullptr;
  uint64_t hashed = 0;
  uint64_t there = 0;
  uint32_t state[8];

  void begin(Input* next) {
    input = next;
    hashed = 0;
    there = next->file < 0 ? next->length : 0;
    memcpy(state, lanes::kStart, sizeof(state));
  }

  // Until a block is there, or all is; false on a fault.
  bool load() {
    while (there - hashed < lanes::kBlock && there < input->length) {
      const size_t wanted = std::min<uint64_t>(kPiece, input->length - there);
      const ssize_t count = pread(input->file, input->bytes + there, wanted, input->offset + there);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        input->fault = count < 0 ? errno : kTooShort;
        return false;
      }
      there += count;
    }
    return true;
  }

  size_t blocks() const { return (there - hashed) / lanes::kBlock; }
};

template <int N>
void advance(Lane* const* working, size_t blocks) {
  uint32_t* states[N];
  const uint8_t* data[N];
  for (int n = 0; n < N; n++) {
    states[n] = working[n]->state;
    data[n] = working[n]->input->bytes + working[n]->hashed;
    working[n]->hashed += blocks * lanes::kBlock;
  }
  lanes::compress<N>(states, data, blocks);
}

class Work {
 public:
  std::vector<Input> inputs;

  // How many threads are to share.
  uint32_t threads = 1;

  // The largest first, so that no thread is left with one when the others have ended.
  void order() {
    order_.resize(inputs.size());
    for (size_t at = 0; at < inputs.size(); at++) order_[at] = &inputs[at];
    std::sort(order_.begin(), order_.end(),
              [](const Input* one, const Input* other) { return one->length > other->length; });
  }

  // Takes what no other thread has taken, until nothing is left.
  void share() {
    begun_.fetch_add(1);
    Lane all[lanes::kMost];
    for (int round = 0;; round++) {
      Lane* working[lanes::kMost];
      int count = 0;
      for (Lane& lane : all)
        if (fill(lane)) working[count++] = &lane;
      if (count == 0) return;
      if (round == 1 && begun_ < threads) makeRoom();
      size_t blocks = working[0]->blocks();
      for (int at = 1; at < count; at++) blocks = std::min(blocks, working[at]->blocks());
      if (round == 0) blocks = std::min(blocks, kFirst / lanes::kBlock);
      if (count == 3) advance<3>(working, blocks);
      else if (count == 2) advance<2>(working, blocks);
      else advance<1>(working, blocks);
    }
  }

 private:
  std::vector<Input*> order_;
  std::atomic<size_t> next_{0};
  std::atomic<uint32_t> begun_{0};

  // Linux may wake two threads on one processor, and the other idles while the second waits for its turn there,
  // for longer than all of this takes. So the first goes elsewhere when the second has not begun.
  static void makeRoom() {
    cpu_set_t allowed, others;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return;
    others = allowed;
    CPU_CLR(sched_getcpu(), &others);
    if (CPU_COUNT(&others) == 0) return;
    if (sched_setaffinity(0, sizeof(others), &others) != 0) return;
    sched_setaffinity(0, sizeof(allowed), &allowed);
  }

  bool fill(Lane& lane) {
    for (;;) {
      if (!lane.input) {
        const size_t at = next_.fetch_add(1);
        if (at >= order_.size()) return false;
        lane.begin(order_[at]);
      }
      if (!lane.load()) {
        lane.input = nullptr;
      } else if (lane.blocks() == 0) {
        Input& input = *lane.input;
        lanes::finish(lane.state, input.bytes + lane.hashed, input.length, input.digest);
        lane.input = nullptr;
      } else {
        return true;
      }
    }
  }
};

}  // namespace hashing
