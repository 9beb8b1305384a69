// The signals that twin-car knows.
#pragma once

namespace peerlens {

// SIGTERM and SIGINT end it, SIGUSR1 makes its loop hang once. SIGPIPE is ignored: writing then
// fails instead.
class Signals {
public:
    static void install();
    static bool is_stopping();
    // Whether the loop is to hang now; once for each SIGUSR1.
    static bool take_stall();
};

}  // namespace peerlens
