// The signals that the twins know.
#pragma once

namespace peerlens {

// SIGTERM and SIGINT end it, SIGUSR1 makes twin-car's loop hang once. SIGPIPE is ignored: writing
// then fails instead.
class Signals {
public:
    static void install();
    // Keep what comes from now on for the next program in this process, which install()s it.
    static void hold();
    static bool is_stopping();
    // Whether the loop is to hang now; once for each SIGUSR1.
    static bool take_stall();
};

}  // namespace peerlens
