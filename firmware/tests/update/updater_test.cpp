#include "update/updater.hpp"

#include <gtest/gtest.h>

#include <string>

#include "device/crypto/image_verifier.hpp"
#include "status/memory_counters.hpp"
#include "update/memory_slots.hpp"
#include "update/signed_image.hpp"

namespace peerlens {
namespace {

class UpdaterTest : public testing::Test {
protected:
    static SigningKey& key() {
        static SigningKey key;
        return key;
    }

    UpdaterTest() { verifier_.set_key(key().text()); }

    static std::string program() {
        std::string program;
        for (int i = 0; i < 3000; ++i) {
            program += static_cast<char>(i * 7);
        }
        return program;
    }
    static std::string image(Version version = {{1, 3, 0}}) {
        return signed_image(key(), "board-esp32", version, program());
    }

    // Upload all of it, in pieces; what became of it.
    Refusal upload(std::string_view bytes, std::size_t piece = 1000, bool allow_downgrade = false) {
        Refusal refusal = updater_.begin(now_, bytes.size(), allow_downgrade);
        for (std::size_t at = 0; at < bytes.size() && refusal == Refusal::kNone; at += piece) {
            refusal = updater_.write(now_, bytes.substr(at, piece));
        }
        return refusal == Refusal::kNone ? updater_.finish(now_) : refusal;
    }

    // The old program runs, is the one that boots next, and may take another update.
    void expect_unchanged() {
        EXPECT_EQ(slots_.choice.chosen, 0u);
        EXPECT_EQ(slots_.choice.slots[0].state, SlotState::kConfirmed);
        EXPECT_EQ(slots_.abandoned, 1);
        EXPECT_FALSE(gate_.is_held);
        EXPECT_FALSE(updater_.is_receiving());
        EXPECT_FALSE(updater_.reboot_due(now_ + 100'000));
    }

    std::string status() {
        JsonWriter json;
        updater_.describe(json);
        return std::string(json.finish());
    }

    MemorySlots slots_;
    ImageVerifier verifier_;
    MemoryCounters counters_;
    BootRecord record_{counters_};
    ArmedGate gate_;
    Updater updater_{{slots_, verifier_, record_, gate_}, {"board-esp32", Version{{1, 2, 0}}}};
    std::uint32_t now_ = 0xFFFFFFF0;
};

TEST_F(UpdaterTest, InstallsASignedImageHoweverItIsCut) {
    for (const std::size_t piece : {1u, 7u, 87u, 151u, 152u, 153u, 1000u, 4000u}) {
        MemorySlots slots;
        Updater updater({slots, verifier_, record_, gate_}, {"board-esp32", Version{{1, 2, 0}}});
        const std::string bytes = image();
        ASSERT_EQ(updater.begin(0, bytes.size(), false), Refusal::kNone);
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            ASSERT_EQ(updater.write(0, std::string_view(bytes).substr(at, piece)), Refusal::kNone);
        }
        ASSERT_EQ(updater.finish(0), Refusal::kNone);
        EXPECT_EQ(slots.contents[1], program());
        EXPECT_EQ(slots.choice.chosen, 1u);
        EXPECT_EQ(slots.choice.slots[1].version, (Version{{1, 3, 0}}));
    }
}

TEST_F(UpdaterTest, RebootsAfterTheResponseHadItsTime) {
    ASSERT_EQ(upload(image()), Refusal::kNone);
    EXPECT_TRUE(counters_.kept->updating);
    EXPECT_TRUE(gate_.is_held);
    EXPECT_FALSE(updater_.reboot_due(now_ + 499));
    EXPECT_TRUE(updater_.reboot_due(now_ + 500));
    gate_.armed = true;
    EXPECT_FALSE(updater_.reboot_due(now_ + 500));
}

TEST_F(UpdaterTest, WritesNothingBeforeTheHeaderIsWholeAndSigned) {
    std::string bytes = image();
    bytes[100] = static_cast<char>(bytes[100] ^ 1);
    ASSERT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kNone);
    slots_.contents[1] = "what was there";
    ASSERT_EQ(updater_.write(now_, bytes.substr(0, 151)), Refusal::kNone);
    EXPECT_EQ(updater_.write(now_, bytes.substr(151)), Refusal::kWrongSignature);
    EXPECT_EQ(slots_.contents[1], "what was there");
    expect_unchanged();
}

TEST_F(UpdaterTest, RefusesAChangeOfAnyByteOfTheHeader) {
    const std::string bytes = image();
    for (std::size_t at = 0; at < ImageHeader::kSize; ++at) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x01);
        const Refusal refusal = upload(changed);
        EXPECT_TRUE(refusal == Refusal::kNoImage || refusal == Refusal::kWrongSignature) << at;
        EXPECT_EQ(slots_.contents[1], "") << at;
        EXPECT_EQ(slots_.choice.chosen, 0u) << at;
    }
}

