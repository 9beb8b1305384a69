import type { Tile } from "../client/tile";
import { stateName } from "./wording";

export function StateBadge({ tile }: { readonly tile: Tile }) {
  return (
    <span className="badge" data-state={tile.state} data-reason={tile.reason}>
      <span className="dot" aria-hidden="true" />
      {stateName(tile)}
    </span>
  );
}
