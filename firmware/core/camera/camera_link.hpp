// The camera's link to the gateway, or to signaling: what it says and does, without socket or
// clock.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/link_state.hpp"
#include "camera/frame_store.hpp"
#include "camera/push_pacer.hpp"
#include "messages/decoder.hpp"
#include "messages/encoder.hpp"

namespace peerlens {

// What a camera needs of whoever has the link.
class CameraLinkPort {
public:
    // Send one message. Returns false when there is no room.
    virtual bool send(std::string_view text) = 0;
    // Begin to send a picture that stays as it is until is_sending() is false.
    virtual bool send_picture(std::string_view jpeg) = 0;
    virtual bool is_sending() const = 0;
    // The server refuses something. Strings are valid during the call.
    virtual void refused(const Error& error) = 0;

protected:
    ~CameraLinkPort() = default;
};

// Registers, keeps the link, and, where the server cannot reach the camera, pushes its pictures:
// of those that come while one is on its way only the newest leaves. `now` is in milliseconds
// since boot, modulo 2^32.
class CameraLink {
public:
    static constexpr std::uint32_t kSilenceMs = 3000;
    // A picture on a slow link keeps the answer to a ping away for longer. The server's own limit
    // is 10 s.
    static constexpr std::uint32_t kPushSilenceMs = 8000;
    static constexpr std::uint32_t kPingMs = 1000;

    CameraLink(FrameStore& frames, CameraLinkPort& port) : frames_(frames), port_(port) {}

    // The link is open: register so, and push pictures once that stands, or do not.
    void link_opened(std::uint32_t now, const RegisterCamera& who, bool pushes);
    void received(std::uint32_t now, std::string_view text);
    void link_lost();
    // Whenever a picture may have come, and at least every 20 ms.
    void tick(std::uint32_t now);
    // So much later, in ms, tick() may have something to do though nothing happened.
    int patience_ms(std::uint32_t now) const;
    // Bytes were taken by the other side: it is alive.
    void progressed(std::uint32_t now) { heard_at_ = now; }

    LinkState link() const { return link_; }
    std::uint32_t pushed() const { return pushed_; }
    // Pictures that were left out, because others were on their way.
    std::uint32_t left_out() const { return left_out_; }
    // Messages that were refused.
    std::uint32_t refused() const { return refused_; }

private:
    void handle(std::uint32_t now, const Registered& message);
    void handle(std::uint32_t now, const Error& message);
    void handle(std::uint32_t now, const Ping& message);
    void handle(std::uint32_t now, const Pong& message);
    void handle(std::uint32_t now, Problem problem);
    // What only a board is told.
    template <typename Other>
    void handle(std::uint32_t now, const Other&) {
        handle(now, Problem::kUnknownType);
    }
    bool is_silent(std::uint32_t now) const;
    void push(std::uint32_t now);
    void begin_picture(std::uint32_t now);
    bool ping(std::uint32_t now);

    FrameStore& frames_;
    CameraLinkPort& port_;
    Decoder decoder_;
    Encoder encoder_;
    PushPacer pacer_;
    FrameHold frame_;  // on its way

    LinkState link_ = LinkState::kDown;
    bool pushes_ = false;
    std::uint32_t opened_at_ = 0;
    std::uint32_t heard_at_ = 0;
    std::uint32_t pinged_at_ = 0;
    std::uint32_t ping_id_ = 0;
    bool owes_ping_ = false;      // behind the picture that has left
    std::uint32_t sequence_ = 0;  // of the newest picture that was begun
    std::uint32_t pushed_ = 0;
    std::uint32_t left_out_ = 0;
    std::uint32_t refused_ = 0;
};

}  // namespace peerlens
