import type { TileState } from "../client/tile";
import { STATE_NAMES } from "./wording";

export function StateBadge({ state }: { readonly state: TileState }) {
  return (
    <span className="badge" data-state={state}>
      <span className="dot" aria-hidden="true" />
      {STATE_NAMES[state]}
    </span>
  );
}
