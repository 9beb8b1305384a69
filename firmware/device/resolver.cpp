#include "device/resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

namespace peerlens {
namespace {

struct Question {
    std::array<char, Resolver::kMaxHost + 1> host{};
    std::array<char, 6> port{};
};

struct Answer {
    std::array<Address, Resolver::kMaxAddresses> addresses;
    std::size_t count = 0;
};

// AI_NUMERICHOST in `flags` never waits.
Answer look_up(const Question& question, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    Answer answer;
    if (getaddrinfo(question.host.data(), question.port.data(), &hints, &found) != 0) {
        return answer;
    }
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        if (answer.count < answer.addresses.size() &&
            each->ai_addrlen <= sizeof answer.addresses[0].storage) {
            Address& address = answer.addresses[answer.count++];
            std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
            address.size = static_cast<socklen_t>(each->ai_addrlen);
        }
    }
    freeaddrinfo(found);
    return answer;
}

}  // namespace

// Shared by the Resolver and the thread, which may outlive it in a look-up that does not return.
class Resolver::Worker {
public:
    // Returns whether the question was taken: not while an earlier one is being looked up.
    bool ask(const Question& question, std::uint32_t number) {
        const std::lock_guard lock(mutex_);
        if (busy_) {
            return false;
        }
        question_ = question;
        number_ = number;
        busy_ = true;
        changed_.notify_one();
        return true;
    }

    // Returns whether the question `number` was answered.
    bool answered(std::uint32_t number, Answer& answer) {
        const std::lock_guard lock(mutex_);
        if (busy_ || number_ != number) {
            return false;
        }
        answer = answer_;
        return true;
    }

    void stop() {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_one();
    }

    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return busy_ || stopping_; });
            if (stopping_) {
                return;
            }
            const Question question = question_;
            lock.unlock();
            const Answer answer = look_up(question, 0);
            lock.lock();
            answer_ = answer;
            busy_ = false;
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    Question question_;
    Answer answer_;
    std::uint32_t number_ = 0;
    bool busy_ = false;
    bool stopping_ = false;
};

Resolver::Resolver() = default;

Resolver::~Resolver() {
    if (worker_ != nullptr) {
        worker_->stop();
    }
}

void Resolver::start(std::string_view host, std::uint16_t port) {
    ++asked_;
    count_ = 0;
    Question question;
    if (host.empty() || host.size() > kMaxHost) {
        return fail("the server's name is too long");
    }
    std::copy(host.begin(), host.end(), question.host.begin());
    static_cast<void>(
        std::snprintf(question.port.data(), question.port.size(), "%u", unsigned{port}));
    const Answer numeric = look_up(question, AI_NUMERICHOST | AI_NUMERICSERV);
    if (numeric.count > 0) {
        addresses_ = numeric.addresses;
        count_ = numeric.count;
        progress_ = Progress::kFound;
        return;
    }
    if (worker_ == nullptr && !start_worker()) {
        return fail("there is no memory to look a name up");
    }
    if (!worker_->ask(question, asked_)) {
        return fail("the look-up of an earlier name has not returned yet");
    }
    deadline_ = std::chrono::steady_clock::now() + kDeadline;
    progress_ = Progress::kPending;
}

bool Resolver::start_worker() {
    auto worker = std::make_shared<Worker>();
    auto* passed = new std::shared_ptr<Worker>(worker);  // to the thread, which deletes it
    const auto run = [](void* argument) -> void* {
        auto* given = static_cast<std::shared_ptr<Worker>*>(argument);
        const std::shared_ptr<Worker> mine = *given;
        delete given;
        mine->run();
        return nullptr;
    };
    pthread_t thread;
    if (pthread_create(&thread, nullptr, run, passed) != 0) {
        delete passed;
        return false;
    }
    pthread_detach(thread);
    worker_ = std::move(worker);
    return true;
}

Resolver::Progress Resolver::progress() {
    if (progress_ != Progress::kPending) {
        return progress_;
    }
    Answer answer;
    if (worker_->answered(asked_, answer)) {
        addresses_ = answer.addresses;
        count_ = answer.count;
        progress_ = Progress::kFound;
        if (count_ == 0) {
            fail("no address is known for the server's name");
        }
    } else if (std::chrono::steady_clock::now() >= deadline_) {
        fail("looking up the server's name takes too long");
    }
    return progress_;
}

void Resolver::fail(const char* reason) {
    progress_ = Progress::kFailed;
    reason_ = reason;
}

}  // namespace peerlens
