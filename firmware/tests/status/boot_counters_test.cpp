#include "status/boot_counters.hpp"

#include <gtest/gtest.h>

#include "status/memory_counters.hpp"

namespace peerlens {
namespace {

BootCounters boot(MemoryCounters& store, ResetReason reason, bool on_trial = false) {
    BootRecord record(store);
    record.booted(reason, on_trial);
    return record.counters();
}

TEST(BootCounters, CountsBootsByTheirReason) {
    MemoryCounters store;
    EXPECT_EQ(boot(store, ResetReason::kPowerOn).boots, 1u);
    boot(store, ResetReason::kPanic);
    boot(store, ResetReason::kWatchdog);
    boot(store, ResetReason::kWatchdog);
    boot(store, ResetReason::kBrownOut);
    boot(store, ResetReason::kButton);
    const BootCounters counters = boot(store, ResetReason::kSoftware);
    EXPECT_EQ(counters.boots, 7u);
    EXPECT_EQ(counters.panics, 1u);
    EXPECT_EQ(counters.watchdogs, 2u);
    EXPECT_EQ(counters.brown_outs, 1u);
    EXPECT_EQ(counters.rollbacks, 0u);
}

TEST(BootCounters, CountsAnUpdateThatIsGoneWithoutHavingBeenConfirmedAsARollback) {
    MemoryCounters store;
    BootRecord(store).installed();
    EXPECT_EQ(boot(store, ResetReason::kSoftware, true).rollbacks, 0u);
    EXPECT_EQ(boot(store, ResetReason::kPanic).rollbacks, 1u);
    EXPECT_EQ(boot(store, ResetReason::kPowerOn).rollbacks, 1u);
}

TEST(BootCounters, CountsAnUpdateThatNeverCameToItsFirstLineAsARollback) {
    MemoryCounters store;
    BootRecord(store).installed();
    EXPECT_EQ(boot(store, ResetReason::kPanic).rollbacks, 1u);
}

TEST(BootCounters, CountsAConfirmedUpdateAsNone) {
    MemoryCounters store;
    BootRecord(store).installed();
    BootRecord record(store);
    record.booted(ResetReason::kSoftware, true);
    EXPECT_FALSE(record.rolled_back());
    record.confirmed();
    EXPECT_EQ(boot(store, ResetReason::kPowerOn).rollbacks, 0u);
}

TEST(BootCounters, KnowsOfATrialWhoseInstallationWasNotSaved) {
    MemoryCounters store;
    boot(store, ResetReason::kSoftware, true);
    EXPECT_EQ(boot(store, ResetReason::kPanic).rollbacks, 1u);
}

TEST(BootCounters, WritesOnceForEachBootAndOnceForEachChange) {
    MemoryCounters store;
    BootRecord record(store);
    record.booted(ResetReason::kPowerOn, false);
    record.confirmed();
    EXPECT_EQ(store.writes, 1);
    record.installed();
    record.installed();
    EXPECT_EQ(store.writes, 2);
}

TEST(BootCounters, CountsOnWithAStoreThatFails) {
    MemoryCounters store;
    store.fails = true;
    BootRecord record(store);
    record.booted(ResetReason::kBrownOut, false);
    EXPECT_EQ(record.counters().boots, 1u);
    EXPECT_EQ(record.counters().brown_outs, 1u);
}

TEST(BootCounters, AreToldInTheStatus) {
    MemoryCounters store;
    BootRecord(store).installed();
    BootRecord record(store);
    record.booted(ResetReason::kWatchdog, false);
    JsonWriter json;
    record.describe(json);
    EXPECT_EQ(json.finish(),
              R"({"reset":"watchdog","boots":{"count":1,"panics":0,"watchdogs":1,"brownOuts":0,)"
              R"("rollbacks":1,"rolledBack":true}})");
}

}  // namespace
}  // namespace peerlens
