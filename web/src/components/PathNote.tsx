import type { Path } from "../client/path";
import { pathNote } from "./pathWording";

/** Says what the path costs, and that something is being done about it; nothing on the best one. */
export function PathNote({ path }: { readonly path: Path | null }) {
  const note = pathNote(path);
  return note === null ? null : (
    <p className="path-note" data-testid="path-note">
      {note}
    </p>
  );
}