TEST_F(UpdaterTest, RefusesAChangedProgram) {
    for (const std::size_t at : {std::size_t{152}, std::size_t{1700}, std::size_t{3151}}) {
        std::string bytes = image();
        bytes[at] = static_cast<char>(bytes[at] ^ 0x80);
        slots_.abandoned = 0;
        EXPECT_EQ(upload(bytes), Refusal::kCorrupt);
        EXPECT_EQ(updater_.reason(), "corrupt: the program is not the one that was signed");
        expect_unchanged();
    }
}

TEST_F(UpdaterTest, RefusesWhatIsNoImage) {
    EXPECT_EQ(upload(std::string(3000, '\xE9')), Refusal::kNoImage);
    EXPECT_EQ(updater_.reason(), "not a Peerlens image; expected one that sign_image.py made");
    expect_unchanged();
}

TEST_F(UpdaterTest, RefusesAnImageWithoutSignature) {
    const std::string header = unsigned_header("board-esp32", {{1, 3, 0}}, program());
    EXPECT_EQ(upload(with_signature(header + program(), {})), Refusal::kUnsigned);
    expect_unchanged();
}

TEST_F(UpdaterTest, RefusesAnotherKey) {
    SigningKey other;
    EXPECT_EQ(upload(signed_image(other, "board-esp32", {{1, 3, 0}}, program())),
              Refusal::kWrongSignature);
    expect_unchanged();
}

TEST_F(UpdaterTest, RefusesAnotherTarget) {
    EXPECT_EQ(upload(signed_image(key(), "board-esp32-2", {{1, 3, 0}}, program())),
              Refusal::kOtherTarget);
    EXPECT_EQ(updater_.reason(), "the image is for board-esp32-2; expected one for board-esp32");
    expect_unchanged();
}

TEST_F(UpdaterTest, RefusesAnOlderVersionUnlessAsked) {
    EXPECT_EQ(upload(image({{1, 1, 9}})), Refusal::kDowngrade);
    EXPECT_EQ(updater_.reason(),
              "the image is version 1.1.9, and 1.2.0 runs; to go back all the same, add "
              "?downgrade=1");
    expect_unchanged();
    EXPECT_EQ(upload(image({{1, 1, 9}}), 1000, true), Refusal::kNone);
}

TEST_F(UpdaterTest, TakesTheSameVersionOnceMore) {
    EXPECT_EQ(upload(image({{1, 2, 0}})), Refusal::kNone);
}

TEST_F(UpdaterTest, RefusesAnotherSizeThanTheHeaders) {
    EXPECT_EQ(upload(image() + "x"), Refusal::kOtherSize);
    EXPECT_EQ(updater_.reason(), "not of the size that the header tells; expected 3152 bytes");
    EXPECT_EQ(upload(image().substr(0, 3151)), Refusal::kOtherSize);
    EXPECT_EQ(slots_.choice.chosen, 0u);
}

TEST_F(UpdaterTest, RefusesMoreThanWasAnnounced) {
    const std::string bytes = image();
    ASSERT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kNone);
    ASSERT_EQ(updater_.write(now_, bytes), Refusal::kNone);
    EXPECT_EQ(updater_.write(now_, "x"), Refusal::kOtherSize);
    expect_unchanged();
}

TEST_F(UpdaterTest, RefusesWhatDoesNotFitTheSlot) {
    EXPECT_EQ(updater_.begin(now_, 4096 + 152, false), Refusal::kNone);
    updater_.lost();
    EXPECT_EQ(updater_.begin(now_, 4096 + 153, false), Refusal::kTooLarge);
    EXPECT_EQ(updater_.reason(), "too large; the slot takes 4248 bytes");
    EXPECT_EQ(updater_.begin(now_, 0xFFFFFFFFFFFFFFFF, false), Refusal::kTooLarge);
    EXPECT_EQ(updater_.begin(now_, 152, false), Refusal::kTooSmall);
    EXPECT_EQ(updater_.begin(now_, 0, false), Refusal::kTooSmall);
    EXPECT_EQ(updater_.reason(), "too small for an image; expected more than 152 bytes");
}

TEST_F(UpdaterTest, RefusesAllWithoutAKey) {
    verifier_.set_key("");
    EXPECT_EQ(updater_.begin(now_, 1000, false), Refusal::kNoKey);
}

TEST_F(UpdaterTest, RefusesASecondUploadAndGoesOnWithTheFirst) {
    const std::string bytes = image();
    ASSERT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kNone);
    ASSERT_EQ(updater_.write(now_, bytes.substr(0, 1000)), Refusal::kNone);
    EXPECT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kBusy);
    EXPECT_EQ(updater_.reason(), "another upload is under way");
    ASSERT_EQ(updater_.write(now_, bytes.substr(1000)), Refusal::kNone);
    EXPECT_EQ(updater_.finish(now_), Refusal::kNone);
    EXPECT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kInstalled);
}

TEST_F(UpdaterTest, RefusesToWriteOverTheWayBackWhileOnTrial) {
    slots_.choice.install({{1, 2, 0}});
    slots_.choice.boot();
    EXPECT_EQ(updater_.begin(now_, 1000, false), Refusal::kOnTrial);
    EXPECT_NE(status().find(R"("update":{"state":"on-trial")"), std::string::npos);
    slots_.choice.confirm();
    EXPECT_EQ(updater_.begin(now_, 1000, false), Refusal::kNone);
}

