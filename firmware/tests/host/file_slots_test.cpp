#include "host/file_slots.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "host/temporary_folder.hpp"

namespace peerlens {
namespace {

constexpr Version kBuilt{{0, 1, 0}};
constexpr Version kNewer{{1, 0, 0}};

class FileSlotsTest : public testing::Test {
protected:
    FileSlotsTest() { boot(); }

    void boot() {
        slots_ = std::make_unique<FileSlots>(state_);
        wrong_ = slots_->boot(kBuilt);
    }
    bool put(std::string_view program) {
        return slots_->begin(program.size()) && slots_->write(program.substr(0, 3)) &&
               slots_->write(program.substr(3)) && slots_->install(kNewer);
    }

    TemporaryFolder folder_;
    StateFolder state_{folder_.path()};
    std::unique_ptr<FileSlots> slots_;
    std::string wrong_;
};

TEST_F(FileSlotsTest, BeginWithTheProgramThatWasBuilt) {
    EXPECT_EQ(wrong_, "");
    EXPECT_EQ(slots_->running(), kBuilt);
    EXPECT_FALSE(slots_->on_trial());
    EXPECT_EQ(slots_->fault(), "");
    EXPECT_EQ(folder_.read("boot"), "boot 0\nconfirmed 0.1.0\nempty 0.0.0\n");
}

TEST_F(FileSlotsTest, BootWhatWasInstalledOnTrial) {
    ASSERT_TRUE(put("a program"));
    EXPECT_EQ(slots_->running(), kBuilt);
    EXPECT_EQ(folder_.read("slot-1"), "a program");
    boot();
    EXPECT_EQ(slots_->running(), kNewer);
    EXPECT_TRUE(slots_->on_trial());
    EXPECT_EQ(folder_.read("boot"), "boot 1\nconfirmed 0.1.0\ntrial 1.0.0\n");
}

TEST_F(FileSlotsTest, GoBackWhenItWasNotConfirmed) {
    ASSERT_TRUE(put("a program"));
    boot();
    boot();
    EXPECT_EQ(slots_->running(), kBuilt);
    EXPECT_EQ(folder_.read("boot"), "boot 0\nconfirmed 0.1.0\nrejected 1.0.0\n");
}

TEST_F(FileSlotsTest, GoBackWhenItWasRejected) {
    ASSERT_TRUE(put("a program"));
    boot();
    ASSERT_TRUE(slots_->reject());
    boot();
    EXPECT_EQ(slots_->running(), kBuilt);
}

TEST_F(FileSlotsTest, StayWhenItWasConfirmed) {
    ASSERT_TRUE(put("a program"));
    boot();
    ASSERT_TRUE(slots_->confirm());
    EXPECT_FALSE(slots_->on_trial());
    boot();
    EXPECT_EQ(slots_->running(), kNewer);
    ASSERT_TRUE(put("the next"));
    EXPECT_EQ(folder_.read("slot-0"), "the next");
}

TEST_F(FileSlotsTest, InstallNothingThatIsNotWhole) {
    ASSERT_TRUE(slots_->begin(10));
    ASSERT_TRUE(slots_->write("123456789"));
    EXPECT_FALSE(slots_->install(kNewer));
    ASSERT_TRUE(slots_->begin(10));
    EXPECT_FALSE(slots_->write("12345678901"));
    ASSERT_TRUE(slots_->begin(2));
    ASSERT_TRUE(slots_->write("12"));
    slots_->abandon();
    EXPECT_FALSE(slots_->install(kNewer));
    EXPECT_FALSE(slots_->write("1"));
    boot();
    EXPECT_EQ(slots_->running(), kBuilt);
}

TEST_F(FileSlotsTest, TakeWhatFits) {
    EXPECT_FALSE(slots_->begin(slots_->capacity() + 1));
    EXPECT_TRUE(slots_->begin(slots_->capacity()));
}

TEST_F(FileSlotsTest, BehaveAsTheirFirstLineSays) {
    ASSERT_TRUE(put("peerlens-twin-fault crash\nand more"));
    boot();
    EXPECT_EQ(slots_->fault(), "crash");
}

TEST_F(FileSlotsTest, SayThatTheirFolderMakesNoSense) {
    for (const char* text : {"", "boot 2\nconfirmed 1.0.0\nempty 0.0.0\n",
                             "boot 0\nconfirmed 1.0.0\n", "boot 0\nfine 1.0.0\nempty 0.0.0\n",
                             "boot 0\nconfirmed 1.0\nempty 0.0.0\n", "boot -1\n"}) {
        folder_.write("boot", text);
        boot();
        EXPECT_EQ(wrong_, folder_.path() + "/boot: not the state of two slots") << text;
    }
}

TEST(FileSlotsWithoutAFolder, HaveOneProgramAndNoRoom) {
    const StateFolder nowhere("");
    FileSlots slots(nowhere);
    EXPECT_EQ(slots.boot(kBuilt), "");
    EXPECT_EQ(slots.running(), kBuilt);
    EXPECT_FALSE(slots.begin(10));
    EXPECT_FALSE(slots.write("1"));
    EXPECT_FALSE(slots.install(kNewer));
}

}  // namespace
}  // namespace peerlens
