#include "folder_pictures.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace peerlens {
namespace {

namespace fs = std::filesystem;

constexpr std::streamoff kMostBytes = 4'194'304;

bool is_named_jpeg(const fs::path& path) {
    std::string end = path.extension().string();
    std::transform(end.begin(), end.end(), end.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return end == ".jpg" || end == ".jpeg";
}

bool is_jpeg(std::string_view bytes) {
    return bytes.size() >= 4 && bytes.substr(0, 3) == "\xFF\xD8\xFF" &&
           bytes.substr(bytes.size() - 2) == "\xFF\xD9";
}

}  // namespace

std::string FolderPictures::open(const std::string& folder) {
    std::error_code error;
    for (fs::directory_iterator each(folder, error), end; !error && each != end;
         each.increment(error)) {
        if (is_named_jpeg(each->path()) && files_.size() < kMostFiles) {
            files_.push_back(each->path().string());
        }
    }
    if (error) {
        return folder + ": " + error.message();
    }
    std::sort(files_.begin(), files_.end());
    if (files_.empty()) {
        return folder + ": expected files named *.jpg in it";
    }
    for (const std::string& file : files_) {
        if (!read(file)) {
            return file + ": expected a JPEG of at most 4 MiB, from FF D8 FF to FF D9";
        }
    }
    return "";
}

std::string_view FolderPictures::next(const CameraSettings&, double, std::uint64_t) {
    const std::string& file = files_[position_];
    position_ = (position_ + 1) % files_.size();
    return read(file) ? std::string_view(bytes_.data(), bytes_.size()) : std::string_view();
}

bool FolderPictures::read(const std::string& file) {
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    const std::streamoff size = in.tellg();
    if (!in || size < 0 || size > kMostBytes) {
        return false;
    }
    bytes_.resize(static_cast<std::size_t>(size));
    in.seekg(0);
    in.read(bytes_.data(), size);
    return in && is_jpeg({bytes_.data(), bytes_.size()});
}

}  // namespace peerlens
