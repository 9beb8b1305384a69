#include "http/http_connection.hpp"

#include <algorithm>
#include <cstring>

namespace peerlens {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kPiece = 4096;  // at most so much is read at once of what is not kept

}  // namespace

void HttpConnection::open(HttpService& service, const RemoteAddress& from, std::uint32_t now) {
    service_ = &service;
    from_ = from;
    handler_ = nullptr;
    reading_ = Reading::kHead;
    input_ended_ = false;
    served_ = false;
    buffered_ = head_size_ = searched_ = taken_ = 0;
    out_size_ = out_sent_ = 0;
    enter(Phase::kIdle, now);
}

void HttpConnection::enter(Phase phase, std::uint32_t now) {
    phase_ = phase;
    since_ = now;
}

// The connection is over: give back what it has.
void HttpConnection::leave(Phase phase) {
    phase_ = phase;
    response_.release();
    give_back_body();
    if (handler_ != nullptr) {
        HttpHandler& handler = *handler_;
        handler_ = nullptr;
        if (reading_ == Reading::kStreamedBody) {
            handler.abort_body(request_);
        }
    }
}

void HttpConnection::give_back_body() {
    if (body_ != nullptr) {
        service_->bodies().give_back(body_);
        body_ = nullptr;
    }
}

void HttpConnection::ended() {
    leave(Phase::kClosed);
}

std::size_t HttpConnection::input_room() const {
    switch (phase_) {
        case Phase::kIdle: return head_.size() - buffered_;
        case Phase::kReading:
            return reading_ == Reading::kHead
                       ? head_.size() - buffered_
                       : static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, kPiece));
        case Phase::kSending: return is_streaming() ? kPiece : 0;
        case Phase::kLinger: return kPiece;
        default: return 0;
    }
}

void HttpConnection::received(std::string_view bytes, std::uint32_t now) {
    bytes = bytes.substr(0, input_room());
    if (phase_ == Phase::kLinger) {
        lingered_ += bytes.size();
        if (lingered_ > kLingerBytes) {
            leave(Phase::kClosed);
        }
        return;
    }
    if (phase_ == Phase::kReading && reading_ != Reading::kHead) {
        return take_body(bytes, now);
    }
    // What a client says while it is being streamed to is of no interest.
    if (phase_ != Phase::kIdle && phase_ != Phase::kReading) {
        return;
    }
    std::memcpy(head_.data() + buffered_, bytes.data(), bytes.size());
    buffered_ += bytes.size();
    if (phase_ == Phase::kIdle) {
        enter(Phase::kReading, now);
    }
    read_buffered(now);
}

void HttpConnection::input_ended(std::uint32_t now) {
    input_ended_ = true;
    if (phase_ != Phase::kSending || is_streaming()) {
        leave(Phase::kClosed);
        since_ = now;
    }
}

void HttpConnection::read_buffered(std::uint32_t now) {
    // Some clients send an empty line before a request (RFC 9112, 2.2).
    while (buffered_ >= 2 && head_[0] == '\r' && head_[1] == '\n') {
        buffered_ -= 2;
        std::memmove(head_.data(), head_.data() + 2, buffered_);
        searched_ = 0;
    }
    if (buffered_ > 0 && head_[0] != '\r' && (head_[0] < 'A' || head_[0] > 'Z')) {
        return refuse(400, "expected a request of HTTP, without TLS", now);
    }
    const std::string_view bytes(head_.data(), buffered_);
    const std::size_t size = end_of_head(bytes, searched_);
    searched_ = buffered_;
    if (size > 0) {
        head_complete(size, now);
    } else if (buffered_ == head_.size()) {
        const bool one_line = bytes.find("\r\n") == std::string_view::npos;
        refuse(one_line ? 414 : 431, "the head is longer than 2048 bytes", now);
    }
}

void HttpConnection::head_complete(std::size_t size, std::uint32_t now) {
    head_size_ = size;
    taken_ = size;
    request_ = {};
    response_.begin();
    const HttpRefusal refusal = read_head({head_.data(), size}, request_);
    request_.from = from_;
    request_.now = now;
    if (refusal.status != 0) {
        return refuse(refusal.status, refusal.what, now);
    }
    handler_ = service_->admit(request_, response_);
    if (handler_ != nullptr) {
        return begin_body(now);
    }
    if (request_.content_length > 0) {
        response_.close();  // nobody reads the body
    }
    respond(now);
}

void HttpConnection::begin_body(std::uint32_t now) {
    const bool streamed = handler_->body() == HttpHandler::Body::kStreamed;
    if (!streamed && request_.content_length > kMaxBody) {
        return refuse(413, "the body is longer than 4096 bytes", now);
    }
    if (!streamed && request_.content_length > 0) {
        body_ = service_->bodies().take();
        if (body_ == nullptr) {
            handler_ = nullptr;
            response_.header("Retry-After", "1");
            response_.refuse(503, "busy: too many requests with a body");
            response_.close();
            return respond(now);
        }
    }
    if (streamed && !handler_->begin_body(request_, response_)) {
        handler_ = nullptr;
        response_.close();
        return respond(now);
    }
    reading_ = streamed ? Reading::kStreamedBody : Reading::kWholeBody;
    body_left_ = request_.content_length;
    body_size_ = 0;
    body_since_ = now;
    enter(Phase::kReading, now);
    const auto here =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffered_ - taken_, body_left_));
    taken_ += here;
    if (request_.expects_continue && body_left_ > 0) {
        std::memcpy(out_.data(), kContinue.data(), kContinue.size());
        out_size_ = kContinue.size();
        out_sent_ = 0;
    }
    take_body({head_.data() + head_size_, here}, now);
}

