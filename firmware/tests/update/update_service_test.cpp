#include "update/update_service.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "device/crypto/image_verifier.hpp"
#include "status/memory_counters.hpp"
#include "update/memory_slots.hpp"
#include "update/signed_image.hpp"

namespace peerlens {
namespace {

class UpdateServiceTest : public testing::Test {
protected:
    static SigningKey& key() {
        static SigningKey key;
        return key;
    }

    UpdateServiceTest() {
        verifier_.set_key(key().text());
        response_->begin();
    }

    static std::string image(Version version = {{1, 3, 0}}) {
        return signed_image(key(), "twin-car", version, std::string(2000, 'p'));
    }
    static HttpRequest upload_of(std::size_t length, std::string_view query = "") {
        HttpRequest request;
        request.method = HttpMethod::kPost;
        request.content_length = length;
        request.query = query;
        return request;
    }

    bool take(const HttpRequest& request, std::string_view bytes) {
        return service_.take_body(request, bytes, *response_);
    }
    std::string answer() const {
        return std::to_string(response_->status()) + " " + std::string(response_->bytes());
    }
    std::string status() {
        JsonWriter json;
        service_.write(json, 0);
        return std::string(json.finish());
    }

    MemorySlots slots_;
    ImageVerifier verifier_;
    MemoryCounters counters_;
    BootRecord record_{counters_};
    ArmedGate gate_;
    UpdateService service_{
        {slots_, verifier_, record_, gate_}, {"twin-car", Version{{1, 2, 0}}}, 0};
    std::unique_ptr<HttpResponse> response_ = std::make_unique<HttpResponse>();
};

TEST_F(UpdateServiceTest, TakesPostsOfWhatFitsItsSlot) {
    EXPECT_EQ(service_.path(), "/update");
    EXPECT_EQ(service_.methods(), methods(HttpMethod::kPost));
    EXPECT_EQ(service_.access(), HttpAccess::kAdmin);
    EXPECT_EQ(service_.body(), HttpHandler::Body::kStreamed);
    EXPECT_FALSE(service_.is_cross_origin());
    EXPECT_EQ(service_.max_body(), 4096u + 152u);
}

TEST_F(UpdateServiceTest, InstallsAndReboots) {
    const std::string bytes = image();
    const HttpRequest request = upload_of(bytes.size());
    ASSERT_TRUE(service_.begin_body(request, *response_));
    ASSERT_TRUE(take(request, std::string_view(bytes).substr(0, 500)));
    EXPECT_NE(status().find(R"("state":"receiving","received":500,"size":2152)"),
              std::string::npos);
    ASSERT_TRUE(take(request, std::string_view(bytes).substr(500)));
    service_.end_body(request, *response_);
    EXPECT_EQ(answer(), "200 installed version 1.3.0; the device reboots into it\n");
    service_.tick(499);
    EXPECT_FALSE(service_.reboot_due(499));
    EXPECT_TRUE(service_.reboot_due(500));
}

TEST_F(UpdateServiceTest, SaysWhyItRefuses) {
    gate_.armed = true;
    EXPECT_FALSE(service_.begin_body(upload_of(1000), *response_));
    EXPECT_EQ(answer(), "409 the car is armed\n");
    gate_.armed = false;
    const std::string junk(1000, 'x');
    const HttpRequest request = upload_of(junk.size());
    ASSERT_TRUE(service_.begin_body(request, *response_));
    ASSERT_TRUE(take(request, std::string_view(junk).substr(0, 400)));
    EXPECT_NE(status().find(R"("state":"idle","refused":"not a Peerlens image)"),
              std::string::npos);
    ASSERT_TRUE(take(request, std::string_view(junk).substr(400)));
    service_.end_body(request, *response_);
    EXPECT_EQ(answer(), "422 not a Peerlens image; expected one that sign_image.py made\n");
    EXPECT_TRUE(response_->closes());
}

TEST_F(UpdateServiceTest, GoesBackOnlyWhenAsked) {
    const std::string bytes = image({{1, 1, 0}});
    for (const char* query : {"", "downgrade=1"}) {
        const HttpRequest request = upload_of(bytes.size(), query);
        ASSERT_TRUE(service_.begin_body(request, *response_));
        ASSERT_TRUE(take(request, bytes));
        service_.end_body(request, *response_);
        EXPECT_EQ(response_->status(), *query != '\0' ? 200 : 409);
    }
    for (const char* query : {"downgrade=yes", "downgrade", "force=1", "downgrade=1&x=2"}) {
        EXPECT_FALSE(service_.begin_body(upload_of(bytes.size(), query), *response_));
        EXPECT_EQ(answer(), "400 an unknown parameter; expected downgrade=1 or none\n");
    }
}

TEST_F(UpdateServiceTest, RefusesASecondUploadAndKeepsTheFirst) {
    const std::string bytes = image();
    const HttpRequest first = upload_of(bytes.size());
    const HttpRequest second = upload_of(bytes.size());
    ASSERT_TRUE(service_.begin_body(first, *response_));
    ASSERT_TRUE(take(first, std::string_view(bytes).substr(0, 700)));
    EXPECT_FALSE(service_.begin_body(second, *response_));
    EXPECT_EQ(answer(), "409 another upload is under way\n");
    service_.abort_body(second);
    ASSERT_TRUE(take(first, std::string_view(bytes).substr(700)));
    service_.end_body(first, *response_);
    EXPECT_EQ(response_->status(), 200);
}

TEST_F(UpdateServiceTest, TakesAnotherAfterOneThatWasLost) {
    const std::string bytes = image();
    const HttpRequest first = upload_of(bytes.size());
    ASSERT_TRUE(service_.begin_body(first, *response_));
    ASSERT_TRUE(take(first, std::string_view(bytes).substr(0, 700)));
    service_.abort_body(first);
    EXPECT_NE(status().find("cut short after 700 of 2152 bytes"), std::string::npos);
    EXPECT_TRUE(service_.begin_body(first, *response_));
}

TEST_F(UpdateServiceTest, DoesNotMixAnUploadThatWasGivenUpIntoTheNext) {
    const std::string bytes = image();
    const HttpRequest first = upload_of(bytes.size());
    const HttpRequest second = upload_of(bytes.size());
    ASSERT_TRUE(service_.begin_body(first, *response_));
    service_.tick(10'000);
    ASSERT_TRUE(service_.begin_body(second, *response_));
    EXPECT_FALSE(take(first, bytes));
    EXPECT_EQ(answer(), "408 the upload was given up\n");
    service_.end_body(first, *response_);
    EXPECT_EQ(response_->status(), 408);
    ASSERT_TRUE(take(second, bytes));
    service_.end_body(second, *response_);
    EXPECT_EQ(response_->status(), 200);
    EXPECT_EQ(slots_.contents[1], std::string(2000, 'p'));
}

TEST_F(UpdateServiceTest, TakesTheNextWhileOneThatWasRefusedIsStillSent) {
    const std::string junk(1000, 'x');
    const std::string bytes = image();
    const HttpRequest first = upload_of(junk.size());
    const HttpRequest second = upload_of(bytes.size());
    ASSERT_TRUE(service_.begin_body(first, *response_));
    ASSERT_TRUE(take(first, std::string_view(junk).substr(0, 400)));
    ASSERT_TRUE(service_.begin_body(second, *response_));
    EXPECT_FALSE(take(first, std::string_view(junk).substr(400)));
    EXPECT_EQ(answer(), "408 the upload was given up\n");
    ASSERT_TRUE(take(second, bytes));
    service_.end_body(second, *response_);
    EXPECT_EQ(response_->status(), 200);
}

TEST_F(UpdateServiceTest, ForgetsOneThatWasRefusedAndThenLost) {
    const std::string junk(1000, 'x');
    const std::string bytes = image();
    const HttpRequest request = upload_of(bytes.size());
    ASSERT_TRUE(service_.begin_body(request, *response_));
    ASSERT_TRUE(take(request, std::string_view(junk).substr(0, 400)));
    service_.abort_body(request);
    ASSERT_TRUE(service_.begin_body(request, *response_));
    ASSERT_TRUE(take(request, bytes));
    service_.end_body(request, *response_);
    EXPECT_EQ(response_->status(), 200);
}

TEST_F(UpdateServiceTest, RefusesARequestWithoutABody) {
    service_.handle(upload_of(0), *response_);
    EXPECT_EQ(answer(), "400 expected an image as the body\n");
    EXPECT_FALSE(service_.begin_body(upload_of(0), *response_));
    EXPECT_EQ(response_->status(), 400);
}

class UpdateTrialTest : public UpdateServiceTest {
protected:
    UpdateTrialTest() {
        slots_.choice.begin();
        slots_.choice.install({{1, 2, 0}});
        slots_.choice.boot();
    }
};

TEST_F(UpdateTrialTest, IsOverWhenTheLinkIsUp) {
    service_.tick(1000);
    EXPECT_TRUE(slots_.on_trial());
    service_.link_up();
    service_.tick(1020);
    EXPECT_FALSE(slots_.on_trial());
    EXPECT_FALSE(service_.reboot_due(1'000'000));
}

TEST_F(UpdateTrialTest, IsOverWhenItsStatusWasRead) {
    EXPECT_NE(status().find(R"("state":"on-trial")"), std::string::npos);
    service_.tick(1000);
    EXPECT_NE(status().find(R"("state":"idle")"), std::string::npos);
}

TEST_F(UpdateTrialTest, EndsInARebootWhenNothingWorks) {
    service_.tick(179'999);
    EXPECT_FALSE(service_.reboot_due(179'999));
    service_.tick(180'000);
    EXPECT_TRUE(service_.reboot_due(180'000));
    service_.tick(180'020);
    EXPECT_TRUE(service_.reboot_due(180'020));
    slots_.choice.boot();
    EXPECT_EQ(slots_.choice.running, 0u);
}

}  // namespace
}  // namespace peerlens
