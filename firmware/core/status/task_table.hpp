// Which tasks of a device are alive.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace peerlens {

// Tasks join, feed and leave, each for itself; another one checks. None waits for another.
class TaskTable {
public:
    static constexpr std::size_t kMost = 12;

    // A number for the task, which must be below kMost to be good for anything: there are no more.
    // `name` must outlive the task.
    std::size_t join(const char* name, std::uint32_t now) {
        for (std::size_t i = 0; i < kMost; ++i) {
            bool used = false;
            if (entries_[i].used.compare_exchange_strong(used, true)) {
                entries_[i].fed_at.store(now);
                entries_[i].name.store(name);
                return i;
            }
        }
        return kMost;
    }

    void feed(std::size_t task, std::uint32_t now) {
        if (task < kMost) {
            entries_[task].fed_at.store(now);
        }
    }

    // For all of them, when none of them can be blamed.
    void feed_all(std::uint32_t now) {
        for (Entry& entry : entries_) {
            entry.fed_at.store(now);
        }
    }

    void leave(std::size_t task) {
        if (task < kMost) {
            entries_[task].name.store(nullptr);
            entries_[task].used.store(false);
        }
    }

    // The name of a task that was not fed for more than `limit_ms`, or null.
    const char* overdue(std::uint32_t now, std::int32_t limit_ms) const {
        for (const Entry& entry : entries_) {
            const char* const name = entry.name.load();
            // Signed: it may have been fed with a later time than the one that was read here.
            const auto hung_ms = static_cast<std::int32_t>(now - entry.fed_at.load());
            if (name != nullptr && hung_ms > limit_ms) {
                return name;
            }
        }
        return nullptr;
    }

private:
    struct Entry {
        std::atomic<bool> used{false};
        std::atomic<const char*> name{nullptr};  // set last, and taken away first
        std::atomic<std::uint32_t> fed_at{0};
    };

    std::array<Entry, kMost> entries_;
};

}  // namespace peerlens
