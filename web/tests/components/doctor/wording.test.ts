import { expect, it } from "vitest";
import { finding, ok } from "../../../src/client/doctor/finding";
import { summary } from "../../../src/components/doctor/wording";

it("counts what was found, the worst first", () => {
  const texts = { what: "a", why: "b", do: "c" };
  const found = [
    ok("a.a", "fine"),
    finding("note", "a.b", texts),
    finding("problem", "a.c", texts),
    finding("problem", "a.d", texts),
  ];
  expect(summary(found)).toBe("2 problems, 1 note, 1 check is fine");
  expect(summary([])).toBe("0 checks are fine");
});
