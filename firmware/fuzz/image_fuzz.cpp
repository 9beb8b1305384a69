// An updater that is sent anything writes only what a signed header allows, and installs only what
// is whole.
#include <string>

#include "expect.hpp"
#include "input.hpp"
#include "status/memory_counters.hpp"
#include "update/image_crypto.hpp"
#include "update/memory_slots.hpp"
#include "update/updater.hpp"

namespace {

using namespace peerlens;

// Takes a signature of ones for right, and the sum of all bytes for a digest: the fuzzer can make
// both.
class EasyCrypto final : public ImageCrypto {
public:
    bool has_key() const override { return true; }
    bool verify(std::string_view bytes, const EcdsaSignature& signature) override {
        expect(bytes.size() == ImageHeader::kSigned, "all that is signed is verified");
        verified = signature == ones();
        return verified;
    }
    void begin() override { sum_ = 0; }
    void add(std::string_view bytes) override {
        for (const char byte : bytes) {
            sum_ = static_cast<std::uint8_t>(sum_ + static_cast<std::uint8_t>(byte));
        }
    }
    Sha256Digest finish() override {
        Sha256Digest digest;
        digest.fill(sum_);
        return digest;
    }

    bool verified = false;

private:
    static EcdsaSignature ones() {
        EcdsaSignature signature;
        signature.fill('1');
        return signature;
    }

    std::uint8_t sum_ = 0;
};

}  // namespace

// The first byte is the size of the pieces; the second, bit 0: allow a downgrade, bit 1: say that
// one byte more is to come.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const std::size_t step = std::size_t{1} + input.byte();
    const std::uint8_t how = input.byte();
    MemorySlots slots;
    EasyCrypto crypto;
    MemoryCounters counters;
    BootRecord record(counters);
    record.booted(ResetReason::kPowerOn, false);
    OpenGate gate;
    Updater updater({slots, crypto, record, gate}, {"twin-car", Version{{1, 2, 0}}});
    const std::string_view image = input.rest();
    Refusal refusal = updater.begin(0, image.size() + ((how & 2) != 0 ? 1 : 0), (how & 1) != 0);
    while (refusal == Refusal::kNone && !input.empty()) {
        refusal = updater.write(0, ExactCopy(input.take(step)));
        expect(crypto.verified || slots.contents[1].empty(),
               "nothing is written without a signature");
    }
    if (refusal == Refusal::kNone) {
        refusal = updater.finish(0);
    }
    const bool installed = refusal == Refusal::kNone;
    expect(!installed || crypto.verified, "nothing is installed without a signature");
    expect(!installed || slots.contents[1] == image.substr(ImageHeader::kSize),
           "what is installed is the whole program");
    expect(installed || !updater.reason().empty(), "a refusal is told");
    expect(slots.contents[0].empty(), "the program that runs is not touched");
    updater.lost();
    return 0;
}
