// One HTTP connection of a client, without a socket.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/http_head.hpp"
#include "http/http_response.hpp"
#include "http/http_service.hpp"

namespace peerlens {

// What goes out next.
struct HttpOutput {
    std::string_view bytes;
    bool more = false;  // something follows at once
};

// One request after the other: what a client sends ahead waits until the answer before it was
// sent. Whoever has the socket
//   - reads at most input_room() bytes and gives them to received();
//   - sends from output(), and says how many to sent(), until that is empty;
//   - calls tick() often, and ended() when the socket is over;
//   - acts on phase() after each of these.
// `now` is in milliseconds since boot, modulo 2^32.
class HttpConnection {
public:
    static constexpr std::size_t kMaxHead = 2048;
    static constexpr std::size_t kMaxBody = HttpBodies::kSize;
    // Deadlines: for a head since its first byte (for that, since the connection), for a whole
    // body, for the next piece of a streamed one and for all of it, for an answer or each picture
    // of a stream; and how long a client may be silent between two requests.
    static constexpr std::uint32_t kHeadMs = 5'000;
    static constexpr std::uint32_t kBodyMs = 5'000;
    static constexpr std::uint32_t kPieceMs = 10'000;
    static constexpr std::uint32_t kStreamedBodyMs = 300'000;
    static constexpr std::uint32_t kSendMs = 10'000;
    static constexpr std::uint32_t kIdleMs = 15'000;
    // How long, and how much, is read of a client that still sends after the last answer. To
    // close at once would take the answer from it.
    static constexpr std::uint32_t kLingerMs = 1'000;
    static constexpr std::size_t kLingerBytes = 65'536;

    enum class Phase : std::uint8_t {
        kClosed,   // nobody is there: close the socket
        kReset,    // likewise, but without a goodbye
        kIdle,     // between two requests
        kReading,  // a request
        kSending,  // an answer, or a stream
        kLinger,   // all was sent: shut the sending direction down, and read on
    };

    HttpConnection() = default;
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    // A client has come. The service must outlive the connection.
    void open(HttpService& service, const RemoteAddress& from, std::uint32_t now);

    std::size_t input_room() const;
    void received(std::string_view bytes, std::uint32_t now);
    // The client sends no more; it may still read.
    void input_ended(std::uint32_t now);
    HttpOutput output(std::uint32_t now);
    void sent(std::size_t count, std::uint32_t now);
    void tick(std::uint32_t now);
    // The socket is over, whatever the reason. Phase kClosed is next.
    void ended();

    Phase phase() const { return phase_; }
    bool is_streaming() const {
        return phase_ == Phase::kSending && sends_body_ &&
               response_.body() == HttpResponse::Body::kEndless;
    }
    const RemoteAddress& from() const { return from_; }
    // Since when it has been in this phase.
    std::uint32_t since() const { return since_; }

private:
    enum class Reading : std::uint8_t { kHead, kWholeBody, kStreamedBody };

    void enter(Phase phase, std::uint32_t now);
    void leave(Phase phase);
    void give_back_body();
    void read_buffered(std::uint32_t now);
    void head_complete(std::size_t size, std::uint32_t now);
    void begin_body(std::uint32_t now);
    void take_body(std::string_view bytes, std::uint32_t now);
    void body_complete(std::uint32_t now);
    void refuse(int status, std::string_view what, std::uint32_t now);
    void respond(std::uint32_t now);
    void answered(std::uint32_t now);
    HttpOutput source_output(std::uint32_t now);
    bool is_late(std::uint32_t now) const;

    HttpService* service_ = nullptr;
    HttpHandler* handler_ = nullptr;
    RemoteAddress from_;
    Phase phase_ = Phase::kClosed;
    Reading reading_ = Reading::kHead;
    std::uint32_t since_ = 0;
    std::uint32_t body_since_ = 0;
    bool input_ended_ = false;
    bool served_ = false;  // one request, at least
    bool keep_alive_ = false;

    HttpRequest request_;
    HttpResponse response_;
    std::size_t buffered_ = 0;   // in head_: the head, and what came behind it
    std::size_t head_size_ = 0;  // once it is whole
    std::size_t searched_ = 0;   // of head_, for its end
    std::size_t taken_ = 0;      // of head_, once it is whole: the head and the body's part
    std::uint64_t body_left_ = 0;
    char* body_ = nullptr;  // of the service's bodies, while one comes that is wanted whole
    std::size_t body_size_ = 0;
    std::size_t lingered_ = 0;

    std::array<char, HttpResponse::kHeaders + 320> out_;  // 100 Continue, head of the answer
    std::size_t out_size_ = 0;
    std::size_t out_sent_ = 0;
    std::uint64_t payload_left_ = 0;
    std::string_view payload_;  // of text and constants
    bool sends_body_ = false;
    std::uint32_t part_ = 0;
    bool part_waits_ = false;  // a source had nothing: its time has not begun

    std::array<char, kMaxHead> head_;
};

}  // namespace peerlens
