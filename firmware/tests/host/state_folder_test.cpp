#include "host/state_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "host/temporary_folder.hpp"

namespace peerlens {
namespace {

TEST(StateFolder, KeepsWhatWasSaved) {
    const TemporaryFolder folder;
    const StateFolder state(folder.path() + "/new");
    ASSERT_EQ(state.create(), "");
    EXPECT_TRUE(state.save("name", std::string("a\0b", 3)));
    std::string bytes;
    EXPECT_TRUE(state.load("name", 3, bytes));
    EXPECT_EQ(bytes, std::string("a\0b", 3));
    EXPECT_TRUE(state.save("name", "c"));
    EXPECT_TRUE(StateFolder(folder.path() + "/new").load("name", 3, bytes));
    EXPECT_EQ(bytes, "c");
    EXPECT_TRUE(state.erase("name"));
    EXPECT_TRUE(state.erase("name"));
    EXPECT_FALSE(state.load("name", 3, bytes));
}

TEST(StateFolder, IsTheOwnersAlone) {
    const TemporaryFolder folder;
    const StateFolder state(folder.path() + "/new");
    ASSERT_EQ(state.create(), "");
    ASSERT_TRUE(state.save("name", "secret"));
    struct stat status;
    ASSERT_EQ(stat(state.path_of("name").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
    ASSERT_EQ(stat((folder.path() + "/new").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0700u);
}

TEST(StateFolder, DoesNotReadMoreThanWasExpected) {
    const TemporaryFolder folder;
    const StateFolder state(folder.path());
    ASSERT_TRUE(state.save("name", "abcd"));
    std::string bytes;
    EXPECT_FALSE(state.load("name", 3, bytes));
    EXPECT_TRUE(state.load("name", 4, bytes));
}

TEST(StateFolder, LeavesWhatWasThereWhenItCannotSave) {
    const TemporaryFolder folder;
    const StateFolder state(folder.path());
    ASSERT_TRUE(state.save("name", "before"));
    std::filesystem::create_directory(folder.path() + "/name.new");  // where it writes first
    EXPECT_FALSE(state.save("name", "after"));
    EXPECT_EQ(folder.read("name"), "before");
}

TEST(StateFolder, SaysWhatIsWrong) {
    const TemporaryFolder folder;
    folder.write("file", "");
    EXPECT_EQ(StateFolder(folder.path() + "/file").create(),
              folder.path() + "/file: Not a directory");
    EXPECT_EQ(StateFolder(folder.path() + "/a/b").create(),
              folder.path() + "/a/b: No such file or directory");
}

TEST(StateFolder, KeepsNothingWithoutAPath) {
    const StateFolder state("");
    std::string bytes;
    EXPECT_FALSE(state.keeps());
    EXPECT_EQ(state.create(), "");
    EXPECT_FALSE(state.save("name", "bytes"));
    EXPECT_FALSE(state.load("name", 100, bytes));
    EXPECT_TRUE(state.erase("name"));
}

}  // namespace
}  // namespace peerlens
