#include "host/file_settings_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "host/temporary_folder.hpp"

namespace peerlens {
namespace {

class FileSettingsStoreTest : public ::testing::Test {
protected:
    const TemporaryFolder temporary_;
    const std::string folder_ = temporary_.path();
    char buffer_[SettingsStore::kMostBytes];
    std::string_view text_;
};

TEST_F(FileSettingsStoreTest, KeepsWhatItIsGiven) {
    FileSettingsStore store(folder_ + "/settings.json");
    EXPECT_EQ(store.load(buffer_, text_), StoreResult::kNothing);
    EXPECT_EQ(store.save("{\"a\":1}"), StoreResult::kDone);
    EXPECT_EQ(store.save("{}"), StoreResult::kDone);
    EXPECT_EQ(store.load(buffer_, text_), StoreResult::kDone);
    EXPECT_EQ(text_, "{}");
    struct stat status {};
    ASSERT_EQ(stat((folder_ + "/settings.json").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
    EXPECT_EQ(store.erase(), StoreResult::kDone);
    EXPECT_EQ(store.load(buffer_, text_), StoreResult::kNothing);
}

TEST_F(FileSettingsStoreTest, SaysWhyItCannot) {
    FileSettingsStore nowhere(folder_ + "/no/such/settings.json");
    EXPECT_EQ(nowhere.load(buffer_, text_), StoreResult::kNothing);
    EXPECT_EQ(nowhere.save("{}"), StoreResult::kFailed);
    EXPECT_NE(nowhere.reason().find("No such file"), std::string_view::npos);
    FileSettingsStore none("");
    EXPECT_EQ(none.load(buffer_, text_), StoreResult::kNothing);
    EXPECT_EQ(none.save("{}"), StoreResult::kFailed);
    EXPECT_FALSE(none.reason().empty());
    FileSettingsStore folder(folder_);
    EXPECT_EQ(folder.load(buffer_, text_), StoreResult::kFailed) << "it is a folder";
}

TEST_F(FileSettingsStoreTest, TakesNothingThatIsTooLong) {
    FileSettingsStore store(folder_ + "/settings.json");
    std::ofstream(folder_ + "/settings.json") << std::string(SettingsStore::kMostBytes + 1, ' ');
    EXPECT_EQ(store.load(buffer_, text_), StoreResult::kFailed);
    EXPECT_NE(store.reason().find("longer than 8192 bytes"), std::string_view::npos);
    std::ofstream(folder_ + "/settings.json") << std::string(SettingsStore::kMostBytes, ' ');
    EXPECT_EQ(store.load(buffer_, text_), StoreResult::kDone);
    EXPECT_EQ(text_.size(), SettingsStore::kMostBytes);
}

}  // namespace
}  // namespace peerlens
