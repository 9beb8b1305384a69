#include "device/ddns_client.hpp"

#include <sys/poll.h>

#include <array>
#include <new>

#include "base/http_url.hpp"

namespace peerlens {

std::size_t DdnsClient::watch(pollfd* out, std::size_t room) {
    if (!attempt_ || attempt_->connection.descriptor() < 0 || room == 0) {
        return 0;
    }
    *out = {attempt_->connection.descriptor(), attempt_->connection.events(), 0};
    return 1;
}

void DdnsClient::serve(const pollfd* happened, std::size_t count, std::uint32_t now) {
    if (attempt_) {
        go_on(count > 0 ? happened->revents : short{0}, now);
    } else if (!held_ && ddns_.take_attempt(now)) {
        begin(now);
    }
}

void DdnsClient::begin(std::uint32_t now) {
    const auto url = parse_http_url(ddns_.url());
    began_at_ = now;
    asked_ = false;
    attempt_.reset(new (std::nothrow) Attempt(tls_));
    if (!url) {
        return finish("its address is wrong: expected http:// or https://", now);
    }
    if (!attempt_) {
        return finish("there is no memory for it", now);
    }
    if (tls_ != nullptr) {
        tls_->trust({});
    }
    const std::string_view wrong = attempt_->connection.connect(url->host, url->port, url->secure);
    if (!wrong.empty()) {
        finish(wrong, now);
    }
}

void DdnsClient::go_on(short happened, std::uint32_t now) {
    Connection& connection = attempt_->connection;
    std::string_view wrong = connection.advance(happened);
    if (wrong.empty() && connection.is_connected() && !asked_) {
        asked_ = true;
        connection.send(ddns_.request());
        wrong = connection.advance(0);
    }
    if (wrong.empty() && connection.is_connected()) {
        std::array<char, 512> buffer;
        ddns_.received(connection.receive(buffer.data(), buffer.size(), wrong));
    }
    if (!wrong.empty()) {
        return finish(wrong, now);
    }
    if (now - began_at_ >= Ddns::kAttemptMs || held_) {
        finish("it took too long", now);
    }
}

// `wrong` may be of the connection that ends here.
void DdnsClient::finish(std::string_view wrong, std::uint32_t now) {
    ddns_.finished(now, wrong);
    attempt_.reset();
}

}  // namespace peerlens
