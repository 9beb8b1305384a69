#include "host/file_settings_store.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace peerlens {
namespace {

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

FileSettingsStore::FileSettingsStore(const std::string& path)
    : path_(path), name_(path.substr(path.rfind('/') + 1)), folder_(folder_of(path)) {}

StoreResult FileSettingsStore::load(char* buffer, std::string_view& text) {
    struct stat status {};
    if (path_.empty() || (stat(path_.c_str(), &status) != 0 && errno == ENOENT)) {
        return StoreResult::kNothing;
    }
    std::string bytes;
    errno = 0;
    if (!folder_.load(name_, kMostBytes, bytes)) {
        return fail(errno != 0 ? std::strerror(errno) : "longer than 8192 bytes");
    }
    text = {buffer, bytes.copy(buffer, kMostBytes)};
    return StoreResult::kDone;
}

StoreResult FileSettingsStore::save(std::string_view text) {
    if (path_.empty()) {
        reason_ = "this program was started without a file to keep them in";
        return StoreResult::kFailed;
    }
    return folder_.save(name_, text) ? StoreResult::kDone : fail(std::strerror(errno));
}

StoreResult FileSettingsStore::erase() {
    return path_.empty() || folder_.erase(name_) ? StoreResult::kDone : fail(std::strerror(errno));
}

StoreResult FileSettingsStore::fail(const std::string& what) {
    reason_ = path_ + ": " + what;
    return StoreResult::kFailed;
}

}  // namespace peerlens
