/** A check-up as text to pass on: nothing in it is a secret. */

import { worst, type Finding } from "./finding";

export interface ReportContext {
  readonly pageUrl: string;
  readonly userAgent: string;
  readonly atMs: number;
}

/** JSON like that of `peerlens doctor --json`, and where it is from. */
export function reportJson(findings: readonly Finding[], context: ReportContext): string {
  const page = new URL(context.pageUrl);
  return JSON.stringify(
    {
      subject: "the page",
      // Without query and fragment: a token may have been in there.
      page: page.origin + page.pathname,
      userAgent: context.userAgent,
      at: new Date(context.atMs).toISOString(),
      worst: worst(findings),
      findings,
    },
    null,
    2,
  );
}
