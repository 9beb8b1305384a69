#!/usr/bin/env bash
# Type-check all that the chips run (core, device, and the ESP-IDF part) against the real headers
# of ESP-IDF, esp32-camera, esp_jpeg and mdns. Builds nothing and needs no Xtensa toolchain.
#
#   IDF_PATH=~/esp-idf CAMERA_PATH=~/esp32-camera MDNS_PATH=~/esp-protocols/components/mdns \
#       JPEG_PATH=~/idf-extra-components/esp_jpeg firmware/tools/check_types.sh
#
# CXX     a compiler for 32 bits with newlib and libstdc++: xtensa-esp32-elf-g++ of ESP-IDF where
#         it is there, otherwise Debian's gcc-arm-none-eabi with libstdc++-arm-none-eabi-newlib
# PYTHON  a Python with esp-idf-kconfig in it (ESP-IDF's own has it)
# WORK    where sdkconfig.h goes (/tmp/peerlens-types)
#
# The submodules lwip and mbedtls of ESP-IDF have to be there; not those with binaries.
set -euo pipefail
firmware=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
idf=${IDF_PATH:?where ESP-IDF is} camera=${CAMERA_PATH:?where esp32-camera is}
mdns=${MDNS_PATH:?where the component mdns is} jpeg=${JPEG_PATH:?where the component esp_jpeg is}
work=${WORK:-/tmp/peerlens-types}
python=${PYTHON:-python3}
if [[ -z "${CXX:-}" ]]; then
    CXX=$(command -v xtensa-esp32-elf-g++ || command -v arm-none-eabi-g++) ||
        { echo "no compiler for 32 bits with newlib: set CXX" >&2; exit 2; }
fi

# A compiler for another processor reads Xtensa's headers all the same: inline assembly is only
# looked at when code is made. What is made up here is what ESP-IDF's own libstdc++ and newlib have:
# threads, atomics, and a pointer that is not const.
mkdir -p "$work/foreign/sys"
foreign=()
if [[ $("$CXX" -dumpmachine) != xtensa* ]]; then
    cat >"$work/foreign/threads.hpp" <<'HEADER'
#ifdef __cplusplus
#include <bits/c++config.h>
#define _GLIBCXX_HAS_GTHREADS 1
#define _GLIBCXX_USE_NANOSLEEP 1
#define _GLIBCXX_USE_SCHED_YIELD 1
#define _GLIBCXX_USE_CLOCK_MONOTONIC 1
#define _GLIBCXX_USE_CLOCK_REALTIME 1
#define _GLIBCXX_GCC_GTHR_SINGLE_H 1
#include <bits/gthr-posix.h>
#endif
HEADER
    cat >"$work/foreign/sys/reent.h" <<'HEADER'
#pragma once
#include_next <sys/reent.h>
#define _global_impure_ptr esp_global_impure_ptr
HEADER
    foreign=(-D__XTENSA__=1 -D__XTENSA_WINDOWED_ABI__=1 -D_POSIX_THREADS=1 -D_POSIX_TIMEOUTS=1
        -D_UNIX98_THREAD_MUTEX_ATTRIBUTES=1 -D_POSIX_READER_WRITER_LOCKS=1
        -D_POSIX_PRIORITY_SCHEDULING=1 -D_POSIX_MONOTONIC_CLOCK=1 -D_POSIX_TIMERS=1
        -include "$work/foreign/threads.hpp")
    case $("$CXX" -dumpmachine) in arm*) foreign+=(-mcpu=cortex-m4 -mthumb) ;; esac
fi

# With Mbed TLS itself in place of Espressif's branch of it: it lacks the one thing that follows.
: >"$work/also"
if ! grep -q mbedtls_gcm_context_soft "$idf/components/mbedtls/mbedtls/include/mbedtls/gcm.h"; then
    echo CONFIG_MBEDTLS_GCM_SUPPORT_NON_AES_CIPHER=n >>"$work/also"
fi

