#include <cstdio>
#include <memory>
#include <string>

#include "arguments.hpp"
#include "host/signals.hpp"
#include "twin.hpp"

int main(int count, char** values) {
    peerlens::CarArguments arguments;
    const std::string wrong = peerlens::parse_arguments(count, values, arguments);
    if (!wrong.empty()) {
        std::fprintf(stderr, "twin-car: %s (see twin-car --help)\n", wrong.c_str());
        return 2;
    }
    if (arguments.help) {
        std::fputs(peerlens::kCarUsage, stdout);
        return 0;
    }
    peerlens::Signals::install();
    // Too large for the stack: it holds a whole message and what waits to be sent.
    return std::make_unique<peerlens::Twin>(arguments)->run();
}
