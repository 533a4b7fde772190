// A few threads of our own for work that is cut into parts. TensorFlow's C API does not lend its own.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

class Pool {
 public:
  // One for the process, never torn down: a worker thread may still be in it at exit.
  static Pool& shared() {
    static Pool* pool = new Pool();
    return *pool;
  }

  // Calls work(part) for each part, on this thread and the others. Parts must be independent.
  template <typename Work>
  void run(size_t parts, const Work& work) {
    // Somebody else's work is on the threads, or this is a part of it: this thread is one core already.
    if (parts < 2 || threads_.empty() || busy_.exchange(true)) {
      for (size_t part = 0; part < parts; part++) work(part);
      return;
    }
    const auto call = [](const void* context, size_t part) { (*static_cast<const Work*>(context))(part); };
    {
      std::lock_guard<std::mutex> guard(lock_);
      call_ = call;
      context_ = &work;
      parts_ = parts;
      next_ = 0;
      working_ = threads_.size();
      round_++;
    }
    wake_.notify_all();
    take();
    std::unique_lock<std::mutex> guard(lock_);
    done_.wait(guard, [this] { return working_ == 0; });
    busy_ = false;
  }

 private:
  Pool() {
    const char* asked = getenv("TF_NUM_INTRAOP_THREADS");
    size_t count = asked ? atoi(asked) : std::thread::hardware_concurrency();
    if (count > 8) count = 8;
    for (size_t i = 1; i < count; i++) {
      threads_.emplace_back([this] { serve(); });
      threads_.back().detach();
    }
  }

  void take() {
    for (size_t part = next_++; part < parts_; part = next_++) call_(context_, part);
  }

  void serve() {
    size_t seen = 0;
    for (;;) {
      {
        std::unique_lock<std::mutex> guard(lock_);
        wake_.wait(guard, [&] { return round_ != seen; });
        seen = round_;
      }
      take();
      std::lock_guard<std::mutex> guard(lock_);
      if (--working_ == 0) done_.notify_one();
    }
  }

  std::vector<std::thread> threads_;
  std::atomic<bool> busy_{false};
  std::mutex lock_;
  std::condition_variable wake_, done_;
  void (*call_)(const void*, size_t) = nullptr;
  const void* context_ = nullptr;
  size_t parts_ = 0, working_ = 0, round_ = 0;
  std::atomic<size_t> next_{0};
};
