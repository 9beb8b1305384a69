/**
 * Errors of the client.
 *
 * ProtocolError
 * ├── MalformedMessage     not JSON, not an object, or too large
 * ├── UnknownType          `type` (or `role`) names no message of this direction
 * └── InvalidField         a field is missing, unexpected, or out of range
 * Refused                  a session was not granted, or ended by the other side
 */

export class ProtocolError extends Error {
  /** Stable; the last part of the problem type. */
  readonly slug: string = "protocol-error";
}

export class MalformedMessage extends ProtocolError {
  override readonly slug = "malformed-message";
}

export class UnknownType extends ProtocolError {
  override readonly slug = "unknown-type";
}

export class InvalidField extends ProtocolError {
  override readonly slug = "invalid-field";
  constructor(
    readonly field: string,
    readonly expected: string,
  ) {
    super(`${field}: expected ${expected}`);
  }
}

/** `slug` is the problem's last part, as in protocol/README.md; `detail` is for people. */
export class Refused extends Error {
  constructor(
    readonly slug: string,
    readonly detail: string,
    readonly retryAfterMs: number | null = null,
  ) {
    super(`${slug}: ${detail}`);
  }
}

const PROBLEM_PREFIX = "urn:peerlens:problem:";

/** Returns the stable last part of a problem type. */
export function problemSlug(problem: string): string {
  return problem.startsWith(PROBLEM_PREFIX) ? problem.slice(PROBLEM_PREFIX.length) : problem;
}