TEST_F(UpdaterTest, RefusesWhileTheCarIsArmed) {
    gate_.armed = true;
    EXPECT_EQ(updater_.begin(now_, 1000, false), Refusal::kInUse);
    EXPECT_EQ(updater_.reason(), "the car is armed");
    EXPECT_FALSE(gate_.is_held);
}

TEST_F(UpdaterTest, GivesUpWhenTheCarIsArmedAllTheSame) {
    const std::string bytes = image();
    ASSERT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kNone);
    EXPECT_TRUE(gate_.is_held);
    gate_.armed = true;
    EXPECT_EQ(updater_.write(now_, bytes.substr(0, 500)), Refusal::kInUse);
    expect_unchanged();
    gate_.armed = false;
    ASSERT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kNone);
    ASSERT_EQ(updater_.write(now_, bytes), Refusal::kNone);
    gate_.armed = true;
    EXPECT_EQ(updater_.finish(now_), Refusal::kInUse);
    EXPECT_EQ(slots_.choice.chosen, 0u);
}

TEST_F(UpdaterTest, GivesUpAnUploadThatStalls) {
    const std::string bytes = image();
    ASSERT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kNone);
    ASSERT_EQ(updater_.write(now_ + 9000, bytes.substr(0, 200)), Refusal::kNone);
    updater_.tick(now_ + 18'999);
    EXPECT_TRUE(updater_.is_receiving());
    updater_.tick(now_ + 19'000);
    EXPECT_EQ(updater_.reason(), "nothing came for 10 s, after 200 of 3152 bytes");
    expect_unchanged();
    EXPECT_EQ(updater_.write(now_, "x"), Refusal::kStalled);
    EXPECT_EQ(updater_.finish(now_), Refusal::kStalled);
}

TEST_F(UpdaterTest, GivesUpAnUploadThatIsCutShort) {
    const std::string bytes = image();
    for (const std::size_t count : {std::size_t{0}, std::size_t{151}, std::size_t{3151}}) {
        slots_.abandoned = 0;
        ASSERT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kNone);
        ASSERT_EQ(updater_.write(now_, bytes.substr(0, count)), Refusal::kNone);
        EXPECT_EQ(updater_.finish(now_), Refusal::kTruncated);
        expect_unchanged();
        ASSERT_EQ(updater_.begin(now_, bytes.size(), false), Refusal::kNone);
        ASSERT_EQ(updater_.write(now_, bytes.substr(0, count)), Refusal::kNone);
        updater_.lost();
        EXPECT_EQ(updater_.reason(), "cut short after " + std::to_string(count) + " of 3152 bytes");
        EXPECT_FALSE(updater_.is_receiving());
    }
    updater_.lost();  // and nothing more happens
    EXPECT_EQ(slots_.abandoned, 2);
}

TEST_F(UpdaterTest, RefusesWhenTheSlotFails) {
    slots_.fails_to_begin = true;
    EXPECT_EQ(upload(image()), Refusal::kNotWritten);
    slots_.fails_to_begin = false;
    slots_.fails_to_write = true;
    EXPECT_EQ(upload(image()), Refusal::kNotWritten);
    slots_.fails_to_write = false;
    slots_.fails_to_install = true;
    EXPECT_EQ(upload(image()), Refusal::kNotBootable);
    EXPECT_FALSE(counters_.kept && counters_.kept->updating);
    slots_.fails_to_install = false;
    EXPECT_EQ(upload(image()), Refusal::kNone);
}

TEST_F(UpdaterTest, TellsItsProgressAndTheLastRefusal) {
    const std::string start = R"({"firmware":"1.2.0","target":"board-esp32","update":{"state":)";
    EXPECT_EQ(status(), start + R"("idle"}})");
    const std::string bytes = image();
    updater_.begin(now_, bytes.size(), false);
    updater_.write(now_, bytes.substr(0, 100));
    EXPECT_EQ(status(), start + R"("receiving","received":100,"size":3152}})");
    updater_.write(now_, bytes.substr(100, 900));
    EXPECT_EQ(status(), start + R"("receiving","received":1000,"size":3152,"version":"1.3.0"}})");
    updater_.lost();
    EXPECT_EQ(status(), start + R"("idle","refused":"cut short after 1000 of 3152 bytes"}})");
    upload(bytes);
    EXPECT_EQ(status(), start + R"("installed","received":3152,"size":3152,"version":"1.3.0"}})");
}

TEST_F(UpdaterTest, CutsAReasonThatIsTooLong) {
    Updater updater({slots_, verifier_, record_, gate_}, {Text<32>(), Version{{1, 2, 0}}});
    const std::string bytes =
        signed_image(key(), std::string(32, 'x'), {{65535, 65535, 65535}}, program());
    updater.begin(now_, bytes.size(), false);
    EXPECT_EQ(updater.write(now_, bytes), Refusal::kOtherTarget);
    EXPECT_LE(updater.reason().size(), 160u);
}

}  // namespace
}  // namespace peerlens
