#include "http/status_handler.hpp"

namespace peerlens {

bool StatusHandler::add(StatusPart& part) {
    if (count_ == kMost) {
        return false;
    }
    parts_[count_++] = &part;
    return true;
}

void StatusHandler::handle(const HttpRequest& request, HttpResponse& response) {
    json_.begin();
    for (std::size_t i = 0; i < count_; ++i) {
        parts_[i]->write(json_, request.now);
    }
    response.json(200, json_.finish());
}

}  // namespace peerlens
