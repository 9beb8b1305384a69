import type { WatchView } from "../client/watcher";
import { pathNote } from "./pathWording";

/** Says what the path costs, and that something is being done about it; nothing on the best one. */
export function PathNote({ view }: { readonly view: WatchView }) {
  const note = pathNote(view.path, view.tried);
  return note === null ? null : (
    <p className="path-note" data-testid="path-note">
      {note}
    </p>
  );
}