# check CHIP PROJECT BOARD FILE...
check() {
    local chip=$1 project=$2 board=$3 base=$idf/components include=() also=() failed=0
    also=(-DPEERLENS_MAX_MESSAGE=16384) # as components/peerlens_core/CMakeLists.txt
    [[ "$chip" != esp32 ]] || also=(-DPEERLENS_MAX_MESSAGE=8192 -DPEERLENS_SEND_BUFFER=4096)
    shift 3
    "$python" "$firmware/tools/idf_config.py" --idf "$idf" --project "$firmware/esp/$project" \
        --board "$board" \
        --component "$camera" --component "$mdns" --also "$work/also" --out "$work/$board" || failed=1
    for path in "$work/$board" "$firmware" "$firmware/core" "$firmware/device" \
        "$firmware/esp/components/peerlens_chip" "$firmware/esp/$project/main" \
        "$firmware/esp/$project/boards"; do
        include+=("-I$path")
    done
    for path in newlib/platform_include freertos/config/include \
        freertos/config/include/freertos freertos/config/xtensa/include \
        freertos/FreeRTOS-Kernel/include \
        freertos/FreeRTOS-Kernel/portable/xtensa/include \
        freertos/FreeRTOS-Kernel/portable/xtensa/include/freertos \
        freertos/esp_additions/include esp_hw_support/include \
        "esp_hw_support/include/soc/$chip" esp_hw_support/include/soc \
        "esp_hw_support/port/$chip/include" heap/include log/include soc/include "soc/$chip" \
        "soc/$chip/include" "soc/$chip/register" hal/platform_port/include \
        "hal/$chip/include" hal/include esp_rom/include "esp_rom/$chip/include" \
        "esp_rom/$chip/include/$chip" "esp_rom/$chip" \
        esp_common/include esp_system/include esp_system/port/soc \
        esp_system/port/include/private xtensa/include "xtensa/$chip/include" esp_timer/include \
        esp_event/include esp_netif/include esp_wifi/include esp_wifi/wifi_apps/include \
        nvs_flash/include app_update/include esp_partition/include esp_app_format/include \
        esp_bootloader_format/include bootloader_support/include \
        bootloader_support/bootloader_flash/include efuse/include "efuse/$chip/include" \
        spi_flash/include esp_driver_gpio/include esp_driver_ledc/include esp_driver_mcpwm/include \
        esp_driver_gptimer/include esp_adc/include esp_adc/interface "esp_adc/$chip/include" \
        esp_driver_i2c/include driver/i2c/include driver/deprecated vfs/include \
        esp_psram/include esp_pm/include esp_mm/include lwip/include lwip/include/apps \
        lwip/lwip/src/include lwip/port/include lwip/port/freertos/include \
        lwip/port/esp32xx/include lwip/port/esp32xx/include/arch mbedtls/port/include \
        mbedtls/mbedtls/include mbedtls/esp_crt_bundle/include pthread/include; do
        include+=("-isystem$base/$path")
    done
    for path in "$jpeg/include" "$camera/driver/include" "$camera/conversions/include" "$mdns/include" \
        "$work/foreign"; do
        include+=("-isystem$path")
    done
    for file in "$@"; do
        # The flags that matter to types, as ESP-IDF has them; what is C is the bootloader's.
        local language=(-std=gnu++17 -fno-exceptions -fno-rtti)
        [[ "$file" != *.c ]] || language=(-x c -std=gnu17 -DBOOTLOADER_BUILD=1)
        "$CXX" -fsyntax-only "${language[@]}" -Wall -Wextra -Werror \
            -Wno-psabi -fstrict-volatile-bitfields -DESP_PLATFORM -DPEERLENS_TLS=1 -D_GNU_SOURCE "${also[@]}" \
            -DMBEDTLS_CONFIG_FILE='"mbedtls/esp_config.h"' "${foreign[@]}" "${include[@]}" \
            "$file" || { echo "failed: $board: ${file#"$firmware/"}" >&2; failed=1; }
    done
    echo "$project, $board ($chip): $# files checked with $("$CXX" -dumpmachine)"
    return "$failed"
}

shopt -s nullglob
all=("$firmware"/core/*/*.cpp "$firmware"/device/*.cpp
    "$firmware"/device/*/*.cpp "$firmware"/esp/components/peerlens_chip/*.cpp)
common=("${all[@]}")
result=0
for board in "$firmware"/esp/camera/boards/*.defaults; do
    check esp32s3 camera "$(basename "$board" .defaults)" "${common[@]}" \
        "$firmware"/esp/camera/main/*.cpp || result=1
    common=("$firmware"/esp/components/peerlens_chip/chip.cpp) # the rest is the same for all
done
common=("${all[@]}")
for board in "$firmware"/esp/board/boards/*.defaults; do
    check esp32 board "$(basename "$board" .defaults)" "${common[@]}" \
        "$firmware"/esp/board/main/*.cpp "$firmware"/esp/board/bootloader_components/*/*.c ||
        result=1
    common=("$firmware"/esp/components/peerlens_chip/chip.cpp)
done
exit "$result"