void HttpConnection::take_body(std::string_view bytes, std::uint32_t now) {
    since_ = now;
    if (reading_ == Reading::kWholeBody) {
        if (!bytes.empty()) {
            std::memcpy(body_ + body_size_, bytes.data(), bytes.size());
        }
        body_size_ += bytes.size();
    } else if (!bytes.empty() && !handler_->take_body(request_, bytes, response_)) {
        handler_ = nullptr;
        response_.close();
        return respond(now);
    }
    body_left_ -= bytes.size();
    if (body_left_ == 0) {
        body_complete(now);
    }
}

void HttpConnection::body_complete(std::uint32_t now) {
    HttpHandler& handler = *handler_;
    handler_ = nullptr;
    request_.now = now;
    if (reading_ == Reading::kStreamedBody) {
        handler.end_body(request_, response_);
    } else {
        request_.body = {body_, body_size_};
        handler.handle(request_, response_);
        request_.body = {};
        give_back_body();
    }
    respond(now);
}

// Answer what cannot be read any further, and close.
void HttpConnection::refuse(int status, std::string_view what, std::uint32_t now) {
    leave(phase_);
    request_ = {};
    response_.begin();
    response_.refuse(status, what);
    response_.close();
    respond(now);
}

void HttpConnection::respond(std::uint32_t now) {
    served_ = true;
    keep_alive_ = request_.keep_alive && !response_.closes() && !input_ended_;
    if (out_sent_ == out_size_) {
        out_sent_ = out_size_ = 0;
    }
    const std::size_t head =
        response_.write_head(out_.data() + out_size_, out_.size() - out_size_, keep_alive_);
    if (head == 0 || response_.body() == HttpResponse::Body::kDropped) {
        return leave(Phase::kReset);
    }
    out_size_ += head;
    sends_body_ = request_.method != HttpMethod::kHead && response_.status() != 204;
    if (!sends_body_) {
        response_.release();
    }
    payload_ =
        sends_body_ && response_.source() == nullptr ? response_.bytes() : std::string_view();
    payload_left_ = response_.source() != nullptr ? response_.length() : payload_.size();
    part_ = 0;
    part_waits_ = false;
    enter(Phase::kSending, now);
}

HttpOutput HttpConnection::output(std::uint32_t now) {
    if (out_sent_ < out_size_) {
        const bool more = phase_ == Phase::kSending && payload_left_ > 0;
        return {{out_.data() + out_sent_, out_size_ - out_sent_}, more};
    }
    if (phase_ != Phase::kSending) {
        return {};
    }
    return response_.source() != nullptr ? source_output(now) : HttpOutput{payload_, false};
}

HttpOutput HttpConnection::source_output(std::uint32_t now) {
    HttpSource& source = *response_.source();
    const bool endless = response_.body() == HttpResponse::Body::kEndless;
    std::string_view bytes = source.next();
    if (source.is_broken()) {
        leave(Phase::kReset);
        return {};
    }
    if (!endless) {
        bytes = bytes.substr(
            0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), payload_left_)));
    }
    if (bytes.empty()) {
        part_waits_ = true;
        if (source.at_end()) {
            endless ? answered(now) : leave(Phase::kReset);  // shorter than it had said
        }
        return {};
    }
    if (part_waits_ || source.part() != part_) {
        part_waits_ = false;
        part_ = source.part();
        since_ = now;
    }
    return {bytes, source.has_more()};
}

void HttpConnection::sent(std::size_t count, std::uint32_t now) {
    if (out_sent_ < out_size_) {
        out_sent_ += count;
    } else if (response_.source() != nullptr) {
        response_.source()->sent(count);
        payload_left_ -= std::min<std::uint64_t>(count, payload_left_);
    } else {
        payload_.remove_prefix(count);
        payload_left_ -= count;
    }
    if (phase_ == Phase::kSending && out_sent_ == out_size_ && payload_left_ == 0 &&
        !is_streaming()) {
        answered(now);
    }
}

void HttpConnection::answered(std::uint32_t now) {
    response_.release();
    if (!keep_alive_) {
        lingered_ = 0;
        return input_ended_ ? leave(Phase::kClosed) : enter(Phase::kLinger, now);
    }
    buffered_ -= taken_;
    std::memmove(head_.data(), head_.data() + taken_, buffered_);
    head_size_ = searched_ = taken_ = 0;
    reading_ = Reading::kHead;
    enter(buffered_ > 0 ? Phase::kReading : Phase::kIdle, now);
    if (buffered_ > 0) {
        read_buffered(now);
    }
}

bool HttpConnection::is_late(std::uint32_t now) const {
    const std::uint32_t passed = now - since_;
    switch (phase_) {
        case Phase::kIdle: return passed >= (served_ ? kIdleMs : kHeadMs);
        case Phase::kReading:
            switch (reading_) {
                case Reading::kHead: return passed >= kHeadMs;
                case Reading::kWholeBody: return now - body_since_ >= kBodyMs;
                default: return passed >= kPieceMs || now - body_since_ >= kStreamedBodyMs;
            }
        case Phase::kSending: return !part_waits_ && passed >= kSendMs;
        case Phase::kLinger: return passed >= kLingerMs;
        default: return false;
    }
}

void HttpConnection::tick(std::uint32_t now) {
    if (phase_ == Phase::kSending && response_.source() != nullptr &&
        response_.source()->is_broken()) {
        return leave(Phase::kReset);
    }
    if (!is_late(now)) {
        return;
    }
    if (phase_ == Phase::kReading) {
        refuse(408, "the request took too long", now);
    } else {
        leave(phase_ == Phase::kSending ? Phase::kReset : Phase::kClosed);
    }
}

}  // namespace peerlens
