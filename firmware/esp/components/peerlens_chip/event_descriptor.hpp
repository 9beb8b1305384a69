// Wakes the loop out of poll() from another task.
#pragma once

namespace peerlens {

// An eventfd of ESP-IDF: poll its descriptor for POLLIN. One task waits, any task wakes it.
class EventDescriptor {
public:
    EventDescriptor();
    ~EventDescriptor();
    EventDescriptor(const EventDescriptor&) = delete;
    EventDescriptor& operator=(const EventDescriptor&) = delete;

    // -1 when there is none: then the loop is as quick as its poll's timeout.
    int descriptor() const { return descriptor_; }
    void wake();
    // All that woke it was dealt with.
    void clear();

private:
    int descriptor_;
};

}  // namespace peerlens
