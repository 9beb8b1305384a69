#include "update/boot_choice.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

constexpr Version kNewer{{1, 3, 0}};

BootChoice with_one_program() {
    BootChoice choice;
    choice.slots[0] = {SlotState::kConfirmed, Version{{1, 2, 0}}};
    choice.boot();
    return choice;
}

BootChoice on_trial() {
    BootChoice choice = with_one_program();
    choice.begin();
    choice.install(kNewer);
    choice.boot();
    return choice;
}

TEST(BootChoice, BootsTheProgramThatIsConfirmedForEver) {
    BootChoice choice = with_one_program();
    for (int i = 0; i < 3; ++i) {
        choice.boot();
        EXPECT_EQ(choice.running, 0u);
        EXPECT_FALSE(choice.on_trial());
    }
}

TEST(BootChoice, BootsAnInstalledProgramOnTrial) {
    BootChoice choice = with_one_program();
    choice.begin();
    choice.install(kNewer);
    EXPECT_EQ(choice.running, 0u);
    EXPECT_FALSE(choice.on_trial());
    choice.boot();
    EXPECT_EQ(choice.running, 1u);
    EXPECT_TRUE(choice.on_trial());
}

TEST(BootChoice, GoesBackWhenTheProgramOnTrialWasNotConfirmed) {
    BootChoice choice = on_trial();
    choice.boot();
    EXPECT_EQ(choice.running, 0u);
    EXPECT_EQ(choice.slots[1].state, SlotState::kRejected);
    EXPECT_FALSE(choice.on_trial());
    choice.boot();
    EXPECT_EQ(choice.running, 0u);
}

TEST(BootChoice, KeepsAConfirmedProgramAndUpdatesTheOtherSlotNext) {
    BootChoice choice = on_trial();
    choice.confirm();
    choice.boot();
    EXPECT_EQ(choice.running, 1u);
    EXPECT_EQ(choice.other(), 0u);
    choice.begin();
    EXPECT_EQ(choice.slots[0].state, SlotState::kEmpty);
    choice.install({{1, 4, 0}});
    choice.boot();
    EXPECT_EQ(choice.running, 0u);
    choice.boot();
    EXPECT_EQ(choice.running, 1u);
}

TEST(BootChoice, GoesBackWhenTheProgramIsRejected) {
    BootChoice choice = on_trial();
    choice.reject();
    EXPECT_EQ(choice.running, 1u);
    choice.boot();
    EXPECT_EQ(choice.running, 0u);
}

TEST(BootChoice, BootsTheOldProgramAfterAWriteThatWasCutOff) {
    BootChoice choice = with_one_program();
    choice.begin();
    choice.boot();
    EXPECT_EQ(choice.running, 0u);
    EXPECT_FALSE(choice.on_trial());
}

}  // namespace
}  // namespace peerlens
