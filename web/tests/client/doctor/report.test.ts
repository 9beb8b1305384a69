import { expect, it } from "vitest";
import { finding, ok, worst } from "../../../src/client/doctor/finding";
import { reportJson } from "../../../src/client/doctor/report";

const texts = { what: "a", why: "b", do: "c" };

it("knows the worst of all", () => {
  expect(worst([])).toBe("ok");
  expect(worst([ok("a.b", "fine"), finding("note", "a.c", texts)])).toBe("note");
  expect(worst([finding("problem", "a.b", texts), finding("warning", "a.c", texts)])).toBe("problem");
});

it("leaves out of the address what may be a secret", () => {
  const text = reportJson([ok("a.b", "fine", { tookMs: 3 })], {
    pageUrl: "https://cars.example.org/doctor?token=x1#token=y2",
    userAgent: "Browser/1",
    atMs: 0,
  });
  expect(JSON.parse(text)).toEqual({
    subject: "the page",
    page: "https://cars.example.org/doctor",
    userAgent: "Browser/1",
    at: "1970-01-01T00:00:00.000Z",
    worst: "ok",
    findings: [{ id: "a.b", level: "ok", what: "fine", why: "", do: "", figures: { tookMs: 3 } }],
  });
});
