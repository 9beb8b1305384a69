#include "host/state_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace peerlens {
namespace {

bool sync_file(const std::string& path, int flags) {
    const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
    const bool done = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) {
        close(descriptor);
    }
    return done;
}

}  // namespace

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    return true;
}

std::string StateFolder::create() const {
    if (!keeps()) {
        return "";
    }
    if (mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) {
        return path_ + ": " + std::generic_category().message(errno);
    }
    const bool usable =
        sync_file(path_, O_RDONLY | O_DIRECTORY) && access(path_.c_str(), R_OK | W_OK | X_OK) == 0;
    return usable ? "" : path_ + ": " + std::generic_category().message(errno);
}

bool StateFolder::save(const std::string& name, std::string_view bytes) const {
    if (!keeps()) {
        return false;
    }
    const std::string path = path_of(name);
    const std::string fresh = path + ".new";
    const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return false;
    }
    const bool written = write_all(descriptor, bytes) && fsync(descriptor) == 0;
    close(descriptor);
    return written && rename(fresh.c_str(), path.c_str()) == 0 &&
           sync_file(path_, O_RDONLY | O_DIRECTORY);
}

bool StateFolder::load(const std::string& name, std::size_t at_most, std::string& bytes) const {
    if (!keeps()) {
        return false;
    }
    const int descriptor = open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    bytes.assign(at_most + 1, '\0');
    std::size_t size = 0;
    ssize_t count = 1;
    while (count > 0 && size < bytes.size()) {
        count = read(descriptor, bytes.data() + size, bytes.size() - size);
        size += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    close(descriptor);
    bytes.resize(size);
    return count >= 0 && size <= at_most;
}

bool StateFolder::erase(const std::string& name) const {
    if (!keeps()) {
        return true;
    }
    const bool gone = unlink(path_of(name).c_str()) == 0 || errno == ENOENT;
    return gone && sync_file(path_, O_RDONLY | O_DIRECTORY);
}

}  // namespace peerlens
