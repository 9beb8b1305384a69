// What a twin keeps while it is off: a folder of files.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace peerlens {

// Whole or not at all, whenever the process is killed. One without a path keeps nothing.
class StateFolder {
public:
    explicit StateFolder(std::string path) : path_(std::move(path)) {}

    bool keeps() const { return !path_.empty(); }
    // Make it if it is not there. Returns what is wrong, or an empty string.
    std::string create() const;

    // Put `bytes` into the file `name`; returns whether they are there, and stay there.
    bool save(const std::string& name, std::string_view bytes) const;
    // Returns false when there is no such file, or it is longer than `at_most`.
    bool load(const std::string& name, std::size_t at_most, std::string& bytes) const;
    // Returns whether the file is gone.
    bool erase(const std::string& name) const;

    std::string path_of(const std::string& name) const { return path_ + "/" + name; }

private:
    const std::string path_;
};

// Write all of it; returns false, with errno, when it cannot be.
bool write_all(int descriptor, std::string_view bytes);

}  // namespace peerlens
